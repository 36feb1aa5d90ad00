//! Leaves `-U` out, for those who replace rows by their key.

use super::step::{Step, emit};
use crate::{
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    types::{Batch, RowKind},
};

/// The operator.
#[derive(Debug)]
pub struct DropUpdateBefore;

impl Step for DropUpdateBefore {
    type Spec = ();

    fn open((): &(), _: OperatorContext<'_>) -> Result<Self, Stop> {
        Ok(Self)
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        if batch.kinds.is_none() {
            return emit(batch.clone(), out);
        }
        let kept: Vec<u32> =
            (0..batch.rows as u32).filter(|row| batch.kind(*row as usize) != RowKind::UpdateBefore).collect();
        emit(batch.take(&kept)?, out)
    }
}

//! `LIMIT` and `OFFSET` without an order: the first rows that come.

use super::{
    spec::LimitSpec,
    step::{Step, emit},
};
use crate::{
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::SnapshotWriter,
    types::{Batch, Field, RowReader, RowWriter, TypeKind},
};

/// The operator of a [`LimitSpec`] over inserts: what comes behind the limit is dropped. It has to run in one subtask.
pub struct Limit {
    spec: LimitSpec,
    /// How many rows have come.
    seen: u64,
}

const STATE: &str = "seen";

impl Step for Limit {
    type Spec = LimitSpec;

    fn open(spec: &LimitSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let written = context.restored.as_mut().map(|restored| restored.list(STATE)).unwrap_or_default();
        let counts = written.iter().filter_map(|element| RowReader::new(element).read_i64().ok().flatten());
        Ok(Self { spec: spec.clone(), seen: counts.sum::<i64>() as u64 })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let rows = batch.rows as u64;
        let end = self.spec.fetch.map_or(u64::MAX, |fetch| self.spec.offset.saturating_add(fetch));
        let first = self.spec.offset.saturating_sub(self.seen).min(rows);
        let last = end.saturating_sub(self.seen).min(rows);
        self.seen += rows;
        if first >= last {
            return Ok(());
        }
        emit(batch.slice(first as usize, (last - first) as usize), out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let mut row = RowWriter::new();
        row.i64(self.seen as i64);
        writer.list(STATE, vec![Field::new(STATE, TypeKind::BigInt.not_null())], vec![row.into_bytes().into()]);
        Ok(())
    }
}

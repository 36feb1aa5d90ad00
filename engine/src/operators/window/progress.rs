//! How far time has come for a window operator; event time is kept in checkpoints, so that what was late stays late.

use crate::{
    runtime::Stop,
    state::{RestoredState, SnapshotWriter},
    types::{Field, RowReader, RowWriter, TypeKind},
};

const STATE: &str = "watermark";

/// The watermark that a subtask wrote; of several the least, as in Flink. `i64::MIN` where none was written.
pub fn restore(restored: &mut RestoredState) -> i64 {
    let written = restored.list(STATE);
    let times = written.iter().filter_map(|element| RowReader::new(element).read_i64().ok().flatten());
    times.min().unwrap_or(i64::MIN)
}

/// Writes the watermark.
pub fn snapshot(watermark: i64, writer: &mut SnapshotWriter) -> Result<(), Stop> {
    let mut row = RowWriter::new();
    row.i64(watermark);
    let field = Field::new("watermark_ms", TypeKind::BigInt.not_null());
    writer.list(STATE, vec![field], vec![row.into_bytes().into()]);
    Ok(())
}

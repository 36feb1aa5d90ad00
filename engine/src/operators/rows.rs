//! Rows as bytes: how operators that keep whole rows store them, and send them again.

use std::sync::Arc;

use arrow_array::ArrayRef;

use super::{
    cells::{self, Cells},
    eval::state_failure,
    step::emit,
};
use crate::{
    runtime::Stop,
    runtime::operator::Output,
    state::StateValue,
    types::{
        Batch, ColumnBuilder, DataType, Field, RowKind, RowReader, RowWriter, Schema, TypeKind,
        row_codec::{DecodeError, RowCodec},
    },
};

/// A row that is kept, as a row codec writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// When it was written, milliseconds of the clock; 0 where there is no TTL.
    pub written_ms: i64,
    /// Its fields.
    pub fields: Arc<[u8]>,
}

impl StateValue for StoredRow {
    fn write(&self, row: &mut RowWriter) {
        row.i64(self.written_ms);
        row.raw(&self.fields);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { written_ms: row.read_i64()?.unwrap_or(0), fields: row.take_rest().into() })
    }
}

impl StoredRow {
    /// The columns of the state.
    pub fn columns(schema: &Schema) -> Vec<Field> {
        let mut fields = vec![Field::new("last_written_ms", TypeKind::BigInt.not_null())];
        fields.extend(schema.fields.iter().cloned());
        fields
    }

    /// Whether it is older than the TTL.
    pub fn expired(&self, ttl_ms: Option<i64>, now_ms: i64) -> bool {
        ttl_ms.is_some_and(|ttl| now_ms.saturating_sub(self.written_ms) >= ttl)
    }
}

/// Writes the rows of a batch as bytes.
pub struct RowEncoder<'a>(Vec<Cells<'a>>);

impl<'a> RowEncoder<'a> {
    /// An encoder of all columns of a batch, which are of these types.
    pub fn new(columns: &'a [ArrayRef], types: &'a [DataType]) -> Self {
        Self(cells::all(columns, types))
    }

    /// The row at `row`.
    pub fn encode(&self, row: usize, scratch: &mut RowWriter) -> Arc<[u8]> {
        scratch.clear();
        self.0.iter().for_each(|cells| cells.encode(row, scratch));
        scratch.bytes().into()
    }
}

/// Gathers rows to be sent.
pub struct Gather {
    codec: RowCodec,
    builders: Vec<ColumnBuilder>,
    /// A column behind the rows' own, where there is one.
    extra: Option<Vec<i64>>,
    kinds: Vec<RowKind>,
}

/// Rows are sent at the latest when there are so many.
const BATCH_ROWS: usize = 8192;

impl Gather {
    /// For rows of these types; `numbered`: with a BIGINT column behind.
    pub fn new(types: Vec<DataType>, numbered: bool) -> Self {
        let builders = types.iter().map(|data_type| ColumnBuilder::new(&data_type.kind)).collect();
        Self { codec: RowCodec::new(types), builders, extra: numbered.then(Vec::new), kinds: Vec::new() }
    }

    /// Adds a row, with its number where there is a column for it.
    pub fn push(&mut self, kind: RowKind, row: &[u8], number: i64) -> Result<(), Stop> {
        self.codec.decode_into(row, &mut self.builders).map_err(|error| state_failure("a row", &error.into()))?;
        if let Some(numbers) = &mut self.extra {
            numbers.push(number);
        }
        self.kinds.push(kind);
        Ok(())
    }

    /// Sends what was gathered, where it has come to a batch.
    pub fn send_full(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        if self.kinds.len() >= BATCH_ROWS { self.send(out) } else { Ok(()) }
    }

    /// Sends what was gathered.
    pub fn send(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        emit(self.finish(), out)
    }

    /// What was gathered.
    pub fn finish(&mut self) -> Batch {
        if self.kinds.is_empty() {
            return Batch::inserts(Vec::new(), 0);
        }
        let mut columns: Vec<ArrayRef> = self.builders.iter_mut().map(ColumnBuilder::finish).collect();
        if let Some(numbers) = &mut self.extra {
            columns.push(Arc::new(arrow_array::Int64Array::from(std::mem::take(numbers))));
        }
        Batch::changes(columns, std::mem::take(&mut self.kinds))
    }
}

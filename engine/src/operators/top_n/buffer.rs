//! The rows of each partition, in their order.

use crate::{
    operators::rows::StoredRow,
    state::{StateKey, StateMap, StateSchema},
    types::{Field, RowReader, RowWriter, Schema, TypeKind, row_codec::DecodeError},
};

/// Where a row stands: by the bytes of its sort key, and of equals by when it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The sort key.
    pub sort: Box<[u8]>,
    /// A number that grows.
    pub arrival: i64,
}

impl StateKey for Place {
    fn write(&self, row: &mut RowWriter) {
        row.slice(&self.sort);
        row.i64(self.arrival);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        let sort = row.read_slice()?.unwrap_or_default().into();
        Ok(Self { sort, arrival: row.read_i64()?.unwrap_or(0) })
    }
}

/// Where a row stands in one of the windows of its partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowPlace {
    /// The window's end.
    pub end: i64,
    /// Where in the window.
    pub place: Place,
}

impl StateKey for WindowPlace {
    fn write(&self, row: &mut RowWriter) {
        row.i64(self.end);
        self.place.write(row);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { end: row.read_i64()?.unwrap_or(0), place: Place::read(row)? })
    }
}

/// An empty state of rows of `input`, in partitions by these of its columns, by `window` (a column of the window's end,
/// where there are windows) and place.
pub fn buffer<K: StateKey>(
    input: &Schema,
    partition: &[usize],
    window: Option<&str>,
    max_parallelism: u32,
) -> StateMap<K, StoredRow> {
    let mut key: Vec<Field> = partition.iter().map(|column| input.fields[*column].clone()).collect();
    key.extend(window.map(|name| Field::new(name, TypeKind::BigInt.not_null())));
    key.push(Field::new("sort_key", TypeKind::BYTES.not_null()));
    key.push(Field::new("arrival", TypeKind::BigInt.not_null()));
    let schema = StateSchema { key, value: StoredRow::columns(input) };
    StateMap::new("rows", schema, partition.len(), max_parallelism)
}

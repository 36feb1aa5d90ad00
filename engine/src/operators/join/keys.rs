//! The join key of rows, as bytes.

use arrow_array::{Array, ArrayRef};

use crate::{
    operators::cells::{self, Cells},
    types::{Batch, DataType, Field, RowReader, RowWriter, Schema, TypeKind},
};

/// The columns of one side that are compared for equality. The bytes are those by which the exchange shares rows out.
#[derive(Debug, Clone)]
pub struct JoinKey {
    columns: Vec<(usize, TypeKind, bool)>,
}

impl JoinKey {
    /// The key of these columns of a schema; `null_safe` says of each whether NULL equals NULL.
    pub fn new(columns: &[usize], null_safe: &[bool], schema: &Schema) -> Self {
        let kind = |column: usize| schema.fields[column].data_type.kind.clone();
        let safe = null_safe.iter().copied().chain(std::iter::repeat(false));
        Self { columns: columns.iter().zip(safe).map(|(&column, safe)| (column, kind(column), safe)).collect() }
    }

    /// The keys of a batch's rows.
    pub fn encode(&self, batch: &Batch) -> Keys {
        let cells = self.columns.iter().map(|(column, kind, _)| Cells::new(&batch.columns[*column], kind));
        let cells: Vec<Cells<'_>> = cells.collect();
        let nulls = self.columns.iter().filter(|(.., null_safe)| !null_safe);
        let nulls: Vec<_> = nulls.filter_map(|(column, ..)| batch.columns[*column].logical_nulls()).collect();
        let mut keys = Keys { bytes: Arena::default(), equal: Vec::with_capacity(batch.rows) };
        for row in 0..batch.rows {
            keys.bytes.push_with(|writer| cells.iter().for_each(|cells| cells.encode(row, writer)));
            keys.equal.push(nulls.iter().all(|nulls| nulls.is_valid(row)));
        }
        keys
    }

    /// Whether a key can equal another: it holds no NULL, or none that matters.
    pub fn equals(&self, key: &[u8]) -> bool {
        let mut reader = RowReader::new(key);
        self.columns.iter().all(|(_, kind, null_safe)| {
            let valid = reader.rest().first() != Some(&0);
            (valid || *null_safe) && reader.skip(kind).is_ok()
        })
    }

    /// Its columns, for the schema of a state.
    pub fn fields(&self, schema: &Schema) -> Vec<Field> {
        self.columns.iter().map(|(column, ..)| schema.fields[*column].clone()).collect()
    }
}

/// The keys of some rows.
#[derive(Debug)]
pub struct Keys {
    /// The bytes of each.
    pub bytes: Arena,
    /// Whether each can equal another: there is no NULL in it, or none that matters.
    pub equal: Vec<bool>,
}

/// The bytes of the rows of columns of these types.
pub fn rows_of(columns: &[ArrayRef], types: &[DataType], rows: usize) -> Arena {
    let cells = cells::all(columns, types);
    let mut bytes = Arena::default();
    for row in 0..rows {
        bytes.push_with(|writer| cells.iter().for_each(|cells| cells.encode(row, writer)));
    }
    bytes
}

/// Byte strings one after the other.
#[derive(Debug, Clone, Default)]
pub struct Arena {
    bytes: RowWriter,
    ends: Vec<usize>,
}

impl Arena {
    /// Takes what `write` writes as the next one.
    pub fn push_with<T>(&mut self, write: impl FnOnce(&mut RowWriter) -> T) -> T {
        let result = write(&mut self.bytes);
        self.ends.push(self.bytes.bytes().len());
        result
    }

    /// The next one.
    pub fn push(&mut self, bytes: &[u8]) {
        self.push_with(|row| row.raw(bytes));
    }

    /// One of them.
    pub fn get(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes.bytes()[start..self.ends[index]]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

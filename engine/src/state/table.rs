//! A keyed state in memory, which knows what changed since the last checkpoint.

use hashbrown::{HashTable, hash_table};

use super::{RestoredState, SnapshotWriter, StateError, StateSchema, TableMode, TableRows, more_partitions};
use crate::types::{RowReader, RowWriter, key, row_codec::DecodeError};

/// What a table holds for a key. It is written as the fields of a row, so that it can be read without the operator.
pub trait StateValue: Sized + Send + 'static {
    /// Writes its fields.
    fn write(&self, row: &mut RowWriter);
    /// Reads them back.
    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError>;
}

/// A number.
impl StateValue for i64 {
    fn write(&self, row: &mut RowWriter) {
        row.i64(*self);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        row.read_i64()?.ok_or(DecodeError::new("a value"))
    }
}

/// Nothing: only the key counts.
impl StateValue for () {
    fn write(&self, _: &mut RowWriter) {}

    fn read(_: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// Removed keys are remembered for an increment only as long as they are no more than the keys that are left, and so many:
/// beyond it a base costs less than the increment.
pub(super) const MIN_REMOVED: usize = 1024;

/// A value, and what is known of it in the last checkpoint.
#[derive(Debug)]
pub(super) struct Slot<V> {
    pub(super) value: V,
    /// Whether it is not as it was last written.
    pub(super) changed: bool,
    /// Whether its key was written, so that its removal has to be.
    pub(super) written: bool,
}

impl<V> Slot<V> {
    pub(super) fn new(value: V) -> Self {
        Self { value, changed: true, written: false }
    }

    /// A value that came from a checkpoint. The first checkpoint after a restore is a base, so nothing depends on it yet.
    pub(super) fn restored(value: V) -> Self {
        Self::new(value)
    }

    /// Whether it belongs into what is written now; it counts as written after, but for a savepoint.
    pub(super) fn goes_into(&mut self, mode: TableMode) -> bool {
        match mode {
            TableMode::Standalone => true,
            TableMode::Base => {
                (self.changed, self.written) = (false, true);
                true
            }
            TableMode::Increment => {
                self.written = true;
                std::mem::take(&mut self.changed)
            }
        }
    }
}

/// One value per key. The key is a row's bytes, as [`crate::types::row_codec::RowCodec`] writes them.
#[derive(Debug)]
pub struct StateTable<V> {
    name: &'static str,
    schema: StateSchema,
    max_parallelism: u32,
    entries: HashTable<Entry<V>>,
    /// Keys that were written, and removed since; `None` where they are no longer kept, so that the next is to be a base.
    removed: Option<Vec<(u64, Box<[u8]>)>>,
}

#[derive(Debug)]
struct Entry<V> {
    hash: u64,
    key: Box<[u8]>,
    slot: Slot<V>,
}

impl<V: StateValue> StateTable<V> {
    /// An empty table.
    pub fn new(name: &'static str, schema: StateSchema, max_parallelism: u32) -> Self {
        Self { name, schema, max_parallelism, entries: HashTable::new(), removed: None }
    }

    /// Takes back what was written. The table is empty before.
    pub fn restore(&mut self, restored: &mut RestoredState) -> Result<(), StateError> {
        let entries = &mut self.entries;
        let (rows, mut seen) = (restored.rows(self.name), 0);
        restored.table_as(self.name, &self.schema, &mut |row| {
            seen += 1;
            if entries.len() == entries.capacity() {
                entries.reserve(more_partitions(entries.len().max(1), seen, rows), |entry| entry.hash);
            }
            let hash = key::hash(row.key);
            let entry = entries.entry(hash, |entry| *entry.key == *row.key, |entry| entry.hash);
            let Some(value) = row.value else {
                if let hash_table::Entry::Occupied(entry) = entry {
                    entry.remove();
                }
                return Ok(());
            };
            let slot = Slot::restored(V::read(&mut RowReader::new(value))?);
            match entry {
                hash_table::Entry::Occupied(mut entry) => entry.get_mut().slot = slot,
                hash_table::Entry::Vacant(entry) => {
                    entry.insert(Entry { hash, key: row.key.into(), slot });
                }
            }
            Ok(())
        })
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&V> {
        self.entries.find(key::hash(key), |entry| *entry.key == *key).map(|entry| &entry.slot.value)
    }

    /// The value of a key, which is about to change.
    pub fn get_mut(&mut self, key: &[u8]) -> Option<&mut V> {
        let entry = self.entries.find_mut(key::hash(key), |entry| *entry.key == *key)?;
        entry.slot.changed = true;
        Some(&mut entry.slot.value)
    }

    /// The value of a key, which is about to change; a new one where there is none.
    pub fn get_or_insert_with(&mut self, key: &[u8], new: impl FnOnce() -> V) -> &mut V {
        let hash = key::hash(key);
        let entry = self
            .entries
            .entry(hash, |entry| *entry.key == *key, |entry| entry.hash)
            .or_insert_with(|| Entry { hash, key: key.into(), slot: Slot::new(new()) })
            .into_mut();
        entry.slot.changed = true;
        &mut entry.slot.value
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: &[u8], value: V) {
        let hash = key::hash(key);
        match self.entries.entry(hash, |entry| *entry.key == *key, |entry| entry.hash) {
            hash_table::Entry::Occupied(mut entry) => {
                let slot = &mut entry.get_mut().slot;
                (slot.value, slot.changed) = (value, true);
            }
            hash_table::Entry::Vacant(entry) => {
                entry.insert(Entry { hash, key: key.into(), slot: Slot::new(value) });
            }
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &[u8]) -> Option<V> {
        let found = self.entries.find_entry(key::hash(key), |entry| *entry.key == *key).ok()?;
        let (entry, _) = found.remove();
        if let Some(removed) = &mut self.removed
            && entry.slot.written
        {
            removed.push((entry.hash, entry.key));
            if removed.len() > self.entries.len().max(MIN_REMOVED) {
                self.removed = None;
            }
        }
        Some(entry.slot.value)
    }

    /// Removes all keys for which `keep` says false.
    pub fn retain(&mut self, mut keep: impl FnMut(&[u8], &V) -> bool) {
        let gone: Vec<Box<[u8]>> =
            self.iter().filter(|(key, value)| !keep(key, value)).map(|(key, _)| key.into()).collect();
        for key in gone {
            self.remove(&key);
        }
    }

    /// All keys and values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &V)> {
        self.entries.iter().map(|entry| (entry.key.as_ref(), &entry.slot.value))
    }

    /// Writes all rows, or what changed since the last checkpoint, as the writer asks.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        if writer.forgets() {
            return;
        }
        let mode = match (writer.mode(self.name), &self.removed) {
            (TableMode::Increment, None) => TableMode::Base,
            (mode, _) => mode,
        };
        let mut rows = TableRows::default();
        if mode == TableMode::Increment {
            for (hash, key) in self.removed.iter().flatten().filter(|(_, key)| self.get(key).is_none()) {
                rows.push(key::group(*hash, self.max_parallelism), [key, &[]], None);
            }
        }
        if mode != TableMode::Standalone {
            self.removed = Some(Vec::new());
        }
        let mut row = RowWriter::new();
        for entry in &mut self.entries {
            if entry.slot.goes_into(mode) {
                row.clear();
                entry.slot.value.write(&mut row);
                rows.push(key::group(entry.hash, self.max_parallelism), [&entry.key, &[]], Some(row.bytes()));
            }
        }
        writer.table(self.name, &self.schema, self.schema.key.len(), mode == TableMode::Increment, rows);
    }
}

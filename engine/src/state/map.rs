//! A keyed state with many values per key, ordered by a second key.

use std::{borrow::Borrow, ops::RangeBounds};

use hashbrown::HashTable;

use super::{
    RestoredState, SnapshotWriter, StateError, StateSchema, StateValue, TableMode, TableRows, more_partitions,
    ordered::Ordered,
    table::{MIN_REMOVED, Slot},
};
use crate::types::{DataType, RowReader, RowWriter, key, row_codec::DecodeError};

/// The second key of a [`StateMap`]. Its order is that in which the map is gone through.
pub trait StateKey: Ord + Clone + Send + 'static {
    /// Writes its fields.
    fn write(&self, row: &mut RowWriter);
    /// Reads them back.
    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError>;
}

/// A time, or a number that counts up.
impl StateKey for i64 {
    fn write(&self, row: &mut RowWriter) {
        row.i64(*self);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        row.read_i64()?.ok_or(DecodeError::new("a key"))
    }
}

/// A time and a number that tells what has the same time apart; a window's start and end.
impl StateKey for (i64, i64) {
    fn write(&self, row: &mut RowWriter) {
        row.i64(self.0);
        row.i64(self.1);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok((StateKey::read(row)?, StateKey::read(row)?))
    }
}

/// Bytes in their own order, such as a sort key: one column of type BYTES.
impl StateKey for Box<[u8]> {
    fn write(&self, row: &mut RowWriter) {
        row.slice(self);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        row.read_slice()?.map(Into::into).ok_or(DecodeError::new("a key"))
    }
}

/// The bytes of a row that is itself the key: the columns of the row. In no order that means anything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey(pub Box<[u8]>);

impl StateKey for RowKey {
    fn write(&self, row: &mut RowWriter) {
        row.raw(&self.0);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(row.take_rest().into()))
    }
}

/// Values by partition key and second key. The partition key is a row's bytes, as
/// [`crate::types::row_codec::RowCodec`] writes them; it alone decides on the key group.
#[derive(Debug)]
pub struct StateMap<K, V> {
    name: &'static str,
    schema: StateSchema,
    /// The types of the partition key.
    partition: Vec<DataType>,
    max_parallelism: u32,
    partitions: HashTable<Partition<K, V>>,
    rows: usize,
    /// As of [`super::StateTable`].
    removed: Option<Vec<(Box<[u8]>, K)>>,
}

#[derive(Debug)]
struct Partition<K, V> {
    hash: u64,
    key: Box<[u8]>,
    slots: Ordered<K, Slot<V>>,
}

impl<K: StateKey, V: StateValue> StateMap<K, V> {
    /// An empty map. The first `partition` columns of the schema's key are the partition key, the others the second key.
    pub fn new(name: &'static str, schema: StateSchema, partition: usize, max_parallelism: u32) -> Self {
        let partition = schema.key_types().into_iter().take(partition).collect();
        Self { name, schema, partition, max_parallelism, partitions: HashTable::new(), rows: 0, removed: None }
    }

    /// Takes back what was written. The map is empty before.
    pub fn restore(&mut self, restored: &mut RestoredState) -> Result<(), StateError> {
        let schema = self.schema.clone();
        let (rows, mut seen) = (restored.rows(self.name), 0);
        restored.table_as(self.name, &schema, &mut |row| {
            seen += 1;
            if self.partitions.len() == self.partitions.capacity() {
                let more = more_partitions(self.partitions.len().max(1), seen, rows);
                self.partitions.reserve(more, |entry| entry.hash);
            }
            let mut reader = RowReader::new(row.key);
            for data_type in &self.partition {
                reader.skip(&data_type.kind)?;
            }
            let (partition, _) = row.key.split_at(row.key.len() - reader.rest().len());
            let sub = K::read(&mut reader)?;
            match row.value {
                Some(value) => {
                    let value = V::read(&mut RowReader::new(value))?;
                    self.insert(partition, sub, value);
                }
                None => {
                    self.remove(partition, &sub);
                }
            }
            Ok(())
        })
    }

    fn find(&self, partition: &[u8]) -> Option<&Partition<K, V>> {
        self.partitions.find(key::hash(partition), |entry| *entry.key == *partition)
    }

    fn find_mut(&mut self, partition: &[u8]) -> Option<&mut Partition<K, V>> {
        self.partitions.find_mut(key::hash(partition), |entry| *entry.key == *partition)
    }

    /// A value.
    pub fn get<Q: Ord + ?Sized>(&self, partition: &[u8], sub: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(partition)?.slots.get(sub).map(|slot| &slot.value)
    }

    /// A value, which is about to change.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, partition: &[u8], sub: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let slot = self.find_mut(partition)?.slots.get_mut(sub)?;
        slot.changed = true;
        Some(&mut slot.value)
    }

    /// A value, which is about to change; a new one where there is none.
    pub fn get_or_insert_with(&mut self, partition: &[u8], sub: K, new: impl FnOnce() -> V) -> &mut V {
        // Counted through a separate field, for the slot's borrow lasts.
        let (partitions, rows) = (&mut self.partitions, &mut self.rows);
        let hash = key::hash(partition);
        let entry = partitions
            .entry(hash, |entry| *entry.key == *partition, |entry| entry.hash)
            .or_insert_with(|| Partition { hash, key: partition.into(), slots: Ordered::new() })
            .into_mut();
        let slot = entry.slots.get_or_insert_with(sub, || {
            *rows += 1;
            Slot::new(new())
        });
        slot.changed = true;
        &mut slot.value
    }

    /// Sets a value; answers the one before.
    pub fn insert(&mut self, partition: &[u8], sub: K, value: V) -> Option<V> {
        if let Some(kept) = self.get_mut(partition, &sub) {
            return Some(std::mem::replace(kept, value));
        }
        self.get_or_insert_with(partition, sub, || value);
        None
    }

    /// Removes a value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, partition: &[u8], sub: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let find = |entry: &Partition<K, V>| *entry.key == *partition;
        let mut found = self.partitions.find_entry(key::hash(partition), find).ok()?;
        let (sub, slot) = found.get_mut().slots.remove_entry(sub)?;
        let (written, value) = (slot.written, slot.value);
        if found.get().slots.len() == 0 {
            found.remove();
        }
        self.rows -= 1;
        self.forget(partition, sub, written);
        Some(value)
    }

    /// Removes all values of a partition key; answers them in order.
    pub fn remove_partition(&mut self, partition: &[u8]) -> Vec<(K, V)> {
        let find = |entry: &Partition<K, V>| *entry.key == *partition;
        let Ok(found) = self.partitions.find_entry(key::hash(partition), find) else { return Vec::new() };
        let (entry, _) = found.remove();
        self.rows -= entry.slots.len();
        let mut values = Vec::with_capacity(entry.slots.len());
        for (sub, slot) in entry.slots.into_vec() {
            self.forget(partition, sub.clone(), slot.written);
            values.push((sub, slot.value));
        }
        values
    }

    /// Remembers a removal for the next increment.
    fn forget(&mut self, partition: &[u8], sub: K, written: bool) {
        let Some(removed) = &mut self.removed else { return };
        if written {
            removed.push((partition.into(), sub));
            if removed.len() > self.rows.max(MIN_REMOVED) {
                self.removed = None;
            }
        }
    }

    /// The values of a partition key, in order.
    pub fn rows(&self, partition: &[u8]) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.find(partition).into_iter().flat_map(|entry| entry.slots.iter()).map(|(sub, slot)| (sub, &slot.value))
    }

    /// The values of a partition key whose second keys are in `range`, in order.
    pub fn range<Q: Ord + ?Sized>(
        &self,
        partition: &[u8],
        range: impl RangeBounds<Q>,
    ) -> impl DoubleEndedIterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
    {
        let found = self.find(partition).map(|entry| entry.slots.range(range));
        found.into_iter().flatten().map(|(sub, slot)| (sub, &slot.value))
    }

    /// The value of a partition key that is at a place in their order.
    pub fn at(&self, partition: &[u8], place: usize) -> Option<(&K, &V)> {
        self.find(partition)?.slots.at(place).map(|(sub, slot)| (sub, &slot.value))
    }

    /// How many values a partition key has.
    pub fn count(&self, partition: &[u8]) -> usize {
        self.find(partition).map_or(0, |entry| entry.slots.len())
    }

    /// All partition keys, in no order.
    pub fn partitions(&self) -> impl Iterator<Item = &[u8]> {
        self.partitions.iter().map(|entry| entry.key.as_ref())
    }

    /// All values, those of a partition key together and in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &K, &V)> {
        self.partitions
            .iter()
            .flat_map(|entry| entry.slots.iter().map(move |(sub, slot)| (entry.key.as_ref(), sub, &slot.value)))
    }

    #[cfg(test)]
    /// How many values there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Writes all values, or what changed since the last checkpoint, as the writer asks.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        if writer.forgets() {
            return;
        }
        let mode = match (writer.mode(self.name), &self.removed) {
            (TableMode::Increment, None) => TableMode::Base,
            (mode, _) => mode,
        };
        let mut rows = TableRows::default();
        let (mut sub_row, mut value_row) = (RowWriter::new(), RowWriter::new());
        if mode == TableMode::Increment {
            let gone = self.removed.iter().flatten().filter(|(partition, sub)| self.get(partition, sub).is_none());
            for (partition, sub) in gone {
                sub_row.clear();
                sub.write(&mut sub_row);
                let group = key::group(key::hash(partition), self.max_parallelism);
                rows.push(group, [partition, sub_row.bytes()], None);
            }
        }
        if mode != TableMode::Standalone {
            self.removed = Some(Vec::new());
        }
        for entry in &mut self.partitions {
            let group = key::group(entry.hash, self.max_parallelism);
            let key = &entry.key;
            entry.slots.for_each_mut(|sub, slot| {
                if slot.goes_into(mode) {
                    sub_row.clear();
                    sub.write(&mut sub_row);
                    value_row.clear();
                    slot.value.write(&mut value_row);
                    rows.push(group, [key, sub_row.bytes()], Some(value_row.bytes()));
                }
            });
        }
        writer.table(self.name, &self.schema, self.partition.len(), mode == TableMode::Increment, rows);
    }
}

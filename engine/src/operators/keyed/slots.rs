//! Keys numbered: each key of a state has a slot, by which the columns that hold its values are indexed.

use hashbrown::{HashTable, hash_table::Entry as Place};

use super::{Removed, SmallKey};
use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateSchema, TableMode, TableRows},
    types::{Field, RowReader, RowWriter, TypeKind, key, row_codec::DecodeError},
};

/// The number of a key.
pub type Slot = u32;

/// The slot of a row that is not to be looked at.
pub const SKIP: Slot = Slot::MAX;

/// What a state's keys are.
#[derive(Debug, Clone)]
pub struct KeyLayout {
    /// Under which name the state is written.
    pub name: String,
    /// The columns of a key.
    pub fields: Vec<Field>,
    /// How many of them, from the first, decide the key group: those by which the input is shared out.
    pub partition: usize,
    /// The key groups.
    pub max_parallelism: u32,
    /// Keys that were not written for so long (milliseconds) are as if they had never been.
    pub ttl_ms: Option<i64>,
}

/// What was found under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Its slot.
    Old(Slot),
    /// A slot that is new, or whose values are too old: they are to be set to what they are at first.
    New(Slot),
}

impl Found {
    /// The slot.
    pub fn slot(self) -> Slot {
        match self {
            Self::Old(slot) | Self::New(slot) => slot,
        }
    }
}

/// The keys of one state, and what changed since the last checkpoint.
pub struct Slots {
    layout: KeyLayout,
    index: HashTable<(u64, Slot)>,
    entries: Vec<Entry>,
    /// When each was last written, where there is a TTL.
    written: Vec<i64>,
    free: Vec<Slot>,
    removed: Removed,
}

struct Entry {
    key: SmallKey,
    hash: u64,
    group: u16,
    live: bool,
    /// Whether its values are not as they were last written.
    changed: bool,
    /// Whether it was written, so that its removal has to be.
    written: bool,
}

impl Slots {
    /// No keys.
    pub fn new(layout: KeyLayout) -> Self {
        Self {
            layout,
            index: HashTable::new(),
            entries: Vec::new(),
            written: Vec::new(),
            free: Vec::new(),
            removed: Removed::default(),
        }
    }

    /// What the keys are.
    pub fn layout(&self) -> &KeyLayout {
        &self.layout
    }

    /// One more than the highest slot there has been: how long the columns of values have to be.
    pub fn capacity(&self) -> usize {
        self.entries.len()
    }

    /// The bytes of the key of a slot.
    pub fn key(&self, slot: Slot) -> &[u8] {
        self.entries[slot as usize].key.bytes()
    }

    /// The key group of a slot.
    pub fn group(&self, slot: Slot) -> u16 {
        self.entries[slot as usize].group
    }

    /// All slots that have a key, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = Slot> {
        (0..).zip(&self.entries).filter(|(_, entry)| entry.live).map(|(slot, _)| slot)
    }

    /// The slot of a key, `prefix` bytes of which decide its group.
    pub fn find_prefixed(&mut self, bytes: &[u8], prefix: usize, now_ms: i64) -> Found {
        let hash = key::hash(bytes);
        let entries = &mut self.entries;
        let place = self.index.entry(
            hash,
            |(other, slot)| *other == hash && entries[*slot as usize].key.bytes() == bytes,
            |(hash, _)| *hash,
        );
        let vacant = match place {
            Place::Occupied(place) => {
                let slot = place.get().1;
                entries[slot as usize].changed = true;
                return self.touch(slot, now_ms);
            }
            Place::Vacant(place) => place,
        };
        let hash_of_group = if prefix == bytes.len() { hash } else { key::hash(&bytes[..prefix]) };
        let group = key::group(hash_of_group, self.layout.max_parallelism);
        let entry = Entry { key: SmallKey::new(bytes), hash, group, live: true, changed: true, written: false };
        let slot = match self.free.pop() {
            Some(slot) => {
                entries[slot as usize] = entry;
                slot
            }
            None => {
                entries.push(entry);
                (entries.len() - 1) as Slot
            }
        };
        vacant.insert((hash, slot));
        self.touch(slot, now_ms);
        Found::New(slot)
    }

    /// The slot of a key all of which decides its group.
    pub fn find(&mut self, bytes: &[u8], now_ms: i64) -> Found {
        self.find_prefixed(bytes, bytes.len(), now_ms)
    }

    /// The slot of a key, where there is one; it is not taken for changed.
    pub fn get(&self, bytes: &[u8]) -> Option<Slot> {
        let hash = key::hash(bytes);
        let same = |(other, slot): &(u64, Slot)| *other == hash && self.entries[*slot as usize].key.bytes() == bytes;
        self.index.find(hash, same).map(|(_, slot)| *slot)
    }

    /// The slot's values change.
    pub fn change(&mut self, slot: Slot) {
        self.entries[slot as usize].changed = true;
    }

    fn touch(&mut self, slot: Slot, now_ms: i64) -> Found {
        let Some(ttl) = self.layout.ttl_ms else { return Found::Old(slot) };
        if self.written.len() <= slot as usize {
            self.written.resize(self.entries.len(), now_ms);
        }
        let written = std::mem::replace(&mut self.written[slot as usize], now_ms);
        if now_ms.saturating_sub(written) >= ttl { Found::New(slot) } else { Found::Old(slot) }
    }

    /// Frees a slot. The columns of values keep what was in it until it is given out again.
    pub fn remove(&mut self, slot: Slot) {
        let entry = &mut self.entries[slot as usize];
        if !entry.live {
            return;
        }
        entry.live = false;
        let (hash, group) = (entry.hash, entry.group);
        let key = std::mem::replace(&mut entry.key, SmallKey::new(&[]));
        if entry.written {
            self.removed.push(group, key.bytes().into(), self.index.len());
        }
        if let Ok(found) = self.index.find_entry(hash, |(_, other)| *other == slot) {
            found.remove();
        }
        self.free.push(slot);
    }

    /// A slot that is not found by its key, for values in between; [`Slots::release`] takes it back. Its key is that of
    /// another.
    pub fn scratch_like(&mut self, other: Slot) -> Slot {
        let key = self.entries[other as usize].key.clone();
        let entry = Entry { key, hash: 0, group: 0, live: false, changed: false, written: false };
        match self.free.pop() {
            Some(slot) => {
                self.entries[slot as usize] = entry;
                slot
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as Slot
            }
        }
    }

    /// Takes back what [`Slots::scratch_like`] gave.
    pub fn release(&mut self, slot: Slot) {
        self.free.push(slot);
    }

    /// The slots that were not written for longer than the TTL.
    pub fn expired(&self, now_ms: i64) -> Vec<Slot> {
        let Some(ttl) = self.layout.ttl_ms else { return Vec::new() };
        self.iter().filter(|slot| now_ms.saturating_sub(self.written[*slot as usize]) >= ttl).collect()
    }

    /// Writes all keys, or what changed since the last checkpoint, as the writer asks. `write` writes the values of a slot,
    /// of the columns `value`.
    pub fn snapshot(
        &mut self,
        writer: &mut SnapshotWriter,
        mut value: Vec<Field>,
        mut write: impl FnMut(Slot, &mut RowWriter),
    ) {
        if writer.forgets() {
            return;
        }
        let mut rows = TableRows::default();
        let mut removed = std::mem::take(&mut self.removed);
        let mode = removed.begin(writer.mode(&self.layout.name), &mut rows, |key| self.get(key).is_some());
        self.removed = removed;
        let mut row = RowWriter::new();
        for (slot, entry) in self.entries.iter_mut().enumerate() {
            if !entry.live || (mode == TableMode::Increment && !entry.changed) {
                continue;
            }
            if mode != TableMode::Standalone {
                (entry.changed, entry.written) = (false, true);
            }
            row.clear();
            if self.layout.ttl_ms.is_some() {
                row.i64(self.written[slot]);
            }
            write(slot as Slot, &mut row);
            rows.push(entry.group, [entry.key.bytes(), &[]], Some(row.bytes()));
        }
        if self.layout.ttl_ms.is_some() {
            value.insert(0, Field::new("last_written_ms", TypeKind::BigInt.not_null()));
        }
        let schema = StateSchema { key: self.layout.fields.clone(), value };
        writer.table(&self.layout.name, &schema, self.layout.partition, mode == TableMode::Increment, rows);
    }

    /// Takes back what was written. There are no keys before. `take` takes the values of a slot; `None` where its key was
    /// removed after they were written: the slot will be given out again.
    pub fn restore(
        &mut self,
        restored: &mut RestoredState,
        mut take: impl FnMut(Slot, Option<&mut RowReader<'_>>) -> Result<(), DecodeError>,
    ) -> Result<(), StateError> {
        let name = self.layout.name.clone();
        restored.table(&name, &mut |row| {
            let Some(value) = row.value else {
                if let Some(slot) = self.get(row.key) {
                    take(slot, None)?;
                    self.remove(slot);
                }
                return Ok(());
            };
            let prefix = self.prefix(row.key)?;
            let slot = self.find_prefixed(row.key, prefix, 0).slot();
            let mut fields = RowReader::new(value);
            if self.layout.ttl_ms.is_some() {
                self.written[slot as usize] = fields.read_i64()?.unwrap_or(0);
            }
            Ok(take(slot, Some(&mut fields))?)
        })
    }

    /// How many bytes of a key decide its group.
    fn prefix(&self, bytes: &[u8]) -> Result<usize, DecodeError> {
        if self.layout.partition == self.layout.fields.len() {
            return Ok(bytes.len());
        }
        let mut reader = RowReader::new(bytes);
        for field in &self.layout.fields[..self.layout.partition] {
            reader.skip(&field.data_type.kind)?;
        }
        Ok(bytes.len() - reader.rest().len())
    }
}

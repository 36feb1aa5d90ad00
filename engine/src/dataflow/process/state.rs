//! Keyed state, as a process sees it: of the key of the value that is being processed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::{
    dataflow::{
        json::{Json, check_written, key_bytes, key_of, schema},
        record::Stored,
    },
    runtime::Stop,
    state::{RestoredState, RowKey, SnapshotWriter, StateMap, StateTable},
    types::TypeKind,
};

/// The bytes of the key that is being processed.
pub type CurrentKey = Arc<Mutex<Vec<u8>>>;

/// A task is one thread; a lock is there only because tasks are made in one thread and run in another.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Snapshot = Box<dyn FnMut(&mut SnapshotWriter) + Send>;

/// Where a process asks for its state. Names are of the process; each is asked for once.
pub struct States {
    key: CurrentKey,
    restored: Option<RestoredState>,
    max_parallelism: u32,
    snapshots: Vec<Snapshot>,
    failed: Option<Stop>,
}

impl States {
    /// What was restored.
    pub fn new(max_parallelism: u32, restored: Option<RestoredState>) -> Self {
        Self { key: CurrentKey::default(), restored, max_parallelism, snapshots: Vec::new(), failed: None }
    }

    /// One value a key.
    pub fn value<V: Stored>(&mut self, name: &'static str) -> ValueState<V> {
        let mut table = StateTable::new(name, schema(&[]), self.max_parallelism);
        self.restore(|restored| table.restore(restored).map_err(Stop::from));
        let table = Arc::new(Mutex::new(table));
        self.keep(&table, StateTable::snapshot);
        ValueState { table, key: Arc::clone(&self.key) }
    }

    /// Values by a second key. They are written into checkpoints one by one, so that there may be many.
    pub fn map<M: Stored, V: Stored>(&mut self, name: &'static str) -> MapState<M, V> {
        let table = self.table(name, &[("entry", TypeKind::STRING)]);
        MapState { table, key: Arc::clone(&self.key), entry: std::marker::PhantomData }
    }

    /// Values in their order. They are written into checkpoints one by one.
    pub fn list<V: Stored>(&mut self, name: &'static str) -> ListState<V> {
        let table = self.table(name, &[("number", TypeKind::BigInt)]);
        ListState { table, key: Arc::clone(&self.key) }
    }

    fn table<S: crate::state::StateKey, V: Stored>(
        &mut self,
        name: &'static str,
        second: &[(&str, TypeKind)],
    ) -> Arc<Mutex<StateMap<S, Json<V>>>> {
        let mut table = StateMap::new(name, schema(second), 1, self.max_parallelism);
        self.restore(|restored| table.restore(restored).map_err(Stop::from));
        let table = Arc::new(Mutex::new(table));
        self.keep(&table, StateMap::snapshot);
        table
    }

    fn restore(&mut self, restore: impl FnOnce(&mut RestoredState) -> Result<(), Stop>) {
        if let Some(restored) = &mut self.restored
            && let Err(stop) = restore(restored)
        {
            self.failed.get_or_insert(stop);
        }
    }

    fn keep<T: Send + 'static>(&mut self, table: &Arc<Mutex<T>>, snapshot: fn(&mut T, &mut SnapshotWriter)) {
        let table = Arc::clone(table);
        self.snapshots.push(Box::new(move |writer| snapshot(&mut lock(&table), writer)));
    }

    /// The state that was asked for; fails where some could not be read.
    pub fn finish(self) -> Result<Kept, Stop> {
        match self.failed {
            Some(stop) => Err(stop),
            None => Ok(Kept { key: self.key, snapshots: self.snapshots }),
        }
    }

    /// What was restored and is not asked for through [`States`].
    pub fn restored(&mut self) -> Option<&mut RestoredState> {
        self.restored.as_mut()
    }
}

/// All state of a process.
pub struct Kept {
    key: CurrentKey,
    snapshots: Vec<Snapshot>,
}

impl Kept {
    /// From now on state is that of this key.
    pub fn set_key(&self, key: &[u8]) {
        let mut current = lock(&self.key);
        current.clear();
        current.extend_from_slice(key);
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.snapshots.iter_mut().for_each(|snapshot| snapshot(writer));
        check_written()
    }
}

/// One value a key.
pub struct ValueState<V> {
    table: Arc<Mutex<StateTable<Json<V>>>>,
    key: CurrentKey,
}

impl<V: Stored> ValueState<V> {
    /// A copy of the value.
    pub fn get(&self) -> Option<V> {
        lock(&self.table).get(&lock(&self.key)).map(|value| value.0.clone())
    }

    /// Sets the value.
    pub fn set(&mut self, value: V) {
        lock(&self.table).insert(&lock(&self.key), Json(value));
    }

    /// Changes the value in its place; where there is none, begins with `default`.
    pub fn change<T>(&mut self, default: impl FnOnce() -> V, change: impl FnOnce(&mut V) -> T) -> T {
        change(&mut lock(&self.table).get_or_insert_with(&lock(&self.key), || Json(default())).0)
    }

    /// Removes the value.
    pub fn take(&mut self) -> Option<V> {
        lock(&self.table).remove(&lock(&self.key)).map(|value| value.0)
    }
}

/// Values by a second key.
pub struct MapState<M, V> {
    table: Arc<Mutex<StateMap<RowKey, Json<V>>>>,
    key: CurrentKey,
    entry: std::marker::PhantomData<fn() -> M>,
}

/// A second key that is no JSON is of no entry: it could not have been inserted.
fn entry(entry: &impl Serialize) -> Option<RowKey> {
    key_bytes(entry).ok().map(|bytes| RowKey(bytes.into()))
}

impl<M: Stored, V: Stored> MapState<M, V> {
    /// A copy of the value of an entry.
    pub fn get(&self, of: &M) -> Option<V> {
        lock(&self.table).get(&lock(&self.key), &entry(of)?).map(|value| value.0.clone())
    }

    /// Sets the value of an entry; answers the one before.
    pub fn insert(&mut self, of: &M, value: V) -> Option<V> {
        lock(&self.table).insert(&lock(&self.key), entry(of)?, Json(value)).map(|value| value.0)
    }

    /// Removes an entry.
    pub fn remove(&mut self, of: &M) -> Option<V> {
        lock(&self.table).remove(&lock(&self.key), &entry(of)?).map(|value| value.0)
    }

    /// Copies of all entries, in an order that is always the same: that of their keys as JSON, shorter ones first.
    pub fn iter(&self) -> Vec<(M, V)> {
        let (table, key) = (lock(&self.table), lock(&self.key));
        let rows = table.rows(&key).map(|(of, value)| (key_of(&of.0).ok(), value.0.clone()));
        rows.filter_map(|(of, value)| Some((of?, value))).collect()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        lock(&self.table).count(&lock(&self.key))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        lock(&self.table).remove_partition(&lock(&self.key));
    }
}

/// Values in their order.
pub struct ListState<V> {
    table: Arc<Mutex<StateMap<i64, Json<V>>>>,
    key: CurrentKey,
}

impl<V: Stored> ListState<V> {
    /// Appends a value.
    pub fn push(&mut self, value: V) {
        let (mut table, key) = (lock(&self.table), lock(&self.key));
        let next = table.rows(&key).next_back().map_or(0, |(number, _)| number + 1);
        table.insert(&key, next, Json(value));
    }

    /// Copies of all values.
    pub fn iter(&self) -> Vec<V> {
        let (table, key) = (lock(&self.table), lock(&self.key));
        table.rows(&key).map(|(_, value)| value.0.clone()).collect()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        lock(&self.table).count(&lock(&self.key))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all values; answers them.
    pub fn take(&mut self) -> Vec<V> {
        let removed = lock(&self.table).remove_partition(&lock(&self.key));
        removed.into_iter().map(|(_, value)| value.0).collect()
    }
}

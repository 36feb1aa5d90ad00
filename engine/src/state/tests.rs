//! Tables and maps against plain ones, through snapshots and back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, ops::Range};

use proptest::prelude::*;

use super::*;
use crate::types::{RowReader, RowWriter, TypeKind, key};

const GROUPS: u32 = 16;

/// The tables of several snapshots, one after the other.
#[derive(Debug)]
struct Written {
    parts: Vec<TableRows>,
    groups: Range<u16>,
}

impl RestoredTable for Written {
    fn schema(&self) -> Option<&StateSchema> {
        None
    }

    fn rows(&self) -> u64 {
        self.parts.iter().map(TableRows::len).sum()
    }

    fn read(&mut self, take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>) -> Result<(), StateError> {
        for block in self.parts.iter().flat_map(|part| &part.blocks) {
            let groups = self.groups.clone();
            read_block(&block.bytes, block.rows, &mut |row| {
                if groups.contains(&row.group) { take(row) } else { Ok(()) }
            })?;
        }
        Ok(())
    }
}

pub fn restored(written: Vec<SnapshotWriter>, groups: Range<u16>) -> RestoredState {
    let mut parts: BTreeMap<String, Vec<TableRows>> = BTreeMap::new();
    let mut lists: BTreeMap<String, Vec<Box<[u8]>>> = BTreeMap::new();
    for (name, state) in written.into_iter().flat_map(|writer| writer.states) {
        match state.rows {
            SnapshotRows::Table { rows, .. } => parts.entry(name).or_default().push(rows),
            SnapshotRows::List(elements) => lists.entry(name).or_default().extend(elements),
        }
    }
    let tables = parts.into_iter().map(|(name, parts)| {
        let table: Box<dyn RestoredTable> = Box::new(Written { parts, groups: groups.clone() });
        (name, table)
    });
    RestoredState { tables: tables.collect(), lists }
}

fn bigints(names: &[&str]) -> Vec<Field> {
    names.iter().map(|name| Field::new(*name, TypeKind::BigInt.not_null())).collect()
}

fn table() -> StateTable<i64> {
    StateTable::new("t", StateSchema { key: bigints(&["k"]), value: bigints(&["v"]) }, GROUPS)
}

fn map() -> StateMap<i64, i64> {
    StateMap::new("m", StateSchema { key: bigints(&["k", "s"]), value: bigints(&["v"]) }, 1, GROUPS)
}

fn key_of(key: i64) -> Vec<u8> {
    let mut row = RowWriter::new();
    row.i64(key);
    row.into_bytes()
}

#[derive(Debug, Clone)]
enum Step {
    Put(i64, i64, i64),
    Remove(i64, i64),
    RemovePartition(i64),
    Checkpoint,
    Savepoint,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = 0..12_i64;
    let step = prop_oneof![
        8 => (key.clone(), 0..4_i64, any::<i64>()).prop_map(|(k, s, v)| Step::Put(k, s, v)),
        4 => (key.clone(), 0..4_i64).prop_map(|(k, s)| Step::Remove(k, s)),
        1 => key.prop_map(Step::RemovePartition),
        2 => Just(Step::Checkpoint),
        1 => Just(Step::Savepoint),
    ];
    proptest::collection::vec(step, 0..120)
}

type Oracle = BTreeMap<(i64, i64), i64>;

fn contents(map: &StateMap<i64, i64>) -> Oracle {
    let all = map.iter().map(|(k, s, v)| ((RowReader::new(k).read_i64().unwrap().unwrap(), *s), *v));
    let all: Oracle = all.collect();
    assert_eq!(all.len(), map.len());
    all
}

proptest! {
    /// A chain of a base and increments gives what the map held, at any parallelism; so does a savepoint.
    #[test]
    fn what_is_restored_is_what_was_held(steps in steps(), parallelism in 1..5_u32) {
        let (mut map, mut table) = (map(), table());
        let mut oracle = Oracle::new();
        let mut chain: Vec<(SnapshotWriter, Oracle)> = Vec::new();
        for step in steps {
            match step {
                Step::Put(k, s, v) => {
                    prop_assert_eq!(map.insert(&key_of(k), s, v), oracle.insert((k, s), v));
                    table.insert(&key_of(k * 4 + s), v);
                }
                Step::Remove(k, s) => {
                    let gone = oracle.remove(&(k, s));
                    prop_assert_eq!(map.remove(&key_of(k), &s), gone);
                    prop_assert_eq!(table.remove(&key_of(k * 4 + s)), gone);
                }
                Step::RemovePartition(k) => {
                    let gone = map.remove_partition(&key_of(k));
                    let expect: Vec<_> = oracle.extract_if((k, 0)..(k + 1, 0), |_, _| true).map(|((_, s), v)| (s, v)).collect();
                    expect.iter().for_each(|(s, _)| { table.remove(&key_of(k * 4 + s)); });
                    prop_assert_eq!(gone, expect);
                }
                Step::Checkpoint | Step::Savepoint => {
                    let mut writer = match step {
                        Step::Savepoint => SnapshotWriter::savepoint(1),
                        _ if chain.is_empty() => SnapshotWriter::default(),
                        _ => SnapshotWriter::checkpoint(1, ["m".to_owned(), "t".to_owned()].into()),
                    };
                    map.snapshot(&mut writer);
                    table.snapshot(&mut writer);
                    if matches!(step, Step::Savepoint) {
                        check_restored(vec![writer], &oracle, parallelism);
                        continue;
                    }
                    chain.push((writer, oracle.clone()));
                }
            }
            prop_assert_eq!(&contents(&map), &oracle);
        }
        if let Some(last) = chain.last().map(|(_, oracle)| oracle.clone()) {
            check_restored(chain.into_iter().map(|(writer, _)| writer).collect(), &last, parallelism);
        }
    }
}

fn check_restored(written: Vec<SnapshotWriter>, expect: &Oracle, parallelism: u32) {
    let (mut all, mut flat) = (Oracle::new(), Oracle::new());
    let copy = |writers: &[SnapshotWriter]| {
        writers.iter().map(|w| SnapshotWriter { states: w.states.clone(), ..SnapshotWriter::default() }).collect()
    };
    for subtask in 0..parallelism {
        let groups = key::groups_of(subtask, GROUPS, parallelism);
        let mut state = RestoredState::of(copy(&written), groups);
        let (mut map, mut table) = (map(), table());
        map.restore(&mut state).unwrap();
        table.restore(&mut state).unwrap();
        all.extend(contents(&map));
        let decode = |key| RowReader::new(key).read_i64().unwrap().unwrap();
        flat.extend(table.iter().map(|(key, value)| ((decode(key) / 4, decode(key) % 4), *value)));
    }
    assert_eq!(&all, expect);
    assert_eq!(&flat, expect);
}

#[test]
fn a_maps_values_are_in_order() {
    let mut map = map();
    for sub in [5, -1, 3] {
        map.insert(&key_of(1), sub, sub * 10);
    }
    map.insert(&key_of(2), 0, 0);
    let of = |rows: Vec<(&i64, &i64)>| rows.into_iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>();
    assert_eq!(of(map.rows(&key_of(1)).collect()), [(-1, -10), (3, 30), (5, 50)]);
    assert_eq!(of(map.range(&key_of(1), 0..5).rev().collect()), [(3, 30)]);
    assert_eq!((map.count(&key_of(1)), map.count(&key_of(9)), map.len()), (3, 0, 4));
}

#[test]
fn removals_beyond_what_is_left_make_a_base() {
    let mut table = table();
    (0..5000).for_each(|key| table.insert(&key_of(key), key));
    table.snapshot(&mut SnapshotWriter::default());
    (0..4000).for_each(|key| {
        table.remove(&key_of(key));
    });
    let mut writer = SnapshotWriter::checkpoint(1, ["t".to_owned()].into());
    table.snapshot(&mut writer);
    let SnapshotRows::Table { incremental, rows, .. } = &writer.states["t"].rows else { unreachable!() };
    assert!(!incremental && rows.len() == 1000);
}

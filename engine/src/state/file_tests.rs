//! Checkpoints in files: read back, damaged, shared out anew.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    file::StateFile,
    manifest::{Manifest, OperatorState, StateKind, StateMeta},
    restore::Restore,
    storage::Directory,
    store::CheckpointStore,
    *,
};
use crate::types::{RowReader, RowWriter, TypeKind, key};

const GROUPS: u32 = 32;
const PARALLELISM: u32 = 2;

fn field(name: &str) -> Field {
    Field::new(name, TypeKind::BigInt.not_null())
}

fn row(values: &[i64]) -> Vec<u8> {
    let mut row = RowWriter::new();
    values.iter().for_each(|value| row.i64(*value));
    row.into_bytes()
}

pub type Rows = BTreeMap<i64, i64>;

/// Writes checkpoint `number` of an operator `count` with a table and a list: the tables are `layers` on top of each other,
/// in files of their own; a value of `None` is a removal.
pub fn write(store: &CheckpointStore, number: u64, layers: &[BTreeMap<i64, Option<i64>>], list: &[i64]) {
    let directory = store.directory(number);
    let (mut table, mut splits) = (Vec::new(), Vec::new());
    for subtask in 0..PARALLELISM {
        let groups = key::groups_of(subtask, GROUPS, PARALLELISM);
        for (age, layer) in (1..).zip(layers) {
            let mut rows = TableRows::default();
            for (key, value) in layer {
                let key = row(&[*key]);
                let group = key::group(key::hash(&key), GROUPS);
                if groups.contains(&group) {
                    rows.push(group, [&key, &[]], value.map(|value| row(&[value])).as_deref());
                }
            }
            let mut file = StateFile::create(&directory, &format!("{age:010}-{subtask}"), true, subtask).unwrap();
            table.push(file.section(&rows, (groups.start, groups.end - 1)).unwrap());
            file.finish().unwrap();
        }
        let mut elements = TableRows::default();
        let own = list.iter().filter(|element| **element % 2 == i64::from(subtask));
        own.for_each(|element| elements.push(0, [&[], &[]], Some(&row(&[*element]))));
        let mut file = StateFile::create(&directory, &format!("own-{subtask}"), false, subtask).unwrap();
        splits.push(file.section(&elements, (0, 0)).unwrap());
        file.finish().unwrap();
    }
    let table = StateMeta {
        kind: StateKind::Table { partition: 1 },
        key: vec![field("k")],
        value: vec![field("v")],
        sections: table,
    };
    let list = StateMeta { kind: StateKind::List, key: vec![], value: vec![field("split")], sections: splits };
    let operator = OperatorState {
        uid: "count".to_owned(),
        name: "Count".to_owned(),
        parallelism: PARALLELISM,
        max_parallelism: GROUPS,
        states: [("table".to_owned(), table), ("list".to_owned(), list)].into(),
    };
    let manifest = Manifest {
        job_id: "7".repeat(32),
        job_name: "job".to_owned(),
        checkpoint: number,
        triggered_ms: 1,
        savepoint: false,
        operators: vec![operator],
    };
    manifest.write(&directory).unwrap();
}

pub fn layers() -> Vec<BTreeMap<i64, Option<i64>>> {
    let base = (0..300).map(|key| (key, Some(key * 10))).collect();
    vec![base, [(3, Some(-1)), (4, None), (500, Some(5))].into(), [(500, Some(6)), (3, Some(-2))].into()]
}

pub fn merged() -> Rows {
    let mut rows = Rows::new();
    for (key, value) in layers().into_iter().flatten() {
        match value {
            Some(value) => rows.insert(key, value),
            None => rows.remove(&key),
        };
    }
    rows
}

pub const LIST: [i64; 5] = [1, 2, 3, 4, 5];

/// Everything in a checkpoint, as subtasks at this parallelism get it; an error names the checkpoint.
pub fn read_all(restore: &Restore, parallelism: u32) -> Result<(Rows, Vec<Vec<i64>>), StateError> {
    let (mut all, mut lists) = (Rows::new(), Vec::new());
    for subtask in 0..parallelism {
        let mut restored = restore.operator("count", subtask, parallelism)?.unwrap();
        let mut own = StateTable::new("table", StateSchema { key: vec![field("k")], value: vec![field("v")] }, GROUPS);
        own.restore(&mut restored)?;
        let rows = own.iter().map(|(key, value)| (RowReader::new(key).read_i64().unwrap().unwrap(), *value));
        all.extend(rows);
        let list = restored.list("list");
        lists.push(list.iter().map(|element| RowReader::new(element).read_i64().unwrap().unwrap()).collect());
    }
    Ok((all, lists))
}

fn open(store: &CheckpointStore, number: u64) -> Result<Restore, StateError> {
    Restore::open(store.directory(number))
}

#[test]
fn what_was_written_is_restored_at_any_parallelism() {
    let temporary = tempfile::tempdir().unwrap();
    let store = CheckpointStore::open(temporary.path().to_str().unwrap()).unwrap();
    write(&store, 3, &layers(), &LIST);
    let restore = open(&store, 3).unwrap();
    restore.verify().unwrap();
    for parallelism in [1, 2, 3, 7, GROUPS] {
        let (rows, lists) = read_all(&restore, parallelism).unwrap();
        assert_eq!(rows, merged());
        assert!(lists.iter().all(|list| *list == [2, 4, 1, 3, 5]), "each gets all elements: {lists:?}");
    }
}

/// All files of a checkpoint's directory and of the shared one.
fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: std::path::PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    let mut files: Vec<_> = entries.flat_map(below).collect();
    files.sort();
    files
}

#[test]
fn the_checkpoint_before_a_broken_one_is_found() {
    let temporary = tempfile::tempdir().unwrap();
    let store = CheckpointStore::open(temporary.path().to_str().unwrap()).unwrap();
    (1..=4).for_each(|number| write(&store, number, &layers()[..1], &LIST));
    fs::remove_file(temporary.path().join("chk-4/own-0")).unwrap();
    fs::write(temporary.path().join("chk-3/_metadata"), "drsquirrel-checkpoint 1 0 0\n").unwrap();
    let (restore, wrong) = store.latest(None).unwrap();
    assert_eq!(restore.unwrap().manifest().checkpoint, 2);
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(wrong[0], "chk-4/own-0 (count (Count), state list) of checkpoint 4 is missing");
    assert_eq!(wrong[1], "chk-3/_metadata of checkpoint 3 is damaged: its checksum or length is wrong");
    assert_eq!(store.latest(Some(2)).unwrap().0.unwrap().manifest().checkpoint, 1);
    assert!(store.latest(Some(1)).unwrap().0.is_none());
}

#[test]
fn only_what_a_retained_checkpoint_needs_is_kept() {
    let temporary = tempfile::tempdir().unwrap();
    let store = CheckpointStore::open(temporary.path().to_str().unwrap()).unwrap();
    write(&store, 1, &layers()[..2], &LIST);
    write(&store, 2, &layers()[..1], &LIST);
    // Of a checkpoint that is still being written.
    let newer = StateFile::create(&store.directory(9), "0000000009-0", true, 0).unwrap();
    newer.finish().unwrap();
    store.clean(&[2], 2).unwrap();
    assert_eq!(store.completed().unwrap(), [2]);
    let left: Vec<String> = files(&temporary.path().join("shared"))
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into())
        .collect();
    assert_eq!(left, ["0000000001-0", "0000000001-1", "0000000009-0"]);
    assert!(!temporary.path().join("chk-1").exists());
    open(&store, 2).unwrap().verify().unwrap();
}

#[test]
fn what_killed_writers_left_is_deleted_when_the_next_attempt_begins() {
    let temporary = tempfile::tempdir().unwrap();
    let url = temporary.path().to_str().unwrap();
    write(&CheckpointStore::open(url).unwrap(), 1, &layers()[..1], &LIST);
    let whole = files(temporary.path());
    for left in ["shared/0000000001-7#1", "chk-1/own-0#12"] {
        fs::write(temporary.path().join(left), "half").unwrap();
    }
    let store = CheckpointStore::open(url).unwrap();
    assert_eq!(files(temporary.path()), whole);
    open(&store, 1).unwrap().verify().unwrap();
}

#[test]
fn urls_and_paths_are_places_and_others_are_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("a/chk-1");
    let url = format!("file://{}/", path.display());
    let directory = Directory::at(&url, true).unwrap();
    assert_eq!(directory.url(), format!("file://{}", path.display()));
    let error = Directory::at("ftp://host/chk-1", true).unwrap_err().to_string();
    assert!(error.contains("there is no storage for ftp://"), "{error}");
    let error = Directory::at("chk-1", true).unwrap_err().to_string();
    assert!(error.contains("a directory with its path is expected"), "{error}");
}

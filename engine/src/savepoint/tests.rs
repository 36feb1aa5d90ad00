//! A savepoint is listed, shown and edited into another.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::{Edits, Entry, Savepoint};
use crate::state::{
    file_tests::{LIST, layers, merged, read_all, write},
    restore::Restore,
    storage::Directory,
    store::CheckpointStore,
};

/// A job's checkpoint, with a table of a base and two increments and with a list.
fn written() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = CheckpointStore::open(folder.path().join("job").to_str().unwrap()).unwrap();
    write(&store, 3, &layers(), &LIST);
    let path = folder.path().join("job/chk-3");
    (folder, path)
}

fn open(path: &Path) -> Savepoint {
    Savepoint::open(path.to_str().unwrap()).unwrap()
}

fn entries(savepoint: &Savepoint, state: &str, key: Option<Json>) -> Vec<Json> {
    let mut entries = Vec::new();
    savepoint
        .entries("count", state, key.as_ref(), &mut |entry| entries.push(serde_json::to_value(entry).unwrap()))
        .unwrap();
    entries
}

fn entry(state: &str, rest: Json) -> Entry {
    let mut entry = json!({"operator": "count", "state": state});
    entry.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    serde_json::from_value(entry).unwrap()
}

fn sets(entries: Vec<Entry>) -> Edits {
    Edits { entries, ..Edits::default() }
}

#[test]
fn what_is_in_it_is_summed_up() {
    let (folder, path) = written();
    let url = format!("file://{}", path.display());
    for place in [path.display().to_string(), url.clone(), format!("{url}/"), format!("{url}/_metadata")] {
        let summary = Savepoint::open(&place).unwrap().summary().unwrap();
        assert_eq!((summary.url.as_str(), summary.checkpoint, summary.savepoint), (url.as_str(), 3, false), "{place}");
        let operator = &summary.operators[0];
        assert_eq!((operator.uid.as_str(), operator.name.as_str(), operator.parallelism), ("count", "Count", 2));
        let states: Vec<_> = operator.states.iter().map(|state| (&*state.name, state.kind, state.entries)).collect();
        assert_eq!(states, [("list", "list", 5), ("table", "table", 300)]);
        assert_eq!(operator.states[1].key[0].data_type, "BIGINT NOT NULL");
        assert_eq!(summary.bytes, operator.states.iter().map(|state| state.bytes).sum::<u64>());
    }
    drop(folder);
}

#[test]
fn rows_are_shown_by_their_types_and_found_by_key() {
    let (_folder, path) = written();
    let savepoint = open(&path);
    assert_eq!(entries(&savepoint, "table", None).len(), 300);
    let of_three = json!({"operator": "count", "state": "table", "key": {"k": 3}, "value": {"v": -2}});
    for key in [json!({"k": 3}), json!(3), json!("3")] {
        assert_eq!(entries(&savepoint, "table", Some(key)), std::slice::from_ref(&of_three));
    }
    assert!(entries(&savepoint, "table", Some(json!(4))).is_empty(), "it was removed");
    assert_eq!(entries(&savepoint, "list", None)[0]["value"], json!({"split": 2}));
    assert_eq!(entries(&savepoint, "list", None)[4]["index"], 4);
}

#[test]
fn an_edit_makes_another_savepoint_that_restores_at_any_parallelism() {
    let (folder, path) = written();
    let savepoint = open(&path);
    let edits = sets(vec![
        entry("table", json!({"key": {"k": 3}, "value": {"v": 33}})),
        entry("table", json!({"key": "5"})),
        entry("table", json!({"key": 1000, "value": "1"})),
        entry("list", json!({"index": 0, "value": 20})),
        entry("list", json!({"index": 4})),
    ]);
    let target = folder.path().join("new/edited");
    let url = savepoint.edit(&edits, target.to_str().unwrap()).unwrap();
    let mut expect = merged();
    expect.extend([(3, 33), (1000, 1)]);
    expect.remove(&5);
    let edited = Restore::open(Directory::at(&url, false).unwrap()).unwrap();
    assert!(edited.manifest().savepoint);
    for parallelism in [1, 2, 5] {
        let (rows, lists) = read_all(&edited, parallelism).unwrap();
        assert_eq!((rows, &lists[0][..]), (expect.clone(), &[20, 4, 1, 3][..]));
    }
    let old = Restore::open(Directory::at(path.to_str().unwrap(), false).unwrap()).unwrap();
    assert_eq!(read_all(&old, 1).unwrap().0, merged(), "the old one is as it was");
    let again = savepoint.edit(&Edits::default(), &url).unwrap_err().to_string();
    assert!(again.ends_with("a savepoint is never changed: name another"), "{again}");
}

#[test]
fn an_operator_is_left_out() {
    let (folder, path) = written();
    let target = folder.path().join("without");
    let without = Edits { operators: vec!["Count".to_owned()], entries: Vec::new() };
    open(&path).edit(&without, target.to_str().unwrap()).unwrap();
    assert!(open(&target).summary().unwrap().operators.is_empty());
}

#[test]
fn an_export_that_is_edited_in_gives_the_same_savepoint() {
    let (folder, path) = written();
    let savepoint = open(&path);
    let mut all = Vec::new();
    ["table", "list"]
        .iter()
        .for_each(|state| savepoint.entries("count", state, None, &mut |one| all.push(one)).unwrap());
    let target = folder.path().join("same");
    savepoint.edit(&sets(all), target.to_str().unwrap()).unwrap();
    let sorted = |savepoint: &Savepoint| {
        let mut rows = [entries(savepoint, "table", None), entries(savepoint, "list", None)].concat();
        rows.sort_by_key(ToString::to_string);
        rows
    };
    assert_eq!(sorted(&open(&target)), sorted(&savepoint));
}

#[test]
fn an_edit_that_fits_nothing_is_refused() {
    let (folder, path) = written();
    let target = folder.path().join("edited");
    for (edit, expect) in [
        (
            entry("table", json!({"key": {"k": 4}})),
            "count (Count), state table: there is no row with the key {\"k\":4}",
        ),
        (
            entry("list", json!({"index": 9})),
            "count (Count), state list: there is no element 9; there are 5, counted from 0",
        ),
        (entry("tabel", json!({"index": 9})), "operator count (Count) has no state \"tabel\". Did you mean 'table'?"),
        (
            entry("list", json!({"key": {}})),
            "count (Count), state list: an element of a list is named by its index alone",
        ),
        (
            entry("table", json!({"key": {"k": 1}, "value": {"v": "x"}})),
            "count (Count), state table: column \"v\": \"x\" is not a BIGINT",
        ),
        (entry("table", json!({"key": 1000, "value": {}})), "count (Count), state table: column \"v\" is missing"),
        (
            entry("table", json!({"key": {"id": 1}, "value": {"v": 1}})),
            "count (Count), state table: there is no column \"id\"; there are k",
        ),
    ] {
        let refused = open(&path).edit(&sets(vec![edit]), target.to_str().unwrap()).unwrap_err();
        assert_eq!(refused.to_string(), expect);
        assert!(!target.exists());
    }
}

#[test]
fn what_is_no_savepoint_is_refused_with_what_would_be_right() {
    let (folder, path) = written();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    std::fs::create_dir(folder.path().join("flink")).unwrap();
    std::fs::write(folder.path().join("flink/_metadata"), [0x49, 0x60, 0x67, 0x2d, 0, 0, 0, 4]).unwrap();
    for (place, expect) in [
        ("empty", "is no savepoint: it has no _metadata. Name the directory of a savepoint"),
        ("none/of/it", "none/of\": there is no such directory"),
        ("job", "It has chk-3: name one, such as file://"),
        ("flink", "it is a savepoint of Apache Flink, whose state cannot be read"),
    ] {
        let refused = Savepoint::open(folder.path().join(place).to_str().unwrap()).unwrap_err().to_string();
        assert!(refused.contains(expect), "{place}: {refused}");
    }
    let refused = open(&path).entries("Cuont", "table", None, &mut |_| {}).unwrap_err().to_string();
    assert!(refused.ends_with("has no operator \"Cuont\". Did you mean 'count'?"), "{refused}");
    let refused = open(&path).entries("count", "list", Some(&json!(1)), &mut |_| {}).unwrap_err().to_string();
    assert_eq!(refused, "count (Count), state list: a list has no keys");
    assert!(Savepoint::open("ftp://host/sp").unwrap_err().to_string().contains("there is no storage for ftp://"));
}

//! Damaged checkpoints: found and named, whatever is damaged, and never taken for what they were not.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::{prelude::*, sample::Index};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::{
    StateError,
    file_tests::{LIST, layers, read_all, write},
    restore::Restore,
    storage::Directory,
    store::CheckpointStore,
};
use crate::{
    fuzz,
    savepoint::{Edits, Savepoint},
};

/// A checkpoint with a base, increments and a list.
fn written() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = CheckpointStore::open(folder.path().to_str().unwrap()).unwrap();
    write(&store, 3, &layers(), &LIST);
    folder
}

/// All files of a checkpoint's directory and of the shared one.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    let mut files: Vec<_> = entries.flat_map(below).collect();
    files.sort();
    files
}

/// Reads all of it in each way there is.
fn read(folder: &Path) -> Result<(), StateError> {
    let path = folder.join("chk-3");
    let restore = Restore::open(Directory::at(path.to_str().unwrap(), false)?)?;
    let restored = read_all(&restore, 3);
    let looked_at = look(&path, &folder.join("edited"));
    assert_eq!(restored.is_err(), looked_at.is_err(), "{restored:?} {looked_at:?}");
    restored.map(|_| ())
}

/// As the command line does.
fn look(path: &Path, edited: &Path) -> Result<(), StateError> {
    let savepoint = Savepoint::open(path.to_str().unwrap())?;
    savepoint.summary()?;
    for state in savepoint.states(None, None)? {
        savepoint.entries(&state.operator, &state.state, None, &mut |_| {})?;
    }
    savepoint.edit(&Edits::default(), edited.to_str().unwrap()).map(|_| ())
}

/// What happens to a file.
#[derive(Debug, Clone)]
enum Damage {
    Change(Index, u8),
    Truncate(Index),
    Remove(Index, u8),
    Insert(Index, Vec<u8>),
    Overwrite(Index, Vec<u8>),
    Whole(Vec<u8>),
    /// Another file of the checkpoint in its place.
    Other(Index),
    Gone,
}

fn damage() -> impl Strategy<Value = Damage> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..40);
    prop_oneof![
        4 => (any::<Index>(), 1..=255_u8).prop_map(|(at, bits)| Damage::Change(at, bits)),
        2 => any::<Index>().prop_map(Damage::Truncate),
        2 => (any::<Index>(), 1..=255_u8).prop_map(|(at, length)| Damage::Remove(at, length)),
        2 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        2 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Damage::Overwrite(at, bytes)),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Damage::Whole),
        2 => any::<Index>().prop_map(Damage::Other),
        1 => Just(Damage::Gone),
    ]
}

fn apply(damage: &Damage, path: &Path, all: &[PathBuf]) {
    let mut bytes = fs::read(path).unwrap_or_default();
    let at = |index: &Index| index.index(bytes.len().max(1)).min(bytes.len());
    match damage {
        Damage::Change(index, bits) => {
            let at = at(index);
            bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bits);
        }
        Damage::Truncate(index) => bytes.truncate(at(index)),
        Damage::Remove(index, length) => {
            let at = at(index);
            bytes.drain(at..(at + usize::from(*length)).min(bytes.len()));
        }
        Damage::Insert(index, new) => {
            let at = at(index);
            bytes.splice(at..at, new.iter().copied());
        }
        Damage::Overwrite(index, new) => {
            let at = at(index);
            bytes.splice(at..(at + new.len()).min(bytes.len()), new.iter().copied());
        }
        Damage::Whole(new) => bytes.clone_from(new),
        Damage::Other(other) => bytes = fs::read(other.get(all)).unwrap_or_default(),
        Damage::Gone => {
            let _ = fs::remove_file(path);
            return;
        }
    }
    fs::write(path, bytes).unwrap();
}

/// The manifest's JSON, and how it is written back with the line that vouches for it.
fn manifest(folder: &Path) -> Json {
    let bytes = fs::read(folder.join("chk-3/_metadata")).unwrap();
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    serde_json::from_slice(&bytes[line + 1..]).unwrap()
}

fn put_manifest(folder: &Path, manifest: &Json) {
    let json = manifest.to_string();
    let line = format!("drsquirrel-checkpoint 1 {:08x} {}\n", crc32fast::hash(json.as_bytes()), json.len());
    fs::write(folder.join("chk-3/_metadata"), line + &json).unwrap();
}

/// The JSON pointers of everything in a document.
fn places(json: &Json, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match json {
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), found));
        }
        Json::Object(map) => map.iter().for_each(|(name, item)| places(item, &format!("{at}/{name}"), found)),
        _ => {}
    }
}

fn lies() -> Vec<Json> {
    let numbers = [0_u64, 1, 2, 7, 8, 31, 32, 255, 65_535, 65_536, u64::from(u32::MAX), 1 << 62, u64::MAX];
    let others = [json!(-1), json!(0.5), json!(null), json!(true), json!(""), json!("../own-0"), json!([]), json!({})];
    let types = [json!("int"), json!({"decimal": [38, 38]}), json!("list"), json!({"table": {"partition": 9}})];
    numbers.map(Json::from).into_iter().chain(others).chain(types).collect()
}

/// Rewrites the rows of a section, and makes every checksum right again.
fn rewrite(folder: &Path, place: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut manifest = manifest(folder);
    let section = manifest.pointer_mut(place).unwrap();
    let shared = section["shared"] == true;
    let file = folder.join(if shared { "shared" } else { "chk-3" }).join(section["file"].as_str().unwrap());
    let mut bytes = fs::read(&file).unwrap();
    let mut block = bytes.split_off(20);
    change(&mut block);
    let header = [&(block.len() as u32).to_le_bytes()[..], &bytes[12..16], &crc32fast::hash(&block).to_le_bytes()];
    let written = [header.concat(), block].concat();
    section["length"] = written.len().into();
    section["crc32"] = crc32fast::hash(&written).into();
    fs::write(&file, [&bytes[..8], &written].concat()).unwrap();
    put_manifest(folder, &manifest);
}

proptest! {
    #![proptest_config(fuzz::cases(200))]

    /// Whatever happens to whichever file, it is an error that names the checkpoint and a file; never a panic, never rows.
    #[test]
    fn damage_is_found_and_named(file in any::<Index>(), damages in prop::collection::vec(damage(), 1..4)) {
        let folder = written();
        let all = files(folder.path());
        let path = file.get(&all);
        let whole = fs::read(path).unwrap();
        damages.iter().for_each(|damage| apply(damage, path, &all));
        let unchanged = fs::read(path).is_ok_and(|bytes| bytes == whole);
        let name = path.file_name().unwrap().to_str().unwrap();
        match read(folder.path()) {
            Ok(()) => prop_assert!(unchanged, "{name} was damaged"),
            Err(error @ (StateError::Damaged { checkpoint: 3, .. } | StateError::Missing { checkpoint: 3, .. })) => {
                prop_assert!(error.to_string().contains(name), "{error}");
            }
            Err(error) => prop_assert!(false, "{error:?}"),
        }
    }

    /// A manifest that vouches for what is not so. What cannot be told from the truth may be taken.
    #[test]
    fn a_manifest_that_lies_is_survived(changes in prop::collection::vec((any::<Index>(), any::<Index>()), 1..4)) {
        let folder = written();
        let mut manifest = manifest(folder.path());
        for (place, lie) in changes {
            let mut there = Vec::new();
            places(&manifest, "", &mut there);
            let place: &String = place.get(&there);
            *manifest.pointer_mut(place).unwrap() = lie.get(&lies()).clone();
        }
        put_manifest(folder.path(), &manifest);
        let path = folder.path().join("chk-3");
        if let Ok(restore) = Restore::open(Directory::at(path.to_str().unwrap(), false).unwrap()) {
            let _ = restore.check_files();
            let _ = restore.verify();
            let operators: Vec<String> = restore.manifest().operators.iter().map(|one| one.uid.clone()).collect();
            if operators.iter().any(|uid| uid == "count") {
                let _ = read_all(&restore, 3);
            }
        }
        let _ = look(&path, &folder.path().join("edited"));
    }

    /// Rows with right checksums that are none.
    #[test]
    fn rows_that_are_none_are_survived(
        state in prop::sample::select(&["table", "list"][..]),
        section in 0..2_usize,
        at in any::<Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..12),
    ) {
        let folder = written();
        rewrite(folder.path(), &format!("/operators/0/states/{state}/sections/{section}"), |block| {
            let at = at.index(block.len());
            let end = (at + bytes.len()).min(block.len());
            block.splice(at..end, bytes);
        });
        let path = folder.path().join("chk-3");
        let restore = Restore::open(Directory::at(path.to_str().unwrap(), false).unwrap()).unwrap();
        let _ = restore.verify();
        for subtask in 0..3 {
            let _ = restore.operator("count", subtask, 3);
        }
        let _ = look(&path, &folder.path().join("edited"));
    }
}

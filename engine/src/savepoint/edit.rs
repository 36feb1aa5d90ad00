//! Edits: a new savepoint, from one that stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{
    Edits, Entry, Savepoint, directory,
    json::{change_row, read_columns, read_some},
    rows::by_subtask,
};
use crate::{
    state::{
        StateError,
        file::{OpenSection, Section, StateFile},
        manifest::{Manifest, OperatorState, StateKind, StateMeta},
    },
    types::{RowReader, key},
};

impl Savepoint {
    /// Writes a new savepoint at a path or URL: what is in this one, with the edits. Its URL.
    ///
    /// # Errors
    /// An edit fits nothing, there is something at `target`, or the savepoint is damaged. Then nothing is written.
    pub fn edit(&self, edits: &Edits, target: &str) -> Result<String, StateError> {
        let uid = |asked: &String| self.operator(asked).map(|operator| operator.uid.as_str());
        let left_out: BTreeSet<&str> = edits.operators.iter().map(uid).collect::<Result<_, _>>()?;
        let mut changes = self.changes(&edits.entries)?;
        if let Some((uid, _)) = changes.states.keys().find(|(uid, _)| left_out.contains(uid.as_str())) {
            return Err(StateError::Edit(format!("operator {uid} is left out: its rows cannot be changed as well")));
        }
        let target = directory(target, true)?;
        if !target.parent.list(&target.name)?.is_empty() {
            let taken = format!("there is something at {}; a savepoint is never changed: name another", target.url());
            return Err(StateError::Edit(taken));
        }
        let mut manifest = Manifest { savepoint: true, ..self.restore.manifest().clone() };
        manifest.operators.retain(|operator| !left_out.contains(operator.uid.as_str()));
        let mut file = StateFile::create(&target, "state", false, 0)?;
        for operator in &mut manifest.operators {
            let of = operator.clone();
            for (name, state) in &mut operator.states {
                let changes = changes.states.remove(&(of.uid.clone(), name.clone())).unwrap_or_default();
                let copy = Copy { savepoint: self, operator: &of, name, changes, index: 0 };
                state.sections = copy.write(state, &mut file)?;
            }
        }
        file.finish()?;
        manifest.write(&target)?;
        Ok(target.url())
    }

    fn changes(&self, entries: &[Entry]) -> Result<Changes, StateError> {
        let mut all = Changes::default();
        for entry in entries {
            let (operator, meta) = self.state(&entry.operator, &entry.state)?;
            let wrong = |what: String| misfit(operator, &entry.state, &what);
            let value = entry.value.clone();
            value.iter().try_for_each(|value| read_some(&meta.value, value).map(|_| ())).map_err(wrong)?;
            let of_state = all.states.entry((operator.uid.clone(), entry.state.clone())).or_default();
            match (meta.kind, &entry.key, entry.index) {
                (StateKind::Table { .. }, Some(json), None) => {
                    let key = read_columns(&meta.key, json).map_err(wrong)?;
                    of_state.keys.insert(key, (value, json.clone()));
                }
                (StateKind::List, None, Some(index)) => {
                    of_state.places.insert(index, value);
                }
                (StateKind::Table { .. }, ..) => {
                    return Err(wrong("a row of a table is named by its key alone".into()));
                }
                (StateKind::List, ..) => return Err(wrong("an element of a list is named by its index alone".into())),
            }
        }
        Ok(all)
    }
}

/// What is to become of rows: by the operator's uid and the name of the state.
#[derive(Default)]
struct Changes {
    states: BTreeMap<(String, String), StateChanges>,
}

#[derive(Default)]
struct StateChanges {
    /// By key: the new value, or none where the row is removed; the key as it was given.
    keys: BTreeMap<Vec<u8>, (Option<Json>, Json)>,
    /// By place in a list.
    places: BTreeMap<u64, Option<Json>>,
}

/// Key groups and keys, by subtask.
type Added = BTreeMap<u32, Vec<(u16, Vec<u8>)>>;

/// Copies a state into a new file, with its changes: each is taken out when it is applied.
struct Copy<'a> {
    savepoint: &'a Savepoint,
    operator: &'a OperatorState,
    name: &'a str,
    changes: StateChanges,
    /// The place of the next element of a list.
    index: u64,
}

impl Copy<'_> {
    fn write(mut self, state: &StateMeta, file: &mut StateFile) -> Result<Vec<Section>, StateError> {
        let mut added = self.added(state)?;
        let mut written = Vec::new();
        for sections in by_subtask(state) {
            let subtask = sections.first().map_or(0, |section| section.subtask);
            let mut section = file.begin(subtask);
            self.savepoint.merged_of_subtask(
                self.operator,
                self.name,
                sections,
                &mut |group, key, value| match self.change(state.kind, key) {
                    None => file.row(&mut section, group, key, value),
                    Some(None) => Ok(()),
                    Some(Some(json)) => {
                        let changed = change_row(&state.value, &json, value).map_err(|what| self.misfit(&what))?;
                        file.row(&mut section, group, key, &changed)
                    }
                },
            )?;
            self.add(state, &mut added, file, &mut section)?;
            written.push(file.end(section)?);
        }
        while let Some(subtask) = added.keys().next().copied() {
            let mut section = file.begin(subtask);
            self.add(state, &mut added, file, &mut section)?;
            written.push(file.end(section)?);
        }
        self.check_all_applied()?;
        written.retain(|section| section.rows > 0);
        Ok(written)
    }

    /// What becomes of the row that comes next; nothing where it stays as it is.
    fn change(&mut self, kind: StateKind, key: &[u8]) -> Option<Option<Json>> {
        match kind {
            StateKind::Table { .. } => self.changes.keys.remove(key).map(|(value, _)| value),
            StateKind::List => {
                self.index += 1;
                self.changes.places.remove(&(self.index - 1))
            }
        }
    }

    /// The keys that are set, by the subtask that owns them: those that the savepoint does not have are to be added.
    fn added(&self, state: &StateMeta) -> Result<Added, StateError> {
        let StateKind::Table { partition } = state.kind else { return Ok(BTreeMap::new()) };
        let OperatorState { max_parallelism, parallelism, .. } = *self.operator;
        let mut added = Added::new();
        for (bytes, _) in self.changes.keys.iter().filter(|(_, (value, _))| value.is_some()) {
            let group = group_of(bytes, state, partition, max_parallelism)?;
            let owner = key::subtask(group, max_parallelism, parallelism);
            added.entry(owner).or_default().push((group, bytes.clone()));
        }
        Ok(added)
    }

    /// Writes the keys of a subtask that are still to be set: its rows have gone by.
    fn add(
        &mut self,
        state: &StateMeta,
        added: &mut Added,
        file: &mut StateFile,
        section: &mut OpenSection,
    ) -> Result<(), StateError> {
        for (group, key) in added.remove(&section.subtask()).unwrap_or_default() {
            if let Some((Some(json), _)) = self.changes.keys.remove(&key) {
                let value = read_columns(&state.value, &json).map_err(|what| self.misfit(&what))?;
                file.row(section, group, &key, &value)?;
            }
        }
        Ok(())
    }

    /// Changes that are left have found no row.
    fn check_all_applied(&self) -> Result<(), StateError> {
        if let Some((_, key)) = self.changes.keys.values().next() {
            return Err(self.misfit(&format!("there is no row with the key {key}")));
        }
        if let Some(index) = self.changes.places.keys().next() {
            let there = format!("there is no element {index}; there are {}, counted from 0", self.index);
            return Err(self.misfit(&there));
        }
        Ok(())
    }

    fn misfit(&self, what: &str) -> StateError {
        misfit(self.operator, self.name, what)
    }
}

fn misfit(operator: &OperatorState, state: &str, what: &str) -> StateError {
    StateError::Edit(format!("{}, state {state}: {what}", operator.title()))
}

/// The key group of a key: that of its first columns.
fn group_of(bytes: &[u8], state: &StateMeta, partition: usize, max_parallelism: u32) -> Result<u16, StateError> {
    let mut reader = RowReader::new(bytes);
    for field in state.key.iter().take(partition) {
        reader.skip(&field.data_type.kind)?;
    }
    let partition = &bytes[..bytes.len() - reader.rest().len()];
    Ok(key::group(key::hash(partition), max_parallelism))
}

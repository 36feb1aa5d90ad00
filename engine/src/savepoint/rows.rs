//! The rows of a state.

use hashbrown::HashMap;
use serde_json::Value as Json;

use super::{
    Entry, Savepoint,
    json::{read_some, show_row},
};
use crate::state::{
    StateError,
    file::Section,
    manifest::{OperatorState, StateKind, StateMeta},
};

/// Takes a key group, a key and a value.
pub type TakeRow<'a> = dyn FnMut(u16, &[u8], &[u8]) -> Result<(), StateError> + 'a;

/// What increments say: key group and value by key; no value where the key was removed.
type Later = HashMap<Box<[u8]>, (u16, Option<Box<[u8]>>)>;

impl Savepoint {
    /// Hands over the rows of a state, of the operator of this uid or name. With `key`, only those whose key has the columns
    /// that are given, by name or, where there is one, by its plain value.
    ///
    /// # Errors
    /// There is no such state, the key is not one of it, or the savepoint is damaged.
    pub fn entries(
        &self,
        operator: &str,
        state: &str,
        key: Option<&Json>,
        take: &mut dyn FnMut(Entry),
    ) -> Result<(), StateError> {
        let (operator, meta) = self.state(operator, state)?;
        let wanted = key.map(|key| wanted(operator, state, meta, key)).transpose()?;
        let of = |key, index, value: &[u8]| Entry {
            operator: operator.uid.clone(),
            state: state.to_owned(),
            key,
            index,
            value: Some(show_row(&meta.value, value)),
        };
        let mut index = 0;
        self.merged(operator, state, meta, &mut |_, key, value| {
            if meta.kind == StateKind::List {
                take(of(None, Some(index), value));
                index += 1;
                return Ok(());
            }
            let key = show_row(&meta.key, key);
            if wanted.as_ref().is_none_or(|wanted| has(&key, wanted)) {
                take(of(Some(key), None, value));
            }
            Ok(())
        })
    }

    /// Goes through the rows of a state, subtask by subtask, each key once.
    pub(super) fn merged(
        &self,
        operator: &OperatorState,
        name: &str,
        state: &StateMeta,
        take: &mut TakeRow<'_>,
    ) -> Result<(), StateError> {
        by_subtask(state).try_for_each(|sections| self.merged_of_subtask(operator, name, sections, take))
    }

    /// The rows of one subtask's sections. In memory are the increments only.
    pub(super) fn merged_of_subtask(
        &self,
        operator: &OperatorState,
        name: &str,
        sections: &[Section],
        take: &mut TakeRow<'_>,
    ) -> Result<(), StateError> {
        let Some((base, increments)) = sections.split_first() else { return Ok(()) };
        let reader = self.restore.reader(operator, name);
        let mut later: Later = HashMap::new();
        for section in increments {
            reader.read(section, &mut |row| {
                later.insert(row.key.into(), (row.group, row.value.map(Into::into)));
                Ok(())
            })?;
        }
        reader.read(base, &mut |row| match row.value {
            Some(value) if !later.contains_key(row.key) => take(row.group, row.key, value),
            _ => Ok(()),
        })?;
        for (key, (group, value)) in &later {
            if let Some(value) = value {
                take(*group, key, value)?;
            }
        }
        Ok(())
    }
}

/// The sections of each subtask: a base, then increments.
pub fn by_subtask(state: &StateMeta) -> impl Iterator<Item = &[Section]> {
    state.sections.chunk_by(|one, other| one.subtask == other.subtask)
}

/// The columns that a key is to have, as they are shown.
fn wanted(operator: &OperatorState, state: &str, meta: &StateMeta, key: &Json) -> Result<Json, StateError> {
    let wrong = |what: String| StateError::Edit(format!("{}, state {state}: {what}", operator.title()));
    if meta.kind == StateKind::List {
        return Err(wrong("a list has no keys".to_owned()));
    }
    let (fields, bytes) = read_some(&meta.key, key).map_err(wrong)?;
    Ok(show_row(&fields, &bytes))
}

/// Whether a key has the columns that are wanted.
fn has(key: &Json, wanted: &Json) -> bool {
    wanted.as_object().is_some_and(|wanted| wanted.iter().all(|(name, value)| key.get(name) == Some(value)))
}

//! The checkpoints of a job: which there are, which can be restored, and what is no longer needed.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    StateError,
    manifest::{FILE, Manifest, OperatorState},
    restore::Restore,
    storage::{Directory, SHARED, Storage},
};

/// The directory of a job: `chk-<number>` for each checkpoint, and `shared`.
#[derive(Debug, Clone)]
pub struct CheckpointStore {
    storage: Storage,
}

impl CheckpointStore {
    /// The checkpoints in the directory of this URL, which is made where it is not there. For an attempt that begins: what
    /// earlier ones left unfinished is deleted.
    pub fn open(url: &str) -> Result<Self, StateError> {
        let storage = Storage::open(url, true)?;
        storage.discard_unfinished()?;
        Ok(Self { storage })
    }

    /// The directory of a checkpoint.
    pub fn directory(&self, checkpoint: u64) -> Directory {
        Directory { parent: self.storage.clone(), name: format!("chk-{checkpoint}").into() }
    }

    /// The numbers of the checkpoints that are complete, the newest first.
    pub fn completed(&self) -> Result<Vec<u64>, StateError> {
        let mut completed = Vec::new();
        for checkpoint in self.begun()? {
            if self.storage.size(&self.directory(checkpoint).path(FILE, false))?.is_some() {
                completed.push(checkpoint);
            }
        }
        completed.reverse();
        Ok(completed)
    }

    /// The largest number of a checkpoint of which there is something.
    pub fn newest_number(&self) -> Option<u64> {
        self.begun().ok()?.last().copied()
    }

    /// The numbers of all checkpoints of which there is something, in order.
    fn begun(&self) -> Result<BTreeSet<u64>, StateError> {
        let number = |name: &String| name.strip_prefix("chk-").and_then(|number| number.parse().ok());
        Ok(self.storage.directories()?.iter().filter_map(number).collect())
    }

    /// The newest checkpoint of which everything is there, below `before` where that is given; and what is wrong with newer
    /// ones. Checksums of state are not looked at: what they find is found when state is read, and then the checkpoint
    /// before is asked for.
    ///
    /// # Errors
    /// The storage cannot be read, which says nothing of the checkpoints in it.
    pub fn latest(&self, before: Option<u64>) -> Result<(Option<Restore>, Vec<StateError>), StateError> {
        let mut wrong = Vec::new();
        for checkpoint in self.completed()?.into_iter().filter(|checkpoint| before.is_none_or(|b| *checkpoint < b)) {
            let usable = Restore::open(self.directory(checkpoint)).and_then(|restore| {
                restore.check_files()?;
                Ok(restore)
            });
            match usable {
                Ok(restore) => return Ok((Some(restore), wrong)),
                Err(error @ StateError::Storage { .. }) => return Err(error),
                Err(error) => wrong.push(error),
            }
        }
        Ok((None, wrong))
    }

    /// Deletes what no checkpoint in `retained` needs, up to the number `newest`, that of the last complete one: other
    /// checkpoints, and shared files that are as old. What tasks have written since, or will add to, is newer or needed.
    pub fn clean(&self, retained: &[u64], newest: u64) -> Result<(), StateError> {
        let mut needed = BTreeSet::new();
        for checkpoint in retained {
            let manifest = Manifest::read(&self.directory(*checkpoint))?;
            let states = manifest.operators.into_iter().flat_map(|operator| operator.states.into_values());
            let shared = states.flat_map(|state| state.sections).filter(|section| section.shared);
            needed.extend(shared.map(|section| section.file));
        }
        let stale = self.begun()?.into_iter().filter(|number| *number <= newest && !retained.contains(number));
        for checkpoint in stale {
            self.delete(checkpoint)?;
        }
        for path in self.storage.list(SHARED)? {
            let Some(file) = path.rsplit('/').next() else { continue };
            let age = file.split('-').next().and_then(|number| number.parse::<u64>().ok());
            if age.is_some_and(|age| age <= newest) && !needed.contains(file) {
                self.storage.delete(&path)?;
            }
        }
        Ok(())
    }

    /// Deletes a checkpoint's own files, the manifest first: what is left is no checkpoint.
    fn delete(&self, checkpoint: u64) -> Result<(), StateError> {
        delete(&self.directory(checkpoint))
    }
}

/// Deletes a savepoint, the manifest first: what is left is none.
pub fn delete(directory: &Directory) -> Result<(), StateError> {
    directory.parent.delete(&directory.path(FILE, false))?;
    let files = directory.parent.list(&directory.name)?;
    files.iter().try_for_each(|file| directory.parent.delete(file))
}

/// What all tasks wrote for a checkpoint, put together: by operator, the sections of its subtasks in their order.
pub fn assemble(tasks: impl IntoIterator<Item = Vec<OperatorState>>) -> Vec<OperatorState> {
    let mut operators: BTreeMap<String, OperatorState> = BTreeMap::new();
    for part in tasks.into_iter().flatten() {
        let whole = operators.entry(part.uid.clone()).or_insert_with(|| OperatorState {
            uid: part.uid.clone(),
            name: part.name.clone(),
            parallelism: part.parallelism,
            max_parallelism: part.max_parallelism,
            states: BTreeMap::new(),
        });
        for (name, state) in part.states {
            match whole.states.get_mut(&name) {
                Some(kept) => kept.sections.extend(state.sections),
                None => {
                    whole.states.insert(name, state);
                }
            }
        }
    }
    for state in operators.values_mut().flat_map(|operator| operator.states.values_mut()) {
        // The sort is stable: a subtask's base stays before what was added to it.
        state.sections.sort_by_key(|section| section.subtask);
    }
    operators.into_values().collect()
}

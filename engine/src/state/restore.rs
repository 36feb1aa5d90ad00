//! From a checkpoint back into operators, at any parallelism.

use std::{collections::BTreeSet, ops::Range};

use super::{
    RestoredState, RestoredTable, StateError, StateSchema, TableRow,
    file::{Section, SectionReader},
    manifest::{Manifest, OperatorState, StateKind},
    storage::Directory,
};
use crate::{runtime::graph::JobGraph, types::key};

/// A checkpoint that a job is restored from.
#[derive(Debug)]
pub struct Restore {
    directory: Directory,
    manifest: Manifest,
}

impl Restore {
    /// The checkpoint of this directory.
    pub fn open(directory: Directory) -> Result<Self, StateError> {
        let manifest = Manifest::read(&directory)?;
        Ok(Self { directory, manifest })
    }

    /// The URL of its directory.
    pub fn url(&self) -> String {
        self.directory.url()
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether the job has a home for all state, and the key groups that the state has.
    pub fn check(&self, graph: &JobGraph, allow_non_restored: bool) -> Result<(), StateError> {
        let mut homes = BTreeSet::new();
        for vertex in &graph.vertices {
            let source = vertex.source.iter().map(|source| &source.uid);
            for uid in source.chain(vertex.operators.iter().map(|operator| &operator.uid)) {
                homes.insert(uid.as_str());
                let stored = self.operator_state(uid).filter(|stored| stored.max_parallelism != vertex.max_parallelism);
                if let Some(stored) = stored {
                    return Err(StateError::MaxParallelism {
                        operator: stored.title(),
                        stored: stored.max_parallelism,
                        asked: vertex.max_parallelism,
                    });
                }
            }
        }
        let homeless = self.manifest.operators.iter().filter(|operator| {
            !homes.contains(operator.uid.as_str()) && operator.states.values().any(|state| state.rows() > 0)
        });
        let homeless: Vec<String> = homeless.map(OperatorState::title).collect();
        if homeless.is_empty() || allow_non_restored { Ok(()) } else { Err(StateError::NoHome(homeless)) }
    }

    fn operator_state(&self, uid: &str) -> Option<&OperatorState> {
        self.manifest.operators.iter().find(|operator| operator.uid == uid)
    }

    /// What is restored to one subtask of an operator. Tables are read when the operator takes them.
    pub fn operator(&self, uid: &str, subtask: u32, parallelism: u32) -> Result<Option<RestoredState>, StateError> {
        let Some(operator) = self.operator_state(uid) else { return Ok(None) };
        let groups = key::groups_of(subtask, operator.max_parallelism, parallelism);
        let mut restored = RestoredState::default();
        for (name, state) in &operator.states {
            let reader = self.reader(operator, name);
            match state.kind {
                StateKind::Table { .. } => {
                    let own = |section: &&Section| section.groups.0 < groups.end && section.groups.1 >= groups.start;
                    let sections = state.sections.iter().filter(own).cloned().collect();
                    let table = StoredTable { reader, schema: state.schema(), sections, groups: groups.clone() };
                    restored.tables.insert(name.clone(), Box::new(table));
                }
                StateKind::List => {
                    let elements = restored.lists.entry(name.clone()).or_default();
                    for section in &state.sections {
                        reader.read(section, &mut |row| {
                            elements.extend(row.value.map(Into::into));
                            Ok(())
                        })?;
                    }
                }
            }
        }
        Ok(Some(restored))
    }

    /// Reads the files of a state of an operator.
    pub fn reader(&self, operator: &OperatorState, state: &str) -> SectionReader {
        SectionReader {
            directory: self.directory.clone(),
            checkpoint: self.manifest.checkpoint,
            owner: format!("{}, state {state}", operator.title()),
        }
    }

    /// Whether all files are there and as long as they have to be.
    pub fn check_files(&self) -> Result<(), StateError> {
        for operator in &self.manifest.operators {
            for (name, state) in &operator.states {
                let reader = self.reader(operator, name);
                state.sections.iter().try_for_each(|section| reader.check(section).map(|_| ()))?;
            }
        }
        Ok(())
    }

    #[cfg(test)]
    /// Reads all of it, and finds what is damaged or missing.
    pub fn verify(&self) -> Result<(), StateError> {
        for operator in &self.manifest.operators {
            for (name, state) in &operator.states {
                let reader = self.reader(operator, name);
                state.sections.iter().try_for_each(|section| reader.read(section, &mut |_| Ok(())))?;
            }
        }
        Ok(())
    }
}

/// The rows of a table that belong to one subtask.
#[derive(Debug)]
struct StoredTable {
    reader: SectionReader,
    schema: StateSchema,
    sections: Vec<Section>,
    groups: Range<u16>,
}

impl RestoredTable for StoredTable {
    fn schema(&self) -> Option<&StateSchema> {
        Some(&self.schema)
    }

    fn rows(&self) -> u64 {
        let own = |section: &Section| {
            let (first, end) = (u64::from(section.groups.0), u64::from(section.groups.1) + 1);
            let overlap = end.min(self.groups.end.into()).saturating_sub(first.max(self.groups.start.into()));
            section.rows.saturating_mul(overlap) / end.saturating_sub(first).max(1)
        };
        self.sections.iter().map(own).fold(0, u64::saturating_add)
    }

    fn read(&mut self, take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>) -> Result<(), StateError> {
        for section in &self.sections {
            self.reader.read(section, &mut |row| if self.groups.contains(&row.group) { take(row) } else { Ok(()) })?;
        }
        Ok(())
    }
}

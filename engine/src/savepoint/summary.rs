//! What is in a savepoint.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Savepoint;
use crate::{
    state::{
        StateError,
        manifest::{OperatorState, StateKind, StateMeta},
    },
    syntax::nearest::did_you_mean,
    types::Field,
};

/// A savepoint or checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The URL of its directory.
    pub url: String,
    /// Whether it is a savepoint, not a checkpoint.
    pub savepoint: bool,
    /// Its number.
    pub checkpoint: u64,
    /// When it was triggered: milliseconds since 1970.
    pub triggered_ms: i64,
    /// The id of the job that it was taken of.
    pub job_id: String,
    /// The name of that job.
    pub job_name: String,
    /// The bytes of all state in files.
    pub bytes: u64,
    /// The operators that have state.
    pub operators: Vec<OperatorSummary>,
}

/// An operator's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorSummary {
    /// Under which it is found again.
    pub uid: String,
    /// Its name, for people.
    pub name: String,
    /// The subtasks that wrote it.
    pub parallelism: u32,
    /// The key groups: the most subtasks that it can be restored to.
    pub max_parallelism: u32,
    /// Its states by name.
    pub states: Vec<StateSummary>,
}

/// One state of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateSummary {
    /// Its name.
    pub name: String,
    /// `table`: rows by key; `list`: elements.
    pub kind: &'static str,
    /// The columns of the key; none of a list.
    pub key: Vec<Column>,
    /// The columns of the value.
    pub value: Vec<Column>,
    /// Its rows, each key once.
    pub entries: u64,
    /// Its bytes in files; of a checkpoint's increments, all of them.
    pub bytes: u64,
}

/// Which state of which operator, and its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateColumns {
    /// The operator's uid.
    pub operator: String,
    /// The operator's name.
    pub operator_name: String,
    /// The name of the state.
    pub state: String,
    /// `table` or `list`.
    pub kind: &'static str,
    /// The columns of the key; none of a list.
    pub key: Vec<Column>,
    /// The columns of the value.
    pub value: Vec<Column>,
}

/// A column of a key or value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as SQL has it.
    #[serde(rename = "type")]
    pub data_type: String,
}

impl Savepoint {
    /// What is in it. All of it is read, so that what is damaged is found.
    ///
    /// # Errors
    /// Damage, or a storage that does not answer.
    pub fn summary(&self) -> Result<Summary, StateError> {
        let manifest = self.restore.manifest();
        let operators: Vec<OperatorSummary> =
            manifest.operators.iter().map(|operator| self.summary_of(operator)).collect::<Result<_, _>>()?;
        Ok(Summary {
            url: self.url(),
            savepoint: manifest.savepoint,
            checkpoint: manifest.checkpoint,
            triggered_ms: manifest.triggered_ms,
            job_id: manifest.job_id.clone(),
            job_name: manifest.job_name.clone(),
            bytes: operators.iter().flat_map(|operator| &operator.states).map(|state| state.bytes).sum(),
            operators,
        })
    }

    /// Which states there are: those of the operator of this uid or name, those of this name, or all.
    ///
    /// # Errors
    /// There is no such operator, or no state of that name.
    pub fn states(&self, operator: Option<&str>, state: Option<&str>) -> Result<Vec<StateColumns>, StateError> {
        let operators: Vec<&OperatorState> = match operator {
            Some(operator) => vec![self.operator(operator)?],
            None => self.restore.manifest().operators.iter().collect(),
        };
        if let (Some(operator), Some(state)) = (operator, state) {
            self.state(operator, state)?;
        }
        let all = operators.iter().flat_map(|operator| operator.states.iter().map(move |state| (operator, state)));
        let found =
            all.filter(|(_, (name, _))| state.is_none_or(|state| state == *name)).map(|(operator, (name, meta))| {
                StateColumns {
                    operator: operator.uid.clone(),
                    operator_name: operator.name.clone(),
                    state: name.clone(),
                    kind: kind(meta),
                    key: columns(&meta.key),
                    value: columns(&meta.value),
                }
            });
        let found: Vec<StateColumns> = found.collect();
        match (found.is_empty(), state) {
            (true, Some(state)) => {
                let known: BTreeSet<&str> =
                    operators.iter().flat_map(|one| one.states.keys()).map(String::as_str).collect();
                let hint = did_you_mean(state, known);
                Err(StateError::Edit(format!("{} has no state {state:?}. {hint}", self.url())))
            }
            _ => Ok(found),
        }
    }

    fn summary_of(&self, operator: &OperatorState) -> Result<OperatorSummary, StateError> {
        let states = operator.states.iter().map(|(name, state)| {
            Ok(StateSummary {
                name: name.clone(),
                kind: kind(state),
                key: columns(&state.key),
                value: columns(&state.value),
                entries: self.count(operator, name, state)?,
                bytes: state.bytes(),
            })
        });
        Ok(OperatorSummary {
            uid: operator.uid.clone(),
            name: operator.name.clone(),
            parallelism: operator.parallelism,
            max_parallelism: operator.max_parallelism,
            states: states.collect::<Result<_, StateError>>()?,
        })
    }

    fn count(&self, operator: &OperatorState, name: &str, state: &StateMeta) -> Result<u64, StateError> {
        let mut entries = 0;
        self.merged(operator, name, state, &mut |_, _, _| {
            entries += 1;
            Ok(())
        })?;
        Ok(entries)
    }
}

fn kind(state: &StateMeta) -> &'static str {
    if state.kind == StateKind::List { "list" } else { "table" }
}

fn columns(fields: &[Field]) -> Vec<Column> {
    fields.iter().map(|field| Column { name: field.name.clone(), data_type: field.data_type.to_string() }).collect()
}

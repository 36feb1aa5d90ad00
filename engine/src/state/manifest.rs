//! What a checkpoint or savepoint consists of: its `_metadata` file.
//!
//! One line of text, then JSON. The line names the format, its version, the CRC-32 and the length of the JSON. It is written
//! last, so a directory that has it is a checkpoint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{StateError, StateSchema, file::Section, storage::Directory};
use crate::types::Field;

/// The name of the file.
pub const FILE: &str = "_metadata";
/// What the first line begins with, the version included.
const FORMAT: &str = "drsquirrel-checkpoint 1";
/// What the `_metadata` of Apache Flink begins with.
const FLINKS: [u8; 4] = 0x4960_672d_u32.to_be_bytes();
/// The most key groups and subtasks, as Flink has it.
const MAX_PARALLELISM: u32 = 1 << 15;
/// The longest manifest that is read: a thousand states of a thousand subtasks fit.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// A checkpoint or savepoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The id of the job that it was taken of.
    pub job_id: String,
    /// The name of that job.
    pub job_name: String,
    /// Its number.
    pub checkpoint: u64,
    /// When it was triggered: milliseconds since 1970.
    pub triggered_ms: i64,
    /// Whether it is a savepoint: full, with no files but its own.
    pub savepoint: bool,
    /// The state of each operator, those without any left out.
    pub operators: Vec<OperatorState>,
}

/// What one operator wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorState {
    /// Under which it is found again.
    pub uid: String,
    /// Its name, for people.
    pub name: String,
    /// Its subtasks.
    pub parallelism: u32,
    /// Its key groups.
    pub max_parallelism: u32,
    /// Its states by name.
    pub states: BTreeMap<String, StateMeta>,
}

/// One state of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateMeta {
    /// What it is.
    pub kind: StateKind,
    /// The columns of the key.
    pub key: Vec<Field>,
    /// The columns of the value.
    pub value: Vec<Field>,
    /// Its rows: of each subtask in order, a base before what was added to it.
    pub sections: Vec<Section>,
}

/// What a state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// Rows by key; so many columns of the key decide on the key group.
    Table {
        /// How many, from the first.
        partition: usize,
    },
    /// Elements.
    List,
}

impl StateMeta {
    /// The columns.
    pub fn schema(&self) -> StateSchema {
        StateSchema { key: self.key.clone(), value: self.value.clone() }
    }

    /// The bytes of its rows in files.
    pub fn bytes(&self) -> u64 {
        self.sections.iter().map(|section| section.length).sum()
    }

    /// The rows in its files. Those of keys that were changed or removed again are counted each time.
    pub fn rows(&self) -> u64 {
        self.sections.iter().map(|section| section.rows).sum()
    }
}

impl OperatorState {
    /// Uid and name.
    pub fn title(&self) -> String {
        if self.name == self.uid { self.uid.clone() } else { format!("{} ({})", self.uid, self.name) }
    }

    /// Whether there can be such an operator: what is computed with must make sense.
    fn is_possible(&self) -> bool {
        let has_groups = (1..=MAX_PARALLELISM).contains(&self.max_parallelism);
        let sections = self.states.values().flat_map(|state| &state.sections);
        has_groups && (1..=MAX_PARALLELISM).contains(&self.parallelism) && { sections }.all(Section::is_possible)
    }
}

impl Manifest {
    /// The manifest of a checkpoint.
    pub fn read(directory: &Directory) -> Result<Self, StateError> {
        let path = directory.path(FILE, false);
        // The number is in the name of a checkpoint's directory; that of a savepoint is in what cannot be read yet.
        let checkpoint = directory.name.strip_prefix("chk-").and_then(|id| id.parse().ok()).unwrap_or(0);
        let damaged = |what: &str| StateError::Damaged { checkpoint, file: path.clone(), what: what.to_owned() };
        let size = directory.parent.size(&path)?;
        let size = size.ok_or_else(|| StateError::Missing { checkpoint, file: path.clone() })?;
        if size > MAX_BYTES {
            return Err(damaged("it is longer than any manifest"));
        }
        let bytes = directory.parent.read(&path, 0..size)?;
        Self::decode(&bytes).map_err(damaged)
    }

    /// Writes it into its directory: from now on, that is a checkpoint.
    pub fn write(&self, directory: &Directory) -> Result<(), StateError> {
        directory.parent.put(&directory.path(FILE, false), self.encode()?)
    }

    fn encode(&self) -> Result<Vec<u8>, StateError> {
        let json = serde_json::to_vec(self)
            .map_err(|error| StateError::Storage { what: format!("write {FILE}"), error: error.to_string() })?;
        let mut bytes = format!("{FORMAT} {:08x} {}\n", crc32fast::hash(&json), json.len()).into_bytes();
        bytes.extend(json);
        Ok(bytes)
    }

    fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.starts_with(&FLINKS) {
            return Err("it is a savepoint of Apache Flink, whose state cannot be read here");
        }
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("it has no first line")?;
        let (line, json) = (&bytes[..end], &bytes[end + 1..]);
        let expect = format!("{FORMAT} {:08x} {}", crc32fast::hash(json), json.len());
        if !line.starts_with(FORMAT.as_bytes()) {
            return Err("it is not a manifest of this version");
        }
        if line != expect.as_bytes() {
            return Err("its checksum or length is wrong");
        }
        let manifest: Self = serde_json::from_slice(json).map_err(|_| "it does not say what a manifest says")?;
        if manifest.operators.iter().all(OperatorState::is_possible) {
            Ok(manifest)
        } else {
            Err("it contradicts itself")
        }
    }
}

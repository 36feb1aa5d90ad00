//! One snapshot of a task, from memory into files.

use std::{
    collections::BTreeMap,
    sync::PoisonError,
    time::{Duration, Instant},
};

use super::{
    job::Declined,
    message::Barrier,
    snapshots::{Ack, Timing, Writer, Written},
};
use crate::{
    state::{
        SnapshotRows, SnapshotWriter, StateError, TableRows,
        file::{Section, StateFile},
        manifest::{OperatorState, StateKind, StateMeta},
        storage::Directory,
    },
    types::key,
};

/// One snapshot on its way to storage.
pub struct Write<'a> {
    /// Whose it is.
    pub writer: &'a Writer,
    /// What was written before.
    pub written: &'a Written,
    /// Where to.
    pub directory: Directory,
    /// The checkpoint.
    pub barrier: Barrier,
    /// A part of the files' names.
    pub attempt_id: &'a str,
}

impl Write<'_> {
    /// Writes what the operators wrote; answers what is where, and how many bytes were written.
    pub fn run(&self, operators: Vec<SnapshotWriter>) -> Result<(Vec<OperatorState>, u64), StateError> {
        let mut files = Files { write: self, own: None, shared: None };
        let mut all = Vec::new();
        for (place, operator) in operators.into_iter().enumerate() {
            let mut states = BTreeMap::new();
            for (name, state) in operator.states {
                let (kind, sections) = match state.rows {
                    SnapshotRows::List(elements) => (StateKind::List, files.list(&elements)?),
                    SnapshotRows::Table { incremental, partition, rows } => {
                        let sections = files.table((place, name.clone()), incremental, &rows)?;
                        (StateKind::Table { partition }, sections)
                    }
                };
                let (key, value) = (state.schema.key, state.schema.value);
                states.insert(name, StateMeta { kind, key, value, sections });
            }
            if let (false, Some((uid, name))) = (states.is_empty(), self.writer.operators.get(place)) {
                let (parallelism, max_parallelism) = (self.writer.parallelism, self.writer.max_parallelism);
                all.push(OperatorState { uid: uid.clone(), name: name.clone(), parallelism, max_parallelism, states });
            }
        }
        Ok((all, files.finish()?))
    }

    /// The answer where that went well.
    pub fn ack(&self, operators: Vec<OperatorState>, written_bytes: u64, timing: Timing, begun: Instant) -> Ack {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Ack {
            checkpoint: self.barrier.checkpoint,
            vertex: self.writer.vertex,
            subtask: self.writer.subtask,
            state_bytes: operators.iter().flat_map(|operator| operator.states.values()).map(StateMeta::bytes).sum(),
            operators,
            written_bytes,
            start_delay_ms: ms(timing.start_delay),
            alignment_ms: ms(timing.alignment),
            sync_ms: ms(timing.sync),
            async_ms: ms(begun.elapsed()),
        }
    }

    /// The answer where it did not.
    pub fn declined(&self, reason: String) -> Declined {
        let (vertex, subtask) = (self.writer.vertex, self.writer.subtask);
        Declined { checkpoint: self.barrier.checkpoint, vertex, subtask, reason }
    }
}

/// The files of one snapshot: one of its own, and one that later checkpoints share. Begun when there is something in them.
struct Files<'a> {
    write: &'a Write<'a>,
    own: Option<StateFile>,
    shared: Option<StateFile>,
}

impl Files<'_> {
    fn section(&mut self, shared: bool, rows: &TableRows, groups: (u16, u16)) -> Result<Section, StateError> {
        let write = self.write;
        let file = if shared { &mut self.shared } else { &mut self.own };
        let file = match file {
            Some(file) => file,
            none => {
                let Writer { vertex, subtask, .. } = write.writer;
                // Shared files are told apart by what wrote them, and known by the checkpoint that they are as old as.
                let name = format!("{:010}-{vertex}-{subtask}-{}", write.barrier.checkpoint, write.attempt_id);
                none.insert(StateFile::create(&write.directory, &name, shared, *subtask)?)
            }
        };
        file.section(rows, groups)
    }

    fn list(&mut self, elements: &[Box<[u8]>]) -> Result<Vec<Section>, StateError> {
        let mut rows = TableRows::default();
        elements.iter().for_each(|element| rows.push(0, [&[], &[]], Some(element)));
        if rows.is_empty() { Ok(Vec::new()) } else { Ok(vec![self.section(false, &rows, (0, 0))?]) }
    }

    fn table(&mut self, id: (usize, String), incremental: bool, rows: &TableRows) -> Result<Vec<Section>, StateError> {
        let writer = self.write.writer;
        let groups = key::groups_of(writer.subtask, writer.max_parallelism, writer.parallelism);
        let groups = (groups.start, groups.end.saturating_sub(1).max(groups.start));
        let savepoint = self.write.barrier.kind.is_savepoint();
        let section = if rows.is_empty() { None } else { Some(self.section(!savepoint, rows, groups)?) };
        if savepoint {
            return Ok(section.into_iter().collect());
        }
        let mut written = self.write.written.sections.lock().unwrap_or_else(PoisonError::into_inner);
        let sections = match (incremental, written.get_mut(&id)) {
            (true, Some(sections)) => sections,
            (true, None) => {
                let error = "the checkpoint that it adds to was not written".to_owned();
                return Err(StateError::Storage { what: format!("write an increment of state {}", id.1), error });
            }
            (false, _) => {
                written.insert(id.clone(), Vec::new());
                written.entry(id).or_default()
            }
        };
        sections.extend(section);
        Ok(sections.clone())
    }

    fn finish(self) -> Result<u64, StateError> {
        [self.own, self.shared].into_iter().flatten().try_fold(0, |bytes, file| Ok(bytes + file.finish()?))
    }
}

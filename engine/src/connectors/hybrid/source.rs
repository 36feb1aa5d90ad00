//! First the files, then Kafka.

use std::time::Duration;

use super::Switch;
use crate::{
    connectors::{
        filesystem::{source::FilesystemSourceConfig, splits},
        kafka::{
            partitions::{self, Split},
            source::KafkaSourceConfig,
        },
    },
    runtime::{
        Stop, TaskContext,
        operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    },
    state::{RestoredState, SnapshotRows, SnapshotWriter},
};

/// The list states of the two phases.
const HISTORY: &str = "history";
const LIVE: &str = "splits";

/// What is read.
#[derive(Debug, Clone)]
pub struct HybridSourceConfig {
    /// The files. Their layout, and that of Kafka, may have one column more than was asked for: the switch's, at the end.
    pub history: FilesystemSourceConfig,
    /// What comes after them.
    pub live: KafkaSourceConfig,
    /// Where one ends and the other begins; `None` where the files hold what lies before the place.
    pub switch: Option<Switch>,
    /// How many columns were asked for.
    pub asked: usize,
}

impl SourceFactory for HybridSourceConfig {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let OperatorContext { task, index, mut restored } = context;
        let mut elements = |name: &str| restored.as_mut().and_then(|restored| restored.lists.remove(name));
        let history = elements(HISTORY).map(|elements| {
            let mut state = RestoredState::default();
            state.lists.insert(LIVE.to_owned(), elements);
            state
        });
        // Where Kafka begins is found now; it is read when the files are done.
        let live = self.live.splits(elements(LIVE).as_deref(), task)?;
        let history = self.history.open(OperatorContext { task, index, restored: history })?;
        Ok(Box::new(HybridSource { config: self.clone(), index, phase: Phase::History { history, live } }))
    }
}

enum Phase {
    /// The files are read; how Kafka is to begin.
    History { history: Box<dyn Source>, live: Vec<Split> },
    /// Kafka is read.
    Live(Box<dyn Source>),
}

struct HybridSource {
    config: HybridSourceConfig,
    index: usize,
    phase: Phase,
}

impl HybridSource {
    /// The rows of the phase's side, and only the columns that were asked for.
    fn side(&self, next: Next) -> Result<Next, Stop> {
        let Next::Chunk(Chunk::Batch(batch)) = next else { return Ok(next) };
        let before = matches!(self.phase, Phase::History { .. });
        let batch = match &self.config.switch {
            Some(switch) => switch.side(batch, before)?,
            None => batch,
        };
        if batch.rows == 0 {
            return Ok(Next::Wait(Duration::ZERO));
        }
        let asked: Vec<usize> = (0..self.config.asked).collect();
        let batch = if batch.columns.len() == asked.len() { batch } else { batch.project(&asked) };
        Ok(Next::Chunk(Chunk::Batch(batch)))
    }
}

impl Source for HybridSource {
    fn next(&mut self, context: &TaskContext) -> Result<Next, Stop> {
        let next = match &mut self.phase {
            Phase::History { history, live } => match history.next(context)? {
                Next::End => {
                    self.phase = Phase::Live(self.config.live.read(std::mem::take(live), self.index)?);
                    return Ok(Next::Wait(Duration::ZERO));
                }
                next => next,
            },
            Phase::Live(live) => live.next(context)?,
        };
        self.side(next)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        match &mut self.phase {
            Phase::History { history, live } => {
                history.snapshot(writer)?;
                let elements = match writer.states.remove(LIVE).map(|state| state.rows) {
                    Some(SnapshotRows::List(elements)) => elements,
                    _ => Vec::new(),
                };
                writer.list(HISTORY, splits::schema(), elements);
                writer.list(LIVE, partitions::schema(), live.iter().map(partitions::encode).collect());
                Ok(())
            }
            Phase::Live(live) => {
                // No file is left: none of this subtask is to be read after a restore.
                writer.list(HISTORY, splits::schema(), Vec::new());
                live.snapshot(writer)
            }
        }
    }

    fn checkpoint_complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        match &mut self.phase {
            Phase::History { .. } => Ok(()),
            Phase::Live(live) => live.checkpoint_complete(checkpoint),
        }
    }
}

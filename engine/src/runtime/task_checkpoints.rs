//! What a task does at a checkpoint.

use crate::clock::now_ms;
use std::time::{Duration, Instant};

use super::{
    Failure, Stop,
    alignment::Step,
    message::{Barrier, SnapshotKind},
    snapshots::Timing,
    task::{Loop, Phase},
};

impl Loop {
    /// To a source: a checkpoint begins.
    pub fn trigger(&mut self, barrier: Barrier) -> Result<(), Stop> {
        if self.source.is_none() || matches!(self.phase, Phase::Stopping(_) | Phase::Done) {
            return Ok(());
        }
        if barrier.kind == SnapshotKind::Drain && !self.ended {
            self.end_source()?;
        }
        self.snapshot(barrier, Duration::ZERO)
    }

    /// A channel brought a barrier.
    pub fn barrier(&mut self, channel: usize, barrier: Barrier) -> Result<(), Stop> {
        let (step, given_up) = self.inputs.alignment.barrier(barrier, Instant::now());
        if given_up.is_some() {
            self.gate.unblock_all();
        }
        match step {
            Step::Ignore => Ok(()),
            Step::Block => {
                self.gate.block(channel);
                Ok(())
            }
            Step::Snapshot { aligned } => {
                self.snapshot(barrier, aligned)?;
                self.gate.unblock_all();
                Ok(())
            }
        }
    }

    /// Hands the barrier on, and takes a snapshot.
    fn snapshot(&mut self, barrier: Barrier, alignment: Duration) -> Result<(), Stop> {
        let since_trigger = Duration::from_millis(now_ms().saturating_sub(barrier.triggered_ms).max(0).unsigned_abs());
        let start_delay = since_trigger.saturating_sub(alignment);
        let metrics = &self.context.metrics;
        metrics.task_gauge("checkpointStartDelayNanos", start_delay.as_nanos() as f64);
        metrics.task_gauge("checkpointAlignmentTime", alignment.as_nanos() as f64);
        let begun = Instant::now();
        let task = &mut self.task;
        task.chain.barrier(barrier)?;
        let snapshots = &mut task.snapshots;
        let mut operators = Vec::new();
        if let Some((source, name)) = &mut task.source {
            let mut writer = snapshots.writer(0, barrier);
            source.snapshot(&mut writer).map_err(|stop| stop.at(format!("{name}.snapshotState")))?;
            operators.push(writer);
        }
        let first = operators.len();
        operators.extend(task.chain.snapshot(|place| snapshots.writer(first + place, barrier))?);
        snapshots.submit(barrier, operators, Timing { start_delay, alignment, sync: begun.elapsed() });
        if barrier.kind.ends_job() {
            self.phase = Phase::Stopping(barrier);
        }
        Ok(())
    }

    /// A checkpoint is complete.
    pub fn complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        if let Some((source, name)) = &mut self.source {
            let told = source.checkpoint_complete(checkpoint);
            told.map_err(|stop| stop.at(format!("{name}.notifyCheckpointComplete")))?;
        }
        self.chain.checkpoint_complete(checkpoint)?;
        if matches!(self.phase, Phase::Stopping(barrier) if barrier.checkpoint == checkpoint) {
            self.phase = Phase::Done;
        }
        Ok(())
    }

    /// A checkpoint has failed.
    pub fn abort(&mut self, checkpoint: u64) -> Result<(), Stop> {
        if self.inputs.alignment.abort(checkpoint) {
            self.gate.unblock_all();
        }
        match self.phase {
            Phase::Stopping(barrier) if barrier.checkpoint != checkpoint => Ok(()),
            Phase::Stopping(barrier) if barrier.kind == SnapshotKind::Drain => {
                let message =
                    "The savepoint that the job was drained for has failed; its input cannot be taken up again.";
                Err(Failure::new("org.apache.flink.runtime.checkpoint.CheckpointException", message).into())
            }
            Phase::Stopping(_) => {
                self.phase = if self.ended { Phase::Ended } else { Phase::Running };
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

//! Exactly once into Kafka, by writing ahead.
//!
//! librdkafka cannot go on with a transaction that another producer left behind, as Flink's sink does with Java's client. So
//! no transaction is open between a barrier and the end of its checkpoint. Instead:
//!
//! 1. Messages since the last barrier are kept in memory. At a barrier they become part of the checkpoint: the list state
//!    `pending`, together with those of earlier checkpoints that are not complete yet, each under the checkpoint's number.
//! 2. When checkpoint `n` is complete, one Kafka transaction writes all messages of checkpoints up to `n`, and, in the same
//!    transaction, a **marker**: an offset committed in the consumer group of the *slot*. Either both are there or neither.
//! 3. A job that goes on from a checkpoint finds messages in its state of which it cannot know whether their transaction
//!    happened. It asks the marker, and writes those that were not written, again together with a marker.
//!
//! A **slot** is one subtask number of one sink: transactional id and consumer group `PREFIX-SINK-SUBTASK`, where SINK is the
//! sink's id, random at the first start and kept in the state ever after, so that two jobs of the same prefix do not meet.
//! A marker says for each of the last attempts of the job up to which checkpoint its messages in this slot were written:
//! the newest in the offset, all in the offset's metadata. Numbers of checkpoints alone would not do: after a restore of an
//! older savepoint they are used again.
//!
//! Recovery at another parallelism: what subtask `j` of the old attempt had pending is written by subtask `j mod p` of the
//! new one, in the slot `j`. Whoever opens a slot first takes its transactional id over, which makes Kafka abort what is open
//! and refuse whatever an earlier holder (a worker that does not know yet that it is dead) tries after that; only then is the
//! marker read. All slots of the old attempt are taken over, also those without pending messages.
//!
//! Invariants:
//! - Messages are in a transaction only after the checkpoint that covers them is complete: nothing is written that may be
//!   computed again.
//! - The messages of one attempt, slot and checkpoint are in at most one committed transaction: it carries the marker that
//!   says so, and every later try reads the marker after the slot was taken over, when no other transaction can commit.
//! - They are in at least one: a checkpoint that is complete is either told to the sink, or restored, and both write them.
//!
//! Kafka forgets committed offsets after `offsets.retention.minutes` (a week by default). Where no marker is there and the
//! checkpoint is older than [`MARKERS_KEPT`], the messages are taken for written, with a warning: a job that was stopped has
//! written them. Flink loses such transactions too, when `transaction.timeout.ms` is over.
//!
//! What it costs: messages wait for the next checkpoint in memory (at most [`MAX_BUFFERED_BYTES`] a subtask) and in the
//! checkpoint. That is why the guarantee is asked for by an option.

mod marker;
mod pending;
mod slot;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use marker::Marker;
pub use slot::{KafkaSlots, Slot, Slots};

use super::sink::{KafkaSinkConfig, MessageEncoder, OutMessage};
use crate::{
    clock::now_ms,
    connectors::sink::{SinkTask, SinkWriter},
    runtime::operator::OperatorContext,
    runtime::{Failure, Stop},
    state::SnapshotWriter,
    types::Batch,
};
use pending::{Pending, decode, encode, identity, schema};

/// Markers of checkpoints that are no older than this are there, if they were ever written.
pub const MARKERS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// The most bytes of messages that a subtask keeps for checkpoints that are not complete.
pub const MAX_BUFFERED_BYTES: u64 = 512 << 20;

/// Writes the rows of one subtask exactly once.
pub struct ExactlyOnceSink {
    encoder: MessageEncoder,
    slots: Box<dyn Slots>,
    slot: Option<Box<dyn Slot>>,
    sink_id: String,
    attempt: String,
    subtask: u32,
    marker: Marker,
    /// Messages since the last barrier.
    fresh: Vec<OutMessage>,
    /// Messages by checkpoint, in order; each with when it was made.
    pending: Vec<Pending>,
    bytes: u64,
}

impl ExactlyOnceSink {
    /// A sink that is not open yet.
    pub fn new(config: &KafkaSinkConfig, slots: Box<dyn Slots>) -> Self {
        Self {
            encoder: MessageEncoder::new(config),
            slots,
            slot: None,
            sink_id: String::new(),
            attempt: String::new(),
            subtask: 0,
            marker: Marker::default(),
            fresh: Vec::new(),
            pending: Vec::new(),
            bytes: 0,
        }
    }

    /// Writes what an earlier attempt had pending in one slot, unless it was written.
    fn recover(slot: &mut dyn Slot, attempt: &str, pending: &[Pending]) -> Result<Marker, Stop> {
        let found = slot.marker()?;
        let marker = found.clone().unwrap_or_default();
        let Some(last) = pending.last() else { return Ok(marker) };
        let age = now_ms().saturating_sub(last.made_ms);
        if found.is_none() && age > MARKERS_KEPT.as_millis() as i64 {
            tracing::warn!(
                checkpoint = last.checkpoint,
                "Kafka no longer knows whether the messages of an old checkpoint were written: they are taken for written"
            );
            return Ok(marker);
        }
        let written = marker.written(attempt);
        let missing: Vec<&Pending> =
            pending.iter().filter(|pending| written.is_none_or(|written| pending.checkpoint > written)).collect();
        if missing.is_empty() {
            return Ok(marker);
        }
        let marker = marker.with(attempt, last.checkpoint);
        let messages: Vec<&OutMessage> = missing.iter().flat_map(|pending| &pending.messages).collect();
        slot.commit(&messages, &marker)?;
        Ok(marker)
    }
}

impl SinkWriter for ExactlyOnceSink {
    fn open(&mut self, context: &mut OperatorContext<'_>) -> Result<(), Stop> {
        let task = context.task;
        self.attempt = task.attempt_id.to_string();
        self.subtask = task.subtask;
        self.sink_id.clone_from(&self.attempt);
        let elements = context.restored.as_mut().and_then(|restored| restored.lists.remove("pending"));
        let restored = decode(&elements.unwrap_or_default())?;
        if let Some(restored) = &restored {
            self.sink_id.clone_from(&restored.sink_id);
        }
        let mut own = self.slots.take_over(&self.sink_id, self.subtask, &task.cancel)?;
        let mut marker = None;
        for (subtask, pending) in restored.iter().flat_map(|restored| &restored.by_subtask) {
            let attempt = restored.as_ref().map_or("", |restored| &restored.attempt);
            if *subtask == self.subtask {
                marker = Some(Self::recover(&mut *own, attempt, pending)?);
            } else if subtask % task.parallelism == self.subtask {
                let mut slot = self.slots.take_over(&self.sink_id, *subtask, &task.cancel)?;
                Self::recover(&mut *slot, attempt, pending)?;
            }
        }
        self.marker = match marker {
            Some(marker) => marker,
            None => own.marker()?.unwrap_or_default(),
        };
        self.slot = Some(own);
        Ok(())
    }

    fn write(&mut self, batch: &Batch, _: &SinkTask) -> Result<u64, Stop> {
        let mut bytes = 0;
        let fresh = &mut self.fresh;
        self.encoder.encode(batch, |message| {
            bytes += message.bytes();
            fresh.push(message);
            Ok(())
        })?;
        self.bytes += bytes;
        if self.bytes > MAX_BUFFERED_BYTES {
            let message = format!(
                "More than {} MB wait for a checkpoint to be complete, which is the most that a subtask of an exactly-once \
                 Kafka sink keeps. Make checkpoints more often ('execution.checkpointing.interval'), raise the \
                 parallelism, or set 'sink.delivery-guarantee' to 'at-least-once'",
                MAX_BUFFERED_BYTES >> 20
            );
            return Err(Failure::new("java.lang.IllegalStateException", message).into());
        }
        Ok(bytes)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let messages = std::mem::take(&mut self.fresh);
        if !messages.is_empty() {
            self.pending.push(Pending { checkpoint: writer.id, made_ms: now_ms(), messages });
        }
        let own = identity(&self.sink_id, &self.attempt, self.subtask);
        let elements = self.pending.iter().flat_map(|pending| encode(&own, pending));
        // One without messages says that the slot is there.
        let elements = elements.chain([own.alone()]).collect();
        writer.list("pending", schema(), elements);
        Ok(())
    }

    fn checkpoint_complete(&mut self, checkpoint: u64, _: &SinkTask) -> Result<(), Stop> {
        let covered = self.pending.iter().take_while(|pending| pending.checkpoint <= checkpoint).count();
        let (Some(last), Some(slot)) = (self.pending[..covered].last(), &mut self.slot) else { return Ok(()) };
        let marker = self.marker.with(&self.attempt, last.checkpoint);
        let messages: Vec<&OutMessage> = self.pending[..covered].iter().flat_map(|pending| &pending.messages).collect();
        slot.commit(&messages, &marker)?;
        self.bytes -= messages.iter().map(|message| message.bytes()).sum::<u64>();
        self.marker = marker;
        self.pending.drain(..covered);
        Ok(())
    }
}

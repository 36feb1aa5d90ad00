//! Where the results of a task leave it: a route for each outgoing edge, and a buffer for each receiver.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Stop, TaskContext,
    clock::Activity,
    gate::Gate,
    graph::Partitioner,
    message::{Barrier, Message},
    operator::Chunk,
};
use crate::types::Batch;

/// Batches are sent when they have so many rows.
const BATCH_ROWS: usize = 2048;
/// The longest that a row waits for its batch to fill. A task that has nothing to do sends at once.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);

/// How one edge shares records out.
pub enum Route {
    /// To the only receiver.
    Only,
    /// To the first receiver.
    First,
    /// To all.
    All,
    /// In turn, this one next.
    Turn(usize),
    /// By key, in so many key groups.
    Key(Arc<dyn Partitioner>, u32),
}

/// A receiver.
pub struct Target {
    gate: Arc<Gate>,
    channel: usize,
    buffer: Vec<Batch>,
    rows: usize,
}

impl Target {
    /// The receiver behind a channel of a gate.
    pub fn new(gate: Arc<Gate>, channel: usize) -> Self {
        Self { gate, channel, buffer: Vec::new(), rows: 0 }
    }
}

/// One outgoing edge, as one subtask sees it.
pub struct Outlet {
    /// 0 for results, else the tag of a side output.
    pub output: usize,
    /// How it shares records out.
    pub route: Route,
    /// To whom.
    pub targets: Vec<Target>,
}

/// All outgoing edges of one subtask.
pub struct Outlets {
    outlets: Vec<Outlet>,
    /// When the oldest row that is buffered came.
    oldest: Option<Instant>,
    watermark: i64,
    idle: bool,
}

impl Outlets {
    /// These edges.
    pub fn new(outlets: Vec<Outlet>) -> Self {
        Self { outlets, oldest: None, watermark: i64::MIN, idle: false }
    }

    /// Reads how full the queues of all receivers are, on average, from 0 to 1; none where there are none.
    pub fn usage(&self) -> Option<impl Fn() -> f64 + Send + 'static> {
        let targets = self.outlets.iter().flat_map(|outlet| &outlet.targets);
        let queues: Vec<_> = targets.map(|target| (Arc::clone(&target.gate), target.channel)).collect();
        let used = move || {
            queues.iter().map(|(gate, channel)| gate.channel_usage(*channel)).sum::<f64>() / queues.len() as f64
        };
        self.outlets.iter().any(|outlet| !outlet.targets.is_empty()).then_some(used)
    }

    /// Sends records to the readers of an output. Those that nobody reads are dropped.
    pub fn emit(&mut self, output: usize, chunk: Chunk, context: &TaskContext) -> Result<(), Stop> {
        if chunk.is_empty() {
            return Ok(());
        }
        let mut readers: Vec<&mut Outlet> = self.outlets.iter_mut().filter(|outlet| outlet.output == output).collect();
        let Some(last) = readers.pop() else { return Ok(()) };
        for outlet in readers {
            outlet.emit(chunk.copy(), context)?;
        }
        last.emit(chunk, context)?;
        if self.oldest.is_none() && self.outlets.iter().any(Outlet::holds_back) {
            self.oldest = Some(Instant::now());
        }
        Ok(())
    }

    /// When what is buffered is due.
    pub fn due(&self) -> Option<Instant> {
        self.oldest.map(|oldest| oldest + FLUSH_INTERVAL)
    }

    /// Sends all that is buffered.
    pub fn flush(&mut self, context: &TaskContext) -> Result<(), Stop> {
        if self.oldest.take().is_some() {
            for outlet in &mut self.outlets {
                outlet.targets.iter_mut().try_for_each(|target| target.flush(context))?;
            }
        }
        Ok(())
    }

    /// Tells all receivers how far event time has come.
    pub fn watermark(&mut self, watermark: i64, context: &TaskContext) -> Result<(), Stop> {
        if watermark <= self.watermark {
            return Ok(());
        }
        self.watermark = watermark;
        // A watermark is for those who wait for it: they would not take it from an idle channel.
        self.idle(false, context)?;
        self.tell(context, || Message::Watermark(watermark))
    }

    /// Tells all receivers whether event time is to be expected from here.
    pub fn idle(&mut self, idle: bool, context: &TaskContext) -> Result<(), Stop> {
        if self.idle == idle {
            return Ok(());
        }
        self.idle = idle;
        self.tell(context, || Message::Idle(idle))
    }

    /// Sends a barrier.
    pub fn barrier(&mut self, barrier: Barrier, context: &TaskContext) -> Result<(), Stop> {
        self.tell(context, || Message::Barrier(barrier))
    }

    /// There are no more records.
    pub fn end(&mut self, context: &TaskContext) -> Result<(), Stop> {
        self.tell(context, || Message::EndOfData)
    }

    /// Sends a message to every receiver, after all that is buffered.
    fn tell(&mut self, context: &TaskContext, message: impl Fn() -> Message) -> Result<(), Stop> {
        self.flush(context)?;
        let mut targets = self.outlets.iter().flat_map(|outlet| &outlet.targets);
        targets.try_for_each(|target| target.deliver(message(), 0, context))
    }
}

impl Outlet {
    fn emit(&mut self, chunk: Chunk, context: &TaskContext) -> Result<(), Stop> {
        context.metrics.task.records_out.add(chunk.len() as u64);
        match &mut self.route {
            Route::Only | Route::First => self.targets[0].push(chunk, context),
            Route::All => {
                let Some((last, others)) = self.targets.split_last_mut() else { return Ok(()) };
                others.iter_mut().try_for_each(|target| target.push(chunk.copy(), context))?;
                last.push(chunk, context)
            }
            Route::Turn(next) => {
                let target = *next;
                *next = (target + 1) % self.targets.len();
                self.targets[target].push(chunk, context)
            }
            Route::Key(partitioner, groups) => {
                let parts = partitioner.partition(chunk, *groups, self.targets.len() as u32)?;
                parts.into_iter().try_for_each(|(target, part)| self.targets[target as usize].push(part, context))
            }
        }
    }

    fn holds_back(&self) -> bool {
        self.targets.iter().any(|target| target.rows > 0)
    }
}

impl Target {
    /// Sends a chunk, or keeps it until there are enough rows.
    fn push(&mut self, chunk: Chunk, context: &TaskContext) -> Result<(), Stop> {
        match chunk {
            Chunk::Batch(batch) if self.rows + batch.rows < BATCH_ROWS => {
                self.rows += batch.rows;
                self.buffer.push(batch);
                Ok(())
            }
            Chunk::Batch(batch) => {
                self.rows += batch.rows;
                self.buffer.push(batch);
                self.flush(context)
            }
            // Typed values cannot be joined without knowing their type.
            typed @ Chunk::Typed(_) => self.send(typed, context),
        }
    }

    fn flush(&mut self, context: &TaskContext) -> Result<(), Stop> {
        self.rows = 0;
        let joined = Batch::concat(&self.buffer)?;
        self.buffer.clear();
        joined.map_or(Ok(()), |batch| self.send(Chunk::Batch(batch), context))
    }

    fn send(&self, chunk: Chunk, context: &TaskContext) -> Result<(), Stop> {
        let bytes = chunk.bytes();
        context.metrics.task.bytes_out.add(bytes as u64);
        self.deliver(Message::Chunk(chunk), bytes, context)
    }

    /// Puts a message into the channel; time spent waiting for room is backpressure.
    fn deliver(&self, message: Message, bytes: usize, context: &TaskContext) -> Result<(), Stop> {
        let full = self.gate.try_send(self.channel, message, bytes).map_err(|_| Stop::Cancelled)?;
        let Some(message) = full else { return Ok(()) };
        let wait = || self.gate.send(self.channel, message, bytes);
        context.clock.during(Activity::BackPressured, wait).map_err(|_| Stop::Cancelled)
    }
}

//! Bounded queues between the subtasks of two vertices.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select};

use super::{
    Stop, TaskContext,
    clock::Activity,
    partition::{key_group, subtask},
};
use crate::{
    connectors::BATCH_ROWS,
    sql::{
        plan::Exchange,
        value::{Row, row_bytes},
    },
};

/// The most batches that wait before one subtask. At this bound its senders wait: that is backpressure.
const QUEUE_BATCHES: usize = 4;
/// The longest that a row waits for its batch to fill.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// What passes through a queue.
pub enum Message {
    /// Rows.
    Batch(Vec<Row>),
    /// The sender has no more. A queue that closes without it was left by a sender that failed.
    End,
}

/// The receiving end of one subtask.
pub struct Input {
    /// The queue.
    pub queue: Receiver<Message>,
    /// How many senders have not ended.
    pub open: u32,
}

/// The queues before `after` subtasks, one each, and the senders to them for each of `before` subtasks.
pub fn connect(exchange: &Exchange, before: u32, after: u32) -> (Vec<Output>, Vec<Input>) {
    let queues: Vec<_> = (0..after).map(|_| bounded(QUEUE_BATCHES)).collect();
    let outputs =
        (0..before).map(|index| Output::new(exchange, index, queues.iter().map(|(sender, _)| sender.clone())));
    let outputs = outputs.collect();
    let open = if *exchange == Exchange::Forward { 1 } else { before };
    let inputs = queues.into_iter().map(|(_, queue)| Input { queue, open }).collect();
    (outputs, inputs)
}

enum Route {
    /// To the one queue there is.
    Only,
    /// To the next queue, which this is.
    Turn(usize),
    /// By key.
    Key(Vec<usize>),
}

/// The sending end of one subtask.
pub struct Output {
    route: Route,
    targets: Vec<Sender<Message>>,
    buffers: Vec<Vec<Row>>,
    /// When the oldest row that is buffered came.
    oldest: Option<Instant>,
}

impl Output {
    fn new(exchange: &Exchange, index: u32, senders: impl Iterator<Item = Sender<Message>>) -> Self {
        let targets: Vec<_> = match exchange {
            Exchange::Forward => senders.skip(index as usize).take(1).collect(),
            _ => senders.collect(),
        };
        let route = match exchange {
            Exchange::Forward => Route::Only,
            // Each sender begins at another queue.
            Exchange::Rebalance => Route::Turn(index as usize % targets.len().max(1)),
            Exchange::Hash(key) => Route::Key(key.clone()),
        };
        let buffers = targets.iter().map(|_| Vec::new()).collect();
        Self { route, targets, buffers, oldest: None }
    }

    /// Buffers a row, and sends its batch if that is full.
    pub fn push(&mut self, row: Row, context: &TaskContext) -> Result<(), Stop> {
        let target = match &mut self.route {
            Route::Only => 0,
            Route::Turn(next) => {
                let target = *next;
                *next = (target + 1) % self.targets.len();
                target
            }
            Route::Key(key) => subtask(key_group(&row, key), self.targets.len() as u32) as usize,
        };
        context.metrics.task.records_out.add(1);
        context.metrics.task.bytes_out.add(row_bytes(&row));
        self.buffers[target].push(row);
        if self.buffers[target].len() >= BATCH_ROWS {
            return self.send(target, context);
        }
        self.oldest.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// How long until buffered rows are due; `None` where there are none.
    pub fn due_in(&self) -> Option<Duration> {
        self.oldest.map(|oldest| FLUSH_INTERVAL.saturating_sub(oldest.elapsed()))
    }

    /// Sends all that is buffered.
    pub fn flush(&mut self, context: &TaskContext) -> Result<(), Stop> {
        self.oldest = None;
        for target in 0..self.targets.len() {
            if !self.buffers[target].is_empty() {
                self.send(target, context)?;
            }
        }
        Ok(())
    }

    /// Sends all that is buffered, and that there is no more.
    pub fn end(&mut self, context: &TaskContext) -> Result<(), Stop> {
        self.flush(context)?;
        self.targets.iter().try_for_each(|target| deliver(target, Message::End, context))
    }

    fn send(&mut self, target: usize, context: &TaskContext) -> Result<(), Stop> {
        let batch = std::mem::take(&mut self.buffers[target]);
        deliver(&self.targets[target], Message::Batch(batch), context)
    }
}

/// Puts a message into a queue; time spent waiting for room is backpressure.
fn deliver(target: &Sender<Message>, message: Message, context: &TaskContext) -> Result<(), Stop> {
    match target.try_send(message) {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(message)) => context.clock.during(Activity::BackPressured, || {
            select! {
                send(target, message) -> sent => sent.map_err(|_| Stop::Cancelled),
                recv(context.cancel.signal()) -> _ => Err(Stop::Cancelled),
            }
        }),
        // The receiver ended before its input did: it failed, and the attempt is being cancelled.
        Err(TrySendError::Disconnected(_)) => Err(Stop::Cancelled),
    }
}

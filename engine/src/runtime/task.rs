//! The loop of one subtask.

use crossbeam_channel::{TryRecvError, select};

use super::{
    Stop, TaskContext,
    chain::Chain,
    clock::Activity,
    exchange::{FLUSH_INTERVAL, Input, Message},
};
use crate::{
    connectors::{BATCH_ROWS, Next, Source},
    sql::value::{Row, row_bytes},
};

/// Runs a task that reads a source.
pub fn run_source(
    mut source: Box<dyn Source>,
    mut chain: Chain,
    name: &str,
    context: &TaskContext,
) -> Result<(), Stop> {
    let mut rows: Vec<Row> = Vec::with_capacity(BATCH_ROWS);
    loop {
        if context.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        // A record that cannot be read is reported only after those before it were handed on.
        let next = source.next(&mut rows, context).map_err(|stop| stop.at(format!("{name}.run")));
        for row in rows.drain(..) {
            context.metrics.task.records_in.add(1);
            let flow = &context.metrics.operators[0].1;
            flow.records_in.add(1);
            flow.records_out.add(1);
            chain.push(row, context)?;
        }
        match next? {
            Next::Rows => flush_if_due(&mut chain, context)?,
            Next::Wait(time) => {
                flush_if_due(&mut chain, context)?;
                let time = chain.due_in().map_or(time, |due| due.min(time));
                if context.clock.during(Activity::Idle, || context.cancel.wait(time)) {
                    return Err(Stop::Cancelled);
                }
            }
            Next::End => return chain.finish(context),
        }
    }
}

/// Runs a task that reads other tasks.
pub fn run_input(mut input: Input, mut chain: Chain, context: &TaskContext) -> Result<(), Stop> {
    while input.open > 0 {
        match receive(&input, &chain, context)? {
            Some(Message::Batch(rows)) => {
                for row in rows {
                    if context.cancel.is_cancelled() {
                        return Err(Stop::Cancelled);
                    }
                    context.metrics.task.records_in.add(1);
                    context.metrics.task.bytes_in.add(row_bytes(&row));
                    chain.push(row, context)?;
                }
                flush_if_due(&mut chain, context)?;
            }
            Some(Message::End) => input.open -= 1,
            None => chain.flush(context)?,
        }
    }
    chain.finish(context)
}

fn flush_if_due(chain: &mut Chain, context: &TaskContext) -> Result<(), Stop> {
    match chain.due_in() {
        Some(due) if due.is_zero() => chain.flush(context),
        _ => Ok(()),
    }
}

/// The next message; `None` where rows that were held back are due before one comes. Time spent waiting is idle.
fn receive(input: &Input, chain: &Chain, context: &TaskContext) -> Result<Option<Message>, Stop> {
    match input.queue.try_recv() {
        Ok(message) => return Ok(Some(message)),
        // A sender left without an end: it failed or was cancelled.
        Err(TryRecvError::Disconnected) => return Err(Stop::Cancelled),
        Err(TryRecvError::Empty) => {}
    }
    let wait = chain.due_in().unwrap_or(FLUSH_INTERVAL);
    context.clock.during(Activity::Idle, || {
        let timeout = crossbeam_channel::after(wait);
        select! {
            recv(input.queue) -> message => message.map(Some).map_err(|_| Stop::Cancelled),
            recv(context.cancel.signal()) -> _ => Err(Stop::Cancelled),
            recv(timeout) -> _ => Ok(None),
        }
    })
}

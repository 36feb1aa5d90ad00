//! Keeps calls under way: Flink's `AsyncWaitOperator`.

use crossbeam_channel::{Receiver, Sender, select, unbounded};

use super::{
    Async,
    call::{Call, answer},
    queue::{Queue, Ready},
};
use crate::{
    dataflow::{
        json::{element, element_schema, of_element},
        record::{Data, Record, Stored, chunk_of, records_of},
    },
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    runtime::{Failure, Stop, TaskContext},
    state::SnapshotWriter,
};

const STATE: &str = "under-way";

/// The answer to the call of a number.
type Answered<U> = (u64, Result<U, Failure>);

/// The operator.
pub struct AsyncOperator<T, U> {
    options: Async,
    call: Call<T, U>,
    queue: Queue<T, U>,
    open: Option<Open<U>>,
}

struct Open<U> {
    task: TaskContext,
    services: tokio::runtime::Handle,
    /// Bounded by the calls that are under way.
    answers: (Sender<Answered<U>>, Receiver<Answered<U>>),
}

impl<T: Stored, U: Data> AsyncOperator<T, U> {
    /// An operator that is not open yet.
    pub fn new(options: Async, call: Call<T, U>) -> Self {
        Self { options, call, queue: Queue::new(options.order), open: None }
    }

    /// Begins a call.
    fn ask(&mut self, record: Record<T>) {
        let Some(open) = &self.open else { return };
        let value = record.value.clone();
        let number = self.queue.push(record);
        let (sender, waker) = (open.answers.0.clone(), open.task.waker.clone());
        let answer = answer(value, self.options, self.call.clone());
        open.services.spawn(async move {
            let answer = answer.await;
            // Where nobody receives, the task has ended.
            let _ = sender.send((number, answer));
            waker.wake();
        });
    }

    /// Takes the answers that have come.
    fn take_answers(&mut self) -> Result<(), Stop> {
        let Some(open) = &self.open else { return Ok(()) };
        for (number, answer) in open.answers.1.try_iter() {
            self.queue.answered(number, answer?);
        }
        Ok(())
    }

    /// Waits for one answer.
    fn wait(&mut self) -> Result<(), Stop> {
        let Some(open) = &self.open else { return Ok(()) };
        let (number, answer) = select! {
            recv(open.answers.1) -> answered => answered.map_err(|_| Stop::Cancelled)?,
            recv(open.task.cancel.signal()) -> _ => return Err(Stop::Cancelled),
        };
        self.queue.answered(number, answer?);
        Ok(())
    }

    /// Emits what can be emitted.
    fn emit_ready(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        let mut records = Vec::new();
        for ready in self.queue.ready() {
            match ready {
                Ready::Answer(record) => records.push(record),
                Ready::Watermark(watermark) => {
                    if !records.is_empty() {
                        out.emit(chunk_of(std::mem::take(&mut records)))?;
                    }
                    out.emit_watermark(watermark)?;
                }
            }
        }
        if records.is_empty() { Ok(()) } else { out.emit(chunk_of(records)) }
    }
}

impl<T: Stored, U: Data> Operator for AsyncOperator<T, U> {
    /// Makes the calls again that were under way. No one key's: each subtask takes its share.
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        let task = context.task.clone();
        let services = task.services.handle()?;
        let (subtask, parallelism) = (task.subtask as usize, task.parallelism as usize);
        self.open = Some(Open { task, services, answers: unbounded() });
        let values = context.restored.map_or_else(Vec::new, |mut restored| restored.list(STATE));
        for value in values.iter().skip(subtask).step_by(parallelism) {
            let (value, timestamp) = of_element(value, "a value whose call is under way")?;
            self.ask(Record { value, timestamp });
        }
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        for record in records_of::<T>(chunk)? {
            while self.queue.calls() >= self.options.capacity {
                self.wait()?;
                self.emit_ready(out)?;
            }
            self.ask(record);
        }
        self.take_answers()?;
        self.emit_ready(out)
    }

    fn watermark(&mut self, watermark: i64, _: &mut dyn Output) -> Result<bool, Stop> {
        if self.queue.is_empty() {
            return Ok(true);
        }
        self.queue.watermark(watermark);
        Ok(false)
    }

    fn woken(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        self.take_answers()?;
        self.emit_ready(out)
    }

    fn end_input(&mut self, _: usize, out: &mut dyn Output) -> Result<(), Stop> {
        self.emit_ready(out)?;
        while self.queue.calls() > 0 {
            self.wait()?;
            self.emit_ready(out)?;
        }
        Ok(())
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let values = self.queue.values().map(|record| (&record.value, record.timestamp));
        let values = values.map(|value| element(&value, "a value whose call is under way"));
        writer.list(STATE, element_schema("value"), values.collect::<Result<_, _>>()?);
        Ok(())
    }
}

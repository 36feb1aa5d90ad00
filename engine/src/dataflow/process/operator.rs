//! Runs a process.

use std::marker::PhantomData;

use super::{CoProcess, Context, Process, States, Timer, context::Emitted, state::Kept, timers::TimerQueue};
use crate::{
    dataflow::{
        BoxError,
        error::user_failure,
        inputs::{Either, Inputs, TwoInputs},
        json::key_of,
        keyed::KeyOf,
        progress,
        record::{Data, Record, Stored, records_of},
    },
    runtime::Stop,
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    state::SnapshotWriter,
};

/// The inputs of a process of type `P`, with the keys of their values.
pub trait ProcessInputs<K, P>: Clone + Send + Sync + 'static {
    /// What the process emits.
    type Output: Data;
    /// A value, whichever input it is of.
    type Value: Send;

    /// The records of an input.
    fn records(&self, input: usize, chunk: Chunk) -> Result<Vec<Record<Self::Value>>, Stop>;
    /// The bytes of the key of a value, and the key.
    fn key(&self, value: &Self::Value) -> Result<(Vec<u8>, K), Stop>;
    /// Hands a value to the process.
    fn process(process: &mut P, value: Self::Value, context: &mut Context<'_, K, Self::Output>)
    -> Result<(), BoxError>;
    /// Hands a timer to the process.
    fn on_timer(process: &mut P, timer: Timer, context: &mut Context<'_, K, Self::Output>) -> Result<(), BoxError>;
}

/// One input.
pub struct One<K, T>(pub KeyOf<K, T>);

impl<K, T> Clone for One<K, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Stored, T: Data, P: Process<K, T>> ProcessInputs<K, P> for One<K, T> {
    type Output = P::Output;
    type Value = T;

    fn records(&self, _: usize, chunk: Chunk) -> Result<Vec<Record<T>>, Stop> {
        records_of(chunk)
    }

    fn key(&self, value: &T) -> Result<(Vec<u8>, K), Stop> {
        Ok((self.0.bytes(value)?, self.0.key(value)))
    }

    fn process(process: &mut P, value: T, context: &mut Context<'_, K, P::Output>) -> Result<(), BoxError> {
        process.process(value, context)
    }

    fn on_timer(process: &mut P, timer: Timer, context: &mut Context<'_, K, P::Output>) -> Result<(), BoxError> {
        process.on_timer(timer, context)
    }
}

/// Two inputs.
pub struct Two<K, L, R>(pub TwoInputs<K, L, R>);

impl<K, L, R> Clone for Two<K, L, R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Stored, L: Data, R: Data, P: CoProcess<K, L, R>> ProcessInputs<K, P> for Two<K, L, R> {
    type Output = P::Output;
    type Value = Either<L, R>;

    fn records(&self, input: usize, chunk: Chunk) -> Result<Vec<Record<Either<L, R>>>, Stop> {
        self.0.records(input, chunk)
    }

    fn key(&self, value: &Either<L, R>) -> Result<(Vec<u8>, K), Stop> {
        match value {
            Either::Left(value) => Ok((self.0.0.bytes(value)?, self.0.0.key(value))),
            Either::Right(value) => Ok((self.0.1.bytes(value)?, self.0.1.key(value))),
        }
    }

    fn process(process: &mut P, value: Either<L, R>, context: &mut Context<'_, K, P::Output>) -> Result<(), BoxError> {
        match value {
            Either::Left(value) => process.left(value, context),
            Either::Right(value) => process.right(value, context),
        }
    }

    fn on_timer(process: &mut P, timer: Timer, context: &mut Context<'_, K, P::Output>) -> Result<(), BoxError> {
        process.on_timer(timer, context)
    }
}

/// Makes the process of a subtask.
pub type MakeProcess<P> = Box<dyn Fn(&mut States) -> P + Send>;

/// The operator.
pub struct ProcessOperator<K, P, I: ProcessInputs<K, P>> {
    inputs: I,
    make: MakeProcess<P>,
    open: Option<Open<P, I::Output>>,
    key: PhantomData<fn() -> K>,
}

struct Open<P, O> {
    process: P,
    kept: Kept,
    event: TimerQueue,
    processing: TimerQueue,
    watermark: i64,
    emitted: Emitted<O>,
}

impl<K: Stored, P: Send + 'static, I: ProcessInputs<K, P>> ProcessOperator<K, P, I> {
    /// An operator that is not open yet.
    pub fn new(inputs: I, make: MakeProcess<P>) -> Self {
        Self { inputs, make, open: None, key: PhantomData }
    }
}

impl<P, O: Data> Open<P, O> {
    /// Calls the process with the state of a key.
    fn call<K>(
        &mut self,
        key: K,
        key_bytes: &[u8],
        timestamp: Option<i64>,
        call: impl FnOnce(&mut P, &mut Context<'_, K, O>) -> Result<(), BoxError>,
    ) -> Result<(), Stop> {
        self.kept.set_key(key_bytes);
        let mut context = Context {
            key,
            key_bytes,
            timestamp,
            watermark: self.watermark,
            event: &mut self.event,
            processing: &mut self.processing,
            emitted: &mut self.emitted,
        };
        call(&mut self.process, &mut context).map_err(|error| user_failure(&error))
    }
}

impl<K: Stored, P: Send + 'static, I: ProcessInputs<K, P>> Operator for ProcessOperator<K, P, I> {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        let max_parallelism = context.task.max_parallelism;
        let mut states = States::new(max_parallelism, context.restored);
        let process = (self.make)(&mut states);
        let event = TimerQueue::open("$event-timers", max_parallelism, states.restored())?;
        let processing = TimerQueue::open("$processing-timers", max_parallelism, states.restored())?;
        let watermark = states.restored().map_or(i64::MIN, progress::restore);
        let kept = states.finish()?;
        self.open = Some(Open { process, kept, event, processing, watermark, emitted: Emitted::default() });
        Ok(())
    }

    fn process(&mut self, input: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Ok(()) };
        for Record { value, timestamp } in self.inputs.records(input, chunk)? {
            let (bytes, key) = self.inputs.key(&value)?;
            open.call(key, &bytes, timestamp, |process, context| I::process(process, value, context))?;
        }
        open.emitted.send(out)
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        let Some(open) = &mut self.open else { return Ok(true) };
        open.watermark = watermark;
        while let Some((time, bytes)) = open.event.pop(watermark) {
            let timer = Timer::Event(time);
            let key = key_of(&bytes)?;
            open.call(key, &bytes, Some(time), |process, context| I::on_timer(process, timer, context))?;
        }
        open.emitted.send(out)?;
        Ok(true)
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.open.as_ref()?.processing.first()
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Ok(()) };
        while let Some((time, bytes)) = open.processing.pop(now) {
            let timer = Timer::Processing(time);
            let key = key_of(&bytes)?;
            open.call(key, &bytes, None, |process, context| I::on_timer(process, timer, context))?;
        }
        open.emitted.send(out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.kept.snapshot(writer)?;
        open.event.snapshot(writer);
        open.processing.snapshot(writer);
        progress::snapshot(open.watermark, writer);
        Ok(())
    }
}

//! The loop of one subtask.

use crate::clock::now_ms;
use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Stop, TaskContext,
    alignment::Alignment,
    chain::Chain,
    clock::Activity,
    gate::{Arrival, Gate},
    message::{Barrier, Mail, Message},
    operator::{Next, Source},
    snapshots::TaskSnapshots,
    watermarks::{Change, Inputs, Valve},
};
use crate::state::SnapshotWriter;

/// Which input a channel belongs to, and which of its channels it is.
#[derive(Debug, Clone, Copy)]
pub struct ChannelPlace {
    /// The input.
    pub input: usize,
    /// Its index among the input's channels.
    pub index: usize,
}

/// What a task reads from other tasks.
pub struct InputSide {
    places: Vec<ChannelPlace>,
    valves: Vec<Valve>,
    inputs: Inputs,
    /// The channels of each input that have not ended.
    open: Vec<usize>,
    /// The barriers of its channels.
    pub alignment: Alignment,
}

impl InputSide {
    /// The inputs that these channels make up.
    pub fn new(places: Vec<ChannelPlace>) -> Self {
        let count = places.iter().map(|place| place.input + 1).max().unwrap_or(0);
        let channels = |input| places.iter().filter(|place| place.input == input).count();
        let open: Vec<usize> = (0..count).map(channels).collect();
        let valves = open.iter().map(|channels| Valve::new(*channels)).collect();
        let alignment = Alignment::new(places.len());
        Self { places, valves, inputs: Inputs::new(count), open, alignment }
    }
}

/// One subtask.
pub struct Task {
    /// What it reads from the outside, and the name of that.
    pub source: Option<(Box<dyn Source>, String)>,
    /// What it reads from other tasks.
    pub inputs: InputSide,
    /// Its operators.
    pub chain: Chain,
    /// Its entrance.
    pub gate: Arc<Gate>,
    /// What it knows of itself.
    pub context: TaskContext,
    /// Takes its snapshots.
    pub snapshots: TaskSnapshots,
    /// Whether results are committed with checkpoints.
    pub checkpoints: bool,
    /// Told when its input has ended and its results are out.
    pub on_end_of_data: Box<dyn FnOnce() + Send>,
}

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It reads.
    Running,
    /// Its input has ended. It waits for the checkpoint that commits its results.
    Ended,
    /// A barrier has passed with which the job ends: nothing is read or sent after it, until its checkpoint is complete.
    Stopping(Barrier),
    /// It is done.
    Done,
}

impl Task {
    /// The task, ready to run.
    pub fn into_loop(mut self) -> Loop {
        let on_end_of_data = std::mem::replace(&mut self.on_end_of_data, Box::new(|| {}));
        Loop { task: self, phase: Phase::Running, ended: false, on_end_of_data: Some(on_end_of_data) }
    }
}

/// A task that runs.
pub struct Loop {
    /// The task.
    pub task: Task,
    /// How far it has come.
    pub phase: Phase,
    /// Whether its input has ended.
    pub ended: bool,
    on_end_of_data: Option<Box<dyn FnOnce() + Send>>,
}

impl Loop {
    /// Runs until the end.
    pub fn run(&mut self) -> Result<(), Stop> {
        while self.phase != Phase::Done {
            if self.gate.is_urgent() {
                self.read_mail()?;
            }
            self.fire_timers()?;
            if self.chain.flush_due().is_some_and(|due| due <= Instant::now()) {
                self.chain.flush()?;
            }
            match self.phase {
                Phase::Done => {}
                Phase::Running if self.source.is_some() => self.read_source()?,
                Phase::Ended | Phase::Stopping(_) if self.source.is_some() => self.wait(None)?,
                _ => self.read_inputs()?,
            }
        }
        Ok(())
    }

    fn read_mail(&mut self) -> Result<(), Stop> {
        let (mail, woken) = self.gate.take_mail().map_err(|_| Stop::Cancelled)?;
        for mail in mail {
            match mail {
                Mail::Trigger(barrier) => self.trigger(barrier)?,
                Mail::Complete(checkpoint) => self.complete(checkpoint)?,
                Mail::Abort(checkpoint) => self.abort(checkpoint)?,
            }
        }
        if woken && self.phase == Phase::Running { self.chain.woken() } else { Ok(()) }
    }

    fn fire_timers(&mut self) -> Result<(), Stop> {
        let Some(due) = self.next_timer() else { return Ok(()) };
        let now = now_ms();
        if due <= now { self.chain.fire_timers(now) } else { Ok(()) }
    }

    /// When the next timer is due; after the end, timers no longer are.
    fn next_timer(&self) -> Option<i64> {
        if self.phase == Phase::Running { self.chain.next_timer() } else { None }
    }

    fn timer_deadline(&self) -> Option<Instant> {
        let in_ms = self.next_timer()?.saturating_sub(now_ms()).max(0);
        Instant::now().checked_add(Duration::from_millis(in_ms.unsigned_abs()))
    }

    fn read_source(&mut self) -> Result<(), Stop> {
        let Task { source: Some((source, name)), context, .. } = &mut self.task else { return Ok(()) };
        let next = source.next(context).map_err(|stop| stop.at(format!("{name}.run")))?;
        match next {
            Next::Chunk(chunk) => {
                let records = chunk.len() as u64;
                self.context.metrics.task.records_in.add(records);
                if let Some((_, flow)) = self.context.metrics.operators.first() {
                    flow.records_in.add(records);
                    flow.records_out.add(records);
                }
                self.chain.idle(false)?;
                self.chain.process(0, chunk)
            }
            Next::Watermark(watermark) => {
                if let Some((_, flow)) = self.context.metrics.operators.first() {
                    flow.watermark_out.set(watermark);
                }
                self.chain.watermark(watermark)
            }
            Next::Idle => self.chain.idle(true),
            Next::Wait(time) => self.wait(Instant::now().checked_add(time)),
            Next::End => self.end_source(),
        }
    }

    /// There is nothing more to read: event time ends, and all results are sent.
    pub fn end_source(&mut self) -> Result<(), Stop> {
        self.chain.watermark(i64::MAX)?;
        self.chain.end_input(0, true)?;
        self.end_of_data()
    }

    /// Has nothing to do until mail comes, a timer is due, or the time is there.
    fn wait(&mut self, deadline: Option<Instant>) -> Result<(), Stop> {
        self.chain.flush()?;
        let deadline = [deadline, self.timer_deadline()].into_iter().flatten().min();
        let wait = || self.gate.wait_for_mail(deadline);
        self.task.context.clock.during(Activity::Idle, wait).map_err(|_| Stop::Cancelled)
    }

    fn read_inputs(&mut self) -> Result<(), Stop> {
        let arrival = match self.gate.try_receive().map_err(|_| Stop::Cancelled)? {
            Some(arrival) => arrival,
            None => {
                self.chain.flush()?;
                let deadline = self.timer_deadline();
                let receive = || self.gate.receive(deadline);
                self.context.clock.during(Activity::Idle, receive).map_err(|_| Stop::Cancelled)?
            }
        };
        match arrival {
            Arrival::Message(channel, message) => self.take(channel, message),
            Arrival::Urgent | Arrival::TimedOut => Ok(()),
        }
    }

    fn take(&mut self, channel: usize, message: Message) -> Result<(), Stop> {
        let place = self.inputs.places[channel];
        let task = &mut self.task;
        match message {
            Message::Chunk(chunk) => {
                let flow = &task.context.metrics.task;
                flow.records_in.add(chunk.len() as u64);
                flow.bytes_in.add(chunk.bytes() as u64);
                task.chain.process(place.input, chunk)
            }
            Message::Watermark(watermark) => {
                let change = task.inputs.valves[place.input].watermark(place.index, watermark);
                self.apply(place.input, change)
            }
            Message::Idle(idle) => {
                let change = task.inputs.valves[place.input].status(place.index, idle);
                self.apply(place.input, change)
            }
            Message::Barrier(barrier) => self.barrier(channel, barrier),
            Message::EndOfData => self.end_channel(place.input),
        }
    }

    fn apply(&mut self, input: usize, change: Change) -> Result<(), Stop> {
        let change = self.inputs.inputs.apply(input, change);
        if let Some(watermark) = change.watermark {
            self.context.metrics.task.watermark_in.set(watermark);
            self.chain.watermark(watermark)?;
        }
        change.idle.map_or(Ok(()), |idle| self.chain.idle(idle))
    }

    fn end_channel(&mut self, input: usize) -> Result<(), Stop> {
        self.inputs.open[input] -= 1;
        if self.inputs.open[input] > 0 {
            return Ok(());
        }
        let last = self.inputs.open.iter().all(|open| *open == 0);
        self.chain.end_input(input, last)?;
        if last { self.end_of_data() } else { Ok(()) }
    }

    fn end_of_data(&mut self) -> Result<(), Stop> {
        self.ended = true;
        self.chain.end_of_data()?;
        if self.checkpoints {
            self.phase = Phase::Ended;
        } else {
            self.commit()?;
            self.phase = Phase::Done;
        }
        if let Some(tell) = self.on_end_of_data.take() {
            tell();
        }
        Ok(())
    }

    /// Has sinks make visible what was written, where no checkpoint does.
    fn commit(&mut self) -> Result<(), Stop> {
        self.chain.before_barrier()?;
        if let Some((source, _)) = &mut self.source {
            source.snapshot(&mut SnapshotWriter::forgetful())?;
            source.checkpoint_complete(u64::MAX)?;
        }
        self.chain.snapshot(|_| SnapshotWriter::forgetful())?;
        self.chain.checkpoint_complete(u64::MAX)
    }
}

/// What a loop does, it does with its task.
impl Deref for Loop {
    type Target = Task;

    fn deref(&self) -> &Task {
        &self.task
    }
}

impl DerefMut for Loop {
    fn deref_mut(&mut self) -> &mut Task {
        &mut self.task
    }
}

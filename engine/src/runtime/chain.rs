//! The operators of one task: results of each go to the next in a call, and those of the last to other tasks.

use super::{
    Failure, Stop, TaskContext,
    graph::OperatorNode,
    message::Barrier,
    metrics::Flow,
    operator::{Chunk, Operator, OperatorContext, Output},
    outlet::Outlets,
};
use crate::state::{RestoredState, SnapshotWriter};

struct Link {
    operator: Box<dyn Operator>,
    name: String,
    /// Its place among the task's operators: one more where the task has a source.
    index: usize,
}

/// The chain.
pub struct Chain {
    links: Vec<Link>,
    outlets: Outlets,
    context: TaskContext,
}

impl Chain {
    /// Makes the operators of a task and opens them, the last first, as Flink does.
    pub fn open(
        nodes: &[OperatorNode],
        outlets: Outlets,
        context: &TaskContext,
        restored: &dyn Fn(&str) -> Result<Option<RestoredState>, Stop>,
    ) -> Result<Self, Stop> {
        let first = context.metrics.operators.len() - nodes.len();
        let mut links = Vec::with_capacity(nodes.len());
        for (place, node) in nodes.iter().enumerate().rev() {
            let mut operator = node.factory.create();
            let index = first + place;
            let open = OperatorContext { task: context, index, restored: restored(&node.uid)? };
            operator.open(open).map_err(|stop| stop.at(format!("{}.open", node.name)))?;
            links.push(Link { operator, name: node.name.clone(), index });
        }
        links.reverse();
        Ok(Self { links, outlets, context: context.clone() })
    }

    fn start(&mut self) -> Downstream<'_> {
        Downstream { emitter: None, links: &mut self.links, outlets: &mut self.outlets, context: &self.context }
    }

    /// Records of an input of the first operator.
    pub fn process(&mut self, input: usize, chunk: Chunk) -> Result<(), Stop> {
        self.start().deliver(input, chunk)
    }

    /// Event time has come to here.
    pub fn watermark(&mut self, watermark: i64) -> Result<(), Stop> {
        self.start().advance(watermark)
    }

    /// Event time is not to be expected, or is again.
    pub fn idle(&mut self, idle: bool) -> Result<(), Stop> {
        self.outlets.idle(idle, &self.context)
    }

    /// An input of the first operator has ended; with `last`, so have those of all others.
    pub fn end_input(&mut self, input: usize, last: bool) -> Result<(), Stop> {
        let count = if last { self.links.len() } else { 1.min(self.links.len()) };
        for place in 0..count {
            let input = if place == 0 { input } else { 0 };
            self.call(place, "endInput", |operator, out| operator.end_input(input, out))?;
        }
        Ok(())
    }

    /// There are no more records: tells those who read them.
    pub fn end_of_data(&mut self) -> Result<(), Stop> {
        self.outlets.end(&self.context)
    }

    /// The task was woken.
    pub fn woken(&mut self) -> Result<(), Stop> {
        (0..self.links.len()).try_for_each(|place| self.call(place, "processMail", |operator, out| operator.woken(out)))
    }

    /// When the next timer of the clock is due: milliseconds since 1970.
    pub fn next_timer(&self) -> Option<i64> {
        self.links.iter().filter_map(|link| link.operator.next_processing_time()).min()
    }

    /// Fires the timers that are due.
    pub fn fire_timers(&mut self, now: i64) -> Result<(), Stop> {
        for place in 0..self.links.len() {
            if self.links[place].operator.next_processing_time().is_some_and(|due| due <= now) {
                self.call(place, "onProcessingTime", |operator, out| operator.processing_time(now, out))?;
            }
        }
        Ok(())
    }

    /// Hands on what operators hold back, then the barrier.
    pub fn barrier(&mut self, barrier: Barrier) -> Result<(), Stop> {
        self.before_barrier()?;
        self.outlets.barrier(barrier, &self.context)
    }

    /// Hands on what operators hold back.
    pub fn before_barrier(&mut self) -> Result<(), Stop> {
        (0..self.links.len())
            .try_for_each(|place| self.call(place, "prepareSnapshot", |operator, out| operator.before_barrier(out)))
    }

    /// Has every operator write its state into a writer that `writer` makes for its place in the chain.
    pub fn snapshot(&mut self, mut writer: impl FnMut(usize) -> SnapshotWriter) -> Result<Vec<SnapshotWriter>, Stop> {
        let write = |(place, link): (usize, &mut Link)| {
            let mut writer = writer(place);
            link.operator.snapshot(&mut writer).map_err(|stop| stop.at(format!("{}.snapshotState", link.name)))?;
            Ok(writer)
        };
        self.links.iter_mut().enumerate().map(write).collect()
    }

    /// A checkpoint is complete.
    pub fn checkpoint_complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        self.links.iter_mut().try_for_each(|link| {
            let told = link.operator.checkpoint_complete(checkpoint);
            told.map_err(|stop| stop.at(format!("{}.notifyCheckpointComplete", link.name)))
        })
    }

    /// When buffered results are due.
    pub fn flush_due(&self) -> Option<std::time::Instant> {
        self.outlets.due()
    }

    /// Sends buffered results.
    pub fn flush(&mut self) -> Result<(), Stop> {
        self.outlets.flush(&self.context)
    }

    fn call(
        &mut self,
        place: usize,
        what: &str,
        call: impl FnOnce(&mut dyn Operator, &mut dyn Output) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let (_, from) = self.links.split_at_mut(place);
        let Some((link, rest)) = from.split_first_mut() else { return Ok(()) };
        let mut out =
            Downstream { emitter: Some(link.index), links: rest, outlets: &mut self.outlets, context: &self.context };
        call(link.operator.as_mut(), &mut out).map_err(|stop| stop.at(format!("{}.{what}", link.name)))
    }
}

/// What comes after an operator.
struct Downstream<'a> {
    /// The operator's place among the task's; `None` for what comes before the first of the chain.
    emitter: Option<usize>,
    links: &'a mut [Link],
    outlets: &'a mut Outlets,
    context: &'a TaskContext,
}

impl Downstream<'_> {
    fn flow(&self, index: Option<usize>) -> Option<&Flow> {
        index.and_then(|index| self.context.metrics.operators.get(index)).map(|(_, flow)| flow)
    }

    fn deliver(&mut self, input: usize, chunk: Chunk) -> Result<(), Stop> {
        let Some((link, rest)) = self.links.split_first_mut() else {
            return self.outlets.emit(0, chunk, self.context);
        };
        let mut out =
            Downstream { emitter: Some(link.index), links: rest, outlets: self.outlets, context: self.context };
        if let Some(flow) = out.flow(Some(link.index)) {
            flow.records_in.add(chunk.len() as u64);
        }
        link.operator.process(input, chunk, &mut out).map_err(|stop| stop.at(format!("{}.processElement", link.name)))
    }

    fn advance(&mut self, watermark: i64) -> Result<(), Stop> {
        let Some((link, rest)) = self.links.split_first_mut() else {
            return self.outlets.watermark(watermark, self.context);
        };
        let mut out =
            Downstream { emitter: Some(link.index), links: rest, outlets: self.outlets, context: self.context };
        if let Some(flow) = out.flow(Some(link.index)) {
            flow.watermark_in.set(watermark);
        }
        let told = link.operator.watermark(watermark, &mut out);
        if told.map_err(|stop| stop.at(format!("{}.processWatermark", link.name)))? {
            out.emit_watermark(watermark)?;
        }
        Ok(())
    }
}

impl Output for Downstream<'_> {
    fn emit(&mut self, chunk: Chunk) -> Result<(), Stop> {
        if let Some(flow) = self.flow(self.emitter) {
            flow.records_out.add(chunk.len() as u64);
        }
        if chunk.is_empty() { Ok(()) } else { self.deliver(0, chunk) }
    }

    fn emit_side(&mut self, tag: usize, chunk: Chunk) -> Result<(), Stop> {
        if tag == 0 {
            let message = "a side output has a tag from 1";
            return Err(Failure::new("drsquirrel.engine.InternalError", message).into());
        }
        self.outlets.emit(tag, chunk, self.context)
    }

    fn emit_watermark(&mut self, watermark: i64) -> Result<(), Stop> {
        if let Some(flow) = self.flow(self.emitter) {
            flow.watermark_out.set(watermark);
        }
        self.advance(watermark)
    }

    fn emit_idle(&mut self, idle: bool) -> Result<(), Stop> {
        self.outlets.idle(idle, self.context)
    }
}

//! The join of all that was with all that comes: Flink's `StreamingJoinOperator` and `StreamingSemiAntiJoinOperator`.

mod events;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::{events::Events, rules::Rules};
use super::{
    candidates::Candidates,
    condition::Condition,
    failure,
    keys::JoinKey,
    pairs::{Pairs, in_order, pick},
    side::{Side, SideLayout},
};
use crate::{
    expr::EvalContext,
    operators::{
        eval::now_ms,
        spec::{JoinKind, RegularJoinSpec},
    },
    runtime::Stop,
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    state::{RestoredState, SnapshotWriter},
    types::Batch,
};

const NAME: &str = "Join";

/// So many candidates are looked at together, and about so many rows leave in one batch.
const CANDIDATES: usize = 4096;

/// A regular join.
pub struct RegularJoin {
    spec: RegularJoinSpec,
    open: Option<OpenJoin>,
    /// When rows that are too old were last removed, milliseconds.
    swept: i64,
}

struct OpenJoin {
    condition: Condition,
    eval: Arc<EvalContext>,
    sides: [Side; 2],
}

impl RegularJoin {
    /// A join that is not open yet.
    pub fn new(spec: RegularJoinSpec) -> Self {
        Self { spec, open: None, swept: 0 }
    }

    fn layout(&self, side: usize) -> SideLayout {
        let sides = &self.spec.sides;
        let (schema, columns) =
            if side == 0 { (&sides.left, &sides.left_keys) } else { (&sides.right, &sides.right_keys) };
        let counts_partners = match sides.kind {
            JoinKind::Inner => false,
            JoinKind::Left | JoinKind::Semi | JoinKind::Anti => side == 0,
            JoinKind::Right => side == 1,
            JoinKind::Full => true,
        };
        // Rows are told apart within their join key: its own columns need not be compared again.
        let apart = |unique: &Vec<usize>| unique.iter().copied().filter(|column| !columns.contains(column)).collect();
        SideLayout {
            name: ["left-records", "right-records"][side],
            schema: schema.clone(),
            key: JoinKey::new(columns, &sides.null_safe, schema),
            unique: self.spec.unique_keys[side].as_ref().map(apart),
            counts_partners,
            ttl_ms: self.spec.ttl_ms[side],
        }
    }

    fn restore(
        &mut self,
        max_parallelism: u32,
        eval: &Arc<EvalContext>,
        mut restored: Option<RestoredState>,
    ) -> Result<(), Stop> {
        let left = Side::open(self.layout(0), max_parallelism, restored.as_mut())?;
        let right = Side::open(self.layout(1), max_parallelism, restored.as_mut())?;
        let condition = Condition::new(self.spec.sides.condition.clone(), Arc::clone(eval));
        self.open = Some(OpenJoin { condition, eval: Arc::clone(eval), sides: [left, right] });
        Ok(())
    }

    /// The least time for which rows are kept, milliseconds.
    fn ttl(&self) -> Option<i64> {
        self.spec.ttl_ms.iter().flatten().min().copied()
    }

    /// The clock, where anything depends on it: milliseconds since 1970.
    fn now(&self) -> i64 {
        self.open.as_ref().filter(|_| self.ttl().is_some()).map_or(0, |open| now_ms(&open.eval))
    }

    fn join(&mut self, input: usize, batch: &Batch, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(OpenJoin { condition, sides: [left, right], .. }) = &mut self.open else {
            return Err(failure::internal(NAME, "it is not open"));
        };
        let (own, other) = if input == 0 { (left, right) } else { (right, left) };
        let events = Events::remember(own, batch, now)?;
        let mut step = Step {
            input,
            rules: Rules { kind: self.spec.sides.kind, input, now },
            condition,
            events: &events,
            candidates: Candidates::default(),
        };
        let mut from = 0;
        for at in 0..events.list.len() {
            let event = &events.list[at];
            if event.equals {
                other.candidates(events.key(event), at as u32, now, &mut step.candidates);
            }
            let last = at + 1 == events.list.len();
            // A row and the one that takes its place are looked at together.
            if last || (step.candidates.len() >= CANDIDATES && !event.replaced) {
                step.emit(from..at + 1, own, other, out)?;
                step.candidates.clear();
                from = at + 1;
            }
        }
        Ok(())
    }
}

/// Some rows of the input with their candidates.
struct Step<'a> {
    input: usize,
    rules: Rules,
    condition: &'a Condition,
    events: &'a Events,
    candidates: Candidates,
}

impl Step<'_> {
    fn emit(
        &mut self,
        range: std::ops::Range<usize>,
        own: &mut Side,
        other: &mut Side,
        out: &mut dyn Output,
    ) -> Result<(), Stop> {
        let decoded = self.decode_for_condition(other)?;
        let holds = self.holds(decoded.as_ref())?;
        let mut pairs = Pairs::default();
        self.rules.apply(self.events, range, &self.candidates, &holds, own, other, &mut pairs);
        if pairs.is_empty() {
            return Ok(());
        }
        let own_columns = || {
            let columns = pick(&self.events.rows.columns, &pairs.own);
            columns.map_err(|error| failure::internal(NAME, error))
        };
        let other_columns = || match &decoded {
            Some(decoded) => pick(decoded, &pairs.other).map_err(|error| failure::internal(NAME, error)),
            None => {
                let columns = self.candidates.decode_some(other.codec(), &pairs.other);
                columns.map_err(|error| failure::damaged(NAME, error))
            }
        };
        let columns = match (self.rules.left_only(), self.input) {
            (true, 0) => own_columns()?,
            (true, _) => other_columns()?,
            (false, input) => in_order(input, own_columns()?, other_columns()?),
        };
        out.emit(Chunk::Batch(Batch::changes(columns, pairs.kinds)))
    }

    fn decode_for_condition(&self, other: &Side) -> Result<Option<Vec<arrow_array::ArrayRef>>, Stop> {
        if self.condition.always() {
            return Ok(None);
        }
        let decoded = self.candidates.decode(other.codec()).map_err(|error| failure::damaged(NAME, error))?;
        Ok(Some(decoded))
    }

    fn holds(&self, decoded: Option<&Vec<arrow_array::ArrayRef>>) -> Result<Vec<bool>, Stop> {
        let Some(decoded) = decoded else { return Ok(vec![true; self.candidates.len()]) };
        let rows: Vec<_> = self.candidates.of.iter().map(|at| Some(self.events.list[*at as usize].row)).collect();
        let own = pick(&self.events.rows.columns, &rows).map_err(|error| failure::internal(NAME, error))?;
        self.condition.holds(in_order(self.input, own, decoded.clone()), rows.len())
    }
}

impl Operator for RegularJoin {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        self.restore(context.task.max_parallelism, &context.task.eval, context.restored)
    }

    fn process(&mut self, input: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let batch = failure::batch_of(NAME, chunk)?;
        let now = self.now();
        self.join(input, &batch, now, out)
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.ttl().map(|ttl| self.swept + ttl)
    }

    fn processing_time(&mut self, now: i64, _: &mut dyn Output) -> Result<(), Stop> {
        self.swept = now;
        self.open.iter_mut().flat_map(|open| &mut open.sides).for_each(|side| side.sweep(now));
        Ok(())
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.open.iter_mut().flat_map(|open| &mut open.sides).for_each(|side| side.snapshot(writer));
        Ok(())
    }
}

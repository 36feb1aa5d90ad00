//! The join of rows of one window, when it is over: Flink's `WindowJoinOperator`.

mod fire;
mod rows;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use self::{fire::Fire, rows::WindowRows};
use super::{
    condition::Condition,
    failure,
    keys::{JoinKey, rows_of},
    times,
};
use crate::{
    expr::EvalContext,
    operators::{
        late::LateRecords,
        spec::{JoinKind, WindowJoinSpec},
        window::{progress, time::WindowTime},
    },
    runtime::Stop,
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    state::{RestoredState, SnapshotWriter},
    types::Batch,
};

const NAME: &str = "WindowJoin";

/// The ends and keys of windows, by the moment at which they are over.
type Due = BTreeMap<i64, BTreeSet<(i64, Box<[u8]>)>>;

/// A window join.
pub struct WindowJoin {
    spec: WindowJoinSpec,
    time: WindowTime,
    open: Option<OpenJoin>,
}

struct OpenJoin {
    condition: Condition,
    keys: [JoinKey; 2],
    rows: [WindowRows; 2],
    due: Due,
    late: Option<LateRecords>,
    watermark: i64,
}

impl WindowJoin {
    /// A join that is not open yet.
    pub fn new(spec: WindowJoinSpec) -> Self {
        let time = WindowTime::new(spec.zone.clone());
        Self { spec, time, open: None }
    }

    fn restore(
        &mut self,
        max_parallelism: u32,
        eval: &Arc<EvalContext>,
        mut restored: Option<RestoredState>,
        late: Option<LateRecords>,
    ) -> Result<(), Stop> {
        let sides = &self.spec.sides;
        let left = JoinKey::new(&sides.left_keys, &sides.null_safe, &sides.left);
        let right = JoinKey::new(&sides.right_keys, &sides.null_safe, &sides.right);
        let key = left.fields(&sides.left);
        let mut open = |name, schema| WindowRows::open(name, &key, schema, max_parallelism, restored.as_mut());
        let rows = [open("left-records", &sides.left)?, open("right-records", &sides.right)?];
        let watermark = restored.as_mut().map_or(i64::MIN, progress::restore);
        let mut due = Due::new();
        for (end, key) in rows.iter().flat_map(WindowRows::windows) {
            due.entry(self.time.trigger(end - 1)).or_default().insert((end, key));
        }
        let condition = Condition::new(sides.condition.clone(), Arc::clone(eval));
        self.open = Some(OpenJoin { condition, keys: [left, right], rows, due, late, watermark });
        Ok(())
    }

    /// Whether rows of a side leave that have no partner.
    fn keeps(&self, side: usize) -> bool {
        match self.spec.sides.kind {
            JoinKind::Left | JoinKind::Anti => side == 0,
            JoinKind::Right => side == 1,
            JoinKind::Full => true,
            JoinKind::Inner | JoinKind::Semi => false,
        }
    }

    fn keep_rows(&mut self, input: usize, batch: &Batch) -> Result<(), Stop> {
        let keeps = self.keeps(input);
        let ends = times::milliseconds(batch, self.spec.window_ends[input])?;
        let Some(open) = &mut self.open else { return Err(failure::internal(NAME, "it is not open")) };
        let keys = open.keys[input].encode(batch);
        let rows = rows_of(&batch.columns, open.rows[input].codec().types(), batch.rows);
        let mut late = 0;
        for (row, &end) in ends.iter().enumerate() {
            let trigger = self.time.trigger(end - 1);
            if trigger <= open.watermark {
                late += 1;
                continue;
            }
            // NULL equals nothing: such a row matters only where it leaves without a partner.
            if !keys.equal[row] && !keeps {
                continue;
            }
            let key = keys.bytes.get(row);
            open.rows[input].add(key, end, rows.get(row));
            open.due.entry(trigger).or_default().insert((end, key.into()));
        }
        if let Some(counter) = &open.late {
            counter.add(late);
        }
        Ok(())
    }
}

impl Operator for WindowJoin {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        let late = LateRecords::new(&context);
        self.restore(context.task.max_parallelism, &context.task.eval, context.restored, Some(late))
    }

    fn process(&mut self, input: usize, chunk: Chunk, _: &mut dyn Output) -> Result<(), Stop> {
        let batch = failure::batch_of(NAME, chunk)?;
        self.keep_rows(input, &batch)
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        let (kind, sides) = (self.spec.sides.kind, &self.spec.sides);
        let Some(open) = &mut self.open else { return Ok(true) };
        open.watermark = watermark;
        let mut fire = Fire::new(kind, &sides.left.types(), &sides.right.types());
        while let Some(first) = open.due.first_entry()
            && *first.key() <= watermark
        {
            for (end, key) in first.remove() {
                let equals = open.keys[0].equals(&key);
                let [left, right] = &mut open.rows;
                fire.add(left.take(&key, end), right.take(&key, end), equals);
                if fire.is_full() {
                    fire.emit(&open.condition, out)?;
                }
            }
        }
        fire.emit(&open.condition, out)?;
        Ok(true)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.rows.iter_mut().for_each(|rows| rows.snapshot(writer));
        progress::snapshot(open.watermark, writer)
    }
}

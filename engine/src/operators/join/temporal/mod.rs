//! The join with the version of a row that was valid at a time: Flink's `TemporalRowTimeJoinOperator` and
//! `TemporalProcessTimeJoinOperator`.

mod retention;
mod state;
#[cfg(test)]
mod tests;
mod timers;

use std::sync::Arc;

use self::{
    retention::Retention,
    state::{LeftRows, Versions},
    timers::Timers,
};
use super::{
    condition::Condition,
    failure,
    keys::{JoinKey, rows_of},
    pairs::{nulls, pick},
    times,
};
use crate::{
    expr::EvalContext,
    operators::{
        eval::now_ms,
        spec::{JoinKind, TemporalJoinSpec},
    },
    runtime::Stop,
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    state::{RestoredState, SnapshotWriter},
    types::{
        Batch, ColumnBuilder, RowKind,
        row_codec::{DecodeError, RowCodec},
    },
};

const NAME: &str = "TemporalJoin";

/// So many rows are joined together.
const TOGETHER: usize = 4096;

/// A temporal join. Input 0 is the left, input 1 the changes of the right.
pub struct TemporalJoin {
    spec: TemporalJoinSpec,
    open: Option<OpenJoin>,
}

struct OpenJoin {
    eval: Arc<EvalContext>,
    join: PairJoin,
    keys: [JoinKey; 2],
    left: LeftRows,
    versions: Versions,
    timers: Timers,
    retention: Retention,
    /// Whether rows are joined by their own times.
    rowtime: bool,
}

/// Joins rows with the version that was found for each.
struct PairJoin {
    condition: Condition,
    outer: bool,
    codecs: [RowCodec; 2],
}

/// Left rows that leave, each with its version.
#[derive(Default)]
struct Found {
    kinds: Vec<RowKind>,
    left: Vec<Box<[u8]>>,
    right: Vec<Option<Box<[u8]>>>,
}

impl TemporalJoin {
    /// A join that is not open yet.
    pub fn new(spec: TemporalJoinSpec) -> Self {
        Self { spec, open: None }
    }

    fn restore(
        &mut self,
        max_parallelism: u32,
        eval: &Arc<EvalContext>,
        mut restored: Option<RestoredState>,
    ) -> Result<(), Stop> {
        let sides = &self.spec.sides;
        if !matches!(sides.kind, JoinKind::Inner | JoinKind::Left) {
            return Err(failure::internal(NAME, format!("{:?} JOIN; it is INNER or LEFT", sides.kind)));
        }
        let left_key = JoinKey::new(&sides.left_keys, &sides.null_safe, &sides.left);
        let right_key = JoinKey::new(&sides.right_keys, &sides.null_safe, &sides.right);
        let key = left_key.fields(&sides.left);
        let left = LeftRows::open(&key, &sides.left, max_parallelism, restored.as_mut())?;
        let versions = Versions::open(&key, &sides.right, max_parallelism, restored.as_mut())?;
        let timers = Timers::open(&key, max_parallelism, restored.as_mut())?;
        let join = PairJoin {
            condition: Condition::new(sides.condition.clone(), Arc::clone(eval)),
            outer: sides.kind == JoinKind::Left,
            codecs: [RowCodec::new(sides.left.types()), RowCodec::new(sides.right.types())],
        };
        let mut open = OpenJoin {
            eval: Arc::clone(eval),
            join,
            keys: [left_key, right_key],
            left,
            versions,
            timers,
            retention: Retention::new(self.spec.ttl_ms),
            rowtime: self.spec.rowtimes.is_some(),
        };
        open.begin_retention();
        self.open = Some(open);
        Ok(())
    }
}

impl OpenJoin {
    /// Of what was restored the time begins anew.
    fn begin_retention(&mut self) {
        let now = now_ms(&self.eval);
        for key in self.left.keys().chain(self.versions.keys()) {
            self.retention.touch(key, now);
        }
    }

    /// Puts rows of an input into state, to be joined when the watermark comes to them.
    fn keep_rows(&mut self, input: usize, batch: &Batch, times: &[i64]) {
        let now = if self.retention.forgets() { now_ms(&self.eval) } else { 0 };
        let keys = self.keys[input].encode(batch);
        let rows = rows_of(&batch.columns, self.join.codecs[input].types(), batch.rows);
        for (row, &time) in times.iter().enumerate() {
            let (key, equals) = (keys.bytes.get(row), keys.equal[row]);
            // NULL equals nothing: such a row matters only where it leaves without a version.
            if !equals && (input == 1 || !self.join.outer) {
                continue;
            }
            let (bytes, kind) = (rows.get(row), batch.kind(row));
            match input {
                0 => self.left.add(key, time, kind, bytes),
                _ if !self.rowtime && !kind.adds() => self.versions.forget(key),
                _ => self.versions.add(key, time, kind, bytes),
            }
            if self.rowtime {
                self.timers.set_least(key, time);
            }
            self.retention.touch(key, now);
        }
    }

    /// Joins what came up to the watermark, and removes the versions that are over.
    fn fire(&mut self, watermark: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let mut found = Found::default();
        while let Some(key) = self.timers.pop(watermark) {
            let equals = self.keys[0].equals(&key);
            for (time, left) in self.left.take_until(&key, watermark) {
                let version = if equals { self.versions.at(&key, time) } else { None };
                found.push(left.kind, left.row, version.map(Into::into));
            }
            self.versions.remove_ended(&key, watermark);
            if let Some(time) = self.left.first_time(&key) {
                self.timers.set_least(&key, time);
            }
            if found.left.len() >= TOGETHER {
                self.join.emit(std::mem::take(&mut found), out)?;
            }
        }
        self.join.emit(found, out)
    }

    /// Processing time: a left row is joined with what is there, a right row takes the place of the one before.
    fn join_now(&mut self, input: usize, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        if input == 1 {
            self.keep_rows(1, batch, &vec![0; batch.rows]);
            return Ok(());
        }
        let keys = self.keys[0].encode(batch);
        let rows = rows_of(&batch.columns, self.join.codecs[0].types(), batch.rows);
        let mut found = Found::default();
        for row in 0..batch.rows {
            let version = if keys.equal[row] { self.versions.at(keys.bytes.get(row), 0) } else { None };
            found.push(batch.kind(row), rows.get(row).into(), version.map(Into::into));
        }
        self.join.emit(found, out)
    }

    fn forget(&mut self, now: i64) {
        for key in self.retention.sweep(now) {
            self.left.forget(&key);
            self.versions.forget(&key);
            self.timers.forget(&key);
        }
    }
}

impl Found {
    fn push(&mut self, kind: RowKind, left: Box<[u8]>, right: Option<Box<[u8]>>) {
        self.kinds.push(kind);
        self.left.push(left);
        self.right.push(right);
    }
}

impl PairJoin {
    fn emit(&self, found: Found, out: &mut dyn Output) -> Result<(), Stop> {
        let damaged = |error: DecodeError| failure::damaged(NAME, error);
        let Found { kinds, left, right } = found;
        let left = self.codecs[0].decode(left.iter().map(AsRef::as_ref)).map_err(damaged)?;
        let mut has_version: Vec<bool> = right.iter().map(Option::is_some).collect();
        let right = self.decode_right(&right).map_err(damaged)?;
        if !self.condition.always() {
            let holds = self.condition.holds([left.clone(), right.clone()].concat(), kinds.len())?;
            has_version.iter_mut().zip(holds).for_each(|(has, holds)| *has &= holds);
        }
        let rows = || (0u32..).zip(&has_version);
        let leaves: Vec<_> = rows().filter(|(_, has)| **has || self.outer).map(|(row, _)| Some(row)).collect();
        if leaves.is_empty() {
            return Ok(());
        }
        let versions: Vec<_> = leaves.iter().map(|row| row.filter(|row| has_version[*row as usize])).collect();
        let picked =
            |columns, picks: &[Option<u32>]| pick(columns, picks).map_err(|error| failure::internal(NAME, error));
        let columns = [picked(&left, &leaves)?, picked(&right, &versions)?].concat();
        let kinds = leaves.iter().flatten().map(|row| kinds[*row as usize]).collect();
        out.emit(Chunk::Batch(Batch::changes(columns, kinds)))
    }

    fn decode_right(&self, rows: &[Option<Box<[u8]>>]) -> Result<Vec<arrow_array::ArrayRef>, DecodeError> {
        let codec = &self.codecs[1];
        if rows.iter().all(Option::is_none) {
            return Ok(nulls(codec.types(), rows.len()));
        }
        let mut builders: Vec<_> = codec.types().iter().map(|of| ColumnBuilder::new(&of.kind)).collect();
        for row in rows {
            match row {
                Some(row) => codec.decode_into(row, &mut builders)?,
                None => builders.iter_mut().for_each(ColumnBuilder::push_null),
            }
        }
        Ok(builders.iter_mut().map(ColumnBuilder::finish).collect())
    }
}

impl Operator for TemporalJoin {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        self.restore(context.task.max_parallelism, &context.task.eval, context.restored)
    }

    fn process(&mut self, input: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let batch = failure::batch_of(NAME, chunk)?;
        let rowtimes = self.spec.rowtimes;
        let Some(open) = &mut self.open else { return Err(failure::internal(NAME, "it is not open")) };
        match rowtimes {
            Some(columns) => open.keep_rows(input, &batch, &times::milliseconds(&batch, columns[input])?),
            None => open.join_now(input, &batch, out)?,
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        if let Some(open) = &mut self.open {
            open.fire(watermark, out)?;
        }
        Ok(true)
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.open.as_ref()?.retention.next()
    }

    fn processing_time(&mut self, now: i64, _: &mut dyn Output) -> Result<(), Stop> {
        if let Some(open) = &mut self.open {
            open.forget(now);
        }
        Ok(())
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        if let Some(open) = &mut self.open {
            open.left.snapshot(writer);
            open.versions.snapshot(writer);
            open.timers.snapshot(writer);
        }
        Ok(())
    }
}

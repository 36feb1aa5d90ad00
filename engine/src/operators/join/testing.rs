//! What the tests of joins share.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{ArrayRef, BooleanArray};

use crate::{
    expr::{Datum, EvalContext, EvalError, Expr, ExprKind, ScalarFunction},
    runtime::Stop,
    runtime::operator::{Chunk, Operator, Output},
    state::{RestoredState, SnapshotWriter},
    types::{Batch, ColumnBuilder, DataType, Field, RowKind, RowWriter, Schema, TypeKind, Value, key},
};

/// A row and what it does.
pub type Change = (RowKind, Vec<Value>);

/// Takes what an operator emits.
#[derive(Default)]
pub struct Collect {
    /// The batches.
    pub batches: Vec<Batch>,
    /// The last watermark.
    pub watermark: Option<i64>,
}

impl Output for Collect {
    fn emit(&mut self, chunk: Chunk) -> Result<(), Stop> {
        let Chunk::Batch(batch) = chunk else { panic!("rows") };
        self.batches.push(batch);
        Ok(())
    }

    fn emit_side(&mut self, _: usize, _: Chunk) -> Result<(), Stop> {
        Ok(())
    }

    fn emit_watermark(&mut self, watermark: i64) -> Result<(), Stop> {
        self.watermark = Some(watermark);
        Ok(())
    }
}

impl Collect {
    /// The rows, and forgets them.
    pub fn take(&mut self, types: &[DataType]) -> Vec<Change> {
        let rows =
            |batch: &Batch| (0..batch.rows).map(|row| (batch.kind(row), batch.row(row, types))).collect::<Vec<_>>();
        std::mem::take(&mut self.batches).iter().flat_map(rows).collect()
    }
}

/// The evaluation of tests.
pub fn eval() -> Arc<EvalContext> {
    Arc::new(EvalContext::new(jiff::tz::TimeZone::UTC))
}

/// Columns that may be NULL.
pub fn schema(columns: &[(&str, TypeKind)]) -> Schema {
    Schema::new(columns.iter().map(|(name, kind)| Field::new(*name, kind.clone().nullable())).collect())
}

/// A batch of rows.
pub fn batch(schema: &Schema, rows: &[Change]) -> Batch {
    let mut builders: Vec<_> = schema.fields.iter().map(|field| ColumnBuilder::new(&field.data_type.kind)).collect();
    for (_, row) in rows {
        builders.iter_mut().zip(row).for_each(|(builder, value)| builder.push(value));
    }
    Batch::changes(builders.iter_mut().map(ColumnBuilder::finish).collect(), rows.iter().map(|row| row.0).collect())
}

/// How often each row is there after changes; no row is taken back that is not there.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Rows {
    /// By the row as text.
    pub rows: BTreeMap<String, i64>,
}

impl Rows {
    /// Applies changes.
    pub fn apply(&mut self, changes: Vec<Change>) {
        for (kind, row) in changes {
            let count = self.rows.entry(format!("{row:?}")).or_default();
            *count += if kind.adds() { 1 } else { -1 };
            assert!(*count >= 0, "{kind:?} {row:?} is not there");
        }
        self.rows.retain(|_, count| *count > 0);
    }

    /// Of rows that are there.
    pub fn of(rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        let mut result = Self::default();
        result.apply(rows.into_iter().map(|row| (RowKind::Insert, row)).collect());
        result
    }
}

/// `left column < right column`, of BIGINTs.
#[derive(Debug)]
struct Less;

impl ScalarFunction for Less {
    fn name(&self) -> &str {
        "<"
    }

    fn eval(&self, arguments: &[Datum], rows: usize, _: &EvalContext) -> Result<ArrayRef, EvalError> {
        let value = |of: usize, row| match arguments[of].value(row, &TypeKind::BigInt) {
            Value::Integer(value) => Some(value),
            _ => None,
        };
        let less = |row| Some(value(0, row)? < value(1, row)?);
        Ok(Arc::new(BooleanArray::from((0..rows).map(less).collect::<Vec<_>>())))
    }
}

/// `left < right`, columns by place.
pub fn less(left: usize, right: usize) -> Expr {
    let column = |at| Expr::column(at, TypeKind::BigInt.nullable());
    let call = ExprKind::Call(Arc::new(Less), vec![column(left), column(right)]);
    Expr { kind: call, data_type: TypeKind::Boolean.nullable() }
}

/// A BIGINT.
pub fn int(value: i64) -> Value {
    Value::Integer(value)
}

/// A BIGINT or NULL.
pub fn int_or_null(value: Option<i64>) -> Value {
    value.map_or(Value::Null, Value::Integer)
}

/// A TIMESTAMP(3) of so many milliseconds.
pub fn time(milliseconds: i64) -> Value {
    Value::Timestamp(milliseconds * 1000)
}

/// The subtasks of one operator: rows go to the owner of their key, and the job is restored at any parallelism.
pub struct Job<O> {
    make: Box<dyn Fn(Option<RestoredState>) -> O>,
    /// The subtasks.
    pub subtasks: Vec<O>,
    /// The columns of the inputs.
    pub inputs: Vec<Schema>,
    /// The place of the key (BIGINT) in each input.
    keys: Vec<usize>,
    /// What they emit.
    pub out: Collect,
    /// The types of what they emit.
    pub types: Vec<DataType>,
}

/// The key groups of tests.
pub const GROUPS: u32 = 128;

impl<O: Operator> Job<O> {
    /// A job of one subtask. `make` makes an operator that is open.
    pub fn new(
        inputs: Vec<Schema>,
        keys: Vec<usize>,
        types: Vec<DataType>,
        make: impl Fn(Option<RestoredState>) -> O + 'static,
    ) -> Self {
        let subtasks = vec![make(None)];
        Self { make: Box::new(make), subtasks, inputs, keys, out: Collect::default(), types }
    }

    fn subtask(&self, input: usize, row: &[Value]) -> usize {
        let mut writer = RowWriter::new();
        writer.value(&row[self.keys[input]], &TypeKind::BigInt);
        let group = key::group(key::hash(writer.bytes()), GROUPS);
        key::subtask(group, GROUPS, self.subtasks.len() as u32) as usize
    }

    /// Rows of an input; answers what is emitted.
    pub fn process(&mut self, input: usize, changes: Vec<Change>) -> Vec<Change> {
        let mut shares = vec![Vec::new(); self.subtasks.len()];
        for change in changes {
            shares[self.subtask(input, &change.1)].push(change);
        }
        for (subtask, share) in self.subtasks.iter_mut().zip(shares) {
            let chunk = Chunk::Batch(batch(&self.inputs[input], &share));
            subtask.process(input, chunk, &mut self.out).unwrap();
        }
        self.out.take(&self.types)
    }

    /// A watermark; answers what is emitted.
    pub fn watermark(&mut self, watermark: i64) -> Vec<Change> {
        for subtask in &mut self.subtasks {
            subtask.watermark(watermark, &mut self.out).unwrap();
        }
        self.out.take(&self.types)
    }

    /// Stops the job with a savepoint and starts it again.
    pub fn restore(&mut self, parallelism: u32) {
        let snapshot = |subtask: &mut O| {
            let mut writer = SnapshotWriter::savepoint(1);
            subtask.snapshot(&mut writer).unwrap();
            writer
        };
        let mut part = |of| {
            let written = self.subtasks.iter_mut().map(snapshot).collect();
            RestoredState::of(written, key::groups_of(of, GROUPS, parallelism))
        };
        self.subtasks = (0..parallelism).map(|of| (self.make)(Some(part(of)))).collect();
    }
}

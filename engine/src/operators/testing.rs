//! Runs operators by hand, for their tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use crate::{
    expr::{EvalContext, Expr, ExprKind},
    operators::spec::{AggregateCall, AggregateFunction},
    runtime::Stop,
    runtime::{
        TaskContext,
        operator::{Chunk, Operator, OperatorContext, OperatorFactory, Output},
    },
    state::{RestoredState, SnapshotRows, SnapshotWriter},
    types::{Batch, ColumnBuilder, DataType, Field, RowKind, RowWriter, Schema, TypeKind, Value, key},
};

/// A row and what it does.
pub type Row = (RowKind, Vec<Value>);

/// What comes to an operator.
#[derive(Debug, Clone)]
pub enum Event {
    /// Rows.
    Rows(Vec<Row>),
    /// A watermark, milliseconds.
    Watermark(i64),
    /// The clock, milliseconds.
    Clock(i64),
    /// The end of the input, without a watermark.
    End,
}

/// What came out of an operator.
#[derive(Default)]
pub struct Collected {
    /// Batches.
    pub batches: Vec<Batch>,
    /// Watermarks, with how many batches came before.
    pub watermarks: Vec<(usize, i64)>,
}

impl Output for Collected {
    fn emit(&mut self, chunk: Chunk) -> Result<(), Stop> {
        let Chunk::Batch(batch) = chunk else { panic!("a typed chunk") };
        assert!(batch.rows > 0 && batch.columns.iter().all(|column| column.len() == batch.rows));
        self.batches.push(batch);
        Ok(())
    }

    fn emit_side(&mut self, _: usize, _: Chunk) -> Result<(), Stop> {
        panic!("a side output")
    }

    fn emit_watermark(&mut self, watermark: i64) -> Result<(), Stop> {
        self.watermarks.push((self.batches.len(), watermark));
        Ok(())
    }
}

impl Collected {
    /// The rows.
    pub fn rows(&self, types: &[DataType]) -> Vec<Row> {
        let rows = |batch: &Batch| {
            let kinds: Vec<_> = batch.columns.iter().map(|column| column.data_type().clone()).collect();
            let expect: Vec<_> = types.iter().map(|data_type| data_type.kind.arrow()).collect();
            assert_eq!(kinds, expect, "the columns are of the types that were promised");
            (0..batch.rows).map(|row| (batch.kind(row), batch.row(row, types))).collect::<Vec<_>>()
        };
        self.batches.iter().flat_map(rows).collect()
    }
}

/// An operator and its task.
pub struct Running {
    operator: Box<dyn Operator>,
    schema: Schema,
    /// What came out of it.
    pub out: Collected,
}

impl Running {
    /// Opens an operator whose input has these columns, with the clock at 0.
    pub fn open(factory: &Arc<dyn OperatorFactory>, schema: &Schema, restored: Option<RestoredState>) -> Self {
        let mut task = TaskContext::for_test();
        task.eval = Arc::new(EvalContext { now_us: Some(0), ..(*task.eval).clone() });
        let mut operator = factory.create();
        operator.open(OperatorContext { task: &task, index: 0, restored }).unwrap();
        Self { operator, schema: schema.clone(), out: Collected::default() }
    }

    /// Lets something come to it.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Rows(rows) => {
                self.operator.process(0, Chunk::Batch(batch(&self.schema, rows)), &mut self.out).unwrap();
            }
            Event::Watermark(watermark) => {
                if self.operator.watermark(*watermark, &mut self.out).unwrap() {
                    self.out.emit_watermark(*watermark).unwrap();
                }
            }
            Event::Clock(now) => {
                while self.operator.next_processing_time().is_some_and(|next| next <= *now) {
                    self.operator.processing_time(*now, &mut self.out).unwrap();
                }
            }
            Event::End => self.operator.end_input(0, &mut self.out).unwrap(),
        }
    }

    /// What it writes at a checkpoint, which may add to an earlier one.
    fn snapshot(&mut self, base: Option<&SnapshotWriter>) -> SnapshotWriter {
        let incremental = base.iter().flat_map(|base| base.states.keys().cloned()).collect();
        let mut writer = SnapshotWriter::checkpoint(1, incremental);
        self.operator.snapshot(&mut writer).unwrap();
        writer
    }
}

/// The rows that come out of one operator.
pub fn run(factory: &Arc<dyn OperatorFactory>, schema: &Schema, events: &[Event], types: &[DataType]) -> Vec<Row> {
    let mut running = Running::open(factory, schema, None);
    events.iter().for_each(|event| running.event(event));
    running.out.rows(types)
}

/// The rows that come out where the state is written after `before` events, and restored to `parallelism` subtasks, which
/// share out the rows by the columns `keys`.
pub fn run_restored(
    factory: &Arc<dyn OperatorFactory>,
    schema: &Schema,
    events: &[Event],
    types: &[DataType],
    (before, parallelism, keys): (usize, u32, &[usize]),
) -> Vec<Row> {
    let mut first = Running::open(factory, schema, None);
    let (early, late) = events[..before].split_at(before / 2);
    early.iter().for_each(|event| first.event(event));
    let base = first.snapshot(None);
    late.iter().for_each(|event| first.event(event));
    let last = first.snapshot(Some(&base));
    let mut rows = first.out.rows(types);
    for subtask in 0..parallelism {
        let groups = key::groups_of(subtask, 128, parallelism);
        let restored = RestoredState::of(parts(&base, &last), groups.clone());
        let mut running = Running::open(factory, schema, Some(restored));
        for event in &events[before..] {
            let own = |row: &&Row| groups.contains(&key::group(key::hash(&key_of(schema, keys, &row.1)), 128));
            let event = match event {
                Event::Rows(rows) => Event::Rows(rows.iter().filter(own).cloned().collect()),
                other => other.clone(),
            };
            running.event(&event);
        }
        rows.extend(running.out.rows(types));
    }
    rows
}

/// What is read back of a checkpoint: of each table what it adds to, and what it adds.
fn parts(base: &SnapshotWriter, last: &SnapshotWriter) -> Vec<SnapshotWriter> {
    let adds = |name: &String| {
        let state = last.states.get(name).map(|state| &state.rows);
        matches!(state, Some(SnapshotRows::Table { incremental: true, .. }))
    };
    let below = base.states.iter().filter(|(name, _)| adds(name)).map(|(name, state)| (name.clone(), state.clone()));
    let (mut under, mut over) = (SnapshotWriter::default(), SnapshotWriter::default());
    (under.states, over.states) = (below.collect(), last.states.clone());
    vec![under, over]
}

fn key_of(schema: &Schema, keys: &[usize], row: &[Value]) -> Vec<u8> {
    let mut writer = RowWriter::new();
    keys.iter().for_each(|key| writer.value(&row[*key], &schema.fields[*key].data_type.kind));
    writer.into_bytes()
}

/// A batch of rows.
pub fn batch(schema: &Schema, rows: &[Row]) -> Batch {
    let mut builders: Vec<_> = schema.fields.iter().map(|field| ColumnBuilder::new(&field.data_type.kind)).collect();
    for (_, row) in rows {
        assert_eq!(row.len(), builders.len());
        builders.iter_mut().zip(row).for_each(|(builder, value)| builder.push(value));
    }
    let columns = builders.iter_mut().map(ColumnBuilder::finish).collect();
    Batch::changes(columns, rows.iter().map(|(kind, _)| *kind).collect())
}

/// What is left when all changes are applied, sorted: as text, for rows have no order.
pub fn materialised(rows: &[Row]) -> Vec<String> {
    let mut left: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
    for (kind, row) in rows {
        *left.entry(format!("{row:?}")).or_default() += if kind.adds() { 1 } else { -1 };
    }
    left.retain(|_, count| *count != 0);
    assert!(left.values().all(|count| *count > 0), "more is taken back than came: {left:?}");
    left.into_iter().flat_map(|(row, count)| std::iter::repeat_n(row, count as usize)).collect()
}

/// Rows as Flink prints them: `+I[1, a]`.
pub fn shown(rows: &[Row]) -> Vec<String> {
    let value = |value: &Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(v) => v.to_string(),
        Value::Integer(v) | Value::Timestamp(v) => v.to_string(),
        Value::Float(v) => v.to_string(),
        Value::Double(v) => v.to_string(),
        Value::Decimal(v) => v.to_string(),
        Value::Text(v) => v.to_string(),
        other => format!("{other:?}"),
    };
    let row = |(kind, row): &Row| format!("{}[{}]", kind.short(), row.iter().map(value).collect::<Vec<_>>().join(", "));
    rows.iter().map(row).collect()
}

/// A schema of columns of these types, named `c0`, `c1`, …
pub fn schema(kinds: &[TypeKind]) -> Schema {
    let field = |(index, kind): (usize, &TypeKind)| Field::new(format!("c{index}"), kind.clone().nullable());
    Schema::new(kinds.iter().enumerate().map(field).collect())
}

/// A column.
pub fn column(schema: &Schema, column: usize) -> Expr {
    Expr { kind: ExprKind::Column(column), data_type: schema.fields[column].data_type.clone() }
}

/// A call over columns.
pub fn call(schema: &Schema, function: AggregateFunction, columns: &[usize], result: TypeKind) -> AggregateCall {
    AggregateCall {
        function,
        arguments: columns.iter().map(|index| column(schema, *index)).collect(),
        distinct: false,
        filter: None,
        data_type: result.nullable(),
        name: format!("{function:?}"),
    }
}

/// An insert.
pub fn insert(row: Vec<Value>) -> Row {
    (RowKind::Insert, row)
}

/// An integer, or NULL.
pub fn int(value: impl Into<Option<i64>>) -> Value {
    value.into().map_or(Value::Null, Value::Integer)
}

/// A text.
pub fn text(value: &str) -> Value {
    Value::Text(value.into())
}

/// A timestamp, of milliseconds.
pub fn time(ms: i64) -> Value {
    Value::Timestamp(ms * 1000)
}

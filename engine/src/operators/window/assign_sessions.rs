//! `SESSION` without an aggregate: the rows of each session, with its start, end and time behind, when it is over.

use arrow_array::{Array, ArrayRef, UInt32Array, cast::AsArray};
use arrow_select::take::take;

use super::session::SessionAggregate;
use crate::{
    expr::{Expr, ExprKind},
    operators::{
        eval::arrow_failure,
        spec::{AggregateCall, AggregateFunction, WindowAggregateSpec, WindowAssignSpec, WindowProperty},
        step::{Step, emit},
    },
    runtime::Stop,
    runtime::operator::{Chunk, OperatorContext, Output},
    state::SnapshotWriter,
    types::{Batch, RowField, TypeKind},
};

/// The operator of a [`WindowAssignSpec`] of sessions: an aggregate of all rows of each session, taken apart again.
pub struct SessionAssign {
    sessions: SessionAggregate,
    /// How many grouping columns stand before the rows.
    keys: usize,
}

/// The aggregate that gathers the rows.
fn gathered(spec: &WindowAssignSpec) -> WindowAggregateSpec {
    let fields = spec.input.fields.iter().enumerate();
    let row =
        fields.clone().map(|(index, field)| RowField { name: format!("f{index}"), data_type: field.data_type.clone() });
    let rows = TypeKind::Array(Box::new(TypeKind::Row(row.collect()).not_null()));
    let column = |(index, field): (usize, &crate::types::Field)| Expr {
        kind: ExprKind::Column(index),
        data_type: field.data_type.clone(),
    };
    let stamp = TypeKind::Timestamp(3).not_null();
    WindowAggregateSpec {
        window: spec.window.clone(),
        keys: spec.partition.clone(),
        aggregates: vec![AggregateCall {
            function: AggregateFunction::ArrayAgg,
            arguments: fields.map(column).collect(),
            distinct: false,
            filter: None,
            data_type: rows.not_null(),
            name: "rows".to_owned(),
        }],
        properties: vec![
            (WindowProperty::Start, stamp.clone()),
            (WindowProperty::End, stamp),
            (WindowProperty::Rowtime, spec.window_time.clone()),
        ],
        input: spec.input.clone(),
        input_changes: false,
    }
}

/// Takes what the aggregate sends apart.
struct Apart<'a> {
    keys: usize,
    out: &'a mut dyn Output,
}

impl Output for Apart<'_> {
    fn emit(&mut self, chunk: Chunk) -> Result<(), Stop> {
        let Chunk::Batch(sessions) = chunk else { return Ok(()) };
        let rows = sessions.columns.get(self.keys).and_then(|column| column.as_list_opt::<i32>());
        let Some(rows) = rows else { return Ok(()) };
        let Some(fields) = rows.values().as_struct_opt() else { return Ok(()) };
        let lengths = (0..rows.len()).map(|session| rows.value_length(session) as usize);
        let sessions_of = lengths.enumerate().flat_map(|(session, rows)| std::iter::repeat_n(session as u32, rows));
        let places = UInt32Array::from_iter_values(sessions_of);
        let mut columns: Vec<ArrayRef> = fields.columns().to_vec();
        for window in &sessions.columns[self.keys + 1..] {
            columns.push(take(window, &places, None).map_err(arrow_failure)?);
        }
        emit(Batch::inserts(columns, fields.len()), self.out)
    }

    fn emit_side(&mut self, tag: usize, chunk: Chunk) -> Result<(), Stop> {
        self.out.emit_side(tag, chunk)
    }

    fn emit_watermark(&mut self, watermark: i64) -> Result<(), Stop> {
        self.out.emit_watermark(watermark)
    }
}

impl Step for SessionAssign {
    type Spec = WindowAssignSpec;

    fn open(spec: &WindowAssignSpec, context: OperatorContext<'_>) -> Result<Self, Stop> {
        Ok(Self { sessions: SessionAggregate::open(&gathered(spec), context)?, keys: spec.partition.len() })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        self.sessions.process(batch, out)
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        self.sessions.watermark(watermark, &mut Apart { keys: self.keys, out })
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.sessions.next_processing_time()
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        self.sessions.processing_time(now, &mut Apart { keys: self.keys, out })
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.sessions.snapshot(writer)
    }
}

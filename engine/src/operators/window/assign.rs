//! Window table functions without an aggregate: each row once for each of its windows, with start, end and time behind.

use std::sync::Arc;

use arrow_array::Array;

use super::{properties::properties, slices::Slices, time::WindowTime};
use crate::{
    expr::EvalContext,
    operators::{
        cells::timestamps,
        eval::{arrow_failure, now_ms},
        spec::{WindowAssignSpec, WindowProperty, WindowSource},
        step::{Step, emit},
    },
    runtime::operator::{OperatorContext, Output},
    runtime::{Failure, Stop},
    types::{Batch, DataType, TypeKind},
};

/// The operator of a [`WindowAssignSpec`]. Rows without a time are dropped, as in Flink.
pub struct WindowAssign {
    slices: Slices,
    rowtime: Option<usize>,
    time: WindowTime,
    context: Arc<EvalContext>,
    properties: Vec<(WindowProperty, DataType)>,
}

impl Step for WindowAssign {
    type Spec = WindowAssignSpec;

    fn open(spec: &WindowAssignSpec, context: OperatorContext<'_>) -> Result<Self, Stop> {
        let source = match &spec.window {
            WindowSource::Assign { kind, rowtime, zone } => Slices::new(*kind).map(|slices| (slices, *rowtime, zone)),
            WindowSource::Columns { .. } => None,
        };
        let (slices, rowtime, zone) = source.ok_or_else(|| {
            let message = "Only tumbling, hopping and cumulating windows are assigned row by row.";
            Failure::new("org.apache.flink.table.api.TableException", message)
        })?;
        let stamp = TypeKind::Timestamp(3).not_null();
        let properties = vec![
            (WindowProperty::Start, stamp.clone()),
            (WindowProperty::End, stamp),
            (WindowProperty::Rowtime, spec.window_time.clone()),
        ];
        let time = WindowTime::new(zone.clone());
        Ok(Self { slices, rowtime, time, context: Arc::clone(&context.task.eval), properties })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let now = now_ms(&self.context);
        let column = self.rowtime.map(|column| &batch.columns[column]);
        let times = column.and_then(timestamps);
        let (mut rows, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..batch.rows {
            if column.is_some_and(|column| column.is_null(row)) {
                continue;
            }
            let time = self.time.local(times.map_or(now, |times| times[row].div_euclid(1000)));
            for (start, end) in self.slices.windows(time) {
                rows.push(row as u32);
                starts.push(start);
                ends.push(end);
            }
        }
        let mut windowed = batch.take(&rows).map_err(arrow_failure)?;
        windowed.columns.extend(properties(&self.properties, &starts, &ends, &self.time, now));
        emit(windowed, out)
    }
}

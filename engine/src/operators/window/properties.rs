//! The columns that say which window a result is of.

use arrow_array::ArrayRef;

use super::time::WindowTime;
use crate::{
    operators::{cells::timestamp_column, spec::WindowProperty},
    types::{DataType, TypeKind},
};

/// The columns of `properties` for windows of these starts and ends (milliseconds of the windows' clock).
pub fn properties(
    properties: &[(WindowProperty, DataType)],
    starts: &[i64],
    ends: &[i64],
    time: &WindowTime,
    now_ms: i64,
) -> Vec<ArrayRef> {
    let column = |(property, data_type): &(WindowProperty, DataType)| {
        let zoned = matches!(data_type.kind, TypeKind::TimestampLtz(_));
        let last = |end: &i64| if zoned { time.moment(end - 1) } else { end - 1 };
        timestamp_column(match property {
            WindowProperty::Start => starts.iter().map(|start| start * 1000).collect(),
            WindowProperty::End => ends.iter().map(|end| end * 1000).collect(),
            WindowProperty::Rowtime => ends.iter().map(|end| last(end) * 1000).collect(),
            WindowProperty::Proctime => vec![now_ms * 1000; ends.len()],
        })
    };
    properties.iter().map(column).collect()
}

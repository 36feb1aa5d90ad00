//! The value of a column at which the files end and Kafka begins.

use arrow_array::{
    Array, ArrayRef, BooleanArray,
    cast::AsArray,
    types::{Int64Type, TimestampMicrosecondType},
};

use crate::{
    connectors::{
        format::time::{Resolver, Shape, TimestampReader},
        layout::arrow_failure,
    },
    runtime::Failure,
    types::{Batch, TypeKind},
};

/// The value of a column at which the files end and Kafka begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch {
    /// The column, among those that are read.
    pub column: usize,
    /// The value: microseconds of a TIMESTAMP, or the number of a BIGINT.
    pub at: i64,
}

/// The value that `switch.at` is for a column of this type; `None` where it is none. A TIMESTAMP_LTZ is given in UTC.
pub fn parse_at(text: &str, kind: &TypeKind) -> Option<i64> {
    let text = text.trim();
    match kind {
        TypeKind::BigInt => text.parse().ok(),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            let text = text.strip_suffix('Z').unwrap_or(text).replacen('T', " ", 1);
            let shape = Shape { separator: b' ', zulu: false, short: true, resolver: Resolver::Strict };
            TimestampReader::new(shape).read(text.as_bytes())
        }
        _ => None,
    }
}

impl Switch {
    /// The rows of one side: those of the files (`before`), or those of Kafka.
    pub fn side(&self, batch: Batch, before: bool) -> Result<Batch, Failure> {
        let column: &ArrayRef = &batch.columns[self.column];
        let below = |value: i64| value < self.at;
        let is_before = |row: usize| {
            if column.is_null(row) {
                return false;
            }
            match column.as_primitive_opt::<TimestampMicrosecondType>() {
                Some(times) => below(times.value(row)),
                None => column.as_primitive_opt::<Int64Type>().is_some_and(|numbers| below(numbers.value(row))),
            }
        };
        let keep: BooleanArray = (0..batch.rows).map(|row| Some(is_before(row) == before)).collect();
        if keep.true_count() == batch.rows {
            return Ok(batch);
        }
        batch.filter(&keep).map_err(|error| arrow_failure(&error))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        connectors::format::Columns,
        types::{Field, Value},
    };

    #[test]
    fn each_row_is_on_one_side() {
        let kind = TypeKind::Timestamp(3);
        let mut columns = Columns::new(&[Field::new("t", kind.clone().nullable())]);
        for value in [Value::Timestamp(0), Value::Timestamp(1000), Value::Timestamp(999_000), Value::Null] {
            columns.writers[0].push(&value);
            columns.end_row();
        }
        let batch = columns.finish().unwrap();
        let switch = Switch { column: 0, at: parse_at("1970-01-01T00:00:00.001Z", &kind).unwrap() };
        let types = [kind.nullable()];
        let rows = |batch: Batch| (0..batch.rows).flat_map(|row| batch.row(row, &types)).collect::<Vec<_>>();
        assert_eq!(rows(switch.side(batch.clone(), true).unwrap()), [Value::Timestamp(0)]);
        let after = [Value::Timestamp(1000), Value::Timestamp(999_000), Value::Null];
        assert_eq!(rows(switch.side(batch, false).unwrap()), after);
    }

    #[test]
    fn the_value_is_of_the_columns_type() {
        assert_eq!(parse_at("17", &TypeKind::BigInt), Some(17));
        assert_eq!(parse_at("1970-01-01 00:00", &TypeKind::TimestampLtz(3)), Some(0));
        for (text, kind) in [("x", TypeKind::BigInt), ("17", TypeKind::Timestamp(3)), ("17", TypeKind::Int)] {
            assert_eq!(parse_at(text, &kind), None);
        }
    }
}

//! What a table asks of the rows that are written to it: NOT NULL, and the length of text, as Flink's ConstraintEnforcer.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, StringArray, builder::StringBuilder};

use super::layout::arrow_failure;
use crate::{
    runtime::Failure,
    types::{Batch, Schema, TypeKind},
};

/// What becomes of text that is longer than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LengthEnforcer {
    /// It is written as it is: Flink's default.
    #[default]
    Ignore,
    /// It is cut, and CHAR is filled up with spaces.
    TrimPad,
    /// The job fails.
    Error,
}

/// What rows must fulfil.
#[derive(Debug, Clone)]
pub struct Constraints {
    /// The columns that are NOT NULL, with their names.
    not_null: Vec<(usize, String)>,
    /// Whether rows that break NOT NULL are left out, rather than fail the job.
    drop: bool,
    lengths: Vec<(usize, String, TypeKind)>,
    enforcer: LengthEnforcer,
}

impl Constraints {
    /// The constraints of a table's columns.
    pub fn new(schema: &Schema, drop: bool, enforcer: LengthEnforcer) -> Self {
        let columns = || schema.fields.iter().enumerate();
        let not_null = columns().filter(|(_, field)| !field.data_type.nullable);
        let bounded = |kind: &TypeKind| match kind {
            TypeKind::Char(_) => true,
            TypeKind::Varchar(_) => *kind != TypeKind::STRING,
            _ => false,
        };
        let lengths =
            columns().filter(|(_, field)| enforcer != LengthEnforcer::Ignore && bounded(&field.data_type.kind));
        Self {
            not_null: not_null.map(|(index, field)| (index, field.name.clone())).collect(),
            drop,
            lengths: lengths.map(|(index, field)| (index, field.name.clone(), field.data_type.kind.clone())).collect(),
            enforcer,
        }
    }

    /// The rows that may be written; `None` where there are none.
    pub fn enforce(&self, batch: Batch) -> Result<Option<Batch>, Failure> {
        let batch = self.enforce_not_null(batch)?;
        if batch.rows == 0 {
            return Ok(None);
        }
        if self.lengths.is_empty() {
            return Ok(Some(batch));
        }
        let mut columns = batch.columns.clone();
        for (index, name, kind) in &self.lengths {
            if let Some(column) = columns[*index].as_any().downcast_ref::<StringArray>() {
                columns[*index] = self.fit(column, name, kind)?;
            }
        }
        Ok(Some(batch.with_columns(columns)))
    }

    fn enforce_not_null(&self, batch: Batch) -> Result<Batch, Failure> {
        let Some((_, name)) = self.not_null.iter().find(|(index, _)| batch.columns[*index].null_count() > 0) else {
            return Ok(batch);
        };
        if !self.drop {
            let message = format!(
                "Column '{name}' is NOT NULL, however, a null value is being written into it. You can set job \
                 configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such \
                 records silently."
            );
            return Err(Failure::new(
                "org.apache.flink.table.runtime.operators.sink.constraint.EnforcerException",
                message,
            ));
        }
        let whole = |row: usize| self.not_null.iter().all(|(index, _)| batch.columns[*index].is_valid(row));
        let keep: BooleanArray = (0..batch.rows).map(|row| Some(whole(row))).collect();
        batch.filter(&keep).map_err(|error| arrow_failure(&error))
    }

    fn fit(&self, column: &StringArray, name: &str, kind: &TypeKind) -> Result<ArrayRef, Failure> {
        let (length, pad) = match kind {
            TypeKind::Char(length) => (*length as usize, true),
            TypeKind::Varchar(length) => (*length as usize, false),
            _ => return Ok(Arc::new(column.clone())),
        };
        let mut fitted = StringBuilder::with_capacity(column.len(), column.value_data().len());
        for text in column {
            let Some(text) = text else {
                fitted.append_null();
                continue;
            };
            let count = text.chars().count();
            if count > length && self.enforcer == LengthEnforcer::Error {
                let message = format!(
                    "Column '{name}' is {kind}, however, a string of length {count} is being written into it. You can \
                     set job configuration 'table.exec.sink.type-length-enforcer' to control this behaviour."
                );
                return Err(Failure::new(
                    "org.apache.flink.table.runtime.operators.sink.constraint.EnforcerException",
                    message,
                ));
            }
            let cut: String = text.chars().take(length).collect();
            let spaces = if pad { length.saturating_sub(count) } else { 0 };
            fitted.append_value(cut + &" ".repeat(spaces));
        }
        Ok(Arc::new(fitted.finish()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::{
        connectors::format::Columns,
        types::{Field, Value},
    };

    fn check(drop: bool, enforcer: LengthEnforcer, rows: &[Option<&str>], expect: Result<&[&str], &str>) {
        let fields = vec![Field::new("a", TypeKind::Char(3).not_null())];
        let mut columns = Columns::new(&fields);
        for row in rows {
            columns.writers[0].push(&row.map_or(Value::Null, |text| Value::Text(text.into())));
            columns.end_row();
        }
        let constraints = Constraints::new(&Schema::new(fields), drop, enforcer);
        match (constraints.enforce(columns.finish().unwrap()), expect) {
            (Ok(batch), Ok(expect)) => {
                let types = [TypeKind::Char(3).not_null()];
                let text = |batch: &Batch, row| match batch.row(row, &types).remove(0) {
                    Value::Text(text) => text.to_string(),
                    other => format!("{other:?}"),
                };
                let got: Vec<String> =
                    batch.map_or_else(Vec::new, |batch| (0..batch.rows).map(|row| text(&batch, row)).collect());
                assert_eq!(got, expect);
            }
            (Err(failure), Err(expect)) => assert!(failure.message.starts_with(expect), "{}", failure.message),
            (got, expect) => panic!("{got:?} instead of {expect:?}"),
        }
    }

    #[test]
    fn rows_are_checked_as_flink_checks_them() {
        use LengthEnforcer::{Error, Ignore, TrimPad};
        check(false, Ignore, &[Some("abcd")], Ok(&["abcd"]));
        check(false, TrimPad, &[Some("abcd"), Some("é")], Ok(&["abc", "é  "]));
        check(false, Error, &[Some("abcd")], Err("Column 'a' is CHAR(3)"));
        check(false, Ignore, &[Some("a"), None], Err("Column 'a' is NOT NULL"));
        check(true, Ignore, &[Some("a"), None], Ok(&["a"]));
        check(true, Ignore, &[None], Ok(&[]));
    }
}

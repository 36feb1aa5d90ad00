//! `'connector' = 'print'`: rows as text, in the task manager's standard output, which keeps the last of them.

use std::{sync::Arc, time::Duration};

use super::{
    blackhole::call_service,
    format::{
        number::{write_decimal, write_double, write_integer, write_single},
        time::{DAY_MICROS, write_date},
        view::View,
    },
    sink::{SinkTask, SinkWriter},
};
use crate::{
    runtime::Stop,
    runtime::operator::OperatorContext,
    runtime::print_log::PrintLog,
    types::{Batch, DataType},
};

/// Prints the rows of one subtask.
pub struct Print {
    /// `print-identifier`
    pub identifier: String,
    /// The types of the columns.
    pub types: Vec<DataType>,
    /// `sink.call-latency`: how long the service behind the sink takes for a row.
    pub latency: Duration,
    /// Before each row.
    pub prefix: String,
    /// Where it is printed; known once it is open.
    pub log: Option<Arc<PrintLog>>,
}

impl Print {
    /// A printer of rows of these types.
    pub fn new(identifier: &str, types: Vec<DataType>, latency: Duration) -> Self {
        Self { identifier: identifier.to_owned(), types, latency, prefix: String::new(), log: None }
    }
}

impl SinkWriter for Print {
    fn open(&mut self, context: &mut OperatorContext<'_>) -> Result<(), Stop> {
        // As Flink: "identifier:subtask> ", each part only where there is one.
        self.prefix.clone_from(&self.identifier);
        if context.task.parallelism > 1 {
            let colon = if self.prefix.is_empty() { "" } else { ":" };
            self.prefix = format!("{}{colon}{}", self.prefix, context.task.subtask + 1);
        }
        if !self.prefix.is_empty() {
            self.prefix.push_str("> ");
        }
        self.log = Some(Arc::clone(&context.task.print));
        Ok(())
    }

    fn write(&mut self, batch: &Batch, task: &SinkTask) -> Result<u64, Stop> {
        let columns = batch.columns.iter().zip(&self.types);
        let views: Vec<View<'_>> = columns.map(|(column, data_type)| View::new(column, &data_type.kind)).collect();
        let mut bytes = 0;
        let mut text = Vec::new();
        for row in 0..batch.rows {
            call_service(self.latency, &task.cancel)?;
            text.extend_from_slice(self.prefix.as_bytes());
            text.extend_from_slice(batch.kind(row).short().as_bytes());
            write_row(views.iter(), row, &mut text);
            text.push(b'\n');
            // What a slow service took is to be seen at once.
            if !self.latency.is_zero() || row + 1 == batch.rows {
                bytes += text.len() as u64;
                if let Some(log) = &self.log {
                    log.append(&String::from_utf8_lossy(&text))?;
                }
                text.clear();
            }
        }
        Ok(bytes)
    }
}

fn write_row<'a>(views: impl Iterator<Item = &'a View<'a>>, row: usize, out: &mut Vec<u8>) {
    write_list(out, b'[', b']', views, |view, out| write_value(view, row, out));
}

fn write_list<T>(
    out: &mut Vec<u8>,
    open: u8,
    close: u8,
    items: impl Iterator<Item = T>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    out.push(open);
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.extend_from_slice(b", ");
        }
        write(item, out);
    }
    out.push(close);
}

/// A value as Java's `toString` of the class that Flink hands to the printer.
pub fn write_value(view: &View<'_>, row: usize, out: &mut Vec<u8>) {
    if view.is_null(row) {
        return out.extend_from_slice(b"null");
    }
    match view {
        View::Bool(array) => out.extend_from_slice(if array.value(row) { b"true" } else { b"false" }),
        View::I8(array) => write_integer(array.value(row).into(), out),
        View::I16(array) => write_integer(array.value(row).into(), out),
        View::I32(array) => write_integer(array.value(row).into(), out),
        View::I64(array) => write_integer(array.value(row), out),
        View::F32(array) => write_single(array.value(row), out),
        View::F64(array) => write_double(array.value(row), out),
        View::Decimal(array, scale) => write_decimal(array.value(row), *scale, out),
        View::Text(array) => out.extend_from_slice(array.value(row).as_bytes()),
        View::Bytes(array) => {
            write_list(out, b'[', b']', array.value(row).iter(), |byte, out| write_integer((*byte as i8).into(), out));
        }
        View::Date(array) => write_date(array.value(row).into(), out),
        View::Time(array) => write_java_time(i64::from(array.value(row)) * 1000, false, out),
        View::Timestamp(array) => write_java_timestamp(array.value(row), false, out),
        View::TimestampLtz(array) => {
            write_java_timestamp(array.value(row), true, out);
            out.push(b'Z');
        }
        View::List(array, items) => {
            write_list(out, b'[', b']', View::range(array.value_offsets(), row), |item, out| {
                write_value(items, item, out);
            });
        }
        View::Map(array, entries) => {
            write_list(out, b'{', b'}', View::range(array.value_offsets(), row), |entry, out| {
                write_value(&entries.0, entry, out);
                out.push(b'=');
                write_value(&entries.1, entry, out);
            });
        }
        View::Row(_, fields) => {
            out.extend_from_slice(b"+I");
            write_row(fields.iter().map(|(_, field)| field), row, out);
        }
        View::Null => {}
    }
}

/// As `LocalDateTime.toString()`, or, with `seconds`, as `Instant.toString()` without its Z.
fn write_java_timestamp(micros: i64, seconds: bool, out: &mut Vec<u8>) {
    write_date(micros.div_euclid(DAY_MICROS), out);
    out.push(b'T');
    write_java_time(micros.rem_euclid(DAY_MICROS), seconds, out);
}

/// As `LocalTime.toString()`: without seconds where they are zero, unless they are asked for; a fraction in threes.
fn write_java_time(micros: i64, seconds: bool, out: &mut Vec<u8>) {
    let (total, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let mut text = format!("{:02}:{:02}", total / 3600, total / 60 % 60);
    if seconds || total % 60 > 0 || fraction > 0 {
        text.push_str(&format!(":{:02}", total % 60));
    }
    if fraction > 0 {
        let digits = if fraction % 1000 == 0 { format!(".{:03}", fraction / 1000) } else { format!(".{fraction:06}") };
        text.push_str(&digits);
    }
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        connectors::format::Columns,
        types::{Field, TypeKind, Value},
    };

    fn check(kind: TypeKind, value: &Value, expect: &str) {
        let field = Field::new("a", kind.nullable());
        let mut columns = Columns::new(std::slice::from_ref(&field));
        columns.writers[0].push(value);
        columns.end_row();
        let batch = columns.finish().unwrap();
        let mut out = Vec::new();
        write_value(&View::new(&batch.columns[0], &field.data_type.kind), 0, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    #[test]
    fn values_are_printed_as_java_prints_them() {
        check(TypeKind::Int, &Value::Null, "null");
        check(TypeKind::Double, &Value::Double(1e7), "1.0E7");
        check(TypeKind::Decimal(5, 2), &Value::Decimal(1000), "10.00");
        check(TypeKind::BYTES, &Value::Bytes([97, 255].as_slice().into()), "[97, -1]");
        check(TypeKind::Timestamp(3), &Value::Timestamp(0), "1970-01-01T00:00");
        check(TypeKind::Timestamp(3), &Value::Timestamp(1_120_000), "1970-01-01T00:00:01.120");
        check(TypeKind::TimestampLtz(3), &Value::Timestamp(0), "1970-01-01T00:00:00Z");
        check(TypeKind::Time(0), &Value::Time(45_296_000), "12:34:56");
        let element = TypeKind::Array(Box::new(TypeKind::Int.nullable()));
        check(element, &Value::Array(vec![Value::Integer(1), Value::Null]), "[1, null]");
        let map = TypeKind::Map(Box::new(TypeKind::STRING.nullable()), Box::new(TypeKind::Int.nullable()));
        check(map, &Value::Map(vec![(Value::Text("a".into()), Value::Integer(1))]), "{a=1}");
    }
}

//! JSON as Flink's json format reads and writes it: one object a record, fields by name.

use serde_json::{Map, Value as Json, json};

use super::{DecodeError, not_a};
use crate::{
    options::Options,
    sql::{
        cast::from_text,
        catalog::{Column, Table},
        time::format_timestamp,
        types::DataType,
        value::{Row, Value, precision},
    },
};

/// The json format of one table.
pub struct JsonFormat {
    columns: Vec<Column>,
    fail_on_missing: bool,
    omit_nulls: bool,
    iso: bool,
    /// A field that cannot be read is NULL; a record that cannot is skipped.
    pub ignore_errors: bool,
}

impl JsonFormat {
    /// Reads the table's `json.` options.
    pub fn new(table: &Table) -> Self {
        let options = Options(&table.options);
        Self {
            columns: table.columns.clone(),
            fail_on_missing: options.flag("json.fail-on-missing-field"),
            omit_nulls: options.flag("json.encode.ignore-null-fields"),
            iso: options.get("json.timestamp-format.standard") == Some("ISO-8601"),
            ignore_errors: options.flag("json.ignore-parse-errors"),
        }
    }

    pub(super) fn decode(&self, text: &str) -> Result<Option<Row>, DecodeError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let object: Map<String, Json> = serde_json::from_str(text)
            .map_err(|error| DecodeError { column: None, message: format!("not a JSON object: {error}") })?;
        let mut row = Row::with_capacity(self.columns.len());
        for column in &self.columns {
            row.push(match object.get(&column.name) {
                Some(Json::Null) => Value::Null,
                Some(value) => self.field(column, value)?,
                None if self.fail_on_missing && !self.ignore_errors => {
                    return Err(DecodeError {
                        column: Some(column.name.clone()),
                        message: "the field is missing".to_owned(),
                    });
                }
                None => Value::Null,
            });
        }
        Ok(Some(row))
    }

    fn field(&self, column: &Column, value: &Json) -> Result<Value, DecodeError> {
        let read = match (value, column.data_type) {
            (Json::Bool(value), DataType::Boolean) => Some(Value::Boolean(*value)),
            (Json::Number(number), DataType::Double) => number.as_f64().map(Value::Double),
            (Json::Number(number), DataType::BigInt) if number.is_i64() => number.as_i64().map(Value::Integer),
            (Json::String(text), data_type) => from_text(text, data_type).ok(),
            // Any value is text where text is wanted; a number may be wanted in a narrower type.
            (other, data_type) if data_type.is_text() || !other.is_object() => {
                from_text(&other.to_string(), data_type).ok()
            }
            _ => None,
        };
        match read {
            Some(value) => Ok(value),
            None if self.ignore_errors => Ok(Value::Null),
            None => {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Err(DecodeError { column: Some(column.name.clone()), message: not_a(&shown, column.data_type) })
            }
        }
    }

    pub(super) fn encode(&self, row: &Row, out: &mut Vec<u8>) {
        out.push(b'{');
        let mut first = true;
        for (value, column) in row.iter().zip(&self.columns) {
            if self.omit_nulls && value.is_null() {
                continue;
            }
            if !first {
                out.push(b',');
            }
            first = false;
            out.extend(json!(column.name).to_string().as_bytes());
            out.push(b':');
            out.extend(self.value(value, column.data_type).to_string().as_bytes());
        }
        out.push(b'}');
    }

    fn value(&self, value: &Value, data_type: DataType) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Boolean(value) => json!(value),
            Value::Integer(value) => json!(value),
            Value::Float(value) => json!(value),
            Value::Double(value) => json!(value),
            Value::Text(text) => json!(**text),
            Value::Date(_) => json!(value.display(data_type)),
            Value::Timestamp(micros) => {
                let mut shown = format_timestamp(*micros, precision(data_type), if self.iso { 'T' } else { ' ' });
                if matches!(data_type, DataType::TimestampLtz(_)) {
                    shown.push('Z');
                }
                json!(shown)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::sql::types::STRING;

    fn format(options: &[(&str, &str)]) -> JsonFormat {
        let column = |name: &str, data_type| Column { name: name.to_owned(), data_type, nullable: true };
        JsonFormat::new(&Table {
            name: "t".to_owned(),
            columns: vec![column("a", DataType::Int), column("b", STRING), column("c", DataType::Timestamp(3))],
            primary_key: vec![],
            options: options.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>(),
            statement: String::new(),
        })
    }

    #[test]
    fn reads_and_writes_objects() {
        let row =
            format(&[]).decode(r#"{"a": 5, "b": {"x": 1}, "c": "2013-01-01 05:15:00", "z": 0}"#).unwrap().unwrap();
        assert_eq!(row[..2], [Value::Integer(5), Value::text(r#"{"x":1}"#)]);
        let mut out = Vec::new();
        format(&[]).encode(&row, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"a":5,"b":"{\"x\":1}","c":"2013-01-01 05:15:00.000"}"#);
        assert_eq!(format(&[]).decode("{}"), Ok(Some(vec![Value::Null; 3])));
    }

    #[test]
    fn says_what_is_wrong_with_a_record() {
        let check = |options: &[(&str, &str)], text: &str, expect: &str| {
            let error = format(options).decode(text).unwrap_err();
            let got = format!("{}: {}", error.column.unwrap_or_default(), error.message);
            assert!(got.starts_with(expect), "{got}");
        };
        check(&[], r#"{"a": "1O5"}"#, "a: \"1O5\" is not an INT");
        check(&[], r#"{"a": 3000000000}"#, "a: \"3000000000\" is not an INT");
        check(&[], r#"{"a": 1"#, ": not a JSON object");
        check(&[], "[1]", ": not a JSON object");
        check(&[("json.fail-on-missing-field", "true")], "{}", "a: the field is missing");
    }
}

//! The conformance suite's tables, read with as little as that takes.

use std::path::PathBuf;

use super::{Rows, settings};
use crate::{
    expr::{Datum, cast, function::kernel::Site},
    types::{Batch, ColumnBuilder, Field, Schema, TypeKind, Value},
};

/// The conformance suite's folder.
pub fn suite() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance")
}

fn rows(fields: &[(&str, &str)], lines: Vec<Vec<Value>>) -> Rows {
    let fields: Vec<Field> = fields.iter().map(|(name, kind)| Field::new(*name, kind_of(kind).nullable())).collect();
    let column = |(index, field): (usize, &Field)| {
        let mut builder = ColumnBuilder::new(&field.data_type.kind);
        lines.iter().for_each(|line| builder.push(&line[index]));
        builder.finish()
    };
    let columns = fields.iter().enumerate().map(column).collect();
    Rows { batch: Batch::inserts(columns, lines.len()), schema: Schema::new(fields), settings: settings() }
}

fn kind_of(name: &str) -> TypeKind {
    let node = crate::syntax::parse_expression(&format!("CAST(NULL AS {name})")).unwrap();
    let crate::syntax::ast::ExprKind::Cast { to, .. } = node.kind else { panic!("{name}") };
    crate::expr::bind::data_type(&to).unwrap().kind
}

fn from_text(text: &str, kind: &TypeKind) -> Value {
    let takes = [TypeKind::STRING.nullable()];
    let returns = kind.clone().nullable();
    let context = settings().context();
    let site = Site { rows: 1, takes: &takes, returns: &returns, context: &context };
    let datum = Datum::constant(&Value::Text(text.into()), &TypeKind::STRING);
    let column = cast::kernel(&TypeKind::STRING, kind, false).unwrap().run(&site, &[datum]).unwrap();
    Value::at(&column, 0, kind)
}

/// The fields of a line of CSV.
fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                fields.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(next),
        }
    }
    fields
}

fn csv(name: &str, fields: &[(&str, &str)]) -> Rows {
    let text = std::fs::read_to_string(suite().join("data").join(format!("{name}.csv"))).unwrap();
    let value = |(text, (_, kind)): (&String, &(&str, &str))| {
        if text.is_empty() { Value::Null } else { from_text(text, &kind_of(kind)) }
    };
    let lines = text.lines().map(|line| split(line).iter().zip(fields).map(value).collect()).collect();
    rows(fields, lines)
}

fn from_json(json: &serde_json::Value, kind: &TypeKind) -> Value {
    use serde_json::Value as Json;
    match (json, kind) {
        (Json::Null, _) => Value::Null,
        (Json::Array(items), TypeKind::Array(element)) => {
            Value::Array(items.iter().map(|item| from_json(item, &element.kind)).collect())
        }
        (Json::Object(members), TypeKind::Row(fields)) => {
            let field = |field: &crate::types::RowField| {
                from_json(members.get(&field.name).unwrap_or(&Json::Null), &field.data_type.kind)
            };
            Value::Row(fields.iter().map(field).collect())
        }
        (Json::Object(members), TypeKind::Map(_, value)) => {
            let entry =
                |(key, json): (&String, &Json)| (Value::Text(key.as_str().into()), from_json(json, &value.kind));
            Value::Map(members.iter().map(entry).collect())
        }
        (Json::String(text), _) => from_text(text, kind),
        (other, _) => from_text(&other.to_string(), kind),
    }
}

fn json(name: &str, fields: &[(&str, &str)]) -> Rows {
    let text = std::fs::read_to_string(suite().join("data").join(format!("{name}.json"))).unwrap();
    let line = |line: &str| {
        let json: serde_json::Value = serde_json::from_str(line).unwrap();
        let value =
            |(name, kind): &(&str, &str)| from_json(json.get(name).unwrap_or(&serde_json::Value::Null), &kind_of(kind));
        fields.iter().map(value).collect()
    };
    rows(fields, text.lines().map(line).collect())
}

pub fn numbers() -> Rows {
    csv(
        "numbers",
        &[
            ("id", "INT"),
            ("ti", "TINYINT"),
            ("si", "SMALLINT"),
            ("i", "INT"),
            ("b", "BIGINT"),
            ("f", "FLOAT"),
            ("d", "DOUBLE"),
            ("n", "DECIMAL(10, 2)"),
            ("w", "DECIMAL(18, 5)"),
        ],
    )
}

/// A table of the suite, if it is one of those that are read here.
pub fn named(name: &str) -> Option<Rows> {
    Some(match name {
        "numbers" => numbers(),
        "strings" => csv("strings", &[("id", "INT"), ("s", "STRING"), ("t", "STRING")]),
        "stays" => csv("stays", &[("id", "INT"), ("guest", "STRING"), ("city", "STRING"), ("seen", "TIMESTAMP(6)")]),
        "nested" => json(
            "nested",
            &[
                ("id", "INT"),
                ("name", "STRING"),
                ("tags", "ARRAY<STRING>"),
                ("props", "MAP<STRING, INT>"),
                ("addr", "ROW<city STRING, geo ROW<lat DOUBLE, lon DOUBLE>>"),
                ("items", "ARRAY<ROW<sku STRING, qty INT>>"),
                ("matrix", "ARRAY<ARRAY<INT>>"),
            ],
        ),
        _ => return None,
    })
}

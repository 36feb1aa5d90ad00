//! What Flink answered to expressions, recorded in the conformance suite: compared here without a planner.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::{Failure, Rows, table, values};
use crate::{
    expr::{
        function::string::to_base64,
        time::{
            MICROS_PER_DAY,
            text::{push_date, push_time},
            zone::{named, to_local},
        },
        value_text::push_decimal,
    },
    syntax::{
        ast::{Query, QueryBody, RelationKind, Select, SelectItem, StatementKind},
        split_statements,
    },
    types::{TypeKind as K, TypeKind, Value},
};

/// The areas that have queries of nothing but expressions.
const AREAS: [&str; 5] = ["functions", "nested", "quirks", "scan", "types"];

/// Columns in which this engine differs, and why.
const DIFFERENCES: [(&str, &str); 8] = [
    ("functions/bitmap ", "there is no type BITMAP"),
    ("functions/variant ", "there is no type VARIANT"),
    ("functions/json c72", "there is no type VARIANT"),
    ("functions/cast_strings c29", "timestamps have microseconds, not nanoseconds"),
    ("functions/temporal_literals c05", "timestamps have microseconds, not nanoseconds"),
    ("quirks/missing_element c01", "an element that is not there is NULL"),
    ("quirks/missing_element c02", "an element that is not there is NULL"),
    ("quirks/missing_element c05", "an element that is not there is NULL"),
];

/// The rows of a query without anything but expressions over one table, if it is one.
struct Case {
    select: Box<Select>,
    rows: Rows,
}

fn case(sql: &str) -> Option<Case> {
    let header = |key: &str| sql.lines().find_map(|line| line.strip_prefix(&format!("-- {key}: ")).map(str::to_owned));
    if header("mode").as_deref() != Some("rows") {
        return None;
    }
    let tables = header("tables").unwrap_or_default();
    let mut rows = match tables.as_str() {
        "" => Rows::none(),
        name => table::named(name)?,
    };
    let mut select = None;
    for part in split_statements(sql).ok()? {
        match part.parse().ok()?.kind {
            StatementKind::Set(option) => rows.settings.zone = zone_of(&option)?,
            StatementKind::Query(query) => select = Some(plain(*query, &tables)?),
            _ => return None,
        }
    }
    Some(Case { select: select?, rows })
}

fn zone_of(option: &Option<crate::syntax::ast::TableOption>) -> Option<jiff::tz::TimeZone> {
    let option = option.as_ref()?;
    (option.key.text == "table.local-time-zone").then(|| named(&option.value.text))?
}

fn plain(query: Query, table: &str) -> Option<Box<Select>> {
    let QueryBody::Select(select) = query.body else { return None };
    let bare = query.with.is_empty() && query.order_by.is_empty() && query.limit.is_none();
    let bare = bare && select.predicate.is_none() && select.group_by.is_none() && select.distinct.is_none();
    let from = match &select.from {
        None => table.is_empty(),
        Some(relation) => matches!(&relation.kind, RelationKind::Table { .. }) && !table.is_empty(),
    };
    (bare && from).then_some(select)
}

/// A value as the gateway shows it.
fn shown(value: &Value, kind: &TypeKind, rows: &Rows) -> Json {
    let time = |micros: i64| {
        let digits = (0..6).find(|d| micros.rem_euclid(1_000_000) % 10_i64.pow(6 - d) == 0).unwrap_or(6);
        let mut text = String::new();
        push_time(&mut text, micros.rem_euclid(MICROS_PER_DAY), digits as u8);
        text
    };
    let date = |days: i64| {
        let mut text = if days >= 2_932_897 { "+".to_owned() } else { String::new() };
        push_date(&mut text, days);
        text
    };
    match (value, kind) {
        (Value::Null, _) => Json::Null,
        (Value::Boolean(value), _) => json!(value),
        (Value::Integer(value), _) => json!(value),
        (Value::Float(value), _) => {
            serde_json::from_str(&value.to_string()).unwrap_or_else(|_| json!(special(f64::from(*value))))
        }
        (Value::Double(value), _) => {
            serde_json::from_str(&format!("{value:e}")).unwrap_or_else(|_| json!(special(*value)))
        }
        (Value::Decimal(value), K::Decimal(_, scale)) => {
            let mut text = String::new();
            push_decimal(&mut text, *value, *scale);
            serde_json::from_str(&text).unwrap()
        }
        (Value::Text(text), _) => json!(&**text),
        (Value::Bytes(bytes), _) => json!(to_base64(bytes)),
        (Value::Date(days), _) => json!(date(i64::from(*days))),
        (Value::Time(millis), K::Time(p)) => {
            let millis = i64::from(*millis);
            let kept = if *p == 0 { millis - millis.rem_euclid(1_000) } else { millis };
            json!(time(kept.max(0) * 1_000))
        }
        (Value::Timestamp(micros), kind) => {
            let ltz = matches!(kind, K::TimestampLtz(_));
            let local = if ltz { to_local(&rows.settings.zone, *micros) } else { *micros };
            let zone = if ltz { "Z" } else { "" };
            json!(format!("{}T{}{zone}", date(local.div_euclid(MICROS_PER_DAY)), time(local)))
        }
        (Value::Array(items), K::Array(element)) => items.iter().map(|item| shown(item, &element.kind, rows)).collect(),
        (Value::Map(entries), K::Map(key, value)) => {
            let key_text = |k: &Value| match shown(k, &key.kind, rows) {
                Json::String(text) => text,
                other => other.to_string(),
            };
            Json::Object(entries.iter().map(|(k, v)| (key_text(k), shown(v, &value.kind, rows))).collect())
        }
        (Value::Row(values), K::Row(fields)) => {
            let field = |(value, field): (&Value, &crate::types::RowField)| {
                (field.name.clone(), shown(value, &field.data_type.kind, rows))
            };
            Json::Object(values.iter().zip(fields).map(field).collect())
        }
        _ => json!("?"),
    }
}

fn special(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// Equal, numbers by their value but for the last digit.
fn same(a: &Json, b: &Json, tolerance: f64) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            a == b || (a - b).abs() <= a.abs().max(b.abs()) * tolerance
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, tolerance)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b, tolerance)))
        }
        _ => a == b,
    }
}

/// Both next to zero, where a FLOAT has one digit or none.
fn tiny(a: &Json, b: &Json) -> bool {
    [a, b].iter().all(|value| value.as_f64().is_some_and(|value| value.abs() < 1e-44))
}

/// The differences of a case, each `area/name column: …`.
fn differences(name: &str, case: &Case, expected: &str, into: &mut Vec<String>) -> usize {
    let types: Vec<&str> = expected.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let lines: Vec<Vec<Json>> =
        expected.lines().filter(|line| line.starts_with('[')).map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut columns = Vec::new();
    for (item, typed) in case.select.items.iter().zip(&types) {
        let SelectItem::Expr { expr, .. } = item else { return 0 };
        let (column, data_type) = typed.split_once(' ').unwrap_or((typed, ""));
        let place = format!("{name} {column}");
        match values(expr, &case.rows) {
            Ok((bound, values)) => {
                let kind = bound.data_type.to_string();
                if kind != data_type {
                    into.push(format!("{place}: type {kind}, not {data_type}"));
                }
                columns.push((
                    place,
                    values.iter().map(|value| shown(value, &bound.data_type.kind, &case.rows)).collect::<Vec<_>>(),
                ));
            }
            Err(Failure::Refused(error)) => into.push(format!("{place}: refused: {error}")),
            Err(Failure::Failed(error)) => into.push(format!("{place}: failed: {error}")),
        }
    }
    if columns.len() < types.len() {
        return types.len();
    }
    // Rows are recorded in the order of their text: those of a table are told apart by their first column.
    for line in &lines {
        let row = (0..lines.len()).find(|row| lines.len() == 1 || same(&columns[0].1[*row], &line[0], 0.0));
        let Some(row) = row else { continue };
        for (((place, values), expected), data_type) in columns.iter().zip(line).zip(&types) {
            // The last digit that is shown; of a FLOAT Java 17 shows more or fewer than needed.
            let tolerance = if data_type.contains("FLOAT") { 4e-7 } else { 4e-16 };
            if !same(&values[row], expected, tolerance) && !tiny(&values[row], expected) {
                into.push(format!("{place}: {} not {expected}", values[row]));
            }
        }
    }
    types.len()
}

#[test]
fn flink_answered_the_same() {
    let mut found = Vec::new();
    let mut columns = 0;
    for area in AREAS.map(|area| table::suite().join("cases").join(area)) {
        let mut cases: Vec<_> = std::fs::read_dir(&area).unwrap().map(|case| case.unwrap().path()).collect();
        cases.sort();
        for path in cases.iter().filter(|path| path.extension().is_some_and(|end| end == "sql")) {
            let name = name_of(&area, path);
            let Some(case) = case(&std::fs::read_to_string(path).unwrap()) else { continue };
            let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap();
            columns += differences(&name, &case, &expected, &mut found);
        }
    }
    found.retain(|line| !DIFFERENCES.iter().any(|(place, _)| line.starts_with(place)));
    println!("{columns} columns");
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

fn name_of(area: &Path, path: &Path) -> String {
    let part = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    format!("{}/{}", part(area), part(path))
}

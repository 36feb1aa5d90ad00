//! What each connector and format takes: one table for checks, refusals and "did you mean".

use crate::{
    options::{parse_bool, parse_bytes, parse_duration},
    sql::{
        Position, SqlError,
        ast::{CreateTable, Name},
        catalog::{Column, Table},
        nearest::did_you_mean,
    },
};

/// What the value of an option must be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number from 0.
    Count,
    /// `true` or `false`.
    Flag,
    /// `5 ms`, `1 min`.
    Duration,
    /// `128mb`.
    Bytes,
    /// One character.
    Character,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// A connector.
struct Connector {
    name: &'static str,
    source: bool,
    sink: bool,
    formatted: bool,
    required: &'static [&'static str],
    options: &'static [(&'static str, Kind)],
    /// Options that begin so are passed on as they are.
    prefix: Option<&'static str>,
}

const CONNECTORS: [Connector; 5] = [
    Connector {
        name: "filesystem",
        source: true,
        sink: true,
        formatted: true,
        required: &["path"],
        options: &[
            ("path", Kind::Text),
            ("source.replay.rows-per-second", Kind::Count),
            ("source.replay.loop", Kind::Flag),
            ("sink.rolling-policy.file-size", Kind::Bytes),
            ("sink.rolling-policy.rollover-interval", Kind::Duration),
            ("sink.rolling-policy.check-interval", Kind::Duration),
        ],
        prefix: None,
    },
    Connector {
        name: "datagen",
        source: true,
        sink: false,
        formatted: false,
        required: &[],
        options: &[("rows-per-second", Kind::Count), ("number-of-rows", Kind::Count)],
        prefix: Some("fields."),
    },
    Connector {
        name: "kafka",
        source: true,
        sink: true,
        formatted: true,
        required: &["topic", "properties.bootstrap.servers"],
        options: &[
            ("topic", Kind::Text),
            ("scan.startup.mode", Kind::OneOf(&["earliest-offset", "latest-offset", "group-offsets", "timestamp"])),
            ("scan.startup.timestamp-millis", Kind::Count),
            ("scan.bounded.mode", Kind::OneOf(&["unbounded", "latest-offset"])),
            ("sink.delivery-guarantee", Kind::OneOf(&["at-least-once", "none"])),
        ],
        prefix: Some("properties."),
    },
    Connector {
        name: "print",
        source: false,
        sink: true,
        formatted: false,
        required: &[],
        options: &[
            ("print-identifier", Kind::Text),
            ("standard-error", Kind::Flag),
            ("sink.call-latency", Kind::Duration),
        ],
        prefix: None,
    },
    Connector {
        name: "blackhole",
        source: false,
        sink: true,
        formatted: false,
        required: &[],
        options: &[("sink.call-latency", Kind::Duration)],
        prefix: None,
    },
];

/// Options that every connector takes in its role.
const COMMON: [(&str, Kind); 3] =
    [("connector", Kind::Text), ("scan.parallelism", Kind::Count), ("sink.parallelism", Kind::Count)];

const CSV_OPTIONS: [(&str, Kind); 8] = [
    ("csv.field-delimiter", Kind::Character),
    ("csv.quote-character", Kind::Character),
    ("csv.disable-quote-character", Kind::Flag),
    ("csv.escape-character", Kind::Character),
    ("csv.null-literal", Kind::Text),
    ("csv.ignore-parse-errors", Kind::Flag),
    ("csv.allow-comments", Kind::Flag),
    ("csv.write-bigdecimal-in-scientific-notation", Kind::Flag),
];
const JSON_OPTIONS: [(&str, Kind); 4] = [
    ("json.ignore-parse-errors", Kind::Flag),
    ("json.fail-on-missing-field", Kind::Flag),
    ("json.timestamp-format.standard", Kind::OneOf(&["SQL", "ISO-8601"])),
    ("json.encode.ignore-null-fields", Kind::Flag),
];
const FORMATS: [&str; 2] = ["csv", "json"];

/// Checks the `WITH` options of a declaration: the connector and the format are known, required options are there, each
/// option is known and its value can be read.
pub fn check_options(table: &CreateTable, columns: &[Column]) -> Result<(), SqlError> {
    let Some((_, connector)) = table.options.iter().find(|(key, _)| key.text == "connector") else {
        let message =
            format!("The table '{}' has no connector. Add 'connector' = '…' to WITH; {}", table.name.text, names());
        return Err(SqlError::invalid(table.name.at, message));
    };
    let spec = find(connector)?;
    let format = if spec.formatted { Some(format(table)?) } else { None };
    let mut known: Vec<(&str, Kind)> = COMMON.iter().chain(spec.options).copied().collect();
    match format {
        Some("csv") => known.extend(CSV_OPTIONS),
        Some(_) => known.extend(JSON_OPTIONS),
        None => {}
    }
    if spec.formatted {
        known.push(("format", Kind::OneOf(&FORMATS)));
        known.push(("value.format", Kind::OneOf(&FORMATS)));
    }
    for (key, value) in &table.options {
        check_option(spec, &known, columns, key, value)?;
    }
    for required in spec.required {
        if !table.options.iter().any(|(key, _)| key.text == *required) {
            let message = format!("The connector '{}' needs the option '{required}'", spec.name);
            return Err(SqlError::invalid(connector.at, message));
        }
    }
    Ok(())
}

/// Refuses a table that cannot be read.
pub fn check_source(table: &Table, at: Position) -> Result<(), SqlError> {
    check_role(table, at, "source", "read", |spec| spec.source)
}

/// Refuses a table that cannot be written.
pub fn check_sink(table: &Table, at: Position) -> Result<(), SqlError> {
    check_role(table, at, "sink", "written", |spec| spec.sink)
}

fn check_role(
    table: &Table,
    at: Position,
    role: &str,
    done: &str,
    fits: fn(&Connector) -> bool,
) -> Result<(), SqlError> {
    if CONNECTORS.iter().any(|spec| spec.name == table.connector() && fits(spec)) {
        return Ok(());
    }
    let fitting: Vec<&str> = CONNECTORS.iter().filter(|spec| fits(spec)).map(|spec| spec.name).collect();
    let message = format!(
        "Connector '{}' can only be used as a {}. It cannot be {done}; a {role} can be one of: {}",
        table.connector(),
        if role == "source" { "sink" } else { "source" },
        fitting.join(", ")
    );
    Err(SqlError::invalid(at, message))
}

fn names() -> String {
    format!("connectors: {}", CONNECTORS.iter().map(|spec| spec.name).collect::<Vec<_>>().join(", "))
}

fn find(connector: &Name) -> Result<&'static Connector, SqlError> {
    CONNECTORS.iter().find(|spec| spec.name == connector.text).ok_or_else(|| {
        let hint = did_you_mean(&connector.text, CONNECTORS.iter().map(|spec| spec.name));
        SqlError::invalid(connector.at, format!("Could not find any connector '{}'. {hint}", connector.text))
    })
}

fn format(table: &CreateTable) -> Result<&str, SqlError> {
    let found = table.options.iter().find(|(key, _)| key.text == "format" || key.text == "value.format");
    let Some((_, format)) = found else {
        let message = format!("The table '{}' has no format. Add 'format' = 'csv' or 'json' to WITH", table.name.text);
        return Err(SqlError::invalid(table.name.at, message));
    };
    if FORMATS.contains(&format.text.as_str()) {
        return Ok(&format.text);
    }
    let hint = did_you_mean(&format.text, FORMATS);
    Err(SqlError::invalid(format.at, format!("Could not find any format '{}'. {hint}", format.text)))
}

fn check_option(
    spec: &Connector,
    known: &[(&str, Kind)],
    columns: &[Column],
    key: &Name,
    value: &Name,
) -> Result<(), SqlError> {
    if let Some(rest) = spec.prefix.and_then(|prefix| key.text.strip_prefix(prefix)) {
        return if spec.name == "datagen" { check_field(rest, columns, key, value) } else { Ok(()) };
    }
    match known.iter().find(|(name, _)| *name == key.text) {
        Some((_, kind)) => check_value(*kind, key, value),
        None => {
            let hint = did_you_mean(&key.text, known.iter().map(|(name, _)| *name));
            let message = format!("Unsupported option '{}' for connector '{}'. {hint}", key.text, spec.name);
            Err(SqlError::invalid(key.at, message))
        }
    }
}

/// `fields.COLUMN.kind` and its like.
fn check_field(rest: &str, columns: &[Column], key: &Name, value: &Name) -> Result<(), SqlError> {
    const FIELD_OPTIONS: [&str; 8] = ["kind", "min", "max", "length", "start", "end", "null-rate", "max-past"];
    let (column, option) = rest.rsplit_once('.').unwrap_or((rest, ""));
    if !columns.iter().any(|known| known.name == column) {
        let hint = did_you_mean(column, columns.iter().map(|known| known.name.as_str()));
        return Err(SqlError::invalid(key.at, format!("The option '{}' is about no column. {hint}", key.text)));
    }
    let valid = match option {
        "kind" => return check_value(Kind::OneOf(&["random", "sequence"]), key, value),
        "max-past" => return check_value(Kind::Duration, key, value),
        "length" => return check_value(Kind::Count, key, value),
        "min" | "max" | "start" | "end" | "null-rate" => value.text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        _ => {
            let hint = did_you_mean(option, FIELD_OPTIONS);
            return Err(SqlError::invalid(key.at, format!("Unsupported option '{}'. {hint}", key.text)));
        }
    };
    if valid { Ok(()) } else { Err(bad_value(key, value, "a number")) }
}

fn check_value(kind: Kind, key: &Name, value: &Name) -> Result<(), SqlError> {
    let text = value.text.trim();
    let (valid, right) = match kind {
        Kind::Text => (true, String::new()),
        Kind::Count => (text.parse::<u64>().is_ok(), "a whole number from 0".to_owned()),
        Kind::Flag => (parse_bool(text).is_some(), "true or false".to_owned()),
        Kind::Duration => (parse_duration(text).is_some(), "a duration like 5 ms or 1 min".to_owned()),
        Kind::Bytes => (parse_bytes(text).is_some(), "a size like 128mb".to_owned()),
        Kind::Character => (value.text.chars().count() == 1 || value.text == "\\t", "one character".to_owned()),
        Kind::OneOf(values) => (values.contains(&text), format!("one of: {}", values.join(", "))),
    };
    if valid { Ok(()) } else { Err(bad_value(key, value, &right)) }
}

fn bad_value(key: &Name, value: &Name, right: &str) -> SqlError {
    SqlError::invalid(value.at, format!("Invalid value '{}' for option '{}'. Set it to {right}", value.text, key.text))
}

//! The connectors and their options.

use super::{Kind, OptionSpec, formats::FormatRole};
use crate::{
    connectors::{hybrid::parse_at, kafka::start::parse_offsets},
    planner::{Table, table::ColumnKind},
    syntax::{Position, SqlError, nearest::did_you_mean},
    types::TypeKind,
};

/// A connector.
pub struct ConnectorSpec {
    /// Its name.
    pub name: &'static str,
    /// Whether it can be read.
    pub source: bool,
    /// Whether it can be written.
    pub sink: bool,
    /// Whether it can be asked for the rows of a key.
    pub lookup: bool,
    /// The formats that its tables have.
    pub formats: &'static [FormatRole],
    /// Whether its formats may be of whole files.
    pub files: bool,
    /// Options that must be there; `a|b`: one of them.
    pub required: &'static [&'static str],
    /// Its options, in groups: connectors that are alike share some.
    pub options: &'static [&'static [OptionSpec]],
    /// Options that begin so are passed on as they are.
    pub prefixes: &'static [&'static str],
    /// What else must be right.
    pub check: Option<Check>,
}

/// Checks a declaration, whose name stands there.
type Check = fn(&Table, Position) -> Result<(), SqlError>;

const NONE: ConnectorSpec = ConnectorSpec {
    name: "",
    source: false,
    sink: false,
    lookup: false,
    formats: &[],
    files: false,
    required: &[],
    options: &[],
    prefixes: &[],
    check: None,
};

const PLACES: [&str; 5] = ["earliest-offset", "latest-offset", "group-offsets", "timestamp", "specific-offsets"];

const ENDS: [&str; 5] = ["unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"];

/// What tables of Kafka topics have in common.
const TOPIC: &[OptionSpec] = &[
    ("topic", Kind::Text),
    ("key.fields-prefix", Kind::Text),
    ("value.fields-include", Kind::OneOf(&["ALL", "EXCEPT_KEY"])),
    ("scan.bounded.mode", Kind::OneOf(&ENDS)),
    ("scan.bounded.timestamp-millis", Kind::Count),
    ("scan.bounded.specific-offsets", Kind::Text),
];

/// Of those that are not read from their beginning.
const TOPIC_FROM: &[OptionSpec] = &[
    ("key.fields", Kind::Text),
    ("scan.startup.mode", Kind::OneOf(&PLACES)),
    ("scan.startup.timestamp-millis", Kind::Count),
    ("scan.startup.specific-offsets", Kind::Text),
    ("scan.topic-partition-discovery.interval", Kind::Duration),
];

/// Of those that are written.
const TOPIC_SINK: &[OptionSpec] = &[
    ("sink.delivery-guarantee", Kind::OneOf(&["exactly-once", "at-least-once", "none"])),
    ("sink.transactional-id-prefix", Kind::Text),
];

/// All connectors.
pub const CONNECTORS: [ConnectorSpec; 9] = [
    ConnectorSpec {
        name: "filesystem",
        source: true,
        sink: true,
        formats: &[FormatRole::Value],
        files: true,
        required: &["path"],
        options: &[&[
            ("path", Kind::Text),
            ("source.monitor-interval", Kind::Duration),
            ("source.replay.rows-per-second", Kind::Count),
            ("source.replay.loop", Kind::Flag),
            ("sink.rolling-policy.file-size", Kind::Bytes),
            ("sink.rolling-policy.rollover-interval", Kind::Duration),
            ("sink.rolling-policy.inactivity-interval", Kind::Duration),
            ("sink.rolling-policy.check-interval", Kind::Duration),
        ]],
        ..NONE
    },
    ConnectorSpec {
        name: "datagen",
        source: true,
        options: &[&[("rows-per-second", Kind::Count), ("number-of-rows", Kind::Count)]],
        prefixes: &["fields."],
        ..NONE
    },
    ConnectorSpec {
        name: "nexmark",
        source: true,
        options: &[&[
            ("rows-per-second", Kind::Count),
            ("events.num", Kind::Count),
            ("first-event.time", Kind::Count),
            ("next-event.rate", Kind::Count),
        ]],
        ..NONE
    },
    ConnectorSpec {
        name: "kafka",
        source: true,
        sink: true,
        formats: &[FormatRole::Value, FormatRole::Key],
        required: &["topic", "properties.bootstrap.servers"],
        options: &[
            TOPIC,
            TOPIC_FROM,
            TOPIC_SINK,
            &[("sink.partitioner", Kind::OneOf(&["default", "fixed", "round-robin"]))],
        ],
        prefixes: &["properties."],
        check: Some(kafka),
        ..NONE
    },
    ConnectorSpec {
        name: "hybrid",
        source: true,
        formats: &[FormatRole::Value, FormatRole::Key, FormatRole::History],
        required: &["topic", "properties.bootstrap.servers", "history.path"],
        options: &[
            &[
                ("history.path", Kind::Text),
                ("switch.column", Kind::Text),
                ("switch.at", Kind::Text),
                ("switch.lateness", Kind::Duration),
            ],
            TOPIC,
            TOPIC_FROM,
        ],
        prefixes: &["properties."],
        check: Some(hybrid),
        ..NONE
    },
    ConnectorSpec {
        name: "upsert-kafka",
        source: true,
        sink: true,
        formats: &[FormatRole::Value, FormatRole::Key],
        required: &["topic", "properties.bootstrap.servers"],
        options: &[TOPIC, TOPIC_SINK],
        prefixes: &["properties."],
        check: Some(kafka),
        ..NONE
    },
    ConnectorSpec {
        name: "rest-lookup",
        lookup: true,
        formats: &[FormatRole::Value],
        required: &["url"],
        options: &[&[
            ("url", Kind::Text),
            ("lookup-method", Kind::OneOf(&["GET", "POST", "PUT"])),
            // Requests of a batch are always under way together.
            ("asyncPolling", Kind::Flag),
            ("lookup.cache", Kind::OneOf(&["NONE", "PARTIAL"])),
            ("lookup.partial-cache.max-rows", Kind::Count),
            ("lookup.partial-cache.expire-after-write", Kind::Duration),
            ("lookup.partial-cache.expire-after-access", Kind::Duration),
            ("lookup.partial-cache.cache-missing-key", Kind::Flag),
            ("lookup.max-retries", Kind::Count),
            ("gid.connector.http.source.lookup.request.timeout", Kind::Count),
            ("gid.connector.http.source.lookup.request.thread-pool.size", Kind::Count),
        ]],
        prefixes: &["gid.connector.http.source.lookup.header."],
        check: Some(rest),
        ..NONE
    },
    ConnectorSpec {
        name: "print",
        sink: true,
        options: &[&[
            ("print-identifier", Kind::Text),
            ("standard-error", Kind::Flag),
            ("sink.call-latency", Kind::Duration),
        ]],
        ..NONE
    },
    ConnectorSpec { name: "blackhole", sink: true, options: &[&[("sink.call-latency", Kind::Duration)]], ..NONE },
];

/// What the options of a Kafka table need of each other.
fn kafka(table: &Table, at: Position) -> Result<(), SqlError> {
    let get = |key: &str| table.options.get(key).map(String::as_str);
    let place = |key: &str| table.option_places.get(key).map_or(at, |place| place.value);
    let refuse = |key: &str, message: String| Err(SqlError::invalid(place(key), message));
    let needed = [
        ("scan.startup.mode", "timestamp", "scan.startup.timestamp-millis"),
        ("scan.startup.mode", "specific-offsets", "scan.startup.specific-offsets"),
        ("scan.bounded.mode", "timestamp", "scan.bounded.timestamp-millis"),
        ("scan.bounded.mode", "specific-offsets", "scan.bounded.specific-offsets"),
        ("sink.delivery-guarantee", "exactly-once", "sink.transactional-id-prefix"),
    ];
    for (key, value, other) in needed {
        if get(key) == Some(value) && get(other).is_none() {
            return refuse(key, format!("'{key}' = '{value}' needs the option '{other}'"));
        }
    }
    for key in ["scan.startup.specific-offsets", "scan.bounded.specific-offsets"] {
        if get(key).is_some_and(|text| parse_offsets(text).is_none()) {
            let message =
                format!("Invalid value for option '{key}'. Set it like 'partition:0,offset:42;partition:1,offset:300'");
            return refuse(key, message);
        }
    }
    for name in get("key.fields").unwrap_or_default().split(';').map(str::trim).filter(|name| !name.is_empty()) {
        if table.column(name).is_none() {
            let hint = did_you_mean(name, table.column_names());
            return refuse("key.fields", format!("The option 'key.fields' names '{name}', which is no column. {hint}"));
        }
    }
    let upsert = table.connector() == "upsert-kafka";
    if get("key.format").is_some() && !upsert && get("key.fields").is_none() {
        return refuse("key.format", "'key.format' needs the option 'key.fields'".to_owned());
    }
    if upsert && table.primary_key.is_empty() {
        let message = "'upsert-kafka' tables require to define a PRIMARY KEY constraint. The PRIMARY KEY specifies which \
                       columns should be read from or write to the Kafka message key.";
        return Err(SqlError::invalid(at, message));
    }
    Ok(())
}

/// The answers of a lookup are JSON.
fn rest(table: &Table, at: Position) -> Result<(), SqlError> {
    let format = table.options.get("format").map(String::as_str);
    if format == Some("json") {
        return Ok(());
    }
    let at = table.option_places.get("format").map_or(at, |place| place.value);
    Err(SqlError::invalid(at, "The connector 'rest-lookup' takes the format 'json' only"))
}

/// What the options of a table of files and Kafka need of each other, beside what Kafka's do.
fn hybrid(table: &Table, at: Position) -> Result<(), SqlError> {
    kafka(table, at)?;
    let get = |key: &str| table.options.get(key).map(String::as_str);
    let place = |key: &str| table.option_places.get(key).map_or(at, |place| place.value);
    let (name, value) = match (get("switch.column"), get("switch.at")) {
        (Some(name), Some(value)) => (name, value),
        (None, None) if get("scan.startup.mode").is_some() => return Ok(()),
        (None, None) => {
            let message = "The connector 'hybrid' needs to know where the files end and Kafka begins. Set 'switch.column' and \
                           'switch.at', or 'scan.startup.mode' where the files hold just what lies before that place";
            return Err(SqlError::invalid(at, message));
        }
        _ => return Err(SqlError::invalid(at, "The options 'switch.column' and 'switch.at' need each other")),
    };
    let Some(column) = table.columns.iter().find(|column| column.name == name) else {
        let hint = did_you_mean(name, table.column_names());
        let message = format!("The option 'switch.column' names '{name}', which is no column. {hint}");
        return Err(SqlError::invalid(place("switch.column"), message));
    };
    let kind = &column.data_type.kind;
    let is_time = matches!(kind, TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_));
    if !matches!(column.kind, ColumnKind::Physical) || !(is_time || *kind == TypeKind::BigInt) {
        let message = format!(
            "The option 'switch.column' names '{name}'. Name a physical column of type TIMESTAMP, TIMESTAMP_LTZ or BIGINT"
        );
        return Err(SqlError::invalid(place("switch.column"), message));
    }
    if parse_at(value, kind).is_none() {
        let message =
            format!("Invalid value '{value}' for option 'switch.at'. Set it to a value of '{name}', a {kind}");
        return Err(SqlError::invalid(place("switch.at"), message));
    }
    if *kind == TypeKind::BigInt && get("scan.startup.mode").is_none() {
        let message = format!("'{name}' is no time, so set 'scan.startup.mode' to where Kafka is read from");
        return Err(SqlError::invalid(place("switch.column"), message));
    }
    Ok(())
}

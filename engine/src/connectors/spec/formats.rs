//! The formats and their options.

use super::{ConnectorSpec, Kind, OptionSpec, Place};
use crate::syntax::{SqlError, nearest::did_you_mean};

/// A format.
pub struct FormatSpec {
    /// Its name.
    pub name: &'static str,
    /// Its options, without its name before them.
    pub options: &'static [OptionSpec],
    /// What holds it.
    pub holder: Holder,
}

/// What holds a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A record is a line of a file, or a message.
    Any,
    /// A record is a message.
    Messages,
    /// It is of whole files.
    Files,
}

impl FormatSpec {
    /// Whether files, or else messages, can hold it.
    fn fits(&self, files: bool) -> bool {
        match self.holder {
            Holder::Any => true,
            Holder::Messages => !files,
            Holder::Files => files,
        }
    }
}

/// All formats.
pub const FORMATS: [FormatSpec; 5] = [
    FormatSpec {
        name: "json",
        options: &[
            ("ignore-parse-errors", Kind::Flag),
            ("fail-on-missing-field", Kind::Flag),
            ("timestamp-format.standard", Kind::OneOf(&["SQL", "ISO-8601"])),
            // Maps have no NULL key here.
            ("map-null-key.mode", Kind::OneOf(&["FAIL", "DROP", "LITERAL"])),
            ("map-null-key.literal", Kind::Text),
            ("encode.decimal-as-plain-number", Kind::Flag),
            ("encode.ignore-null-fields", Kind::Flag),
            // Flink's choice between two parsers of the same documents.
            ("decode.json-parser.enabled", Kind::Flag),
        ],
        holder: Holder::Any,
    },
    FormatSpec {
        name: "csv",
        options: &[
            ("field-delimiter", Kind::Character),
            ("quote-character", Kind::Character),
            ("disable-quote-character", Kind::Flag),
            ("escape-character", Kind::Character),
            ("null-literal", Kind::Text),
            ("array-element-delimiter", Kind::Text),
            ("ignore-parse-errors", Kind::Flag),
            ("allow-comments", Kind::Flag),
            ("trim-spaces", Kind::Flag),
            ("empty-string-as-null", Kind::Flag),
            ("write-bigdecimal-in-scientific-notation", Kind::Flag),
        ],
        holder: Holder::Any,
    },
    FormatSpec {
        name: "avro",
        options: &[("timestamp_mapping.legacy", Kind::Flag), ("encoding", Kind::OneOf(&["binary"]))],
        holder: Holder::Messages,
    },
    FormatSpec { name: "raw", options: &[], holder: Holder::Any },
    FormatSpec {
        name: "parquet",
        // Timestamps are always read as they are written: without a shift by a time zone.
        options: &[("utc-timezone", Kind::OneOf(&["true"])), ("compression", Kind::OneOf(&["SNAPPY", "snappy"]))],
        holder: Holder::Files,
    },
];

/// What a format is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatRole {
    /// The rows: `format` or `value.format`.
    Value,
    /// The keys of messages: `key.format`.
    Key,
    /// The files before the messages: `history.format`.
    History,
}

/// The options of the format of this role, with their keys in full, and the key that names the format.
pub fn format_options(
    spec: &ConnectorSpec,
    role: &FormatRole,
    place: &Place<'_>,
) -> Result<Vec<(String, Kind)>, SqlError> {
    let options = &place.table.options;
    let keys: &[&str] = match role {
        FormatRole::Value => &["format", "value.format"],
        FormatRole::Key => &["key.format"],
        FormatRole::History => &["history.format"],
    };
    let mut known: Vec<(String, Kind)> = keys.iter().map(|key| ((*key).to_owned(), Kind::Text)).collect();
    let Some(key) = keys.iter().find(|key| options.contains_key(**key)) else {
        if *role == FormatRole::Key && spec.name != "upsert-kafka" {
            return Ok(known);
        }
        let message = format!(
            "The table '{}' has no format. Add '{}' = '…' to WITH; formats: {}",
            place.table.path.name,
            keys[0],
            names(spec, role).join(", ")
        );
        return Err(SqlError::invalid(place.at, message));
    };
    let name = &options[*key];
    let files = spec.files || *role == FormatRole::History;
    let format = FORMATS.iter().find(|format| format.name == name && format.fits(files));
    let format = format.ok_or_else(|| {
        let hint = did_you_mean(name, names(spec, role));
        SqlError::invalid(place.value(key), format!("Could not find any format '{name}'. {hint}"))
    })?;
    let prefix = key.strip_suffix("format").unwrap_or_default();
    known.extend(format.options.iter().map(|(option, kind)| (format!("{prefix}{name}.{option}"), *kind)));
    Ok(known)
}

/// The formats that a connector takes.
fn names(spec: &ConnectorSpec, role: &FormatRole) -> Vec<&'static str> {
    let files = spec.files || *role == FormatRole::History;
    FORMATS.iter().filter(|format| format.fits(files)).map(|format| format.name).collect()
}

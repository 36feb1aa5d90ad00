//! What each connector and format takes: one table for checks, refusals and "did you mean".

mod connectors;
mod formats;
mod values;

pub use connectors::{CONNECTORS, ConnectorSpec};
pub use values::Kind;

use crate::{
    planner::{Table, table::ColumnKind},
    syntax::{Position, SqlError, nearest::did_you_mean},
};
use formats::format_options;
use values::check_value;

/// An option: its key, and what its value must be.
pub type OptionSpec = (&'static str, Kind);

/// Options that every connector takes. The planner reads those of watermarks.
const COMMON: [OptionSpec; 9] = [
    ("connector", Kind::Text),
    ("scan.parallelism", Kind::Count),
    ("sink.parallelism", Kind::Count),
    ("scan.watermark.emit.strategy", Kind::OneOf(&["on-event", "on-periodic"])),
    ("scan.watermark.emit.on-event.gap", Kind::Count),
    ("scan.watermark.idle-timeout", Kind::Duration),
    ("scan.watermark.alignment.group", Kind::Text),
    ("scan.watermark.alignment.max-drift", Kind::Duration),
    ("scan.watermark.alignment.update-interval", Kind::Duration),
];

/// Where an option stands in its declaration.
pub struct Place<'a> {
    table: &'a Table,
    at: Position,
}

impl Place<'_> {
    /// Of its key.
    fn key(&self, key: &str) -> Position {
        self.table.option_places.get(key).map_or(self.at, |place| place.key)
    }

    /// Of its value.
    fn value(&self, key: &str) -> Position {
        self.table.option_places.get(key).map_or(self.at, |place| place.value)
    }
}

/// The connector of a table.
pub fn connector(table: &Table, at: Position) -> Result<&'static ConnectorSpec, SqlError> {
    let place = Place { table, at };
    let Some(name) = table.options.get("connector") else {
        let names: Vec<&str> = CONNECTORS.iter().map(|spec| spec.name).collect();
        let message = format!(
            "The table '{}' has no connector. Add 'connector' = '…' to WITH; connectors: {}",
            table.path.name,
            names.join(", ")
        );
        return Err(SqlError::invalid(at, message));
    };
    CONNECTORS.iter().find(|spec| spec.name == name).ok_or_else(|| {
        let hint = did_you_mean(name, CONNECTORS.iter().map(|spec| spec.name));
        SqlError::invalid(place.value("connector"), format!("Could not find any connector '{name}'. {hint}"))
    })
}

/// Checks the `WITH` options of a declaration: the connector and the formats are known, required options are there, each
/// option is known and its value can be read.
pub fn check_options(table: &Table, at: Position) -> Result<(), SqlError> {
    let place = Place { table, at };
    let spec = connector(table, at)?;
    let mut known: Vec<(String, Kind)> = COMMON
        .iter()
        .chain(spec.options.iter().copied().flatten())
        .map(|(key, kind)| ((*key).to_owned(), *kind))
        .collect();
    for role in spec.formats {
        known.extend(format_options(spec, role, &place)?);
    }
    for (key, value) in &table.options {
        if let Some(rest) = spec.prefixes.iter().find_map(|prefix| key.strip_prefix(prefix)) {
            if spec.name == "datagen" {
                check_field(rest, key, value, &place)?;
            }
            continue;
        }
        match known.iter().find(|(name, _)| name == key) {
            Some((_, kind)) => check_value(*kind, key, value, place.value(key))?,
            // Flink looks at those options of a format only that it knows.
            None if of_format(key, spec, table) => {}
            None => {
                let hint = did_you_mean(key, known.iter().map(|(name, _)| name.as_str()));
                let message = format!("Unsupported option '{key}' for connector '{}'. {hint}", spec.name);
                return Err(SqlError::invalid(place.key(key), message));
            }
        }
    }
    for required in spec.required {
        // `topic|topic-pattern`: one of them.
        if !required.split('|').any(|key| table.options.contains_key(key)) {
            let message =
                format!("The connector '{}' needs the option '{}'", spec.name, required.replace('|', "' or '"));
            return Err(SqlError::invalid(place.value("connector"), message));
        }
    }
    spec.check.map_or(Ok(()), |check| check(table, at))
}

/// Whether an option is one of the format of the table's files.
fn of_format(key: &str, spec: &ConnectorSpec, table: &Table) -> bool {
    let format = table.options.get("format").filter(|_| spec.files);
    format.is_some_and(|format| key.strip_prefix(format.as_str()).is_some_and(|rest| rest.starts_with('.')))
}

/// Refuses a table that cannot be used so.
pub fn check_role(
    table: &Table,
    at: Position,
    role: &str,
    fits: fn(&ConnectorSpec) -> bool,
) -> Result<&'static ConnectorSpec, SqlError> {
    let spec = connector(table, at)?;
    if fits(spec) {
        return Ok(spec);
    }
    let fitting: Vec<&str> = CONNECTORS.iter().filter(|spec| fits(spec)).map(|spec| spec.name).collect();
    let roles: Vec<&str> = [("source", spec.source), ("sink", spec.sink), ("lookup table", spec.lookup)]
        .into_iter()
        .filter_map(|(name, is)| is.then_some(name))
        .collect();
    let message = format!(
        "Connector '{}' can only be used as a {}. It cannot be used as a {role}, which can be one of: {}",
        spec.name,
        roles.join(" or "),
        fitting.join(", ")
    );
    Err(SqlError::invalid(at, message))
}

/// `fields.COLUMN.kind` and its like.
fn check_field(rest: &str, key: &str, value: &str, place: &Place<'_>) -> Result<(), SqlError> {
    const FIELD_OPTIONS: [&str; 8] = ["kind", "min", "max", "length", "start", "end", "null-rate", "max-past"];
    let (path, option) = rest.rsplit_once('.').unwrap_or((rest, ""));
    // `a.element` is about the elements of the column `a`.
    let physical = |name: &str| {
        let is = |column: &&crate::planner::table::Column| {
            column.name == name && matches!(column.kind, ColumnKind::Physical)
        };
        place.table.columns.iter().find(is).is_some()
    };
    let column = path.split('.').next().unwrap_or(path);
    if !physical(path) && !physical(column) {
        let hint = did_you_mean(column, place.table.column_names());
        return Err(SqlError::invalid(place.key(key), format!("The option '{key}' is about no column. {hint}")));
    }
    let kind = match option {
        "kind" => Kind::OneOf(&["random", "sequence"]),
        "max-past" => Kind::Duration,
        "length" => Kind::Count,
        "min" | "max" | "start" | "end" | "null-rate" => Kind::Number,
        _ => {
            let hint = did_you_mean(option, FIELD_OPTIONS);
            return Err(SqlError::invalid(place.key(key), format!("Unsupported option '{key}'. {hint}")));
        }
    };
    check_value(kind, key, value, place.value(key))
}

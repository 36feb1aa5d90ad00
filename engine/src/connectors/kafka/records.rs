//! Kafka's messages as rows and back: which format, and which columns, keys and values have.

use std::collections::BTreeMap;

use crate::{connectors::format::Format, options::Options, types::Field};

/// The metadata of a Kafka table: key, type, and whether a sink takes it.
pub fn metadata() -> Vec<(&'static str, crate::types::TypeKind, bool)> {
    use crate::types::TypeKind;
    let headers = TypeKind::Map(Box::new(TypeKind::STRING.not_null()), Box::new(TypeKind::BYTES.not_null()));
    vec![
        ("topic", TypeKind::STRING, true),
        ("partition", TypeKind::Int, false),
        ("headers", headers, true),
        ("leader-epoch", TypeKind::Int, false),
        ("offset", TypeKind::BigInt, false),
        ("timestamp", TypeKind::TimestampLtz(3), true),
        ("timestamp-type", TypeKind::STRING, false),
    ]
}

/// The format of keys or of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The format.
    pub format: Format,
    /// The fields of a record, under the names that they have in it.
    pub fields: Vec<Field>,
    /// The names of these fields as columns.
    pub columns: Vec<String>,
}

/// How messages are rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFormat {
    /// Keys; `None` where they mean nothing.
    pub key: Option<Part>,
    /// Values.
    pub value: Part,
    /// Whether a value without bytes deletes the row of its key.
    pub upsert: bool,
}

impl MessageFormat {
    /// Reads the options of a table with these physical columns; the columns at `primary_key` are the key of an upsert
    /// table. `None` where the formats are unknown, or not of records.
    pub fn new(
        options: &BTreeMap<String, String>,
        physical: &[Field],
        primary_key: &[usize],
        upsert: bool,
    ) -> Option<Self> {
        let options = Options(options);
        let prefix = options.get("key.fields-prefix").unwrap_or_default();
        let in_key: Vec<String> = if upsert {
            primary_key.iter().filter_map(|column| physical.get(*column)).map(|field| field.name.clone()).collect()
        } else {
            let names = options.get("key.fields").unwrap_or_default().split(';').map(str::trim);
            names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
        };
        let key = match options.get("key.format") {
            Some(name) => Some(Part::new(Format::new(name, options, "key.")?, &in_key, physical, prefix)),
            None => None,
        };
        let (name, value_prefix) = match options.get("format") {
            Some(name) => (name, ""),
            None => (options.get("value.format")?, "value."),
        };
        let all = options.get("value.fields-include") != Some("EXCEPT_KEY");
        let in_value: Vec<String> = physical
            .iter()
            .map(|field| field.name.clone())
            .filter(|name| all || key.is_none() || !in_key.contains(name))
            .collect();
        let value = Part::new(Format::new(name, options, value_prefix)?, &in_value, physical, "");
        Some(Self { key, value, upsert })
    }
}

impl Part {
    fn new(format: Format, names: &[String], physical: &[Field], prefix: &str) -> Self {
        let field_of = |name: &String| physical.iter().find(|field| field.name == *name);
        let columns: Vec<&Field> = names.iter().filter_map(field_of).collect();
        let record = |field: &&Field| {
            let name = field.name.strip_prefix(prefix).unwrap_or(&field.name);
            Field::new(name, field.data_type.clone())
        };
        Self {
            format,
            fields: columns.iter().map(record).collect(),
            columns: columns.iter().map(|field| field.name.clone()).collect(),
        }
    }

    /// The fields of a record that become these columns, with the columns' types (whose rows may lack fields).
    pub fn wanted(&self, columns: &[Field]) -> Vec<Field> {
        let record = |column: &Field| {
            let place = self.columns.iter().position(|name| *name == column.name)?;
            Some(Field::new(&self.fields[place].name, column.data_type.clone()))
        };
        columns.iter().filter_map(record).collect()
    }

    /// Whether a column is in the records.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }
}

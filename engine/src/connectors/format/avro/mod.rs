//! The avro format: a record is one Avro datum in binary, of the schema that Flink's `AvroSchemaConverter` derives from the
//! table, without a header. A nullable value is a union of null and its type; TINYINT and SMALLINT are int, TIME is
//! time-millis, DECIMAL bytes with the logical type decimal. A TIMESTAMP is timestamp-millis, as Flink's "legacy" mapping, its
//! default, has it; without that, TIMESTAMP is local-timestamp-millis or -micros, and TIMESTAMP_LTZ timestamp-millis or
//! -micros.

pub mod decode;
pub mod encode;
#[cfg(test)]
mod tests;

pub use decode::AvroDecoder;
pub use encode::AvroEncoder;

use crate::{
    options::Options,
    types::{DataType, Field, TypeKind},
};

/// The `avro.` options of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvroOptions {
    /// `timestamp_mapping.legacy`
    pub legacy_timestamps: bool,
}

impl AvroOptions {
    /// Reads the options that begin with `prefix`: `avro.`, `value.avro.`.
    pub fn new(options: Options<'_>, prefix: &str) -> Self {
        Self { legacy_timestamps: options.get(&format!("{prefix}timestamp_mapping.legacy")) != Some("false") }
    }

    /// Why there is no Avro schema of a type; `None` where there is one.
    pub fn refusal(self, data_type: &DataType) -> Option<String> {
        match &data_type.kind {
            TypeKind::Timestamp(precision) if self.legacy_timestamps && *precision > 3 => Some(format!(
                "Avro does not support TIMESTAMP type with precision: {precision}, it only supports precision less than 3. \
                 Declare TIMESTAMP(3), or set 'avro.timestamp_mapping.legacy' to 'false'"
            )),
            TypeKind::TimestampLtz(_) if self.legacy_timestamps => Some(
                "Avro has no TIMESTAMP_LTZ in its legacy mapping. Set 'avro.timestamp_mapping.legacy' to 'false'"
                    .to_owned(),
            ),
            TypeKind::Time(precision) if *precision > 3 => Some(format!(
                "Avro does not support TIME type with precision: {precision}, it only supports precision less than 3"
            )),
            TypeKind::Map(key, _) if !key.kind.is_text() => Some("Avro's maps have keys of text only".to_owned()),
            TypeKind::Multiset(element) if !element.kind.is_text() => {
                Some("Avro's multisets have elements of text only".to_owned())
            }
            TypeKind::Map(_, value) => self.refusal(value),
            TypeKind::Array(element) => self.refusal(element),
            TypeKind::Row(fields) => fields.iter().find_map(|field| self.refusal(&field.data_type)),
            TypeKind::IntervalMonths | TypeKind::IntervalMillis | TypeKind::Null => {
                Some(format!("Avro has no {data_type}"))
            }
            _ => None,
        }
    }

    /// Why there is no Avro schema of these columns, with the column; `None` where there is one.
    pub fn refusal_of(self, fields: &[Field]) -> Option<String> {
        let refusal = |field: &Field| Some(format!("The column '{}': {}", field.name, self.refusal(&field.data_type)?));
        fields.iter().find_map(refusal)
    }
}

/// How many microseconds make a unit of a timestamp on the wire.
fn unit(kind: &TypeKind) -> i64 {
    match kind {
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) if *precision > 3 => 1,
        _ => 1000,
    }
}

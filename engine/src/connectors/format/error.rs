//! Why a record is not a row of the table.

use crate::types::TypeKind;

/// The most characters of a value or record that an error repeats.
const MAX_SHOWN: usize = 100;

/// Why a record is not a row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The column in which it is wrong, with the fields on the way: `bid.price`; `None` where the whole record is.
    pub column: Option<String>,
    /// What is wrong: `"1O5" is not an INT`.
    pub message: String,
    /// Whether the record as a whole cannot be read on, rather than one value.
    pub syntax: bool,
}

impl DecodeError {
    /// The record cannot be read on.
    pub fn syntax(message: String, record: &[u8]) -> Box<Self> {
        let message = if record.is_empty() { message } else { format!("{message}: {}", shown(record)) };
        Box::new(Self { column: None, message, syntax: true })
    }

    /// A record that is wrong as a whole, without repeating it.
    pub fn record(message: impl Into<String>) -> Box<Self> {
        Box::new(Self { column: None, message: message.into(), syntax: true })
    }

    /// A value is not one of its type.
    pub fn value(text: &[u8], kind: &TypeKind) -> Box<Self> {
        Box::new(Self { column: None, message: not_a(text, kind), syntax: false })
    }

    /// Adds the column or field in which it is.
    pub fn within(mut self: Box<Self>, name: &str) -> Box<Self> {
        self.column = Some(match self.column {
            Some(inner) => format!("{name}.{inner}"),
            None => name.to_owned(),
        });
        self
    }

    /// With the place of the record before it: `flights.csv line 7, column delay: "x" is not an INT`.
    pub fn at(&self, place: &str) -> String {
        let column = self.column.as_ref().map_or_else(String::new, |column| format!(", column {column}"));
        format!("{place}{column}: {}", self.message)
    }
}

/// `"1O5" is not an INT`.
fn not_a(text: &[u8], kind: &TypeKind) -> String {
    let name = kind.to_string();
    let article = if name.starts_with(['I', 'A']) { "an" } else { "a" };
    format!("{} is not {article} {name}", shown(text))
}

/// The text in quotes, cut to a bound.
pub fn shown(text: &[u8]) -> String {
    // A character has at most 4 bytes.
    let text = String::from_utf8_lossy(&text[..text.len().min(4 * MAX_SHOWN + 4)]);
    let cut: String = text.chars().take(MAX_SHOWN).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    if cut.starts_with('"') && dots.is_empty() { cut } else { format!("\"{}{dots}\"", cut.trim_matches('"')) }
}

//! CSV as Flink's csv format reads and writes it: fields by position, no header, one record a line.

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

/// The csv format of one table.
pub struct CsvFormat {
    columns: Vec<Column>,
    delimiter: char,
    quote: Option<char>,
    escape: Option<char>,
    null_literal: Option<String>,
    comments: bool,
    /// A field that cannot be read is NULL; a record that cannot is skipped.
    pub ignore_errors: bool,
}

impl CsvFormat {
    /// Reads the table's `csv.` options.
    pub fn new(table: &Table) -> Self {
        let options = Options(&table.options);
        let quote = options.character("csv.quote-character").unwrap_or('"');
        Self {
            columns: table.columns.clone(),
            delimiter: options.character("csv.field-delimiter").unwrap_or(','),
            quote: (!options.flag("csv.disable-quote-character")).then_some(quote),
            escape: options.character("csv.escape-character"),
            null_literal: options.get("csv.null-literal").map(str::to_owned),
            comments: options.flag("csv.allow-comments"),
            ignore_errors: options.flag("csv.ignore-parse-errors"),
        }
    }

    pub(super) fn decode(&self, line: &str) -> Result<Option<Row>, DecodeError> {
        if line.is_empty() || (self.comments && line.starts_with('#')) {
            return Ok(None);
        }
        let mut row = Row::with_capacity(self.columns.len());
        let mut count = 0;
        self.split(line, |field, quoted| {
            count += 1;
            match self.columns.get(row.len()) {
                Some(column) => self.field(column, field, quoted).map(|value| row.push(value)),
                None => Ok(()),
            }
        })?;
        if count != self.columns.len() {
            let message = format!("the record has {count} fields, the table {} columns", self.columns.len());
            return Err(DecodeError { column: None, message });
        }
        Ok(Some(row))
    }

    fn field(&self, column: &Column, text: &str, quoted: bool) -> Result<Value, DecodeError> {
        let is_null = self.null_literal.as_deref() == Some(text);
        let empty = text.is_empty() && !quoted && !column.data_type.is_text();
        if is_null || empty {
            return Ok(Value::Null);
        }
        match from_text(text, column.data_type) {
            Ok(value) => Ok(value),
            Err(_) if self.ignore_errors => Ok(Value::Null),
            Err(_) => Err(DecodeError { column: Some(column.name.clone()), message: not_a(text, column.data_type) }),
        }
    }

    /// Calls `field` with each field, its quotes undone, and whether it was quoted.
    fn split(
        &self,
        line: &str,
        mut field: impl FnMut(&str, bool) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut rest = line;
        loop {
            if self.quote.is_some_and(|quote| rest.starts_with(quote)) || self.escape.is_some() {
                let (text, quoted, after) = self.undo(rest)?;
                field(&text, quoted)?;
                match after {
                    Some(after) => rest = after,
                    None => return Ok(()),
                }
            } else {
                match rest.split_once(self.delimiter) {
                    Some((text, after)) => {
                        field(text, false)?;
                        rest = after;
                    }
                    None => return field(rest, false),
                }
            }
        }
    }

    /// The first field of `rest` with quotes and escapes undone, and what follows its delimiter.
    fn undo<'a>(&self, rest: &'a str) -> Result<(String, bool, Option<&'a str>), DecodeError> {
        let quote = self.quote.filter(|quote| rest.starts_with(*quote));
        let mut text = String::new();
        let mut inside = quote.is_some();
        let mut chars = rest.char_indices().skip(usize::from(inside)).peekable();
        while let Some((at, next)) = chars.next() {
            if Some(next) == self.escape {
                text.extend(chars.next().map(|(_, escaped)| escaped));
            } else if inside && Some(next) == quote {
                if chars.peek().map(|(_, c)| *c) == quote {
                    chars.next();
                    text.push(next);
                } else {
                    inside = false;
                }
            } else if !inside && next == self.delimiter {
                return Ok((text, quote.is_some(), Some(&rest[at + next.len_utf8()..])));
            } else {
                text.push(next);
            }
        }
        if inside {
            let message = "a quoted field is not closed on its line".to_owned();
            return Err(DecodeError { column: None, message });
        }
        Ok((text, quote.is_some(), None))
    }

    pub(super) fn encode(&self, row: &Row, out: &mut Vec<u8>) {
        for (index, (value, column)) in row.iter().zip(&self.columns).enumerate() {
            if index > 0 {
                self.push(self.delimiter, out);
            }
            match value {
                Value::Null => out.extend(self.null_literal.as_deref().unwrap_or("").as_bytes()),
                Value::Text(text) => self.text(text, out),
                Value::Timestamp(_) => self.text(&self.show(value, column.data_type), out),
                _ => out.extend(self.show(value, column.data_type).as_bytes()),
            }
        }
    }

    fn show(&self, value: &Value, data_type: DataType) -> String {
        match (value, data_type) {
            (Value::Timestamp(micros), DataType::TimestampLtz(_)) => {
                format_timestamp(*micros, precision(data_type), ' ') + "Z"
            }
            (Value::Timestamp(micros), _) => format_timestamp(*micros, precision(data_type), ' '),
            _ => value.display(data_type),
        }
    }

    /// Text is quoted where it could be mistaken.
    fn text(&self, text: &str, out: &mut Vec<u8>) {
        let special = |c: char| c == self.delimiter || Some(c) == self.quote || c <= ' ' || Some(c) == self.escape;
        match self.quote.filter(|_| text.is_empty() || text.contains(special)) {
            Some(quote) => {
                self.push(quote, out);
                for next in text.chars() {
                    if next == quote {
                        self.push(quote, out);
                    }
                    self.push(next, out);
                }
                self.push(quote, out);
            }
            None => out.extend(text.as_bytes()),
        }
    }

    fn push(&self, character: char, out: &mut Vec<u8>) {
        out.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::sql::types::STRING;

    fn format(options: &[(&str, &str)]) -> CsvFormat {
        let column = |name: &str, data_type| Column { name: name.to_owned(), data_type, nullable: true };
        CsvFormat::new(&Table {
            name: "t".to_owned(),
            columns: vec![column("a", DataType::Int), column("b", STRING)],
            primary_key: vec![],
            options: options.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>(),
            statement: String::new(),
        })
    }

    fn check(options: &[(&str, &str)], line: &str, expect: &str) {
        let got = match format(options).decode(line) {
            Ok(Some(row)) => row.iter().map(|v| v.display(STRING)).collect::<Vec<_>>().join("|"),
            Ok(None) => "skipped".to_owned(),
            Err(error) => format!("{}: {}", error.column.unwrap_or_default(), error.message),
        };
        assert_eq!(got, expect, "{line}");
    }

    #[test]
    fn reads_fields_quotes_nulls_and_escapes() {
        check(&[], "1,x", "1|x");
        check(&[], "-7,\"a,\"\"b\"\"\"", "-7|a,\"b\"");
        check(&[], ",", "null|");
        check(&[("csv.null-literal", "NA")], "NA,NA", "null|null");
        check(&[("csv.field-delimiter", ";")], "1;a,b", "1|a,b");
        check(&[("csv.escape-character", "\\")], "1,a\\,b", "1|a,b");
        check(&[("csv.allow-comments", "true")], "# no", "skipped");
        check(&[("csv.ignore-parse-errors", "true")], "1O5,x", "null|x");
    }

    #[test]
    fn says_what_is_wrong_with_a_record() {
        check(&[], "1O5,x", "a: \"1O5\" is not an INT");
        check(&[], "3000000000,x", "a: \"3000000000\" is not an INT");
        check(&[], "1", ": the record has 1 fields, the table 2 columns");
        check(&[], "1,x,y", ": the record has 3 fields, the table 2 columns");
        check(&[], "1,\"x", ": a quoted field is not closed on its line");
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["plain", "with space", "a,b", "say \"hi\"", ""] {
            let row = vec![Value::Integer(5), Value::text(text)];
            let mut out = Vec::new();
            format(&[]).encode(&row, &mut out);
            let line = String::from_utf8(out).unwrap();
            assert_eq!(format(&[]).decode(&line), Ok(Some(row)), "{line}");
        }
    }
}

//! CSV records into columns, as Flink's `CsvToRowDataConverters` and Jackson read them.

use super::CsvOptions;
use crate::{
    connectors::format::{
        base64,
        column::{ColumnWriter, Store},
        columns::Columns,
        error::DecodeError,
        number::{read_decimal, read_double, read_integer, read_single},
        time::{Resolver, Shape, TimestampReader, days_from_civil, read_time},
    },
    types::{Field, TypeKind},
};

/// Reads records.
#[derive(Debug)]
pub struct CsvDecoder {
    options: CsvOptions,
    /// The fields of a record: the name, and which column it becomes, if one.
    fields: Vec<(String, Option<usize>)>,
    kinds: Vec<TypeKind>,
    values: Values,
    /// A field with its quotes and escapes undone.
    scratch: Vec<u8>,
}

#[derive(Debug)]
struct Values {
    timestamp: TimestampReader,
    timestamp_ltz: TimestampReader,
    element_delimiter: String,
    ignore_errors: bool,
}

impl CsvDecoder {
    /// A decoder of records of the fields `record` into the columns `columns`, which are some of them.
    pub fn new(record: &[Field], columns: &[Field], options: &CsvOptions) -> Self {
        let place = |name: &str| columns.iter().position(|column| column.name == name);
        let shape = |zulu| Shape { separator: b' ', zulu, short: false, resolver: Resolver::Smart };
        Self {
            options: options.clone(),
            fields: record.iter().map(|field| (field.name.clone(), place(&field.name))).collect(),
            kinds: columns.iter().map(|column| column.data_type.kind.clone()).collect(),
            values: Values {
                timestamp: TimestampReader::new(shape(false)),
                timestamp_ltz: TimestampReader::new(shape(true)),
                element_delimiter: options.element_delimiter.clone(),
                ignore_errors: options.ignore_parse_errors,
            },
            scratch: Vec::new(),
        }
    }

    /// Appends the row of a record to the columns from `first` on; `false` where there is none: an empty line or a comment.
    pub fn decode(&mut self, record: &[u8], columns: &mut Columns, first: usize) -> Result<bool, Box<DecodeError>> {
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let record = record.strip_suffix(b"\r").unwrap_or(record);
        if record.is_empty() || (self.options.comments && record[0] == b'#') {
            return Ok(false);
        }
        let row = columns.rows();
        let mut rest = Some(record);
        let mut count = 0;
        while let Some(from) = rest {
            let Self { options, scratch, .. } = self;
            let (text, after) = next_field(options, scratch, from)?;
            rest = after;
            if let Some((name, Some(place))) = self.fields.get(count) {
                let column = &mut columns.writers[first + place];
                column.fill(row);
                self.values
                    .append(text, &self.options, &self.kinds[*place], column)
                    .map_err(|error| error.within(name))?;
            }
            count += 1;
        }
        let expected = self.fields.len();
        if count > expected || (count < expected && !self.options.ignore_parse_errors) {
            let message = format!("the record has {count} fields, the table {expected} columns");
            return Err(DecodeError::record(message));
        }
        Ok(true)
    }
}

/// A field, and what follows its delimiter.
type Split<'s, 'r> = (&'s [u8], Option<&'r [u8]>);

/// The first field of `rest` with quotes and escapes undone, and what follows its delimiter.
fn next_field<'s, 'r: 's>(
    options: &CsvOptions,
    scratch: &'s mut Vec<u8>,
    rest: &'r [u8],
) -> Result<Split<'s, 'r>, Box<DecodeError>> {
    let spaced = if options.trim_spaces { rest.trim_ascii_start() } else { rest };
    match options.quote {
        Some(quote) if spaced.first() == Some(&quote) => quoted_field(options, quote, scratch, &spaced[1..]),
        _ => {
            let (mut text, after) = bare_field(options, scratch, rest);
            if options.trim_spaces {
                text = text.trim_ascii();
            }
            Ok((text, after))
        }
    }
}

fn bare_field<'s, 'r: 's>(options: &CsvOptions, scratch: &'s mut Vec<u8>, rest: &'r [u8]) -> Split<'s, 'r> {
    let delimiter = options.delimiter.as_slice();
    let end = match delimiter {
        [byte] => memchr::memchr(*byte, rest),
        _ => memchr::memmem::find(rest, delimiter),
    };
    let field = &rest[..end.unwrap_or(rest.len())];
    let escaped = options.escape.is_some_and(|escape| memchr::memchr(escape, field).is_some());
    if !escaped {
        return (field, end.map(|end| &rest[end + delimiter.len()..]));
    }
    scratch.clear();
    let mut at = 0;
    while at < rest.len() {
        if Some(rest[at]) == options.escape {
            at += 1;
            scratch.extend(rest.get(at).map(|byte| unescaped(*byte)));
            at += 1;
        } else if rest[at..].starts_with(delimiter) {
            return (scratch, Some(&rest[at + delimiter.len()..]));
        } else {
            scratch.push(rest[at]);
            at += 1;
        }
    }
    (scratch, None)
}

/// What an escaped byte stands for.
fn unescaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        other => other,
    }
}

/// A field whose opening quote was stepped over.
fn quoted_field<'s, 'r: 's>(
    options: &CsvOptions,
    quote: u8,
    scratch: &'s mut Vec<u8>,
    rest: &'r [u8],
) -> Result<Split<'s, 'r>, Box<DecodeError>> {
    scratch.clear();
    let mut at = 0;
    loop {
        let Some(byte) = rest.get(at) else {
            return Err(DecodeError::record("a quoted field is not closed on its line"));
        };
        at += 1;
        if Some(*byte) == options.escape {
            scratch.extend(rest.get(at).map(|byte| unescaped(*byte)));
            at += 1;
        } else if *byte != quote {
            scratch.push(*byte);
        } else if rest.get(at) == Some(&quote) {
            scratch.push(quote);
            at += 1;
        } else {
            break;
        }
    }
    let mut after = &rest[at..];
    while let Some(spaced) = after.strip_prefix(b" ") {
        after = spaced;
    }
    match after.strip_prefix(options.delimiter.as_slice()) {
        Some(after) => Ok((scratch, Some(after))),
        None if after.is_empty() => Ok((scratch, None)),
        None => Err(DecodeError::record("a quoted field is followed by something else than a delimiter")),
    }
}

impl Values {
    fn append(
        &mut self,
        text: &[u8],
        options: &CsvOptions,
        kind: &TypeKind,
        column: &mut ColumnWriter,
    ) -> Result<(), Box<DecodeError>> {
        // As in Flink an array or row is never NULL by the literal, only what is in it.
        let nested = matches!(kind, TypeKind::Array(_) | TypeKind::Row(_));
        let is_literal = options.null_literal.as_deref().is_some_and(|literal| literal.as_bytes() == text);
        if (is_literal && !nested) || (options.empty_is_null && text.is_empty()) {
            column.push_nulls(1);
            return Ok(());
        }
        self.value(text, options, kind, column)
    }

    fn value(
        &mut self,
        text: &[u8],
        options: &CsvOptions,
        kind: &TypeKind,
        column: &mut ColumnWriter,
    ) -> Result<(), Box<DecodeError>> {
        let length = column.len();
        match self.present(text, options, kind, length, &mut column.store)? {
            Put::Value => column.valid.append_non_null(),
            Put::Null => column.push_nulls(1),
            Put::Wrong if self.ignore_errors => {
                column.undo(length);
                column.push_nulls(1);
            }
            Put::Wrong => return Err(DecodeError::value(text, kind)),
        }
        Ok(())
    }

    fn present(
        &mut self,
        text: &[u8],
        options: &CsvOptions,
        kind: &TypeKind,
        row: usize,
        store: &mut Store,
    ) -> Result<Put, Box<DecodeError>> {
        let trimmed = text.trim_ascii();
        Ok(match store {
            Store::Text(slices) => {
                if std::str::from_utf8(text).is_err() {
                    return Ok(Put::Wrong);
                }
                slices.bytes.extend_from_slice(text);
                slices.end();
                Put::Value
            }
            Store::Bool(values) => put(values, Some(trimmed.eq_ignore_ascii_case(b"true"))),
            Store::I8(values) => put(values, read_integer(trimmed).and_then(|value| value.try_into().ok())),
            Store::I16(values) => put(values, read_integer(trimmed).and_then(|value| value.try_into().ok())),
            Store::I32(values) => put(values, read_integer(trimmed).and_then(|value| value.try_into().ok())),
            Store::I64(values) => put(values, read_integer(trimmed)),
            Store::F32(values) => put(values, read_single(trimmed)),
            Store::F64(values) => put(values, read_double(trimmed)),
            Store::Decimal(values, precision, scale) => match read_decimal(text, *precision, *scale) {
                Ok(Some(value)) => put(values, Some(value)),
                Ok(None) => Put::Null,
                Err(_) => Put::Wrong,
            },
            Store::Date(values) => put(values, read_sql_date(text)),
            Store::Time(values) => {
                let unit =
                    if let TypeKind::Time(precision) = kind { 10_i64.pow(3 - u32::from(*precision).min(3)) } else { 1 };
                let millis = read_time(text, true, Resolver::Strict).map(|micros| micros / 1000);
                put(values, millis.map(|millis| (millis / unit * unit) as i32))
            }
            Store::Timestamp(values, unit, local) => {
                let reader = if *local { &mut self.timestamp_ltz } else { &mut self.timestamp };
                put(values, reader.read(trimmed).map(|micros| micros - micros.rem_euclid(*unit)))
            }
            Store::Bytes(slices) => {
                if base64::decode(text, &mut slices.bytes).is_none() {
                    return Ok(Put::Wrong);
                }
                slices.end();
                Put::Value
            }
            Store::List(ends, items, _) => {
                let TypeKind::Array(element) = kind else { return Ok(Put::Wrong) };
                for item in self.elements(text)? {
                    self.append(item.as_bytes(), options, &element.kind, items)?;
                }
                ends.push(items.len() as i32);
                Put::Value
            }
            Store::Row(columns, _) => {
                let TypeKind::Row(fields) = kind else { return Ok(Put::Wrong) };
                let items = self.elements(text)?;
                if items.is_empty() {
                    return Ok(Put::Null);
                }
                if items.len() != fields.len() {
                    return Ok(Put::Wrong);
                }
                for ((item, field), column) in items.iter().zip(fields).zip(columns) {
                    column.fill(row);
                    self.append(item.as_bytes(), options, &field.data_type.kind, column)?;
                }
                Put::Value
            }
            Store::Map(..) | Store::Null => Put::Null,
        })
    }

    /// The elements of an array or the fields of a row within a field.
    fn elements<'a>(&self, text: &'a [u8]) -> Result<Vec<&'a str>, Box<DecodeError>> {
        let text = std::str::from_utf8(text).map_err(|_| DecodeError::record("the record is not UTF-8"))?;
        if text.is_empty() {
            return Ok(Vec::new());
        }
        Ok(text.split(&self.element_delimiter).map(str::trim).collect())
    }
}

enum Put {
    Value,
    Null,
    Wrong,
}

fn put<T>(values: &mut Vec<T>, value: Option<T>) -> Put {
    match value {
        Some(value) => {
            values.push(value);
            Put::Value
        }
        None => Put::Wrong,
    }
}

/// As `java.sql.Date.valueOf`: month and day may have one digit; a day that the month does not have is one of the next.
fn read_sql_date(text: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(text).ok()?;
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, most: usize| {
        let valid = !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| part.parse::<i64>().ok()).flatten()
    };
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    i32::try_from(days_from_civil(year, month, 1) + day - 1).ok()
}

//! JSON documents into columns, straight from their bytes: as Flink's `JsonParserToRowDataConverters`, with its leniencies
//! (numbers in strings, any value as text) and its rules (once all columns were met, further members are not looked at, so
//! of a member that comes twice the last before that counts).

use rustc_hash::FxHashMap;

use super::{
    JsonOptions,
    encode::write_string,
    scan::{Cursor, Scalar, Step},
};
use crate::{
    connectors::format::{
        base64,
        column::{ColumnWriter, Store},
        columns::Columns,
        error::DecodeError,
        number::{read_decimal, read_double, read_integer, read_single, write_double},
        time::{Resolver, Shape, TimestampReader, read_date, read_time},
    },
    types::{Field, TypeKind},
};

/// Reads documents.
#[derive(Debug)]
pub struct JsonDecoder {
    object: ObjectPlan,
    rules: Rules,
}

#[derive(Debug)]
struct Rules {
    fail_on_missing: bool,
    ignore_errors: bool,
    timestamp: TimestampReader,
    timestamp_ltz: TimestampReader,
}

/// How an object becomes fields.
#[derive(Debug)]
struct ObjectPlan {
    fields: Vec<(String, ValuePlan)>,
    slots: FxHashMap<Box<[u8]>, usize>,
    /// The members of the last object, in order: the next one mostly has the same.
    members: Vec<Member>,
}

/// A member that was met: its name as it was written, with what is around it up to the value, and its field.
#[derive(Debug)]
struct Member {
    text: Vec<u8>,
    /// Its first 16 bytes, and which of them there are.
    head: (u128, u128),
    slot: Option<usize>,
}

impl Member {
    fn new() -> Self {
        Self { text: Vec::new(), head: (0, 0), slot: None }
    }

    fn set(&mut self, text: &[u8], slot: Option<usize>) {
        self.text.clear();
        self.text.extend_from_slice(text);
        self.slot = slot;
        let mut head = [0; 16];
        let length = text.len().min(16);
        head[..length].copy_from_slice(&text[..length]);
        let mask = if length == 16 { u128::MAX } else { (1 << (8 * length)) - 1 };
        self.head = (u128::from_le_bytes(head), mask);
    }

    /// Whether it comes next; most names are told apart by one comparison.
    #[inline]
    fn is_next(&self, rest: &[u8]) -> bool {
        match rest.first_chunk::<16>() {
            Some(word) if u128::from_le_bytes(*word) & self.head.1 != self.head.0 => false,
            Some(_) if self.text.len() <= 16 => true,
            _ => rest.starts_with(&self.text),
        }
    }
}

/// More members, and longer names, than these are not remembered.
const MAX_MEMBERS: usize = 1024;
const MAX_NAME: usize = 256;

/// How a value becomes one of a column.
#[derive(Debug)]
struct ValuePlan {
    kind: TypeKind,
    nested: Nested,
}

#[derive(Debug)]
enum Nested {
    None,
    Element(Box<ValuePlan>),
    Row(ObjectPlan),
}

impl ValuePlan {
    fn new(kind: &TypeKind) -> Self {
        let nested = match kind {
            TypeKind::Array(element) => Nested::Element(Box::new(Self::new(&element.kind))),
            TypeKind::Map(_, value) => Nested::Element(Box::new(Self::new(&value.kind))),
            TypeKind::Multiset(_) => Nested::Element(Box::new(Self::new(&TypeKind::Int))),
            TypeKind::Row(fields) => {
                let fields = fields.iter().map(|field| (field.name.as_str(), &field.data_type.kind));
                Nested::Row(ObjectPlan::new(fields))
            }
            _ => Nested::None,
        };
        Self { kind: kind.clone(), nested }
    }
}

impl ObjectPlan {
    fn new<'a>(fields: impl Iterator<Item = (&'a str, &'a TypeKind)>) -> Self {
        let fields: Vec<_> = fields.map(|(name, kind)| (name.to_owned(), ValuePlan::new(kind))).collect();
        let slots = fields.iter().enumerate().map(|(slot, (name, _))| (name.as_bytes().into(), slot)).collect();
        Self { fields, slots, members: Vec::new() }
    }

    /// Steps over the name of the member at `member` and the colon; answers its field.
    #[inline]
    fn name(&mut self, cursor: &mut Cursor<'_>, member: usize) -> Step<Option<usize>> {
        cursor.peek();
        match self.members.get(member) {
            Some(known) if known.is_next(cursor.rest()) => {
                cursor.at += known.text.len();
                Ok(known.slot)
            }
            _ => self.other_name(cursor, member),
        }
    }

    fn other_name(&mut self, cursor: &mut Cursor<'_>, member: usize) -> Step<Option<usize>> {
        let start = cursor.at;
        let slot = match cursor.plain_string() {
            Some(name) => self.slots.get(name).copied(),
            None => {
                let mut name = Vec::new();
                cursor.string_into(&mut name)?;
                self.slots.get(name.as_slice()).copied()
            }
        };
        cursor.expect(b':')?;
        let text = cursor.since(start);
        if member < MAX_MEMBERS && text.len() <= MAX_NAME {
            if member >= self.members.len() {
                self.members.resize_with(member + 1, Member::new);
            }
            self.members[member].set(text, slot);
        }
        Ok(slot)
    }
}

impl JsonDecoder {
    /// A decoder into these columns.
    pub fn new(fields: &[Field], options: &JsonOptions) -> Self {
        let shape = |zulu| match options.iso_timestamps {
            true if zulu => Shape { separator: b'T', zulu, short: true, resolver: Resolver::Smart },
            true => Shape { separator: b'T', zulu, short: true, resolver: Resolver::Strict },
            false => Shape { separator: b' ', zulu, short: false, resolver: Resolver::Smart },
        };
        let named = fields.iter().map(|field| (field.name.as_str(), &field.data_type.kind));
        Self {
            object: ObjectPlan::new(named),
            rules: Rules {
                fail_on_missing: options.fail_on_missing_field,
                ignore_errors: options.ignore_parse_errors,
                timestamp: TimestampReader::new(shape(false)),
                timestamp_ltz: TimestampReader::new(shape(true)),
            },
        }
    }

    /// Appends the row of a document to the columns from `first` on; `false` where there is none, only white space. On an
    /// error the columns may hold a part of a row.
    #[inline]
    pub fn decode(&mut self, record: &[u8], columns: &mut Columns, first: usize) -> Step<bool> {
        let mut cursor = Cursor::new(record);
        if cursor.peek().is_none() {
            return Ok(false);
        }
        let row = columns.rows();
        self.rules.object(&mut self.object, &mut cursor, &mut columns.writers[first..], row)?;
        Ok(true)
    }
}

impl Rules {
    fn object(
        &mut self,
        plan: &mut ObjectPlan,
        cursor: &mut Cursor<'_>,
        fields: &mut [ColumnWriter],
        row: usize,
    ) -> Step<()> {
        cursor.expect(b'{')?;
        let mut found = 0;
        let mut member = 0;
        let mut more = cursor.peek() != Some(b'}');
        if !more {
            cursor.at += 1;
        }
        while more {
            let slot = plan.name(cursor, member)?;
            member += 1;
            match slot {
                Some(slot) if found < plan.fields.len() => {
                    found += 1;
                    let column = &mut fields[slot];
                    // A member that comes again replaces the first.
                    column.truncate(row);
                    column.fill(row);
                    let (name, value) = &mut plan.fields[slot];
                    self.value(value, cursor, column).map_err(|error| error.within(name))?;
                }
                _ => cursor.skip()?,
            }
            more = cursor.more(b'}')?;
        }
        if self.fail_on_missing && found < plan.fields.len() {
            let missing = plan.fields.iter().zip(fields).find(|(_, column)| column.len() <= row);
            let name = missing.map_or("", |((name, _), _)| name.as_str());
            let error = DecodeError { column: None, message: "the field is missing".to_owned(), syntax: false };
            return Err(Box::new(error).within(name));
        }
        Ok(())
    }

    fn value(&mut self, plan: &mut ValuePlan, cursor: &mut Cursor<'_>, column: &mut ColumnWriter) -> Step<()> {
        if cursor.null()? {
            column.push_nulls(1);
            return Ok(());
        }
        let (start, length) = (cursor.at, column.len());
        match self.present(plan, cursor, column) {
            Ok(Put::Value) => {
                column.valid.append_non_null();
                return Ok(());
            }
            Ok(Put::Null) => {
                column.push_nulls(1);
                return Ok(());
            }
            Ok(Put::Wrong) => {}
            Err(error) if self.ignore_errors && !error.syntax => {}
            Err(error) => return Err(error),
        }
        // It is not one of its type: the error repeats all of it.
        cursor.at = start;
        cursor.skip()?;
        if !self.ignore_errors {
            return Err(DecodeError::value(cursor.since(start), &plan.kind));
        }
        column.undo(length);
        column.push_nulls(1);
        Ok(())
    }

    /// Appends a value that is not `null`.
    #[inline]
    fn present(&mut self, plan: &mut ValuePlan, cursor: &mut Cursor<'_>, column: &mut ColumnWriter) -> Step<Put> {
        let row = column.len();
        match &mut column.store {
            Store::Text(slices) => {
                if cursor.peek() == Some(b'"') {
                    cursor.string_into(&mut slices.bytes)?;
                } else {
                    other_text(cursor, &mut slices.bytes)?;
                }
                slices.end();
                Ok(Put::Value)
            }
            Store::I64(values) => {
                let value = match cursor.small_integer() {
                    Some(value) => Some(value),
                    None => other_long(cursor)?,
                };
                Ok(append(values, value))
            }
            Store::I32(values) => {
                let value = match cursor.small_integer() {
                    Some(value) => Some(value),
                    None => other_long(cursor)?,
                };
                Ok(append(values, value.and_then(|value| value.try_into().ok())))
            }
            Store::Timestamp(values, unit, local) => {
                let reader = if *local { &mut self.timestamp_ltz } else { &mut self.timestamp };
                let value = match cursor.plain_string() {
                    Some(text) => reader.read(text),
                    None => cursor.scalar()?.text().and_then(|text| reader.read(text)),
                };
                Ok(append(values, value.map(|micros| micros - micros.rem_euclid(*unit))))
            }
            Store::Row(fields, _) => match (&mut plan.nested, cursor.peek()) {
                (Nested::Row(object), Some(b'{')) => self.object(object, cursor, fields, row).map(|()| Put::Value),
                _ => Ok(Put::Wrong),
            },
            Store::List(ends, items, _) => self.list(plan, cursor, ends, items),
            Store::Map(ends, entries, _) => self.map(plan, cursor, ends, entries),
            store => {
                let scalar = cursor.scalar()?;
                Ok(append_scalar(store, &scalar))
            }
        }
    }

    fn list(
        &mut self,
        plan: &mut ValuePlan,
        cursor: &mut Cursor<'_>,
        ends: &mut Vec<i32>,
        items: &mut ColumnWriter,
    ) -> Step<Put> {
        let Nested::Element(element) = &mut plan.nested else { return Ok(Put::Wrong) };
        if cursor.peek() != Some(b'[') {
            return Ok(Put::Wrong);
        }
        cursor.at += 1;
        let mut more = cursor.peek() != Some(b']');
        if !more {
            cursor.at += 1;
        }
        while more {
            self.value(element, cursor, items)?;
            more = cursor.more(b']')?;
        }
        ends.push(items.len() as i32);
        Ok(Put::Value)
    }

    fn map(
        &mut self,
        plan: &mut ValuePlan,
        cursor: &mut Cursor<'_>,
        ends: &mut Vec<i32>,
        entries: &mut (ColumnWriter, ColumnWriter),
    ) -> Step<Put> {
        let Nested::Element(element) = &mut plan.nested else { return Ok(Put::Wrong) };
        if cursor.peek() != Some(b'{') {
            return Ok(Put::Wrong);
        }
        let (start, from) = (cursor.at, entries.0.len());
        self.entries(element, cursor, entries, &[])?;
        let repeated = repeated_keys(&entries.0, from);
        if !repeated.is_empty() {
            entries.0.undo(from);
            entries.1.undo(from);
            cursor.at = start;
            self.entries(element, cursor, entries, &repeated)?;
        }
        ends.push(entries.0.len() as i32);
        Ok(Put::Value)
    }

    /// Appends the entries of a map, without those at the places `left_out`, which are in order.
    fn entries(
        &mut self,
        element: &mut ValuePlan,
        cursor: &mut Cursor<'_>,
        (keys, values): &mut (ColumnWriter, ColumnWriter),
        left_out: &[usize],
    ) -> Step<()> {
        cursor.expect(b'{')?;
        let mut more = cursor.peek() != Some(b'}');
        if !more {
            cursor.at += 1;
        }
        let mut place = 0;
        while more {
            cursor.peek();
            let left_out = left_out.binary_search(&place).is_ok();
            place += 1;
            if left_out {
                cursor.skip()?;
                cursor.expect(b':')?;
                cursor.skip()?;
            } else {
                let Store::Text(slices) = &mut keys.store else { return Err(cursor.unexpected("no map")) };
                cursor.string_into(&mut slices.bytes)?;
                slices.end();
                keys.valid.append_non_null();
                cursor.expect(b':')?;
                self.value(element, cursor, values)?;
            }
            more = cursor.more(b'}')?;
        }
        Ok(())
    }
}

/// The places, from the entry `from` on, of entries whose key comes again later: the last one counts.
fn repeated_keys(keys: &ColumnWriter, from: usize) -> Vec<usize> {
    let Store::Text(slices) = &keys.store else { return Vec::new() };
    let key = |place: usize| {
        let index = from + place;
        &slices.bytes[slices.ends[index] as usize..slices.ends[index + 1] as usize]
    };
    let mut places: Vec<usize> = (0..keys.len() - from).collect();
    places.sort_by(|a, b| key(*a).cmp(key(*b)).then(a.cmp(b)));
    let mut repeated: Vec<usize> =
        places.windows(2).filter(|pair| key(pair[0]) == key(pair[1])).map(|pair| pair[0]).collect();
    repeated.sort_unstable();
    repeated
}

/// The documents of a text that is an object or an array of objects.
pub fn elements(text: &[u8]) -> Step<Vec<&[u8]>> {
    let mut cursor = Cursor::new(text);
    if cursor.peek() != Some(b'[') {
        cursor.skip()?;
        return Ok(vec![text]);
    }
    cursor.at += 1;
    let mut documents = Vec::new();
    if cursor.peek() == Some(b']') {
        return Ok(documents);
    }
    loop {
        cursor.peek();
        let start = cursor.at;
        cursor.skip()?;
        documents.push(cursor.since(start));
        if !cursor.more(b']')? {
            return Ok(documents);
        }
    }
}

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Put {
    /// It was appended, but not yet its validity.
    Value,
    /// It is NULL in its type.
    Null,
    /// It is not one of its type. A part of it may have been appended.
    Wrong,
}

#[inline]
fn append<T>(values: &mut Vec<T>, value: Option<T>) -> Put {
    match value {
        Some(value) => {
            values.push(value);
            Put::Value
        }
        None => Put::Wrong,
    }
}

/// Spaces and control characters around a text, as `String.trim()` takes them off.
fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| *byte > b' ').unwrap_or(text.len());
    let end = text.iter().rposition(|byte| *byte > b' ').map_or(start, |last| last + 1);
    &text[start..end]
}

impl Scalar<'_> {
    /// As `JsonParser.getText()`; `None` for what is nested.
    fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Boolean(true) => Some(b"true"),
            Self::Boolean(false) => Some(b"false"),
            Self::Integer(text) | Self::Float(text) => Some(text),
            Self::Text(text) => Some(text),
            Self::Nested => None,
        }
    }
}

/// A whole number that is not one of few digits: in a string, long, or with a fraction, which is cut off.
#[cold]
fn other_long(cursor: &mut Cursor<'_>) -> Step<Option<i64>> {
    Ok(match cursor.scalar()? {
        Scalar::Integer(text) => read_integer(text),
        Scalar::Float(text) => read_double(text).filter(|value| in_long(*value)).map(|value| value as i64),
        other => other.text().and_then(|text| read_integer(trim(text))),
    })
}

/// Whether Jackson takes it as a long.
fn in_long(value: f64) -> bool {
    (-9.223_372_036_854_776e18..=9.223_372_036_854_776e18).contains(&value)
}

/// A value that is not a string as text: numbers as they are written, objects and arrays without white space.
fn other_text(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Step<()> {
    let scalar = cursor.scalar()?;
    match scalar.text() {
        Some(text) => {
            out.extend_from_slice(text);
            Ok(())
        }
        None => {
            let start = cursor.at;
            // Checks the depth, so that the recursion that follows has a bound.
            cursor.skip()?;
            cursor.at = start;
            compact(cursor, out)
        }
    }
}

/// Appends the value that begins here as Jackson writes the tree that it reads of it.
fn compact(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Step<()> {
    if cursor.null()? {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    match cursor.scalar()? {
        Scalar::Text(text) => write_string(&text, out),
        Scalar::Float(text) => match read_double(text) {
            Some(value) => write_double(value, out),
            None => out.extend_from_slice(text),
        },
        Scalar::Nested => return compact_nested(cursor, out),
        other => out.extend_from_slice(other.text().unwrap_or_default()),
    }
    Ok(())
}

fn compact_nested(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Step<()> {
    let (open, close) = if cursor.peek() == Some(b'{') { (b'{', b'}') } else { (b'[', b']') };
    cursor.at += 1;
    out.push(open);
    let mut more = cursor.peek() != Some(close);
    if !more {
        cursor.at += 1;
    }
    while more {
        if close == b'}' {
            let mut name = Vec::new();
            cursor.peek();
            cursor.string_into(&mut name)?;
            write_string(&name, out);
            cursor.expect(b':')?;
            out.push(b':');
        }
        compact(cursor, out)?;
        more = cursor.more(close)?;
        if more {
            out.push(b',');
        }
    }
    out.push(close);
    Ok(())
}

/// Appends a value of one of the types that are met less often.
fn append_scalar(store: &mut Store, scalar: &Scalar<'_>) -> Put {
    let Some(text) = scalar.text() else { return Put::Wrong };
    let trimmed = trim(text);
    match store {
        Store::Bool(values) => {
            values.push(trimmed.eq_ignore_ascii_case(b"true"));
            Put::Value
        }
        Store::I8(values) => append(values, read_integer(trimmed).and_then(|value| value.try_into().ok())),
        Store::I16(values) => append(values, read_integer(trimmed).and_then(|value| value.try_into().ok())),
        Store::F32(values) => append(values, read_single(trimmed)),
        Store::F64(values) => append(values, read_double(trimmed)),
        Store::Date(values) => {
            let date = read_date(text, Resolver::Strict).filter(|(_, rest)| rest.is_empty());
            append(values, date.map(|(days, _)| days))
        }
        Store::Time(values) => {
            let micros = read_time(text, false, Resolver::Smart);
            // 24:00:00 is the time of day 00:00:00.
            append(values, micros.map(|micros| (micros / 1000 % 86_400_000) as i32))
        }
        Store::Bytes(slices) => {
            let Scalar::Text(text) = scalar else { return Put::Wrong };
            let found = base64::decode(text, &mut slices.bytes).is_some();
            if !found {
                return Put::Wrong;
            }
            slices.end();
            Put::Value
        }
        Store::Decimal(values, precision, scale) => match scalar {
            Scalar::Boolean(_) => Put::Wrong,
            _ => match read_decimal(trimmed, *precision, *scale) {
                Ok(Some(value)) => append(values, Some(value)),
                Ok(None) => Put::Null,
                Err(_) => Put::Wrong,
            },
        },
        _ => Put::Wrong,
    }
}

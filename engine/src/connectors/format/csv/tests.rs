#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    connectors::format::Columns,
    types::{Batch, DataType, Field, TypeKind, Value},
};

fn options(pairs: &[(&str, &str)]) -> CsvOptions {
    let map: BTreeMap<String, String> =
        pairs.iter().map(|(key, value)| (format!("csv.{key}"), (*value).to_owned())).collect();
    CsvOptions::new(Options(&map), "csv.")
}

fn fields(kinds: &[TypeKind]) -> Vec<Field> {
    kinds.iter().zip("abcdefgh".chars()).map(|(kind, name)| Field::new(name, kind.clone().nullable())).collect()
}

fn decode(fields: &[Field], columns: &[Field], options: &CsvOptions, line: &str) -> Result<Option<Batch>, String> {
    let mut into = Columns::new(columns);
    let mut decoder = CsvDecoder::new(fields, columns, options);
    match decoder.decode(line.as_bytes(), &mut into, 0) {
        Ok(true) => {
            into.end_row();
            Ok(Some(into.finish().unwrap()))
        }
        Ok(false) => Ok(None),
        Err(error) => Err(error.at("!")),
    }
}

fn written(batch: &Batch, fields: &[Field], options: &CsvOptions) -> String {
    let encoder = CsvEncoder::new(fields, options);
    let mut out = Vec::new();
    encoder.encode(&encoder.views(batch, 0), 0, &mut out);
    String::from_utf8(out).unwrap()
}

fn check(kinds: &[TypeKind], pairs: &[(&str, &str)], line: &str, expect: &str) {
    let fields = fields(kinds);
    let types: Vec<DataType> = fields.iter().map(|field| field.data_type.clone()).collect();
    let got = match decode(&fields, &fields, &options(pairs), line) {
        Ok(None) => "skipped".to_owned(),
        Ok(Some(batch)) => {
            let values = batch.row(0, &types).into_iter().map(|value| match value {
                Value::Null => "null".to_owned(),
                Value::Text(text) => text.to_string(),
                Value::Integer(value) => value.to_string(),
                Value::Array(items) => format!("{} elements", items.len()),
                _ => written(&batch, &fields, &options(&[])),
            });
            values.collect::<Vec<_>>().join("|")
        }
        Err(error) => error,
    };
    assert_eq!(got, expect, "{line}");
}

#[test]
fn records_are_read_as_flink_reads_them() {
    let kinds = [TypeKind::Int, TypeKind::STRING];
    check(&kinds, &[], "1,x", "1|x");
    check(&kinds, &[], "1,x\r\n", "1|x");
    check(&kinds, &[], " 1 , x ", "1| x ");
    check(&kinds, &[], "-7,\"a,\"\"b\"\"\"", "-7|a,\"b\"");
    check(&kinds, &[], "1,a\"b", "1|a\"b");
    check(&kinds, &[], "1,", "1|");
    check(&kinds, &[("null-literal", "NA")], "NA,\"NA\"", "null|null");
    check(&kinds, &[("null-literal", "")], ",", "null|null");
    check(&kinds, &[("field-delimiter", ";")], "1;a,b", "1|a,b");
    check(&kinds, &[("escape-character", "\\")], "1,a\\,b", "1|a,b");
    check(&kinds, &[("quote-character", "'")], "1,'a,b'", "1|a,b");
    check(&kinds, &[("disable-quote-character", "true")], "1,\"a\"", "1|\"a\"");
    check(&kinds, &[("allow-comments", "true")], "#1,x", "skipped");
    check(&kinds, &[], "", "skipped");
    check(&kinds, &[("ignore-parse-errors", "true")], "1O5,x", "null|x");
    check(&kinds, &[("ignore-parse-errors", "true")], "1", "1|null");
    check(&[TypeKind::Decimal(5, 2)], &[], "1.235", "1.24");
    check(&[TypeKind::Decimal(5, 2)], &[], "1234.5", "null");
    check(&[TypeKind::Boolean], &[], " TRUE ", "true");
    check(&[TypeKind::Date], &[], "2020-1-1", "2020-01-01");
    check(&[TypeKind::Date], &[], "2020-02-31", "2020-03-02");
    check(&[TypeKind::Time(3)], &[], "12:34", "12:34:00");
    check(&[TypeKind::Timestamp(3)], &[], " 2020-02-31 00:00:00.5 ", "\"2020-02-29 00:00:00.5\"");
    check(&[TypeKind::TimestampLtz(3)], &[], "2020-01-01 00:00:00Z", "\"2020-01-01 00:00:00Z\"");
    let array = TypeKind::Array(Box::new(TypeKind::Int.nullable()));
    check(&[array.clone(), TypeKind::STRING], &[], "1; 2;3,x", "3 elements|x");
    check(&[array, TypeKind::STRING], &[], ",x", "0 elements|x");
}

#[test]
fn what_is_no_record_is_named() {
    let kinds = [TypeKind::Int, TypeKind::STRING];
    check(&kinds, &[], "1O5,x", "!, column a: \"1O5\" is not an INT");
    check(&kinds, &[], ",x", "!, column a: \"\" is not an INT");
    check(&kinds, &[], "3000000000,x", "!, column a: \"3000000000\" is not an INT");
    check(&kinds, &[], "1", "!: the record has 1 fields, the table 2 columns");
    check(&kinds, &[], "1,x,y", "!: the record has 3 fields, the table 2 columns");
    check(&kinds, &[("ignore-parse-errors", "true")], "1,x,y", "!: the record has 3 fields, the table 2 columns");
    check(&kinds, &[], "1,\"x", "!: a quoted field is not closed on its line");
    check(&kinds, &[], "1,\"x\"y", "!: a quoted field is followed by something else than a delimiter");
    check(&[TypeKind::Decimal(5, 2)], &[], " 1.2 ", "!, column a: \" 1.2 \" is not a DECIMAL(5, 2)");
    check(
        &[TypeKind::Timestamp(3)],
        &[],
        "2020-01-01T00:00:00",
        "!, column a: \"2020-01-01T00:00:00\" is not a TIMESTAMP(3)",
    );
}

#[test]
fn fields_that_are_not_used_are_not_read() {
    let all = fields(&[TypeKind::Int, TypeKind::STRING, TypeKind::Int]);
    let batch = decode(&all, &all[2..], &options(&[]), "no,x,3").unwrap().unwrap();
    assert_eq!(batch.row(0, &[TypeKind::Int.nullable()]), [Value::Integer(3)]);
}

/// The answers are Flink's, recorded with its 2.3 classes.
#[test]
fn text_is_quoted_where_jackson_quotes_it() {
    let text = fields(&[TypeKind::STRING]);
    for (value, expect) in [
        ("plain", "plain"),
        ("", ""),
        ("a b", "\"a b\""),
        ("a'b", "\"a'b\""),
        ("x\ny", "\"x\ny\""),
        ("back\\sl", "\"back\\sl\""),
        ("semi;c", "semi;c"),
        ("#h-+_é", "\"#h-+_é\""),
        ("a\"b", "\"a\"\"b\""),
        ("twenty-four-letters-long", "twenty-four-letters-long"),
        ("twenty-five-letters--long", "\"twenty-five-letters--long\""),
    ] {
        let mut columns = Columns::new(&text);
        columns.writers[0].push(&Value::Text(value.into()));
        columns.end_row();
        assert_eq!(written(&columns.finish().unwrap(), &text, &options(&[])), expect);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(text in "[ -~é\t]{0,40}", number in any::<i32>()) {
        let fields = fields(&[TypeKind::Int, TypeKind::STRING]);
        let types: Vec<DataType> = fields.iter().map(|field| field.data_type.clone()).collect();
        let row = vec![Value::Integer(number.into()), Value::Text(text.into())];
        let mut columns = Columns::new(&fields);
        columns.writers.iter_mut().zip(&row).for_each(|(writer, value)| writer.push(value));
        columns.end_row();
        let line = written(&columns.finish().unwrap(), &fields, &options(&[]));
        let back = decode(&fields, &fields, &options(&[]), &line).unwrap().unwrap();
        prop_assert_eq!(back.row(0, &types), row);
    }

    #[test]
    fn no_line_makes_it_panic(line in "[a1,\"'\\\\;# é]{0,30}") {
        let fields = fields(&[TypeKind::Int, TypeKind::STRING, TypeKind::Array(Box::new(TypeKind::Int.nullable()))]);
        let _ = decode(&fields, &fields, &options(&[]), &line);
        let _ = decode(&fields, &fields, &options(&[("escape-character", "\\"), ("ignore-parse-errors", "true")]), &line);
    }
}

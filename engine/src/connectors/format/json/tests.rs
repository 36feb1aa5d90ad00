#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    connectors::format::Columns,
    types::{Batch, DataType, Field, RowField, TypeKind, Value},
};

fn options(pairs: &[(&str, &str)]) -> JsonOptions {
    let map: BTreeMap<String, String> =
        pairs.iter().map(|(key, value)| (format!("json.{key}"), (*value).to_owned())).collect();
    JsonOptions::new(Options(&map), "json.")
}

fn fields() -> Vec<Field> {
    let field = |name: &str, kind: TypeKind| Field::new(name, kind.nullable());
    let row = TypeKind::Row(vec![
        RowField { name: "x".to_owned(), data_type: TypeKind::BigInt.nullable() },
        RowField { name: "y".to_owned(), data_type: TypeKind::STRING.nullable() },
    ]);
    vec![
        field("a", TypeKind::Int),
        field("b", TypeKind::STRING),
        field("c", TypeKind::TinyInt),
        field("d", TypeKind::Decimal(5, 2)),
        field("e", TypeKind::Double),
        field("m", TypeKind::Map(Box::new(TypeKind::STRING.nullable()), Box::new(TypeKind::Int.nullable()))),
        field("t", TypeKind::Timestamp(3)),
        field("l", TypeKind::Array(Box::new(TypeKind::Int.nullable()))),
        field("r", row),
        field("k", TypeKind::Boolean),
        field("u", TypeKind::BYTES),
        field("g", TypeKind::BigInt),
        field("s", TypeKind::Date),
        field("w", TypeKind::Time(3)),
        field("z", TypeKind::TimestampLtz(3)),
    ]
}

fn decode(
    options: &JsonOptions,
    fields: &[Field],
    documents: &[&[u8]],
) -> Result<Batch, Box<crate::connectors::format::DecodeError>> {
    let mut columns = Columns::new(fields);
    let mut decoder = JsonDecoder::new(fields, options);
    for document in documents {
        match decoder.decode(document, &mut columns, 0) {
            Ok(true) => columns.end_row(),
            Ok(false) => {}
            Err(_) if options.ignore_parse_errors => columns.undo_row(),
            Err(error) => return Err(error),
        }
    }
    Ok(columns.finish().unwrap())
}

fn encode(fields: &[Field], batch: &Batch, options: &JsonOptions) -> Vec<String> {
    let encoder = JsonEncoder::new(fields, options);
    let views = encoder.views(batch, 0);
    let document = |row| {
        let mut out = Vec::new();
        encoder.encode(&views, row, &mut out);
        String::from_utf8(out).unwrap()
    };
    (0..batch.rows).map(document).collect()
}

/// Decodes a document and encodes it again without NULLs: Flink's own answers, recorded with its 2.3 classes.
fn check(document: &str, expect: &str) {
    check_with(&[], document, expect);
}

fn check_with(pairs: &[(&str, &str)], document: &str, expect: &str) {
    let got = match decode(&options(pairs), &fields(), &[document.as_bytes()]) {
        Ok(batch) if batch.rows == 0 => "skipped".to_owned(),
        Ok(batch) => encode(&fields(), &batch, &options(&[("encode.ignore-null-fields", "true")]))[0].clone(),
        Err(error) => error.at("!"),
    };
    assert!(if expect.starts_with('!') { got.starts_with(expect) } else { got == expect }, "{document}: {got}");
}

#[test]
fn values_are_read_as_flink_reads_them() {
    check(r#"{"a":1,"b":"x"}"#, r#"{"a":1,"b":"x"}"#);
    check(r#"{"a" : 1 , "b" : "x" } "#, r#"{"a":1,"b":"x"}"#);
    check(r#"{"a":" 1 "}"#, r#"{"a":1}"#);
    check(r#"{"a":1.9}"#, r#"{"a":1}"#);
    check(r#"{"a":-1.9}"#, r#"{"a":-1}"#);
    check(r#"{"a":"+5"}"#, r#"{"a":5}"#);
    check(r#"{"b":1.50}"#, r#"{"b":"1.50"}"#);
    check(r#"{"b":true}"#, r#"{"b":"true"}"#);
    check(r#"{"b":-0.0}"#, r#"{"b":"-0.0"}"#);
    check(r#"{"b":{"x": [1, null,"\u00e9\n"]}}"#, r#"{"b":"{\"x\":[1,null,\"é\\n\"]}"}"#);
    check(r#"{"b":[]}"#, r#"{"b":"[]"}"#);
    check(r#"{"b":"\ud83d\ude00"}"#, r#"{"b":"😀"}"#);
    check(r#"{"b":"\ud83d"}"#, r#"{"b":"?"}"#);
    check("{\"b\":\"a\tb\"}", r#"{"b":"a\tb"}"#);
    check(r#"{"d":1.235}"#, r#"{"d":1.24}"#);
    check(r#"{"d":"1.235"}"#, r#"{"d":1.24}"#);
    check(r#"{"d":12345}"#, "{}");
    check(r#"{"e":"NaN"}"#, r#"{"e":"NaN"}"#);
    check(r#"{"e":"1e3d"}"#, r#"{"e":1000.0}"#);
    check(r#"{"e":1e400}"#, r#"{"e":"Infinity"}"#);
    check(r#"{"k":"yes","c":-128}"#, r#"{"c":-128,"k":false}"#);
    check(r#"{"m":{"x":1,"y":3,"x":2}}"#, r#"{"m":{"y":3,"x":2}}"#);
    check(r#"{"a":1,"a":2}"#, r#"{"a":2}"#);
    check(r#"{"a":1} trailing"#, r#"{"a":1}"#);
    check(r#"  {"a":null}"#, "{}");
    check("   ", "skipped");
    check(r#"{"t":"2020-02-31 24:00:00"}"#, r#"{"t":"2020-03-01 00:00:00"}"#);
    check(r#"{"t":"2020-01-01 00:00:00.123456"}"#, r#"{"t":"2020-01-01 00:00:00.123"}"#);
    check(r#"{"z":"2020-01-01 00:00:00.1Z","s":"2020-02-29"}"#, r#"{"s":"2020-02-29","z":"2020-01-01 00:00:00.1Z"}"#);
    check(r#"{"w":"12:34:56.789"}"#, r#"{"w":"12:34:56.789"}"#);
    check(r#"{"l":[1,null,"3"],"r":{"q":0,"y":"v"}}"#, r#"{"l":[1,null,3],"r":{"y":"v"}}"#);
    check(r#"{"l":[],"r":{},"m":{}}"#, r#"{"m":{},"l":[],"r":{}}"#);
    check(r#"{"u":"YSJi","g":9223372036854775807}"#, r#"{"u":"YSJi","g":9223372036854775807}"#);
    check(r#"{"g":"-9223372036854775808"}"#, r#"{"g":-9223372036854775808}"#);
    check(r#"{"skipped":{"x":[1,{"y":"\""}],"z":-1.5e3},"a":7}"#, r#"{"a":7}"#);
}

#[test]
fn what_is_no_value_is_named() {
    check(r#"{"a":"1O5"}"#, "!, column a: \"1O5\" is not an INT");
    check(r#"{"a":3000000000}"#, "!, column a: \"3000000000\" is not an INT");
    check(r#"{"a":true}"#, "!, column a: \"true\" is not an INT");
    check(r#"{"a":{"z":1}}"#, "!, column a: \"{\"z\":1}\" is not an INT");
    check(r#"{"c":1.0}"#, "!, column c: \"1.0\" is not a TINYINT");
    check(r#"{"c":200}"#, "!, column c");
    check(r#"{"d":true}"#, "!, column d");
    check(r#"{"d":""}"#, "!, column d");
    check(r#"{"e":""}"#, "!, column e");
    check(r#"{"r":{"x":"q"}}"#, "!, column r.x: \"q\" is not a BIGINT");
    check(r#"{"m":5}"#, "!, column m");
    check(r#"{"g":9223372036854775808}"#, "!, column g");
    check(r#"{"s":"2020-02-31"}"#, "!, column s");
    for broken in [
        "[1]",
        "1",
        "{\"a\":}",
        "{\"a\":01}",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":1",
        "{\"a\":1x}",
        "{\"a\":nullx}",
        "{\"e\":NaN}",
        "{\"z\":\"\\x\",\"a\":1}",
        "{\"a\" 1}",
        "{",
        "{\"",
        "{\"b\":\"\\ud8\"}",
        "{\"q\":[1,]}",
        "{\"q\":-}",
    ] {
        check(broken, "!");
    }
    check_with(&[("fail-on-missing-field", "true")], "{}", "!, column a: the field is missing");
}

#[test]
fn errors_are_ignored_where_asked_for() {
    let ignore = [("ignore-parse-errors", "true")];
    check_with(&ignore, r#"{"a":"x","b":"q"}"#, r#"{"b":"q"}"#);
    check_with(&ignore, r#"{"a":[1],"b":"q"}"#, r#"{"b":"q"}"#);
    check_with(&ignore, r#"{"l":[1,"x",[2]],"b":"q"}"#, r#"{"b":"q","l":[1,null,null]}"#);
    check_with(&ignore, r#"{"r":{"x":"z","y":"v"},"u":"!"}"#, r#"{"r":{"y":"v"}}"#);
    check_with(&ignore, r#"{"m":{"x":"q"}}"#, r#"{"m":{"x":null}}"#);
    check_with(&ignore, r#"{"a":1"#, "skipped");
    check_with(&ignore, "[1]", "skipped");
}

#[test]
fn timestamps_may_be_iso() {
    let iso = [("timestamp-format.standard", "ISO-8601")];
    check_with(&iso, r#"{"t":"2020-01-01T00:00:00.5"}"#, r#"{"t":"2020-01-01 00:00:00.5"}"#);
    check_with(&iso, r#"{"z":"2020-01-01T00:00:00Z"}"#, r#"{"z":"2020-01-01 00:00:00Z"}"#);
    check_with(&iso, r#"{"t":"2020-01-01 00:00:00"}"#, "!, column t");
}

#[test]
fn values_are_written_as_flink_writes_them() {
    let field = |name: &str, kind: TypeKind| Field::new(name, kind.nullable());
    let map = TypeKind::Map(Box::new(TypeKind::STRING.nullable()), Box::new(TypeKind::Int.nullable()));
    let fields = [
        field("d", TypeKind::Decimal(10, 2)),
        field("f", TypeKind::Float),
        field("s", TypeKind::STRING),
        field("m", map),
    ];
    let mut columns = Columns::new(&fields);
    let entries = vec![(Value::Null, Value::Integer(1)), (Value::Text("k".into()), Value::Null)];
    columns.writers[0].push(&Value::Decimal(1000));
    columns.writers[1].push(&Value::Float(1e10));
    columns.writers[2].push(&Value::Text("a\"b\u{1}/é\\".into()));
    columns.writers[3].push(&Value::Map(entries));
    columns.end_row();
    let batch = columns.finish().unwrap();
    let encoded = |pairs: &[(&str, &str)]| {
        let encoder = JsonEncoder::new(&fields, &options(pairs));
        let mut out = Vec::new();
        encoder.encode(&encoder.views(&batch, 0), 0, &mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(encoded(&[]), r#"{"d":1E+1,"f":1.0E10,"s":"a\"b\u0001/é\\","m":{"k":null}}"#);
    let plain = encoded(&[("encode.decimal-as-plain-number", "true")]);
    assert_eq!(plain, r#"{"d":10.00,"f":1.0E10,"s":"a\"b\u0001/é\\","m":{"k":null}}"#);
}

/// Documents with the columns `a` INT, `b` STRING, `g` BIGINT, `e` DOUBLE and `l` ARRAY<INT>, and others around them.
fn document() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        (-1e9..1e9_f64).prop_map(serde_json::Value::from),
        "[ -~é😀\"\\\\\n]{0,20}".prop_map(serde_json::Value::from),
    ];
    let any_value = leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    });
    let extra = prop::collection::btree_map("[h-z]{2,4}", any_value, 0..3);
    (
        extra,
        any::<Option<i32>>(),
        "[ -~é😀\"\\\\\n\t]{0,30}",
        any::<i64>(),
        -1e9..1e9_f64,
        prop::collection::vec(any::<Option<i32>>(), 0..5),
    )
        .prop_map(|(extra, a, b, g, e, l)| {
            let mut map: serde_json::Map<String, serde_json::Value> = extra.into_iter().collect();
            map.insert("a".to_owned(), a.into());
            map.insert("b".to_owned(), b.into());
            map.insert("g".to_owned(), g.into());
            map.insert("e".to_owned(), e.into());
            map.insert("l".to_owned(), serde_json::Value::from(l));
            serde_json::Value::Object(map)
        })
}

fn some_fields() -> Vec<Field> {
    fields().into_iter().filter(|field| ["a", "b", "g", "e", "l"].contains(&field.name.as_str())).collect()
}

fn types(fields: &[Field]) -> Vec<DataType> {
    fields.iter().map(|field| field.data_type.clone()).collect()
}

proptest! {
    #[test]
    fn documents_are_read_as_serde_reads_them(documents in prop::collection::vec((document(), any::<bool>()), 1..5)) {
        let fields = some_fields();
        let texts: Vec<String> = documents.iter().map(|(document, pretty)| {
            if *pretty { serde_json::to_string_pretty(document).unwrap() } else { document.to_string() }
        }).collect();
        let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let batch = decode(&options(&[]), &fields, &bytes).unwrap();
        prop_assert_eq!(batch.rows, documents.len());
        for (row, (document, _)) in documents.iter().enumerate() {
            let got = batch.row(row, &types(&fields));
            for (field, value) in fields.iter().zip(got) {
                let expect = &document[&field.name];
                match value {
                    Value::Null => prop_assert!(expect.is_null()),
                    Value::Integer(value) => prop_assert_eq!(Some(value), expect.as_i64()),
                    Value::Double(value) => prop_assert_eq!(Some(value), expect.as_f64()),
                    Value::Text(value) => prop_assert_eq!(Some(&*value), expect.as_str()),
                    Value::Array(items) => prop_assert_eq!(items.len(), expect.as_array().unwrap().len()),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }

    /// Of bytes that were tampered with: no panic, what serde takes is taken, and what it refuses is refused, but for what
    /// Jackson is more lenient about.
    #[test]
    fn damaged_documents_have_the_same_verdict(
        document in document(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = document.to_string().into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        // No column: only the syntax counts.
        let ours = decode(&options(&[]), &[], &[&bytes]).is_ok_and(|batch| batch.rows == 1);
        let _ = decode(&options(&[("ignore-parse-errors", "true")]), &fields(), &[&bytes]);
        let mut stream = serde_json::Deserializer::from_slice(&bytes).into_iter::<serde_json::Value>();
        let theirs = match stream.next() {
            Some(Ok(value)) => value.is_object(),
            _ => false,
        };
        let lenient = bytes.iter().any(|byte| *byte < b' ') || bytes.windows(3).any(|w| w == b"\\ud" || w == b"\\uD");
        prop_assert!(ours == theirs || (ours && lenient) || out_of_range(&bytes), "{}: {} {}", String::from_utf8_lossy(&bytes), ours, theirs);
    }
}

/// serde refuses numbers that no double holds.
fn out_of_range(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, b'e' | b'E'))
}

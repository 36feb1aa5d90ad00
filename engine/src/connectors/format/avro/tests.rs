#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    connectors::format::Columns,
    types::{Batch, RowField, Value},
};

fn options() -> AvroOptions {
    AvroOptions::new(Options(&BTreeMap::new()), "avro.")
}

fn encode(fields: &[Field], rows: &[Vec<Value>]) -> Vec<Vec<u8>> {
    let mut columns = Columns::new(fields);
    for row in rows {
        let at = columns.rows();
        for (writer, value) in columns.writers.iter_mut().zip(row) {
            writer.fill(at);
            writer.push(value);
        }
        columns.end_row();
    }
    let batch = columns.finish().unwrap();
    let encoder = AvroEncoder::new(fields, options());
    let views = encoder.views(&batch, 0);
    let datum = |row| {
        let mut out = Vec::new();
        encoder.encode(&views, row, &mut out);
        out
    };
    (0..batch.rows).map(datum).collect()
}

fn decode(record: &[Field], wanted: &[Field], datums: &[Vec<u8>]) -> Result<Batch, String> {
    let mut columns = Columns::new(wanted);
    let mut decoder = AvroDecoder::new(record, wanted, options());
    for datum in datums {
        decoder.decode(datum, &mut columns, 0).map_err(|error| error.at("!"))?;
        columns.end_row();
    }
    Ok(columns.finish().unwrap())
}

/// The datum of one value: the bytes that the Avro specification gives.
fn check(data_type: DataType, value: Value, expect: &[u8]) {
    let fields = [Field::new("a", data_type)];
    let datums = encode(&fields, &[vec![value.clone()]]);
    assert_eq!(datums[0], expect, "{value:?}");
    let types = [fields[0].data_type.clone()];
    assert_eq!(decode(&fields, &fields, &datums).unwrap().row(0, &types), [value]);
}

#[test]
fn datums_are_those_of_the_specification() {
    let text = |text: &str| Value::Text(text.into());
    check(TypeKind::Int.not_null(), Value::Integer(-64), &[0x7f]);
    check(TypeKind::BigInt.not_null(), Value::Integer(64), &[0x80, 0x01]);
    check(
        TypeKind::BigInt.not_null(),
        Value::Integer(i64::MIN),
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    );
    check(TypeKind::STRING.not_null(), text("foo"), &[6, b'f', b'o', b'o']);
    check(TypeKind::STRING.nullable(), text("a"), &[2, 2, b'a']);
    check(TypeKind::STRING.nullable(), Value::Null, &[0]);
    check(TypeKind::Boolean.not_null(), Value::Boolean(true), &[1]);
    check(TypeKind::Decimal(10, 2).not_null(), Value::Decimal(-1), &[2, 0xff]);
    check(TypeKind::Decimal(10, 2).not_null(), Value::Decimal(128), &[4, 0, 0x80]);
    check(TypeKind::Timestamp(3).not_null(), Value::Timestamp(-1000), &[1]);
    let array = TypeKind::Array(Box::new(TypeKind::BigInt.not_null()));
    check(array.not_null(), Value::Array(vec![Value::Integer(3), Value::Integer(27)]), &[4, 6, 54, 0]);
    let map = TypeKind::Map(Box::new(TypeKind::STRING.not_null()), Box::new(TypeKind::Int.not_null()));
    check(map.not_null(), Value::Map(vec![(text("k"), Value::Integer(1))]), &[2, 2, b'k', 2, 0]);
}

#[test]
fn what_cannot_be_is_refused() {
    let field = [Field::new("a", TypeKind::Timestamp(6).nullable())];
    assert!(options().refusal_of(&field).unwrap().starts_with("The column 'a': Avro does not support TIMESTAMP type"));
    let modern = AvroOptions { legacy_timestamps: false };
    assert_eq!(modern.refusal_of(&field), None);
    let fields = [Field::new("a", TypeKind::SmallInt.not_null()), Field::new("b", TypeKind::STRING.not_null())];
    assert_eq!(
        decode(&fields, &fields, &[vec![0x80, 0x80, 0x80, 0x01, 0]]).unwrap_err(),
        "!, column a: \"1048576\" is not a SMALLINT"
    );
    assert_eq!(
        decode(&fields, &fields, &[vec![2, 9]]).unwrap_err(),
        "!, column b: not valid Avro: the record ends too early"
    );
    assert_eq!(decode(&fields, &fields, &[vec![2, 2, 0xff]]).unwrap_err(), "!, column b: \"\u{fffd}\" is not a STRING");
}

fn fields() -> Vec<Field> {
    let row = TypeKind::Row(vec![
        RowField { name: "x".to_owned(), data_type: TypeKind::Int.nullable() },
        RowField { name: "y".to_owned(), data_type: TypeKind::STRING.nullable() },
    ]);
    let array = TypeKind::Array(Box::new(row.clone().nullable()));
    let map = TypeKind::Map(Box::new(TypeKind::STRING.not_null()), Box::new(TypeKind::Double.nullable()));
    let all = [
        TypeKind::BigInt.not_null(),
        array.nullable(),
        map.nullable(),
        row.nullable(),
        TypeKind::BYTES.nullable(),
        TypeKind::Date.nullable(),
    ];
    all.into_iter().zip("abcdef".chars()).map(|(data_type, name)| Field::new(name, data_type)).collect()
}

fn row() -> impl Strategy<Value = Vec<Value>> {
    let text = "[a-zé]{0,5}".prop_map(|text| Value::Text(text.into()));
    let inner = prop_oneof![
        Just(Value::Null),
        (any::<i32>(), text.clone()).prop_map(|(x, y)| Value::Row(vec![Value::Integer(x.into()), y])),
    ];
    let array = prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array);
    let map = prop::collection::btree_map("[a-z]{1,3}", any::<i32>(), 0..4).prop_map(|map| {
        Value::Map(map.into_iter().map(|(key, value)| (Value::Text(key.into()), Value::Double(value.into()))).collect())
    });
    let bytes = prop::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| Value::Bytes(bytes.into()));
    (any::<i64>(), prop_oneof![Just(Value::Null), array], map, inner, bytes, any::<i32>())
        .prop_map(|(a, b, c, d, e, f)| vec![Value::Integer(a), b, c, d, e, Value::Date(f)])
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_in_part_too(rows in prop::collection::vec(row(), 1..5)) {
        let fields = fields();
        let types: Vec<DataType> = fields.iter().map(|field| field.data_type.clone()).collect();
        let datums = encode(&fields, &rows);
        let batch = decode(&fields, &fields, &datums).unwrap();
        for (at, row) in rows.iter().enumerate() {
            prop_assert_eq!(&batch.row(at, &types), row);
        }
        // Two columns in another order, one of them with fewer fields.
        let less = TypeKind::Row(vec![RowField { name: "y".to_owned(), data_type: TypeKind::STRING.nullable() }]);
        let wanted = [fields[5].clone(), Field::new("d", less.nullable())];
        let types: Vec<DataType> = wanted.iter().map(|field| field.data_type.clone()).collect();
        let batch = decode(&fields, &wanted, &datums).unwrap();
        for (at, row) in rows.iter().enumerate() {
            let inner = match &row[3] {
                Value::Row(values) => Value::Row(vec![values[1].clone()]),
                _ => Value::Null,
            };
            prop_assert_eq!(batch.row(at, &types), vec![row[5].clone(), inner]);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = decode(&fields(), &fields(), &[bytes]);
    }
}

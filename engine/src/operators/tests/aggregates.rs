//! All functions, in append-only and retracting form, through a GROUP BY without keys.

use crate::{
    operators::{
        group_aggregate::GroupAggregate,
        spec::{AggregateCall, AggregateFunction, GroupAggregateSpec},
        step::factory,
        testing::*,
    },
    types::{DataType, RowKind, TypeKind, Value},
};

/// The function of a name, and the type that the planner gives its result.
fn signature(name: &str, arguments: &[DataType]) -> (AggregateFunction, DataType) {
    use AggregateFunction::*;
    let functions = [
        ("COUNT", Count),
        ("SUM", Sum),
        ("$SUM0", Sum0),
        ("AVG", Avg),
        ("MIN", Min),
        ("MAX", Max),
        ("FIRST_VALUE", FirstValue),
        ("LAST_VALUE", LastValue),
        ("STDDEV_POP", StddevPop),
        ("STDDEV_SAMP", StddevSamp),
        ("VAR_POP", VarPop),
        ("VAR_SAMP", VarSamp),
        ("LISTAGG", Listagg),
        ("COLLECT", Collect),
        ("ARRAY_AGG", ArrayAgg),
        ("PERCENTILE", Percentile),
        ("JSON_OBJECTAGG", JsonObjectAgg { absent_on_null: false }),
        ("JSON_ARRAYAGG", JsonArrayAgg { absent_on_null: true }),
    ];
    let (_, function) = functions.into_iter().find(|(known, _)| *known == name).unwrap();
    let argument = &arguments[0].kind;
    let kind = match (function, argument) {
        (Count, _) => TypeKind::BigInt,
        (Sum | Sum0, TypeKind::Decimal(_, scale)) => TypeKind::Decimal(38, *scale),
        (Avg | StddevPop | StddevSamp | VarPop | VarSamp, TypeKind::Decimal(_, scale)) => {
            TypeKind::Decimal(38, (*scale).max(6))
        }
        (Collect, _) => TypeKind::Multiset(Box::new(arguments[0].clone())),
        (ArrayAgg, _) => TypeKind::Array(Box::new(arguments[0].clone())),
        (Percentile, _) if matches!(arguments[1].kind, TypeKind::Array(_)) => arguments[1].kind.clone(),
        (Percentile, _) => TypeKind::Double,
        (JsonObjectAgg { .. } | JsonArrayAgg { .. }, _) => TypeKind::STRING,
        (_, kind) => kind.clone(),
    };
    (function, kind.nullable())
}

/// The result of a call over rows of values, some of them taken back.
fn result(name: &str, kinds: &[TypeKind], rows: &[Row], retracts: bool, restore: Option<usize>) -> Value {
    let schema = schema(kinds);
    let arguments: Vec<_> = schema.types();
    let (function, data_type) = signature(name, &arguments);
    let columns: Vec<usize> = (0..kinds.len()).collect();
    let call = AggregateCall { data_type: data_type.clone(), ..call(&schema, function, &columns, TypeKind::Null) };
    let spec = GroupAggregateSpec {
        keys: Vec::new(),
        aggregates: vec![call],
        input: schema.clone(),
        input_changes: retracts,
        update_before: true,
        every_change: false,
        ttl_ms: Some(i64::MAX),
    };
    let events: Vec<Event> = rows.iter().map(|row| Event::Rows(vec![row.clone()])).collect();
    let factory = factory::<GroupAggregate>(spec);
    let types = [data_type];
    let rows = match restore {
        None => run(&factory, &schema, &events, &types),
        Some(before) => run_restored(&factory, &schema, &events, &types, (before, 1, &[])),
    };
    rows.last().unwrap().1[0].clone()
}

/// Checks a call over values, append-only and retracting, with a restore anywhere; in the retracting form a value that is
/// not there at the end comes and goes in between.
#[track_caller]
fn check(name: &str, kinds: &[TypeKind], rows: &[&[Value]], expect: Value) {
    let inserts: Vec<Row> = rows.iter().map(|row| insert(row.to_vec())).collect();
    assert_eq!(result(name, kinds, &inserts, false, None), expect, "{name}{kinds:?}");
    let mut changes = inserts.clone();
    let gone = inserts.last().cloned().unwrap();
    changes.push(gone.clone());
    changes.push((RowKind::Delete, gone.1));
    let again = result(name, kinds, &changes, true, None);
    // What is taken back from an object takes its key away.
    let object = name == "JSON_OBJECTAGG";
    assert!(again == expect || object, "{name}{kinds:?} with retractions: {again:?}, not {expect:?}");
    for before in 1..changes.len() {
        assert_eq!(result(name, kinds, &changes, true, Some(before)), again, "{name} restored after {before}");
    }
    for before in 1..inserts.len() {
        assert_eq!(result(name, kinds, &inserts, false, Some(before)), expect, "{name} restored after {before}");
    }
}

fn ints(values: &[Option<i64>]) -> Vec<Vec<Value>> {
    values.iter().map(|value| vec![int(*value)]).collect()
}

fn slices(rows: &[Vec<Value>]) -> Vec<&[Value]> {
    rows.iter().map(Vec::as_slice).collect()
}

#[test]
fn integers() {
    let values = ints(&[Some(3), None, Some(4), Some(4)]);
    for (name, expect) in [
        ("COUNT", 3),
        ("SUM", 11),
        ("$SUM0", 11),
        ("AVG", 3),
        ("MIN", 3),
        ("MAX", 4),
        ("FIRST_VALUE", 3),
        ("LAST_VALUE", 4),
        ("VAR_POP", 0),
        ("VAR_SAMP", 0),
        ("STDDEV_POP", 0),
    ] {
        check(name, &[TypeKind::Int], &slices(&values), int(expect));
    }
    check("VAR_SAMP", &[TypeKind::Int], &slices(&ints(&[Some(1), Some(9)])), int(32));
    check("STDDEV_SAMP", &[TypeKind::Int], &slices(&ints(&[Some(1), Some(9)])), int(5));
    check("VAR_SAMP", &[TypeKind::Int], &slices(&ints(&[Some(1)])), Value::Null);
    check("SUM", &[TypeKind::TinyInt], &slices(&ints(&[Some(100), Some(100)])), int(-56));
    check("AVG", &[TypeKind::BigInt], &slices(&ints(&[Some(-7), Some(-8)])), int(-7));
    for name in ["SUM", "AVG", "MIN", "MAX", "FIRST_VALUE", "LAST_VALUE", "VAR_POP"] {
        check(name, &[TypeKind::Int], &slices(&ints(&[None, None])), Value::Null);
    }
}

#[test]
fn decimals() {
    let kind = [TypeKind::Decimal(10, 2)];
    let values: Vec<Vec<Value>> = [250, 125, 100].map(|value| vec![Value::Decimal(value)]).into();
    for (name, expect) in [
        ("SUM", 475),
        ("MIN", 100),
        ("MAX", 250),
        // 1.583333, and the spread around it.
        ("AVG", 1_583_333),
        ("VAR_POP", 430_556),
        ("STDDEV_POP", 656_167),
    ] {
        check(name, &kind, &slices(&values), Value::Decimal(expect));
    }
    let large = vec![vec![Value::Decimal(10_i128.pow(38) - 1)]; 2];
    let wide = TypeKind::Decimal(38, 0);
    let rows: Vec<Row> = large.iter().map(|row| insert(row.clone())).collect();
    assert_eq!(result("SUM", std::slice::from_ref(&wide), &rows, false, None), Value::Null);
    assert_eq!(result("SUM", &[wide], &rows, true, None), Value::Null);
}

#[test]
fn floats() {
    let values: Vec<Vec<Value>> = [1.5, -0.25, 4.0].map(|value| vec![Value::Double(value)]).into();
    for (name, expect) in [("SUM", 5.25), ("AVG", 1.75), ("MIN", -0.25), ("MAX", 4.0)] {
        check(name, &[TypeKind::Double], &slices(&values), Value::Double(expect));
    }
    let values: Vec<Vec<Value>> = [0.5_f32, 0.25].map(|value| vec![Value::Float(value)]).into();
    for (name, expect) in [("SUM", 0.75), ("AVG", 0.375), ("MIN", 0.25), ("VAR_POP", 0.015625), ("STDDEV_POP", 0.125)] {
        check(name, &[TypeKind::Float], &slices(&values), Value::Float(expect));
    }
}

#[test]
fn texts_and_truth() {
    let values: Vec<Vec<Value>> = ["b", "a", "é"].map(|value| vec![text(value)]).into();
    for (name, expect) in [("MIN", "a"), ("MAX", "é"), ("LISTAGG", "b,a,é"), ("FIRST_VALUE", "b"), ("LAST_VALUE", "é")]
    {
        check(name, &[TypeKind::STRING], &slices(&values), text(expect));
    }
    let joined: Vec<Vec<Value>> = ["b", "a"].map(|value| vec![text(value), text("-")]).into();
    check("LISTAGG", &[TypeKind::STRING, TypeKind::STRING], &slices(&joined), text("b-a"));
    let truth: Vec<Vec<Value>> = [true, false].map(|value| vec![Value::Boolean(value)]).into();
    check("MIN", &[TypeKind::Boolean], &slices(&truth), Value::Boolean(false));
    check("MAX", &[TypeKind::Boolean], &slices(&truth), Value::Boolean(true));
}

#[test]
fn collections() {
    let values = ints(&[Some(2), None, Some(1), Some(2)]);
    let array = Value::Array(vec![int(2), Value::Null, int(1), int(2)]);
    let rows: Vec<Row> = values.iter().map(|row| insert(row.clone())).collect();
    assert_eq!(result("ARRAY_AGG", &[TypeKind::Int], &rows, false, None), array);
    let multiset = Value::Map(vec![(int(1), int(1)), (int(2), int(2))]);
    check("COLLECT", &[TypeKind::Int], &slices(&values), multiset);
    let json: Vec<Vec<Value>> = vec![vec![text("\"x\"")], vec![Value::Null], vec![text("1")]];
    check("JSON_ARRAYAGG", &[TypeKind::STRING], &slices(&json), text("[\"x\",1]"));
    let entries = vec![vec![text("b"), text("1")], vec![text("a\""), Value::Null], vec![text("c"), text("-2")]];
    check(
        "JSON_OBJECTAGG",
        &[TypeKind::STRING, TypeKind::STRING],
        &slices(&entries),
        text("{\"a\\\"\":null,\"b\":1,\"c\":-2}"),
    );
}

#[test]
fn times() {
    let values: Vec<Vec<Value>> = [5, 3].map(|value| vec![Value::Date(value)]).into();
    check("MIN", &[TypeKind::Date], &slices(&values), Value::Date(3));
    let values: Vec<Vec<Value>> = [5, 3].map(|value| vec![time(value)]).into();
    check("MAX", &[TypeKind::TimestampLtz(3)], &slices(&values), time(5));
}

#[test]
fn percentiles() {
    let kinds = [TypeKind::Decimal(10, 2), TypeKind::Double];
    let rows = |percentage: f64| -> Vec<Vec<Value>> {
        [350, 510, 1409, 729].map(|value| vec![Value::Decimal(value), Value::Double(percentage)]).into()
    };
    for (percentage, expect) in [(0.0, 3.5), (1.0, 14.09), (0.5, 6.195), (0.75, 8.99)] {
        let Value::Double(got) = result("PERCENTILE", &kinds, &inserts(&rows(percentage)), false, None) else {
            panic!()
        };
        assert!((got - expect).abs() < 1e-9, "{percentage}: {got}");
    }
    check("PERCENTILE", &kinds, &slices(&rows(1.0)), Value::Double(14.09));
    let kinds = [TypeKind::Int, TypeKind::Array(Box::new(TypeKind::Double.nullable())), TypeKind::Int];
    let quarters = Value::Array([0.5, 0.25].map(Value::Double).into());
    let row = |value, frequency| vec![int(value), quarters.clone(), int(frequency)];
    let expect = Value::Array([3.0, 2.0].map(Value::Double).into());
    check("PERCENTILE", &kinds, &slices(&[row(4, 2), row(2, 2), row(9, 0), row(9, -1)]), expect);
}

fn inserts(rows: &[Vec<Value>]) -> Vec<Row> {
    rows.iter().map(|row| insert(row.clone())).collect()
}

//! Expressions from text to value, and what is refused, in tables.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::{
    ast::Statement,
    catalog::Catalog,
    config::{JobConfig, Settings},
    parser::parse,
    plan::{JobPlan, OperatorKind, plan},
    value::{Row, Value},
};

const SOURCE: &str = "CREATE TABLE t (a INT, b BIGINT, d DOUBLE, s STRING, x BOOLEAN, y BOOLEAN, n INT, tiny TINYINT, \
                      day DATE, at TIMESTAMP(3)) WITH ('connector' = 'datagen')";

fn row() -> Row {
    vec![
        Value::Integer(7),
        Value::Integer(40),
        Value::Double(2.5),
        Value::text("ORD"),
        Value::Boolean(true),
        Value::Boolean(false),
        Value::Null,
        Value::Integer(127),
        Value::Date(15_706),
        Value::Timestamp(1_357_017_300_000_000),
    ]
}

/// Plans a script whose last statement is an INSERT.
fn plan_of(statements: &[&str], settings: &[(&str, &str)]) -> Result<JobPlan, String> {
    let settings: Settings = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let mut catalog = Catalog::default();
    for text in statements {
        match parse(text).map_err(|error| error.to_string())? {
            Statement::CreateTable(definition) => {
                catalog.create(&definition, text).map_err(|error| error.to_string())?;
            }
            Statement::Insert(insert) => {
                let config = JobConfig::read(&settings).map_err(|error| error.to_string())?;
                return plan(&insert, &catalog, config).map_err(|error| error.to_string());
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("no INSERT")
}

/// The value of an expression over [`row`], as print shows it, or its error.
fn value_of(expression: &str, sink_type: &str) -> String {
    let sink = format!("CREATE TABLE s (v {sink_type}) WITH ('connector' = 'print')");
    let insert = format!("INSERT INTO s SELECT {expression} FROM t");
    let plan = match plan_of(&[SOURCE, &sink, &insert], &[]) {
        Ok(plan) => plan,
        Err(error) => return error,
    };
    let operators = plan.vertices.iter().flat_map(|vertex| &vertex.operators);
    let calc = operators.filter_map(|operator| match &operator.kind {
        OperatorKind::Calc { projection, .. } => Some(projection[0].clone()),
        _ => None,
    });
    let expr = calc.reduce(|_, last| last).unwrap();
    match expr.eval(&row()) {
        Ok(value) => value.display(expr.data_type),
        Err(error) => error.to_string(),
    }
}

fn check(expression: &str, sink_type: &str, expect: &str) {
    assert_eq!(value_of(expression, sink_type), expect, "{expression}");
}

#[test]
fn arithmetic_is_javas() {
    check("a / 2", "INT", "3");
    check("-a / 2", "INT", "-3");
    check("a % 3 + MOD(-a, 3)", "INT", "0");
    check("2147483647 + 1", "INT", "-2147483648");
    check("2147483647 + CAST(1 AS BIGINT)", "BIGINT", "2147483648");
    check("tiny + tiny", "TINYINT", "-2");
    check("a / 2.0", "DOUBLE", "3.5");
    check("d / 0", "DOUBLE", "Infinity");
    check("a / 0", "INT", "java.lang.ArithmeticException: / by zero");
    check("a + n", "INT", "null");
    check("2 + 3 * 4 - -1", "INT", "15");
    check("(2 + 3) * 4", "INT", "20");
}

#[test]
fn conditions_know_unknown() {
    check("n = n", "BOOLEAN", "null");
    check("n IS NULL AND n IS NOT NULL", "BOOLEAN", "false");
    check("x OR n > 1", "BOOLEAN", "true");
    check("y AND n > 1", "BOOLEAN", "false");
    check("x AND n > 1", "BOOLEAN", "null");
    check("NOT (n > 1)", "BOOLEAN", "null");
    check("(n > 1) IS UNKNOWN", "BOOLEAN", "true");
    check("(n > 1) IS NOT TRUE", "BOOLEAN", "true");
    check("a BETWEEN 7 AND 8 AND a NOT BETWEEN 1 AND 6", "BOOLEAN", "true");
    check("a IN (1, 7)", "BOOLEAN", "true");
    check("a IN (1, n)", "BOOLEAN", "null");
    check("a NOT IN (1, n)", "BOOLEAN", "null");
    check("s LIKE 'O%' AND s NOT LIKE '_O_'", "BOOLEAN", "true");
    check("a > d", "BOOLEAN", "true");
}

#[test]
fn functions_and_casts_are_flinks() {
    check("CASE WHEN MOD(a, 10) < 9 THEN 'ORD' ELSE s END", "STRING", "ORD");
    check("CASE a WHEN 1 THEN 'one' WHEN 7 THEN 'seven' END", "STRING", "seven");
    check("COALESCE(n, n, a)", "INT", "7");
    check("NULLIF(a, 7)", "INT", "null");
    check("IF(n > 1, 'yes', 'no')", "STRING", "no");
    check("'a' || s || CAST(a AS STRING)", "STRING", "aORD7");
    check("CONCAT('a', NULL)", "STRING", "null");
    check("CONCAT_WS('-', 'a', NULL, 'b')", "STRING", "a-b");
    check("SUBSTRING(s FROM 2 FOR 1) || SUBSTR(s, -1)", "STRING", "RD");
    check("UPPER(TRIM('  x ')) || LOWER(s)", "STRING", "Xord");
    check("CHAR_LENGTH('åäö')", "INT", "3");
    check("ROUND(2.675, 2)", "DOUBLE", "2.68");
    check("ROUND(-2.5)", "DOUBLE", "-3.0");
    check("FLOOR(d) + CEIL(d)", "DOUBLE", "5.0");
    check("CAST(300 AS TINYINT)", "TINYINT", "44");
    check("CAST(1e20 AS INT)", "INT", "2147483647");
    check("CAST(' 12 ' AS INT)", "INT", "12");
    check("CAST(x AS STRING)", "STRING", "TRUE");
    check(
        "CAST('1O5' AS INT)",
        "INT",
        "java.lang.NumberFormatException: For input string: \"1O5\", which is not of type INT",
    );
    check("TRY_CAST('1O5' AS INT)", "INT", "null");
    check("CAST(day AS STRING) || ' ' || CAST(at AS STRING)", "STRING", "2013-01-01 2013-01-01 05:15:00.000");
    check("at > TIMESTAMP '2013-01-01 05:00:00' AND day = DATE '2013-01-01'", "BOOLEAN", "true");
    check("HOUR(at) * 100 + MINUTE(at)", "BIGINT", "515");
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    check(
        "dep_dealy",
        "INT",
        "line 1, column 22: Column 'dep_dealy' not found in table 't'. Known: a, b, d, s, x, y, n, tiny, day, at.",
    );
    check("tinny", "INT", "line 1, column 22: Column 'tinny' not found in table 't'. Did you mean 'tiny'?");
    check("a + s", "INT", "line 1, column 24: Cannot apply '+' to INT and STRING. Convert one side with CAST");
    check("a = 'x'", "BOOLEAN", "line 1, column 24: Cannot apply '=' to INT and CHAR(1). Convert one side with CAST");
    check("UPER(s)", "STRING", "line 1, column 22: No match found for function 'UPER'. Did you mean 'UPPER'?");
    check("UPPER(a)", "STRING", "line 1, column 22: UPPER does not take (INT). Usage: UPPER(string)");
    check(
        "COUNT(a)",
        "BIGINT",
        "line 1, column 22: The aggregate function COUNT is not supported by this engine. Each row is computed alone",
    );
    check("u.a", "INT", "line 1, column 22: Table 'u' not found. Columns here are those of 't'");
    check("NOT a", "BOOLEAN", "line 1, column 26: NOT needs a condition (BOOLEAN), not INT");
    let narrow = value_of("b", "INT");
    assert!(narrow.contains("Incompatible types for sink column 'v': the query has BIGINT, the sink INT"), "{narrow}");
    let count = value_of("a, b", "INT");
    assert!(count.contains("Different number of columns. The query has 2, the sink takes 1 (v)"), "{count}");
}

#[test]
fn tables_are_checked_when_they_are_declared() {
    let declare = |options: &str, expect: &str| {
        let text = format!("CREATE TABLE t (a INT) WITH ({options})");
        let got = match parse(&text).unwrap() {
            Statement::CreateTable(definition) => Catalog::default()
                .create(&definition, &text)
                .map_or_else(|error| error.to_string(), |_| "ok".to_owned()),
            other => format!("{other:?}"),
        };
        assert_eq!(got, expect);
    };
    declare("'connector' = 'filesystem', 'path' = '/x', 'format' = 'csv'", "ok");
    declare("'connector' = 'kafak'", "line 1, column 44: Could not find any connector 'kafak'. Did you mean 'kafka'?");
    declare(
        "'connector' = 'filesystem', 'format' = 'csv'",
        "line 1, column 44: The connector 'filesystem' needs the option 'path'",
    );
    declare(
        "'connector' = 'print', 'sink.call-latenzy' = '5 ms'",
        "line 1, column 53: Unsupported option 'sink.call-latenzy' for connector 'print'. Did you mean 'sink.call-latency'?",
    );
    declare(
        "'connector' = 'print', 'sink.call-latency' = 'soon'",
        "line 1, column 75: Invalid value 'soon' for option 'sink.call-latency'. Set it to a duration like 5 ms or 1 min",
    );
    declare(
        "'connector' = 'datagen', 'fields.b.min' = '1'",
        "line 1, column 55: The option 'fields.b.min' is about no column. Did you mean 'a'?",
    );
}

#[test]
fn plans_chain_and_exchange_as_configured() {
    let sink = "CREATE TABLE s (a INT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'print')";
    let shape = |settings: &[(&str, &str)]| {
        let plan = plan_of(&[SOURCE, sink, "INSERT INTO s SELECT a FROM t WHERE a > 1"], settings).unwrap();
        let vertices = plan.vertices.iter().map(|vertex| {
            let exchange = vertex.input.as_ref().map_or("", |exchange| exchange.ship_strategy());
            format!("{exchange} [{} x{}]", vertex.name, vertex.parallelism)
        });
        vertices.collect::<String>().trim().to_owned()
    };
    assert_eq!(shape(&[]), "[Source: t -> Calc -> Sink: s x1]");
    assert_eq!(
        shape(&[("parallelism.default", "4"), ("table.exec.sink.keyed-shuffle", "FORCE")]),
        "[Source: t -> Calc x4]HASH [Sink: s x4]"
    );
    assert_eq!(
        shape(&[("pipeline.operator-chaining.enabled", "false")]),
        "[Source: t x1]FORWARD [Calc x1]FORWARD [Sink: s x1]"
    );
    let refused = plan_of(&[SOURCE, sink, "INSERT INTO s SELECT a FROM t"], &[("parallelism.default", "0")]);
    assert!(refused.unwrap_err().contains("Set it to a number from 1 to 128"));
}

/// A condition as text, and its truth by an oracle that knows nothing of the engine: `None` is unknown.
fn condition() -> impl Strategy<Value = (String, Option<bool>)> {
    let leaf = prop_oneof![
        Just(("x".to_owned(), Some(true))),
        Just(("y".to_owned(), Some(false))),
        Just(("n > 1".to_owned(), None)),
    ];
    leaf.prop_recursive(5, 32, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|((a, p), (b, q))| {
                let truth = if p == Some(false) || q == Some(false) { Some(false) } else { p.and(q) };
                (format!("({a} AND {b})"), truth)
            }),
            (inner.clone(), inner.clone()).prop_map(|((a, p), (b, q))| {
                let truth = if p == Some(true) || q == Some(true) {
                    Some(true)
                } else if p.is_none() || q.is_none() {
                    None
                } else {
                    Some(false)
                };
                (format!("({a} OR {b})"), truth)
            }),
            inner.clone().prop_map(|(a, p)| (format!("(NOT {a})"), p.map(|p| !p))),
            inner.prop_map(|(a, p)| (format!("(({a}) IS NOT TRUE)"), Some(p != Some(true)))),
        ]
    })
}

proptest! {
    #[test]
    fn three_valued_logic_agrees_with_the_oracle((text, truth) in condition()) {
        let expect = truth.map_or("null".to_owned(), |truth| truth.to_string());
        prop_assert_eq!(value_of(&text, "BOOLEAN"), expect, "{}", text);
    }

    /// Whatever is typed, the parser answers; it does not crash.
    #[test]
    fn any_text_is_answered(text in "(SELECT|INSERT INTO|CREATE TABLE|[a-z]{1,3}|[0-9.]{1,3}|[ ,.()'`*=<>|-]){0,20}") {
        let _ = parse(&text);
    }
}

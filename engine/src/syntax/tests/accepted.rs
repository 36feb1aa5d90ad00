//! What is taken, and what it means.

use crate::syntax::{
    ast::{AlterChange, CreateTable, Query, Statement, StatementKind, TypeName},
    parse, parse_expression, split_statements,
};

pub(super) const SCRIPT: &str = include_str!("accepted.sql");

/// The queries of a statement.
pub(super) fn queries(statement: &Statement) -> Vec<&Query> {
    match &statement.kind {
        StatementKind::Query(query) => vec![query],
        StatementKind::Insert(insert) => vec![&insert.query],
        StatementKind::StatementSet(inserts) => inserts.iter().map(|insert| &insert.query).collect(),
        StatementKind::CreateView(view) => vec![&view.query],
        StatementKind::CreateTable(table) => table.query.iter().map(|create_as| &create_as.query).collect(),
        StatementKind::Explain(explain) => queries(&explain.statement),
        StatementKind::Alter(alter) => match &alter.change {
            AlterChange::Query { query, .. } => vec![query],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

#[test]
fn takes_the_statements_of_the_dialect() {
    let parts = split_statements(SCRIPT).unwrap();
    assert!(parts.len() >= 170, "{}", parts.len());
    for part in parts {
        let statement = part.parse().unwrap_or_else(|error| panic!("{}\n{error}", part.text));
        assert_eq!(statement.at, part.at);
        for query in queries(&statement) {
            let written = query.to_string();
            let again = parse(&written).unwrap_or_else(|error| panic!("{}\n{written}\n{error}", part.text));
            assert_eq!(queries(&again)[0].to_string(), written, "{}", part.text);
        }
    }
}

fn same(text: &str, grouped: &str) {
    let written = |text: &str| parse_expression(text).map(|expr| expr.to_string());
    assert_eq!(written(text), written(grouped), "{text}");
}

/// How operators bind is compared with Flink's own parser over 20,000 random expressions; these are what it showed.
#[test]
fn operators_bind_as_flinks_do() {
    same("a OR b AND NOT c = d", "a OR (b AND (NOT (c = d)))");
    same("a + b * c || d - e", "(a + ((b * c) || d)) - e");
    same("-a * b", "(-a) * b");
    same("-a[1].b", "-((a[1]).b)");
    same("a = b = c", "(a = b) = c");
    same("a < b IS TRUE", "(a < b) IS TRUE");
    same("a = b LIKE c", "a = (b LIKE c)");
    same("a LIKE b LIKE c", "a LIKE (b LIKE c)");
    same("a IN (1) = TRUE", "(a IN (1)) = TRUE");
    same("NOT a IS NULL", "NOT (a IS NULL)");
    same("a = NOT b", "a = (NOT b)");
    same("a BETWEEN b = c AND d = e", "(a BETWEEN (b = c) AND d) = e");
    same("a BETWEEN 1 AND 2 AND b", "(a BETWEEN 1 AND 2) AND b");
    same("a BETWEEN b AND c LIKE d", "a BETWEEN b AND (c LIKE d)");
    same("a = b IS DISTINCT FROM c", "(a = b) IS DISTINCT FROM c");
    same("a - -1", "a - (-1)");
    same("- - 1", "1");
    same("a AND b AND c", "(a AND b) AND c");
    same("a LIKE b || c ESCAPE '!'", "a LIKE (b || c) ESCAPE '!'");
}

fn written(text: &str, expect: &str) {
    assert_eq!(parse_expression(text).unwrap().to_string(), expect);
}

#[test]
fn expressions_are_written_as_flink_writes_them() {
    written("a + 1", "`a` + 1");
    written("(a+b)*c - (d - e)", "(`a` + `b`) * `c` - (`d` - `e`)");
    written("ts - interval '5' seconds", "`ts` - INTERVAL '5' SECOND");
    written("proctime()", "proctime()");
    written("current_timestamp", "CURRENT_TIMESTAMP");
    written("a between 1 and 2", "`a` BETWEEN ASYMMETRIC 1 AND 2");
    written("trim(a)", "TRIM(BOTH ' ' FROM `a`)");
    written("substring(a from 1 for 2)", "SUBSTRING(`a`, 1, 2)");
    written("position('x' in a)", "POSITION('x' IN `a`)");
    written("cast(a as int)", "CAST(`a` AS INTEGER)");
    written("cast(a as row<x int not null>)", "CAST(`a` AS ROW< `x` INTEGER NOT NULL >)");
    written("a['it''s'].`b c`", "`a`['it''s'].`b c`");
    written("count(distinct a) filter (where b) over w", "count(DISTINCT `a`) FILTER (WHERE `b`) OVER `w`");
    written("x'0a' || u&'\\0061'", "X'0A' || 'a'");
    written("`select`(1) + `a``b`", "`select`(1) + `a``b`");
    written("json_object('a' : 1)", "JSON_OBJECT(KEY 'a' VALUE 1)");
    written("not (a or b) and c", "NOT (`a` OR `b`) AND `c`");
    written("-(a + b) + - -c", "- (`a` + `b`) + - - `c`");
    written("2 .b", "(2).`b`");
    written("(a)[1] + (a + b)[1] + (-1)[2]", "`a`[1] + (`a` + `b`)[1] + (-1)[2]");
}

fn table(text: &str) -> CreateTable {
    match parse(text).unwrap().kind {
        StatementKind::CreateTable(table) => *table,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_has_its_parts() {
    let table = table(
        "CREATE TABLE t (a INT NOT NULL, b AS a + 1 COMMENT 'c', m BIGINT METADATA FROM 'ts' VIRTUAL, WATERMARK FOR b AS \
         b, PRIMARY KEY (a) NOT ENFORCED) PARTITIONED BY (a) WITH ('k' = 'v') LIKE u (EXCLUDING OPTIONS)",
    );
    assert_eq!(table.columns.len(), 3);
    assert_eq!(table.columns[1].comment.as_ref().map(|comment| comment.text.as_str()), Some("c"));
    assert_eq!(table.watermarks[0].column.dotted(), "b");
    assert!(table.constraints[0].primary && !table.constraints[0].enforced);
    assert_eq!(table.partitioned_by[0].text, "a");
    assert_eq!(table.options[0].value.text, "v");
    assert_eq!(table.like.map(|like| like.rules.len()), Some(1));
}

#[test]
fn types_are_written_as_flink_writes_them() {
    let types = [
        ("INT NOT NULL", "INTEGER NOT NULL"),
        ("STRING NOT NULL ARRAY", "ARRAY< STRING NOT NULL >"),
        ("MAP<STRING, ROW<a DEC(3)>>", "MAP< STRING, ROW< `a` DECIMAL(3) > >"),
        ("TIMESTAMP_LTZ(3)", "TIMESTAMP(3) WITH LOCAL TIME ZONE"),
        ("INTERVAL DAY(2) TO SECOND(3)", "INTERVAL DAY(2) TO SECOND(3)"),
        ("NUMERIC(10, 2)", "DECIMAL(10, 2)"),
    ];
    for (text, expect) in types {
        let columns = table(&format!("CREATE TABLE t (a {text})")).columns;
        let crate::syntax::ast::ColumnKind::Physical(data_type) = &columns[0].kind else { panic!("{text}") };
        let data_type: &TypeName = data_type;
        assert_eq!(data_type.to_string(), expect);
    }
}

#[test]
fn a_view_keeps_its_text() {
    let StatementKind::CreateView(view) = parse("CREATE VIEW v AS  SELECT a /* b */\nFROM t ;").unwrap().kind else {
        panic!("no view")
    };
    assert_eq!(view.query_text, "SELECT a /* b */\nFROM t");
}

//! What is refused: what was met, what was expected, where, and what was perhaps meant.

use crate::syntax::{SqlError, parse};

/// A statement a line, and on the next, indented, the message.
const CASES: &str = include_str!("refused.txt");

fn refusal(text: &str) -> String {
    let error = parse(text).expect_err(text).to_string();
    error.strip_prefix("SQL parse failed. ").map_or(error.clone(), str::to_owned)
}

#[test]
fn says_what_is_wrong_where_and_what_would_be_right() {
    let lines: Vec<&str> = CASES.lines().collect();
    assert!(lines.len() >= 240 && lines.len().is_multiple_of(2), "{}", lines.len());
    for case in lines.chunks_exact(2) {
        assert_eq!(refusal(case[0]), case[1].trim_start(), "{}", case[0]);
    }
}

#[test]
fn places_what_is_wrong_on_later_lines() {
    assert_eq!(
        refusal("SELECT a,\n  -- ünïcode\n  'ü', b = FROM t"),
        "Encountered \"FROM\", expected an expression at line 3, column 12."
    );
    assert_eq!(
        refusal(" \n -- nothing"),
        "Encountered the end of the statement, expected a statement at line 2, column 12."
    );
}

#[test]
fn an_error_is_a_parse_error_or_a_refusal() {
    assert!(matches!(parse("SELEKT 1"), Err(SqlError::Parse { .. })));
    assert!(matches!(parse("UPDATE t SET a = 1"), Err(SqlError::Unsupported { .. })));
    assert!(matches!(parse("CREATE TABLE t WITH ('a' = '1', 'a' = '2')"), Err(SqlError::Invalid { .. })));
}

#[test]
fn a_long_literal_is_cut_short_in_an_error() {
    let refusal = refusal(&format!("SELECT 1 '{}'", "ü".repeat(500)));
    assert_eq!(
        refusal,
        format!("Encountered '{}…', expected the end of the statement at line 1, column 10.", "ü".repeat(60))
    );
}

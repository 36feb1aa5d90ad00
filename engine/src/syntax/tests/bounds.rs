//! What is too deep, too high or too long.

use crate::syntax::{MAX_DEPTH, MAX_HEIGHT, MAX_SCRIPT_BYTES, parse, split_statements};

/// The stack of the threads that parse: what tokio gives its workers.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Parses, writes and drops `text` on a thread with no more stack than the engine's have.
fn outcome(text: String) -> String {
    let parse = move || match parse(&text) {
        Ok(statement) => {
            for query in super::accepted::queries(&statement) {
                let _ = query.to_string();
                let _ = format!("{query:?}").len();
                assert_eq!(query.clone(), *query);
            }
            "taken".to_owned()
        }
        Err(error) => error.to_string(),
    };
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(parse).unwrap().join().unwrap()
}

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let shapes = [
        ("SELECT ", "(", "1", ")"),
        ("SELECT ", "f(", "1", ")"),
        ("SELECT ", "- ", "a", ""),
        ("SELECT ", "NOT ", "a", ""),
        ("SELECT ", "CASE WHEN a THEN ", "1", " END"),
        ("SELECT ", "(SELECT ", "1", ")"),
        ("SELECT ", "a IN (SELECT ", "1", ")"),
        ("SELECT ", "EXISTS (SELECT ", "1", ")"),
        ("SELECT ", "a[", "1", "]"),
        ("SELECT ", "ARRAY[", "1", "]"),
        ("SELECT ", "JSON_OBJECT('a' VALUE ", "1", ")"),
        ("SELECT ", "a LIKE ", "b", ""),
        ("SELECT CAST(a AS ", "ARRAY<", "INT", ">"),
        ("SELECT CAST(a AS ", "ROW<a ", "INT", ">"),
        ("SELECT * FROM ", "(SELECT * FROM ", "t", ")"),
        ("SELECT * FROM ", "(a JOIN ", "t", ")"),
        ("SELECT a FROM t GROUP BY ", "GROUPING SETS(", "a", ")"),
        ("", "(", "SELECT 1", ")"),
        ("", "WITH a AS (", "SELECT 1", ") SELECT 1"),
        ("", "EXPLAIN ", "SELECT 1", ""),
    ];
    for (before, open, inner, close) in shapes {
        let text = |times| format!("{before}{}", nested(open, inner, close, times));
        let deep = outcome(text(20_000.min(200_000 / (open.len() + close.len()))));
        assert!(deep.contains(&format!("nested deeper than {MAX_DEPTH}")), "{open}: {deep}");
        // Every shape may be nested a fair number of times, and just below the bound the stack holds.
        for times in 1..=MAX_DEPTH as usize {
            let got = outcome(text(times));
            let fair = got.contains("expected") || got.contains("EXPLAIN takes");
            assert!(times > 25 || fair || got == "taken", "{open} {times}: {got}");
        }
    }
}

#[test]
fn chains_that_are_too_high_are_refused() {
    let chain = |link: &str, times: usize| format!("SELECT * FROM t WHERE a {}", link.repeat(times));
    for link in ["+ 1 ", "|| b ", "= 1 ", "IS NULL ", "IS DISTINCT FROM b "] {
        assert_eq!(outcome(chain(link, 200)), "taken", "{link}");
        let high = outcome(chain(link, 9000));
        assert!(high.contains(&format!("More than {MAX_HEIGHT} operators")), "{link}: {high}");
    }
    let joins = |times: usize| format!("SELECT * FROM t {}", "JOIN t ON TRUE ".repeat(times));
    let unions = |times: usize| format!("SELECT 1 {}", "UNION ALL SELECT 1 ".repeat(times));
    let commas = |times: usize| format!("SELECT * FROM t{}", ", t".repeat(times));
    let indexes = |times: usize| format!("SELECT a{}", "[1]".repeat(times));
    let arrays = |times: usize| format!("SELECT CAST(a AS INT{})", " ARRAY".repeat(times));
    for shape in [joins, unions, commas, indexes, arrays] {
        assert_eq!(outcome(shape(200)), "taken");
        assert!(outcome(shape(5000)).contains(&format!("More than {MAX_HEIGHT} operators")), "{}", shape(2));
    }
}

#[test]
fn a_script_that_is_too_long_is_refused() {
    let error = split_statements(&" ".repeat(MAX_SCRIPT_BYTES + 1)).unwrap_err().to_string();
    assert!(error.contains("A script of 4194305 bytes is longer than the 4194304 that are read"), "{error}");
}

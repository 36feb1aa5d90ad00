//! Nothing makes the parser fall, and what it takes can be written and read again.

use proptest::prelude::*;

use super::accepted::{SCRIPT, queries};
use crate::{
    fuzz,
    syntax::{parse, parse_expression, split_statements},
};

/// Words and signs that statements are made of.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "SELECT", "FROM", "WHERE", "GROUP", "BY", "ORDER", "LIMIT", "JOIN", "LEFT", "ON", "USING", "UNION", "ALL", "WITH",
    "AS", "VALUES", "TABLE", "LATERAL", "UNNEST", "CASE", "WHEN", "THEN", "ELSE", "END", "CAST", "IN", "BETWEEN",
    "AND", "OR", "NOT", "IS", "NULL", "LIKE", "ESCAPE", "EXISTS", "INTERVAL", "DAY", "TO", "SECOND", "DATE", "ARRAY",
    "MAP", "ROW", "OVER", "PARTITION", "ROWS", "RANGE", "PRECEDING", "CURRENT", "FILTER", "DISTINCT", "JSON_VALUE",
    "JSON_OBJECT", "EMPTY", "ERROR", "DEFAULT", "KEY", "VALUE", "TRIM", "EXTRACT", "DESCRIPTOR", "CREATE", "VIEW",
    "WATERMARK", "FOR", "SYSTEM_TIME", "OF", "INSERT", "INTO", "STATEMENT", "SET", "BEGIN", "EXECUTE", "EXPLAIN",
    "PRIMARY", "ENFORCED", "INT", "STRING", "METADATA", "GROUPING", "SETS", "CUBE", "a", "b", "t", "f", "`q r`", "1",
    "2.5", "1e3", "'text'", "X'0a'", "U&'\\0061'", "(", ")", "(", ")", ",", ".", ";", "=", "<", ">", "<>", "=>", "||",
    "+", "-", "*", "/", "%", "[", "]", ":", "/*+", "*/", "?", "'", "`", "\n", "--", "é",
];

/// Parses, and holds what was taken to being written and read again.
fn survives(text: &str) {
    let _ = parse_expression(text).map(|expr| expr.to_string());
    for part in split_statements(text).unwrap_or_default() {
        let _ = part.parse();
    }
    let Ok(statement) = parse(text) else { return };
    for query in queries(&statement) {
        let written = query.to_string();
        let again = parse(&written).unwrap_or_else(|error| panic!("{text}\n{written}\n{error}"));
        assert_eq!(queries(&again)[0].to_string(), written, "{text}");
    }
}

fn statements() -> Vec<&'static str> {
    split_statements(SCRIPT).unwrap().into_iter().map(|part| part.text).collect()
}

proptest! {
    #![proptest_config(fuzz::cases(500))]

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_words_are_survived(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        survives(&words.join(" "));
        survives(&format!("SELECT {} FROM t", words.join(" ")));
    }

    #[test]
    fn changed_statements_are_survived(
        statement in prop::sample::select(statements()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, prop::sample::select(WORDS)), 1..4),
    ) {
        let mut words: Vec<&str> = statement.split_inclusive(&[' ', '(', ')', ','][..]).collect();
        for (index, change, word) in changes {
            let index = index.index(words.len().max(1));
            match change {
                _ if words.is_empty() => {}
                0 => { words.remove(index); }
                1 => words.insert(index, word),
                2 => words[index] = word,
                _ => words.truncate(index),
            }
        }
        survives(&words.concat());
        survives(&words.join(" "));
    }
}

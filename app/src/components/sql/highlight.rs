//! The script as coloured runs of text.

use model::sql::{TokenKind, tokens};

/// A run of text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The class of its colour; none for plain text.
    pub class: &'static str,
    /// Whether it is underlined as wrong.
    pub faulty: bool,
    /// The text.
    pub text: String,
}

/// Cuts a script into runs; bytes `fault` of it are marked as wrong.
pub fn runs(script: &str, fault: Option<(usize, usize)>) -> Vec<Run> {
    let (from, to) = fault.unwrap_or_default();
    let mut runs: Vec<Run> = Vec::new();
    for token in tokens(script) {
        let class = class(token.kind, token.of(script));
        let mut start = token.start;
        for cut in [from, to, token.end] {
            if cut > start && cut <= token.end && script.is_char_boundary(cut) {
                let faulty = start >= from && start < to;
                push(&mut runs, class, faulty, &script[start..cut]);
                start = cut;
            }
        }
    }
    runs
}

fn push(runs: &mut Vec<Run>, class: &'static str, faulty: bool, text: &str) {
    match runs.last_mut() {
        Some(last) if last.class == class && last.faulty == faulty => last.text.push_str(text),
        _ => runs.push(Run { class, faulty, text: text.to_owned() }),
    }
}

fn class(kind: TokenKind, text: &str) -> &'static str {
    match kind {
        TokenKind::Comment => "tok-comment",
        TokenKind::Text => "tok-text",
        TokenKind::Quoted => "tok-name",
        TokenKind::Number => "tok-number",
        TokenKind::Word if is_keyword(text) => "tok-keyword",
        TokenKind::Word | TokenKind::Mark | TokenKind::Space => "",
    }
}

/// Whether a word is one of the language's own.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.split_ascii_whitespace().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// A name as it is typed into a script: in backticks where it would be taken for something else.
pub fn written(name: &str) -> String {
    let mut letters = name.chars();
    let plain = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain && !is_keyword(name) { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

/// Reserved words and the names of types.
const KEYWORDS: &str = "\
     ADD ALL ALTER AND ANY ARRAY AS ASC BEGIN BETWEEN BIGINT BINARY BOOLEAN BOTH BY BYTES CASE CAST CATALOG CHAR \
     COLUMN COMMENT CONSTRAINT CREATE CROSS CUBE CURRENT DATABASE DATE DAY DECIMAL DELETE DESC DESCRIBE DESCRIPTOR \
     DISTINCT DOUBLE DROP ELSE EMIT END ENFORCED ESCAPE EXCEPT EXECUTE EXISTS EXPLAIN EXTRACT FALSE FETCH FILTER \
     FIRST FLOAT FOLLOWING FOR FROM FULL FUNCTION FUNCTIONS GROUP GROUPING HAVING HOUR IF IN INNER INSERT INT \
     INTEGER INTERSECT INTERVAL INTO IS JAR JOIN KEY LAST LATERAL LEADING LEFT LIKE LIMIT LOCAL MAP MATCH_RECOGNIZE \
     METADATA MINUTE MONTH MULTISET NATURAL NOT NULL NULLS OF OFFSET ON OR ORDER OUTER OVER OVERWRITE PARTITION \
     PARTITIONED PRECEDING PRECISION PRIMARY RANGE RESET RIGHT ROLLUP ROW ROWS SECOND SELECT SET SETS SHOW SIMILAR \
     SMALLINT STATEMENT STRING SYSTEM_TIME TABLE TABLES TEMPORARY THEN TIME TIMESTAMP TIMESTAMP_LTZ TINYINT TO \
     TRAILING TRUE UNBOUNDED UNION UNIQUE UNNEST UPDATE USE USING VALUES VARBINARY VARCHAR VIEW VIRTUAL WATERMARK \
     WHEN WHERE WINDOW WITH YEAR";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, fault: Option<(usize, usize)>, expect: &str) {
        let found: Vec<String> = runs(script, fault)
            .into_iter()
            .map(|run| {
                format!("{}{}<{}>", run.class.trim_start_matches("tok-"), if run.faulty { "!" } else { "" }, run.text)
            })
            .collect();
        assert_eq!(found.concat(), expect, "{script}");
    }

    #[test]
    fn each_kind_has_its_colour() {
        check("select a, 1 -- x", None, "keyword<select>< a, >number<1>< >comment<-- x>");
        check("'t' `q`", None, "text<'t'>< >name<`q`>");
        check("", None, "");
    }

    #[test]
    fn the_fault_is_cut_out_of_what_it_is_in() {
        check("SELECT idd, x", Some((7, 10)), "keyword<SELECT>< >!<idd><, x>");
        check("a b c", Some((0, 3)), "!<a b>< c>");
        check("'a b'", Some((1, 3)), "text<'>text!<a >text<b'>");
        check("a", Some((1, 1)), "<a>");
        check("é", Some((1, 2)), "<é>");
    }

    #[test]
    fn keywords_are_known_in_any_case() {
        assert!(is_keyword("Select") && !is_keyword("product"));
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for (name, expect) in [
            ("orders", "orders"),
            ("order", "`order`"),
            ("a b", "`a b`"),
            ("a`b", "`a``b`"),
            ("1a", "`1a`"),
            ("", "``"),
        ] {
            assert_eq!(written(name), expect);
        }
    }
}

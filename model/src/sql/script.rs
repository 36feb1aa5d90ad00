//! A script as the statements that a gateway takes one at a time, and what kind each is.

use super::scan::{Token, TokenKind, tokens};

/// What running a statement comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Prepares the session: `SET`, `CREATE TABLE`, `USE`.
    Prepare,
    /// Answers with rows: `SELECT`, `WITH`, `VALUES`.
    Query,
    /// Starts a job: `INSERT`, a statement set, `CREATE TABLE … AS`.
    Write,
    /// `BEGIN STATEMENT SET`: the writes up to the next [`Verb::CloseSet`] are one job.
    OpenSet,
    /// `END`.
    CloseSet,
    /// Looks at the session: `SHOW`, `DESCRIBE`, `EXPLAIN`.
    Look,
    /// Does something else that cannot be tried: `STOP JOB`, `CALL`, `DELETE`.
    Act,
    /// No statement that is known; it may be one that is still being typed.
    Unknown,
}

/// A statement: bytes `start..end` of its script, without the comments around it and without its semicolon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What kind it is.
    pub verb: Verb,
}

impl Statement {
    /// Its text within its script.
    pub fn of(self, script: &str) -> &str {
        script.get(self.start..self.end).unwrap_or_default()
    }
}

/// Splits `script` at the semicolons that end statements: not at those in texts, quoted names and comments, and not within
/// `EXECUTE STATEMENT SET BEGIN …; …; END`. A part with nothing but comments is none.
pub fn statements(script: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut part: Vec<Token> = Vec::new();
    for token in tokens(script).into_iter().filter(|token| !token.is_blank()) {
        if token.of(script) == ";" && token.kind == TokenKind::Mark && !within_set(script, &part) {
            found.extend(statement(script, &part));
            part.clear();
        } else {
            part.push(token);
        }
    }
    found.extend(statement(script, &part));
    found
}

/// The statement at a byte of the script: the one around it, else the last that begins before it, else the first.
pub fn statement_at(statements: &[Statement], at: usize) -> Option<Statement> {
    statements.iter().rev().find(|statement| statement.start <= at).or(statements.first()).copied()
}

/// Whether the script's last statement starts a job.
pub fn is_last_write(statements: &[Statement]) -> bool {
    statements.last().is_some_and(|last| matches!(last.verb, Verb::Write | Verb::CloseSet))
}

fn statement(script: &str, part: &[Token]) -> Option<Statement> {
    let (first, last) = (part.first()?, part.last()?);
    Some(Statement { start: first.start, end: last.end, verb: verb(script, part) })
}

/// Whether a semicolon after these tokens still belongs to a statement set.
fn within_set(script: &str, part: &[Token]) -> bool {
    let is_set = ["EXECUTE", "EXPLAIN"].iter().any(|verb| begins(script, part, &[verb, "STATEMENT", "SET"]));
    is_set && !part.last().is_some_and(|last| last.of(script).eq_ignore_ascii_case("END"))
}

fn begins(script: &str, part: &[Token], words: &[&str]) -> bool {
    part.len() >= words.len() && part.iter().zip(words).all(|(token, word)| token.of(script).eq_ignore_ascii_case(word))
}

fn verb(script: &str, part: &[Token]) -> Verb {
    let starts = |words: &[&str]| begins(script, part, words);
    let word = part.first().map(|token| token.of(script).to_ascii_uppercase()).unwrap_or_default();
    match word.as_str() {
        _ if starts(&["EXECUTE", "STATEMENT"]) => Verb::Write,
        "CREATE" | "ALTER" | "DROP" if names(script, part, "MATERIALIZED") => Verb::Act,
        "CREATE" | "REPLACE" if is_table_of_a_query(script, part) => Verb::Write,
        "SET" | "RESET" | "USE" | "CREATE" | "ALTER" | "DROP" | "LOAD" | "UNLOAD" | "ADD" | "REMOVE" => Verb::Prepare,
        "SELECT" | "WITH" | "VALUES" | "TABLE" | "(" => Verb::Query,
        "INSERT" => Verb::Write,
        "BEGIN" => Verb::OpenSet,
        "END" => Verb::CloseSet,
        "SHOW" | "DESCRIBE" | "DESC" | "EXPLAIN" | "HELP" => Verb::Look,
        "STOP" | "CALL" | "ANALYZE" | "UPDATE" | "DELETE" | "TRUNCATE" | "COMPILE" | "EXECUTE" | "REFRESH" => Verb::Act,
        _ => Verb::Unknown,
    }
}

/// Whether one of the first words, up to the name, is this.
fn names(script: &str, part: &[Token], word: &str) -> bool {
    part.iter().take(4).any(|token| token.of(script).eq_ignore_ascii_case(word))
}

/// `CREATE TABLE … AS SELECT …`: an `AS` outside of all parentheses, in a statement about a table.
fn is_table_of_a_query(script: &str, part: &[Token]) -> bool {
    let mut depth = 0i32;
    let is_as = |token: &Token| match token.of(script) {
        "(" => {
            depth += 1;
            false
        }
        ")" => {
            depth -= 1;
            false
        }
        word => depth == 0 && token.kind == TokenKind::Word && word.eq_ignore_ascii_case("AS"),
    };
    !names(script, part, "VIEW")
        && !names(script, part, "FUNCTION")
        && names(script, part, "TABLE")
        && part.iter().any(is_as)
}

/// The name that the script gives to its jobs: the last `SET 'pipeline.name' = '…'`.
pub fn pipeline_name(script: &str) -> Option<String> {
    let name = |statement: Statement| {
        let text = statement.of(script);
        let all: Vec<Token> = tokens(text).into_iter().filter(|token| !token.is_blank()).collect();
        let [set, key, is, value @ ..] = all.as_slice() else { return None };
        let set = set.of(text).eq_ignore_ascii_case("SET") && key.of(text) == "'pipeline.name'" && is.of(text) == "=";
        let value: String = value.iter().map(|token| token.of(text)).collect();
        let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
        set.then(|| value.replace("''", "'"))
    };
    statements(script).into_iter().rev().find_map(name)
}

/// Whether a statement that prepares a session also changes, or reaches for, what is outside of it: another catalog than the
/// one that every session begins with, or a file to be loaded. Such a statement is not run by typing it.
pub fn changes_outside(statement: &str) -> bool {
    let all: Vec<Token> = tokens(statement).into_iter().filter(|token| !token.is_blank()).collect();
    let words: Vec<String> = all.iter().map(|token| token.of(statement).to_ascii_uppercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let plain = |name: &str| name.trim_matches('`').eq_ignore_ascii_case("default_catalog");
    match words.as_slice() {
        ["USE", "CATALOG", name, ..] => !plain(name),
        ["CREATE" | "DROP" | "ALTER", "CATALOG", ..]
        | ["ADD" | "REMOVE", ..]
        | ["CREATE" | "DROP", "CONNECTION", ..] => true,
        ["CREATE" | "DROP" | "ALTER", rest @ ..] => {
            let temporary =
                rest.contains(&"TEMPORARY") && rest.first().is_some_and(|w| matches!(*w, "TEMPORARY" | "OR"));
            let loads = rest.contains(&"JAR") && rest.contains(&"FUNCTION");
            loads || (!temporary && names_other_catalog(rest, plain))
        }
        _ => false,
    }
}

/// `TABLE [IF NOT EXISTS] a.b.c` names the catalog `a`; a database has one part less.
fn names_other_catalog(words: &[&str], plain: impl Fn(&str) -> bool) -> bool {
    const KINDS: [&str; 5] = ["TABLE", "VIEW", "FUNCTION", "MODEL", "DATABASE"];
    let Some(kind) = words.iter().position(|word| KINDS.contains(word)) else { return false };
    let rest: Vec<&&str> =
        words[kind + 1..].iter().skip_while(|word| matches!(**word, "IF" | "NOT" | "EXISTS")).collect();
    let dots = rest.iter().skip(1).step_by(2).take_while(|word| ***word == ".").count();
    let whole = if words[kind] == "DATABASE" { 1 } else { 2 };
    dots >= whole && rest.first().is_some_and(|name| !plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expect: &[&str]) {
        let found: Vec<&str> = statements(script).into_iter().map(|statement| statement.of(script)).collect();
        assert_eq!(found, expect, "{script}");
    }

    #[test]
    fn splits_where_a_statement_ends() {
        check("SET 'a' = 'b;c';\n\nSELECT 1", &["SET 'a' = 'b;c'", "SELECT 1"]);
        check("SELECT 'it''s; one' ;", &["SELECT 'it''s; one'"]);
        check("CREATE TABLE `a;b` (x INT); SELECT \"é;\" ", &["CREATE TABLE `a;b` (x INT)", "SELECT \"é;\""]);
        check(";; \n ;", &[]);
        check("SELECT 'a; SELECT 2", &["SELECT 'a; SELECT 2"]);
    }

    #[test]
    fn comments_end_nothing_and_are_no_statement() {
        check("-- one; two\nSELECT 1; -- end;", &["SELECT 1"]);
        check("/* a; b */ SELECT /*+ ' */ 1; /* open", &["SELECT /*+ ' */ 1"]);
    }

    #[test]
    fn a_statement_set_is_one_statement() {
        let set = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END";
        check(&format!("{set}; SELECT 3"), &[set, "SELECT 3"]);
        check(
            "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;",
            &["BEGIN STATEMENT SET", "INSERT INTO a SELECT 1", "END"],
        );
    }

    #[test]
    fn tells_what_running_a_statement_comes_to() {
        for (text, expect) in [
            ("set 'a' = 'b'", Verb::Prepare),
            ("CREATE TABLE t (a INT, b AS a + 1) WITH ('connector' = 'print')", Verb::Prepare),
            ("CREATE VIEW v AS SELECT 1", Verb::Prepare),
            ("CREATE FUNCTION f AS 'a.B'", Verb::Prepare),
            ("CREATE TABLE t WITH ('connector' = 'print') AS SELECT 1", Verb::Write),
            ("CREATE MATERIALIZED TABLE t AS SELECT 1", Verb::Act),
            ("select 1", Verb::Query),
            ("(SELECT 1) UNION ALL (SELECT 2)", Verb::Query),
            ("INSERT INTO t SELECT 1", Verb::Write),
            ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", Verb::Write),
            ("EXPLAIN SELECT 1", Verb::Look),
            ("STOP JOB 'x'", Verb::Act),
            ("SELEC 1", Verb::Unknown),
        ] {
            assert_eq!(statements(text).first().map(|statement| statement.verb), Some(expect), "{text}");
        }
    }

    #[test]
    fn the_statement_at_the_caret() {
        let script = "-- head\nSELECT 1;\n\nSELECT 2; ";
        let all = statements(script);
        for (at, expect) in [(0, "SELECT 1"), (10, "SELECT 1"), (17, "SELECT 1"), (19, "SELECT 2"), (99, "SELECT 2")] {
            assert_eq!(statement_at(&all, at).map(|found| found.of(script)), Some(expect), "{at}");
        }
        assert_eq!(statement_at(&[], 3), None);
    }

    #[test]
    fn the_name_of_the_jobs_is_the_last_that_is_set() {
        let script = "SET 'pipeline.name' = 'a'; set 'pipeline.name'='it''s -- b'; SET 'x' = 'y'; SELECT 1";
        assert_eq!(pipeline_name(script).as_deref(), Some("it's -- b"));
        assert_eq!(pipeline_name("SELECT 1"), None);
    }

    #[test]
    fn what_reaches_outside_of_the_session_is_told() {
        for inside in [
            "CREATE TABLE t (a INT)",
            "CREATE TABLE IF NOT EXISTS d.t (a INT)",
            "DROP TABLE default_catalog.d.t",
            "CREATE DATABASE d",
            "CREATE TEMPORARY TABLE hive.d.t (a INT)",
            "USE CATALOG default_catalog",
            "SET 'a' = 'b'",
        ] {
            assert!(!changes_outside(inside), "{inside}");
        }
        for outside in [
            "CREATE CATALOG c WITH ('type' = 'jdbc')",
            "USE CATALOG `hive`",
            "DROP TABLE IF EXISTS hive.d.t",
            "ALTER TABLE `hive`.d.t SET ('a' = 'b')",
            "CREATE DATABASE hive.d",
            "ADD JAR '/a.jar'",
            "CREATE FUNCTION f AS 'a.B' USING JAR 's3://a.jar'",
        ] {
            assert!(changes_outside(outside), "{outside}");
        }
    }
}

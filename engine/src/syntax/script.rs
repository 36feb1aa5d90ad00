//! A script to its statements.

use super::{
    Position, SqlError,
    ast::Statement,
    lexer::{Lexer, START, Token},
    parser::parse_at,
};

/// The longest script that is read, in bytes.
pub const MAX_SCRIPT_BYTES: usize = 4 * 1024 * 1024;

/// A statement of a script, not yet parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptPart<'a> {
    /// Where it begins in the script.
    pub at: Position,
    /// The statement, without the semicolon after it.
    pub text: &'a str,
}

impl ScriptPart<'_> {
    /// Parses the statement; places are those in the script.
    pub fn parse(&self) -> Result<Statement, SqlError> {
        parse_at(self.text, self.at)
    }
}

/// The statements of a script, which semicolons end. Those within quotes, comments and `STATEMENT SET BEGIN … END` end
/// none. Fails on what is no token, such as a literal that is not closed.
pub fn split_statements(script: &str) -> Result<Vec<ScriptPart<'_>>, SqlError> {
    if script.len() > MAX_SCRIPT_BYTES {
        let message = format!("A script of {} bytes is longer than the {MAX_SCRIPT_BYTES} that are read", script.len());
        return Err(SqlError::parse(START, message));
    }
    let mut lexer = Lexer::new(script, START);
    let mut parts = Vec::new();
    // The statement at hand: where it begins, and the offsets of its first byte and after its last.
    let mut part: Option<(Position, usize, usize)> = None;
    let mut block = Block::default();
    loop {
        let spanned = lexer.next_token()?;
        block.next(&spanned.token);
        match spanned.token {
            Token::Sign(";") if !block.open => {
                parts.extend(part.take().map(|(at, start, end)| ScriptPart { at, text: &script[start..end] }));
            }
            Token::End => {
                parts.extend(part.map(|(at, start, end)| ScriptPart { at, text: &script[start..end] }));
                return Ok(parts);
            }
            _ => {
                let (at, start, _) = part.unwrap_or((spanned.at, spanned.start, 0));
                part = Some((at, start, spanned.end));
            }
        }
    }
}

/// Whether the cursor is within `STATEMENT SET BEGIN … END`.
#[derive(Default)]
struct Block {
    open: bool,
    /// How many of the words `STATEMENT SET BEGIN` were last read.
    matched: usize,
    /// Whether a semicolon was last read: the END of a CASE never follows one.
    after_semicolon: bool,
}

impl Block {
    fn next(&mut self, token: &Token) {
        const OPENING: [&str; 3] = ["STATEMENT", "SET", "BEGIN"];
        let is = |keyword: &str| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        if self.open {
            if is("END") && self.after_semicolon {
                *self = Self::default();
            }
        } else if is(OPENING[self.matched]) {
            self.matched += 1;
            self.open = self.matched == OPENING.len();
        } else {
            self.matched = usize::from(is(OPENING[0]));
        }
        if self.open {
            self.matched = 0;
        }
        self.after_semicolon = matches!(token, Token::Sign(";"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(script: &str, expect: &[(&str, u32, u32)]) {
        let parts = split_statements(script).unwrap();
        let got: Vec<_> = parts.iter().map(|part| (part.text, part.at.line, part.at.column)).collect();
        assert_eq!(got, expect, "{script}");
    }

    #[test]
    fn splits_at_semicolons() {
        check("", &[]);
        check(" ;; -- nothing\n;", &[]);
        check("SET;\n  SHOW TABLES", &[("SET", 1, 1), ("SHOW TABLES", 2, 3)]);
        check("SELECT ';' /* ; */ -- ;\n, `;`; RESET;", &[("SELECT ';' /* ; */ -- ;\n, `;`", 1, 1), ("RESET", 2, 8)]);
    }

    #[test]
    fn keeps_a_statement_set_whole() {
        let set = "EXECUTE STATEMENT SET\nBEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END FROM t; INSERT INTO b \
                   SELECT 1; END";
        check(&format!("SET; {set}; RESET"), &[("SET", 1, 1), (set, 1, 6), ("RESET", 2, 88)]);
        check(
            "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END; RESET",
            &[("BEGIN STATEMENT SET", 1, 1), ("INSERT INTO a SELECT 1", 1, 22), ("END", 1, 46), ("RESET", 1, 51)],
        );
    }

    #[test]
    fn places_errors_in_the_script() {
        let parts = split_statements("SET;\nSELECT a\n  FORM t").unwrap();
        let error = parts[1].parse().unwrap_err().to_string();
        assert_eq!(error, "SQL parse failed. Encountered \"FORM\". Did you mean FROM? at line 3, column 3.");
        let error = split_statements("SET;\n'open").unwrap_err().to_string();
        assert!(error.ends_with("line 2, column 1."), "{error}");
    }
}

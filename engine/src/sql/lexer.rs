//! Text to tokens, each with its place.

use super::{Position, SqlError};

/// The longest statement that is read, in bytes.
pub const MAX_STATEMENT_BYTES: usize = 256 * 1024;

/// One word, literal or sign of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A bare word: a keyword or a name, as it was written.
    Word(String),
    /// A name in backticks: never a keyword.
    Quoted(String),
    /// A string literal, its quotes undone.
    Text(String),
    /// A number, as it was written.
    Number(String),
    /// A sign: `(`, `<>`, `||`, ….
    Sign(&'static str),
    /// The end of the text.
    End,
}

impl Token {
    /// How an error names it.
    pub fn describe(&self) -> String {
        match self {
            Self::Word(word) | Self::Number(word) => format!("\"{word}\""),
            Self::Quoted(name) => format!("\"`{name}`\""),
            Self::Text(text) => format!("'{text}'"),
            Self::Sign(sign) => format!("\"{sign}\""),
            Self::End => "the end of the statement".to_owned(),
        }
    }
}

/// A token, where it begins, and the byte offsets it spans.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned {
    /// The token.
    pub token: Token,
    /// Where it begins.
    pub at: Position,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// The longest signs come first, so that `<=` is not read as `<` and `=`.
const SIGNS: [&str; 21] =
    ["<>", "<=", ">=", "!=", "||", "=>", "(", ")", ",", ".", ";", "+", "-", "*", "/", "%", "=", "<", ">", "[", "]"];

/// All tokens of `text`, the last of which is [`Token::End`].
pub fn tokenize(text: &str) -> Result<Vec<Spanned>, SqlError> {
    if text.len() > MAX_STATEMENT_BYTES {
        let at = Position { line: 1, column: 1 };
        let message =
            format!("A statement of {} bytes is longer than the {MAX_STATEMENT_BYTES} that are read", text.len());
        return Err(SqlError::parse(at, message));
    }
    let mut lexer = Lexer { text, offset: 0, at: Position { line: 1, column: 1 } };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank()?;
        let (at, start) = (lexer.at, lexer.offset);
        let token = lexer.token()?;
        let ended = token == Token::End;
        tokens.push(Spanned { token, at, start, end: lexer.offset });
        if ended {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    offset: usize,
    at: Position,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.offset..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.offset += next.len_utf8();
        if next == '\n' {
            self.at = Position { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
        Some(next)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> String {
        let start = self.offset;
        while self.peek().is_some_and(&accept) {
            self.bump();
        }
        self.text[start..self.offset].to_owned()
    }

    /// Skips white space and both kinds of comments.
    fn skip_blank(&mut self) -> Result<(), SqlError> {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest().starts_with("--") {
                self.take_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                let begun = self.at;
                while !self.rest().starts_with("*/") {
                    if self.bump().is_none() {
                        return Err(SqlError::parse(begun, "A comment is not closed: \"*/\" is missing; it begins"));
                    }
                }
                self.bump();
                self.bump();
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<Token, SqlError> {
        let Some(first) = self.peek() else { return Ok(Token::End) };
        if first.is_alphabetic() || first == '_' || first == '$' {
            return Ok(Token::Word(self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '$')));
        }
        if first.is_ascii_digit() || (first == '.' && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit())) {
            return Ok(Token::Number(self.number()));
        }
        match first {
            '\'' => Ok(Token::Text(self.enclosed('\'', "string literal")?)),
            '`' => Ok(Token::Quoted(self.enclosed('`', "quoted name")?)),
            _ => self.sign(first),
        }
    }

    fn number(&mut self) -> String {
        let start = self.offset;
        self.take_while(|c| c.is_ascii_digit());
        if self.peek() == Some('.') {
            self.bump();
            self.take_while(|c| c.is_ascii_digit());
        }
        let exponent = self.rest().strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        if exponent.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.bump();
            if matches!(self.peek(), Some('+' | '-')) {
                self.bump();
            }
            self.take_while(|c| c.is_ascii_digit());
        }
        self.text[start..self.offset].to_owned()
    }

    /// The text between two `quote`s; a doubled one stands for itself.
    fn enclosed(&mut self, quote: char, what: &str) -> Result<String, SqlError> {
        let begun = self.at;
        self.bump();
        let mut inner = String::new();
        while let Some(next) = self.bump() {
            if next != quote {
                inner.push(next);
            } else if self.peek() == Some(quote) {
                self.bump();
                inner.push(quote);
            } else {
                return Ok(inner);
            }
        }
        Err(SqlError::parse(begun, format!("A {what} is not closed: {quote} is missing; it begins")))
    }

    fn sign(&mut self, first: char) -> Result<Token, SqlError> {
        let Some(sign) = SIGNS.into_iter().find(|sign| self.rest().starts_with(sign)) else {
            return Err(SqlError::parse(self.at, format!("Unexpected character '{first}'")));
        };
        for _ in sign.chars() {
            self.bump();
        }
        Ok(Token::Sign(sign))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = match tokenize(text) {
            Ok(tokens) => tokens.iter().map(|t| t.token.describe()).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn reads_words_literals_and_signs() {
        check("SELECT `a``b`, 'it''s'", "\"SELECT\" \"`a`b`\" \",\" 'it's' the end of the statement");
        check("1.5e-3<=.5 -- note\n/* x */||", "\"1.5e-3\" \"<=\" \".5\" \"||\" the end of the statement");
    }

    #[test]
    fn says_where_a_literal_begins_that_does_not_end() {
        check(
            "SELECT\n  'open",
            "SQL parse failed. A string literal is not closed: ' is missing; it begins at line 2, column 3.",
        );
        check("a ? b", "SQL parse failed. Unexpected character '?' at line 1, column 3.");
        check("/* x", "SQL parse failed. A comment is not closed: \"*/\" is missing; it begins at line 1, column 1.");
    }

    #[test]
    fn counts_characters_not_bytes() {
        let tokens = tokenize("'åäö' x").unwrap();
        assert_eq!(tokens[1].at, Position { line: 1, column: 7 });
    }
}

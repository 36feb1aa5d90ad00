//! Text to tokens, each with its place.

use super::{Position, SqlError, literal};

/// The longest statement that is read, in bytes.
pub const MAX_STATEMENT_BYTES: usize = 256 * 1024;
/// The most tokens that a statement may have.
pub const MAX_STATEMENT_TOKENS: usize = 100_000;

/// Where a text begins.
pub(super) const START: Position = Position { line: 1, column: 1 };

/// One word, literal or sign of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word: a keyword or a name, as it was written.
    Word(String),
    /// A name in backticks: never a keyword.
    Quoted(String),
    /// A string literal, its quotes undone.
    Text(String),
    /// A string literal after `U&`, its quotes undone but not its escapes.
    Unicode(String),
    /// A binary literal: the hexadecimal digits between its quotes.
    Binary(String),
    /// A number, as it was written.
    Number(String),
    /// A sign: `(`, `<>`, `||`, …; `/*+` and `*/` around hints.
    Sign(&'static str),
    /// The end of the text.
    End,
}

impl Token {
    /// How an error names it.
    pub(super) fn describe(&self) -> String {
        /// A longer literal is cut short.
        const MAX_SHOWN: usize = 60;
        let cut = |text: &str| match text.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        match self {
            Self::Word(word) | Self::Number(word) => format!("\"{}\"", cut(word)),
            Self::Quoted(name) => format!("\"`{}`\"", cut(name)),
            Self::Text(text) => format!("'{}'", cut(text)),
            Self::Unicode(text) => format!("U&'{}'", cut(text)),
            Self::Binary(digits) => format!("X'{}'", cut(digits)),
            Self::Sign(sign) => format!("\"{sign}\""),
            Self::End => "the end of the statement".to_owned(),
        }
    }
}

/// A token, where it begins, and the byte offsets it spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spanned {
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
const SIGNS: [&str; 24] = [
    "/*+", "*/", "<>", "<=", ">=", "!=", "||", "=>", "(", ")", ",", ".", ";", ":", "+", "-", "*", "/", "%", "=", "<",
    ">", "[", "]",
];

/// All tokens of `text`, which begins at `start`; the last of them is [`Token::End`].
pub(super) fn tokenize(text: &str, start: Position) -> Result<Vec<Spanned>, SqlError> {
    if text.len() > MAX_STATEMENT_BYTES {
        let message =
            format!("A statement of {} bytes is longer than the {MAX_STATEMENT_BYTES} that are read", text.len());
        return Err(SqlError::parse(start, message));
    }
    let mut lexer = Lexer::new(text, start);
    let mut tokens = Vec::new();
    loop {
        let spanned = lexer.next_token()?;
        if tokens.len() == MAX_STATEMENT_TOKENS {
            let message = format!("A statement has more than the {MAX_STATEMENT_TOKENS} words and signs that are read");
            return Err(SqlError::parse(spanned.at, message));
        }
        let ended = spanned.token == Token::End;
        tokens.push(spanned);
        if ended {
            return Ok(tokens);
        }
    }
}

/// A cursor over text that yields its tokens.
pub(super) struct Lexer<'a> {
    text: &'a str,
    offset: usize,
    at: Position,
    /// Whether the cursor is between `/*+` and `*/`.
    in_hint: bool,
}

impl<'a> Lexer<'a> {
    /// A cursor before `text`, which begins at `at`.
    pub(super) fn new(text: &'a str, at: Position) -> Self {
        Self { text, offset: 0, at, in_hint: false }
    }

    /// The next token, [`Token::End`] again and again after the last.
    pub(super) fn next_token(&mut self) -> Result<Spanned, SqlError> {
        self.skip_blank()?;
        let (at, start) = (self.at, self.offset);
        let token = self.token()?;
        Ok(Spanned { token, at, start, end: self.offset })
    }

    fn rest(&self) -> &'a str {
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

    fn bump_all(&mut self, signs: &str) {
        for _ in signs.chars() {
            self.bump();
        }
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let start = self.offset;
        while self.peek().is_some_and(&accept) {
            self.bump();
        }
        &self.text[start..self.offset]
    }

    /// Skips white space and comments: `-- …`, `// …` and `/* … */`, but not `/*+ … */`.
    fn skip_blank(&mut self) -> Result<(), SqlError> {
        loop {
            self.take_while(char::is_whitespace);
            let rest = self.rest();
            if rest.starts_with("--") || rest.starts_with("//") {
                self.take_while(|c| c != '\n');
            } else if rest.starts_with("/*") && !rest.starts_with("/*+") {
                let begun = self.at;
                while !self.rest().starts_with("*/") {
                    if self.bump().is_none() {
                        return Err(SqlError::parse(begun, "A comment is not closed: \"*/\" is missing; it begins"));
                    }
                }
                self.bump_all("*/");
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<Token, SqlError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if let Some(prefix) = ["U&'", "X'"].into_iter().find(|prefix| starts_with(rest, prefix)) {
            return self.prefixed(prefix);
        }
        if let Some(name) = character_set(rest) {
            return self.in_character_set(name);
        }
        if is_word_start(first) {
            return Ok(Token::Word(self.take_while(|c| is_word_start(c) || c.is_numeric()).to_owned()));
        }
        if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            return Ok(Token::Number(self.number()));
        }
        match first {
            '\'' => Ok(Token::Text(self.text_literal()?)),
            '`' => self.quoted_name(),
            _ => self.sign(first),
        }
    }

    /// The literal after `U&` or `X`.
    fn prefixed(&mut self, prefix: &str) -> Result<Token, SqlError> {
        let at = self.at;
        self.bump_all(&prefix[..prefix.len() - 1]);
        let text = self.text_literal()?;
        if prefix == "U&'" {
            return Ok(Token::Unicode(text));
        }
        literal::check_hexadecimal(&text, at)?;
        Ok(Token::Binary(text))
    }

    /// `_UTF8'…'`, `N'…'`: text is of all characters whatever set is named.
    fn in_character_set(&mut self, name: &str) -> Result<Token, SqlError> {
        const KNOWN: [&str; 7] = ["_UTF8", "_UTF-8", "_UTF16", "_LATIN1", "_ISO-8859-1", "_ASCII", "N"];
        if !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(SqlError::parse(self.at, format!("Unknown character set '{}'", &name[1..])));
        }
        self.bump_all(name);
        Ok(Token::Text(self.text_literal()?))
    }

    fn quoted_name(&mut self) -> Result<Token, SqlError> {
        let at = self.at;
        let name = self.enclosed('`', "quoted name")?;
        if name.is_empty() {
            return Err(SqlError::parse(at, "A quoted name is empty"));
        }
        Ok(Token::Quoted(name))
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

    /// A string literal, and those on the lines after it that go on with it, as the standard has it.
    fn text_literal(&mut self) -> Result<String, SqlError> {
        let mut text = self.enclosed('\'', "string literal")?;
        loop {
            let line = self.at.line;
            let before = (self.offset, self.at);
            self.skip_blank()?;
            if self.peek() != Some('\'') {
                (self.offset, self.at) = before;
                return Ok(text);
            }
            if self.at.line == line {
                let message = "A string literal follows another on its line. Write '' for a quote within a literal, \
                               || between two";
                return Err(SqlError::parse(self.at, message));
            }
            text.push_str(&self.enclosed('\'', "string literal")?);
        }
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
        let at = self.at;
        // Outside of a hint `*/` is a star and a slash: `COUNT(*)/2` never meets it, `a */ b` is wrong in either reading.
        let is_sign = |sign: &&str| self.rest().starts_with(*sign) && (*sign != "*/" || self.in_hint);
        let Some(sign) = SIGNS.into_iter().find(is_sign) else {
            let hint = match first {
                '"' => ". Names are quoted with `, strings with '; it stands",
                '?' => ". Parameters are not known here: write the value; it stands",
                _ => "",
            };
            return Err(SqlError::parse(at, format!("Unexpected character '{first}'{hint}")));
        };
        self.bump_all(sign);
        match sign {
            "!=" => return Err(SqlError::parse(at, "\"!=\" is not Flink's. Write <> instead of it")),
            "/*+" => self.in_hint = true,
            "*/" => self.in_hint = false,
            _ => {}
        }
        Ok(Token::Sign(sign))
    }
}

/// The `_UTF8` or `N` right before a literal in quotes.
fn character_set(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "_-:.".contains(c)))?;
    let name = &text[..end];
    (text[end..].starts_with('\'') && (name.len() > 1 && name.starts_with('_') || name.eq_ignore_ascii_case("N")))
        .then_some(name)
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// Whether `text` begins with `prefix`, which is ASCII, in any case.
fn starts_with(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = match tokenize(text, START) {
            Ok(tokens) => tokens.iter().map(|t| t.token.describe()).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, format!("{expect}"), "{text}");
    }

    #[test]
    fn reads_words_literals_and_signs() {
        check("SELECT `a``b`, 'it''s'", "\"SELECT\" \"`a`b`\" \",\" 'it's' the end of the statement");
        check("1.5e-3<=.5 -- note\n/* x */||// y", "\"1.5e-3\" \"<=\" \".5\" \"||\" the end of the statement");
        check("_utf8'ä' n'x' _x", "'ä' 'x' \"_x\" the end of the statement");
        check("x'0aF' u&'\\00e9' x", "X'0aF' U&'\\00e9' \"x\" the end of the statement");
        check("'a' -- goes on\n  'b'", "'ab' the end of the statement");
        check("/*+ A */ * /", "\"/*+\" \"A\" \"*/\" \"*\" \"/\" the end of the statement");
        check("1a é_$1", "\"1\" \"a\" \"é_$1\" the end of the statement");
    }

    #[test]
    fn says_where_a_literal_begins_that_does_not_end() {
        let parse = |rest: &str| format!("SQL parse failed. {rest}");
        check(
            "SELECT\n  'open",
            &parse("A string literal is not closed: ' is missing; it begins at line 2, column 3."),
        );
        check("`open", &parse("A quoted name is not closed: ` is missing; it begins at line 1, column 1."));
        check("/* x", &parse("A comment is not closed: \"*/\" is missing; it begins at line 1, column 1."));
        check("a ~ b", &parse("Unexpected character '~' at line 1, column 3."));
        check(
            "\"a\"",
            &parse(
                "Unexpected character '\"'. Names are quoted with `, strings with '; it stands at line 1, column 1.",
            ),
        );
        check("a != b", &parse("\"!=\" is not Flink's. Write <> instead of it at line 1, column 3."));
        check("``", &parse("A quoted name is empty at line 1, column 1."));
        check(
            "'a' 'b'",
            &parse(
                "A string literal follows another on its line. Write '' for a quote within a literal, || between two \
                 at line 1, column 5.",
            ),
        );
    }

    #[test]
    fn counts_characters_not_bytes() {
        let tokens = tokenize("'åäö' x", START).unwrap();
        assert_eq!(tokens[1].at, Position { line: 1, column: 7 });
    }

    #[test]
    fn refuses_what_is_too_long() {
        check(
            &" ".repeat(MAX_STATEMENT_BYTES + 1),
            "SQL parse failed. A statement of 262145 bytes is longer than the 262144 that are read at line 1, column 1.",
        );
        check(
            &",".repeat(MAX_STATEMENT_TOKENS + 1),
            "SQL parse failed. A statement has more than the 100000 words and signs that are read at line 1, column \
             100001.",
        );
    }
}

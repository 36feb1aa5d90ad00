//! SQL as a row of tokens: enough to tell words, texts and comments apart, whatever is wrong with the rest.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// White space.
    Space,
    /// `-- to the end of the line`, `/* … */`.
    Comment,
    /// `'text'`; one that is never closed takes the rest.
    Text,
    /// A name in backticks or double quotes.
    Quoted,
    /// `12`, `1.5e3`.
    Number,
    /// A keyword or a name.
    Word,
    /// Anything else, one character.
    Mark,
}

/// A token: bytes `start..end` of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Token {
    /// Its text within the text that it was found in.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether it says nothing to a parser.
    pub fn is_blank(self) -> bool {
        matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }
}

/// All tokens of `text`, without gaps.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some((kind, length)) = text.get(start..).and_then(first) {
        tokens.push(Token { kind, start, end: start + length });
        start += length;
    }
    tokens
}

fn first(rest: &str) -> Option<(TokenKind, usize)> {
    let next = rest.chars().next()?;
    let run = |part: fn(char) -> bool| rest.find(|c| !part(c)).unwrap_or(rest.len());
    Some(match next {
        c if c.is_whitespace() => (TokenKind::Space, run(char::is_whitespace)),
        _ if rest.starts_with("--") => (TokenKind::Comment, rest.find('\n').unwrap_or(rest.len())),
        _ if rest.starts_with("/*") => (TokenKind::Comment, closed(rest, "*/", 2)),
        // A doubled quote within quotes ends one text and begins the next; for finding the end that is the same.
        '\'' => (TokenKind::Text, closed(rest, "'", 1)),
        '`' => (TokenKind::Quoted, closed(rest, "`", 1)),
        '"' => (TokenKind::Quoted, closed(rest, "\"", 1)),
        c if c.is_ascii_digit() => (TokenKind::Number, number(rest)),
        c if is_word(c) => (TokenKind::Word, run(is_word)),
        c => (TokenKind::Mark, c.len_utf8()),
    })
}

fn closed(rest: &str, mark: &str, from: usize) -> usize {
    let inside = rest.get(from..).unwrap_or_default();
    inside.find(mark).map_or(rest.len(), |at| from + at + mark.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Digits, one point, and an exponent.
fn number(rest: &str) -> usize {
    let digits = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let mut end = digits(0);
    if rest[end..].starts_with('.') {
        end = digits(end + 1);
    }
    let exponent = rest[end..].strip_prefix(['e', 'E']);
    if let Some(tail) = exponent {
        let signed = usize::from(tail.starts_with(['+', '-']));
        if tail[signed..].starts_with(|c: char| c.is_ascii_digit()) {
            end = digits(end + 1 + signed);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::TokenKind::{Comment, Mark, Number, Quoted, Space, Text, Word};
    use super::*;

    fn check(text: &str, expect: &[(TokenKind, &str)]) {
        let found: Vec<(TokenKind, &str)> = tokens(text).iter().map(|token| (token.kind, token.of(text))).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn tells_the_parts_of_a_statement_apart() {
        check("a1 = 'b;''c'", &[(Word, "a1"), (Space, " "), (Mark, "="), (Space, " "), (Text, "'b;'"), (Text, "'c'")]);
        check(
            "-- x;\n/* y; */`z;`\"é\"",
            &[(Comment, "-- x;"), (Space, "\n"), (Comment, "/* y; */"), (Quoted, "`z;`"), (Quoted, "\"é\"")],
        );
        check("1.5e3-2e x", &[(Number, "1.5e3"), (Mark, "-"), (Number, "2"), (Word, "e"), (Space, " "), (Word, "x")]);
        check("é→", &[(Word, "é"), (Mark, "→")]);
    }

    #[test]
    fn what_is_never_closed_takes_the_rest() {
        for (text, kind) in [("'a; b", Text), ("`a; b", Quoted), ("/* a; b", Comment), ("'", Text), ("/*", Comment)] {
            check(text, &[(kind, text)]);
        }
    }

    #[test]
    fn there_are_no_gaps() {
        let text = "SELECT /*+ OPTIONS('a'='b') */ x, \"y\" FROM `t` -- end";
        let mut at = 0;
        for token in tokens(text) {
            assert_eq!(token.start, at);
            at = token.end;
        }
        assert_eq!(at, text.len());
    }
}

//! Tokens to statements: recursive descent, one function a clause.
//!
//! The grammar is that of Flink 2.3's parser. What its documents never show and its planner never runs is refused here
//! with the clause and its place: `MATCH_RECOGNIZE`, `PIVOT`, `TABLESAMPLE`, statements about functions and models.

mod alter;
mod call;
mod ddl;
mod expr;
mod interval;
mod json;
mod names;
mod operators;
mod primary;
mod query;
mod relation;
mod select;
mod show;
mod special;
mod statement;
mod table;
mod types;
mod window;

use super::{
    Position, SqlError,
    ast::{Name, Statement, Text},
    keywords::{is_perhaps_a_name, is_reserved},
    lexer::{START, Spanned, Token, tokenize},
    nearest::nearest,
};

/// How deep the parts of a statement may be nested: deep enough for any person, shallow enough for the stack.
pub const MAX_DEPTH: u32 = 64;
/// How high the tree of an expression or query may be, chains of operators included. All who walk it recurse.
pub const MAX_HEIGHT: u32 = 250;

type Result<T> = std::result::Result<T, SqlError>;

/// The one statement of `text`; a semicolon may end it.
pub fn parse(text: &str) -> Result<Statement> {
    parse_at(text, START)
}

/// The one statement of `text`, which begins at `start` in what the user wrote; a semicolon may end it.
pub fn parse_at(text: &str, start: Position) -> Result<Statement> {
    let mut parser = Parser::new(text, start)?;
    let statement = parser.statement()?;
    parser.accept_sign(";");
    if parser.peek() == &Token::End {
        return Ok(statement);
    }
    parser.after_statement()
}

/// The one expression of `text`.
pub fn parse_expression(text: &str) -> Result<super::ast::Expr> {
    let mut parser = Parser::new(text, START)?;
    let expr = parser.expr()?;
    if parser.peek() == &Token::End { Ok(expr) } else { parser.expected("the end of the expression") }
}

/// A cursor over tokens. Cheap to look ahead in, never goes back.
struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Spanned>,
    next: usize,
    /// How deep the cursor is within nested parts.
    depth: u32,
    /// How high the highest part is that was read since [`Parser::nested`] began.
    height: u32,
    /// The index of the last word that was taken for an alias without `AS`: perhaps a keyword with an error.
    bare_alias: Option<usize>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, start: Position) -> Result<Self> {
        Ok(Self { text, tokens: tokenize(text, start)?, next: 0, depth: 0, height: 0, bare_alias: None })
    }

    fn spanned(&self, ahead: usize) -> &Spanned {
        // The last token is `End`, and is never passed.
        &self.tokens[(self.next + ahead).min(self.tokens.len() - 1)]
    }

    fn peek(&self) -> &Token {
        &self.spanned(0).token
    }

    fn peek_at(&self, ahead: usize) -> &Token {
        &self.spanned(ahead).token
    }

    fn at(&self) -> Position {
        self.spanned(0).at
    }

    fn bump(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    /// Whether the word `ahead` of the cursor is the keyword.
    fn is_word(&self, ahead: usize, keyword: &str) -> bool {
        matches!(self.peek_at(ahead), Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// The keyword of `keywords` that stands `ahead` of the cursor.
    fn which_word<'k>(&self, ahead: usize, keywords: &[&'k str]) -> Option<&'k str> {
        keywords.iter().copied().find(|keyword| self.is_word(ahead, keyword))
    }

    fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.peek_at(ahead), Token::Sign(found) if *found == sign)
    }

    fn accept(&mut self, keyword: &str) -> bool {
        let found = self.is_word(0, keyword);
        if found {
            self.bump();
        }
        found
    }

    /// Like [`Parser::accept`], with where the keyword stands.
    fn accept_at(&mut self, keyword: &str) -> Option<Position> {
        let at = self.at();
        self.accept(keyword).then_some(at)
    }

    fn accept_all(&mut self, keywords: &[&str]) -> bool {
        let found = keywords.iter().enumerate().all(|(ahead, keyword)| self.is_word(ahead, keyword));
        if found {
            self.next += keywords.len();
        }
        found
    }

    fn accept_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(0, sign);
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, keyword: &str) -> Result<()> {
        if self.accept(keyword) { Ok(()) } else { self.expected_word(keyword, &[keyword]) }
    }

    fn expect_all(&mut self, keywords: &[&str]) -> Result<()> {
        keywords.iter().try_for_each(|keyword| self.expect(keyword))
    }

    fn expect_sign(&mut self, sign: &str) -> Result<()> {
        if self.accept_sign(sign) { Ok(()) } else { self.expected(&format!("\"{sign}\"")) }
    }

    /// One of `choices`, each a keyword and what it means.
    fn choice<T: Copy>(&mut self, choices: &[(&str, T)]) -> Result<T> {
        for (keyword, meaning) in choices {
            if self.accept(keyword) {
                return Ok(*meaning);
            }
        }
        let keywords: Vec<&str> = choices.iter().map(|(keyword, _)| *keyword).collect();
        self.expected_word(&any_of(&keywords), &keywords)
    }

    /// What was met is not `what`, which is to be there.
    fn expected<T>(&self, what: &str) -> Result<T> {
        self.expected_word(what, &[])
    }

    /// Like [`Parser::expected`], where one of `keywords` would be right, perhaps meant by a misspelt word.
    fn expected_word<T>(&self, what: &str, keywords: &[&str]) -> Result<T> {
        if let Some(error) = self.misspelt_before(keywords) {
            return Err(error);
        }
        let hint = match self.peek() {
            Token::Word(word) => match meant(word, keywords.iter().copied()) {
                Some(keyword) => format!(". Did you mean {keyword}?"),
                None if is_perhaps_a_name(word) && (what.ends_with("name") || what == "an expression") => {
                    format!(". The word is reserved, as a name it is written `{word}`; it stands")
                }
                None => String::new(),
            },
            _ => String::new(),
        };
        Err(SqlError::parse(self.at(), format!("Encountered {}, expected {what}{hint}", self.peek().describe())))
    }

    /// The error of a keyword that was misspelt and so taken for an alias: `SELECT a FORM t`.
    fn misspelt_before(&self, keywords: &[&str]) -> Option<SqlError> {
        const CLAUSES: [&str; 16] = [
            "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "JOIN", "LEFT", "RIGHT", "INNER",
            "CROSS", "WINDOW", "QUALIFY", "FETCH",
        ];
        let index = self.bare_alias.filter(|index| index + 1 == self.next)?;
        let Spanned { token: Token::Word(word), at, .. } = &self.tokens[index] else { return None };
        let keyword = meant(word, keywords.iter().copied().chain(CLAUSES))?;
        Some(SqlError::parse(*at, format!("Encountered \"{word}\". Did you mean {keyword}?")))
    }

    /// Reads a part that may hold parts of its own kind, and bounds how deep and how high that goes.
    fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return Err(SqlError::parse(self.at(), format!("A statement is nested deeper than {MAX_DEPTH}")));
        }
        self.depth += 1;
        let beside = std::mem::take(&mut self.height);
        let part = part(self)?;
        self.grow()?;
        self.height = self.height.max(beside);
        self.depth -= 1;
        Ok(part)
    }

    /// Notes that what was read becomes a part of something one higher.
    fn grow(&mut self) -> Result<()> {
        self.height += 1;
        if self.height <= MAX_HEIGHT {
            return Ok(());
        }
        let message =
            format!("More than {MAX_HEIGHT} operators follow each other or are nested; take some of them apart");
        Err(SqlError::parse(self.at(), message))
    }

    /// What `item` reads, once or more, separated by commas.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.accept_sign(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// What `inner` reads, in parentheses.
    fn parenthesised<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.expect_sign("(")?;
        let inner = inner(self)?;
        self.expect_sign(")")?;
        Ok(inner)
    }

    fn text(&mut self, what: &str) -> Result<Text> {
        let at = self.at();
        let Token::Text(text) = self.peek() else { return self.expected(what) };
        let text = Text { text: text.clone(), at };
        self.bump();
        Ok(text)
    }

    /// The text from the token `first` to the one before the cursor.
    fn text_since(&self, first: usize) -> String {
        let (start, end) = (self.tokens[first].start, self.tokens[self.next.saturating_sub(1).max(first)].end);
        self.text[start..end].to_owned()
    }
}

/// The keyword that `word` was meant to be, if it is near enough to one and is not that one itself.
fn meant<'k>(word: &str, keywords: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A name of few letters is near to many a word.
    let near = if word.len() > 2 { nearest(word, keywords) } else { None };
    near.filter(|keyword| !keyword.eq_ignore_ascii_case(word))
}

/// `A`, `A or B`, `A, B or C`
fn any_of(keywords: &[&str]) -> String {
    match keywords {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A name made from a word and its place.
fn name(text: &str, at: Position) -> Name {
    Name { text: text.to_owned(), at }
}

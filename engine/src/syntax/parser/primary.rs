//! Literals, names, parentheses, constructors: what operators stand between.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::{
    Position,
    ast::{BinaryOp, Expr, ExprKind, Literal, ObjectName},
    keywords::{is_bare_function, is_function},
    literal,
};

impl Parser<'_> {
    /// What operators stand between, with the indexes and fields after it.
    pub(super) fn primary(&mut self) -> Result<Expr> {
        let at = self.at();
        let kind = self.primary_kind(at)?;
        self.postfix(Expr { at, kind })
    }

    /// `[index]` and `.field` after `base`.
    fn postfix(&mut self, mut base: Expr) -> Result<Expr> {
        loop {
            let at = base.at;
            let kind = if self.accept_sign("[") {
                let index = self.expr()?;
                self.expect_sign("]")?;
                ExprKind::Index(Box::new(base), Box::new(index))
            } else if self.is_sign(0, ".") && !self.is_sign(1, "*") {
                self.bump();
                ExprKind::Field(Box::new(base), self.name("a field's name")?)
            } else {
                return Ok(base);
            };
            base = Expr { at, kind };
            self.grow()?;
        }
    }

    fn primary_kind(&mut self, at: Position) -> Result<ExprKind> {
        let literal = match self.peek() {
            Token::Number(digits) if digits.contains(['e', 'E']) => Literal::Approximate(digits.clone()),
            Token::Number(digits) => Literal::Exact(digits.clone()),
            Token::Text(text) => Literal::Text(text.clone()),
            Token::Binary(digits) => Literal::Binary(literal::bytes(digits, at)?),
            Token::Unicode(text) => {
                let text = text.clone();
                self.bump();
                return self.unicode(&text, at);
            }
            Token::Quoted(_) => return self.name_or_call(),
            Token::Word(word) => {
                let upper = word.to_ascii_uppercase();
                return self.word(&upper);
            }
            Token::Sign("(") => return self.parentheses(),
            Token::Sign(_) | Token::End => return self.expected("an expression"),
        };
        self.bump();
        Ok(ExprKind::Literal(literal))
    }

    /// `U&'…' [UESCAPE 'c']`
    fn unicode(&mut self, text: &str, at: Position) -> Result<ExprKind> {
        let mut escape = '\\';
        if self.accept("UESCAPE") {
            let given = self.text("one character in quotes")?;
            let mut chars = given.text.chars();
            escape = match (chars.next(), chars.next()) {
                (Some(one), None) => one,
                _ => return Err(SqlError::parse(given.at, "UESCAPE takes one character")),
            };
        }
        Ok(ExprKind::Literal(Literal::Text(literal::unescape(text, escape, at)?)))
    }

    fn word(&mut self, upper: &str) -> Result<ExprKind> {
        if let Some(literal) = self.word_literal(upper) {
            return Ok(ExprKind::Literal(literal));
        }
        match upper {
            "CASE" => return self.case(),
            "INTERVAL" => return self.interval(),
            "EXISTS" if self.is_sign(1, "(") => {
                self.bump();
                let query = self.parenthesised(Self::query)?;
                return Ok(ExprKind::Exists(Box::new(query)));
            }
            "ARRAY" | "MAP" | "MULTISET" if self.is_sign(1, "[") || self.is_sign(1, "(") => {
                return self.collection(upper);
            }
            "SELECT" | "WITH" => {
                let message =
                    format!("Encountered \"{upper}\", expected an expression. A subquery stands in parentheses");
                return Err(SqlError::parse(self.at(), message));
            }
            _ => {}
        }
        if self.is_sign(1, "(") {
            if let Some(kind) = self.special_call(upper)? {
                return Ok(kind);
            }
            if !is_function(upper) {
                return self.expected("an expression");
            }
        } else if is_bare_function(upper) {
            let name = super::name(upper, self.at());
            self.bump();
            return Ok(self.bare_call(name));
        }
        self.name_or_call()
    }

    /// `NULL`, `TRUE`, `DATE '…'`, …
    fn word_literal(&mut self, upper: &str) -> Option<Literal> {
        let literal = match (upper, self.peek_at(1)) {
            ("NULL", _) => Literal::Null,
            ("TRUE", _) => Literal::Boolean(true),
            ("FALSE", _) => Literal::Boolean(false),
            ("UNKNOWN", _) => Literal::Unknown,
            ("DATE", Token::Text(text)) => Literal::Date(text.clone()),
            ("TIME", Token::Text(text)) => Literal::Time(text.clone()),
            ("TIMESTAMP", Token::Text(text)) => Literal::Timestamp(text.clone()),
            _ => return None,
        };
        if matches!(literal, Literal::Date(_) | Literal::Time(_) | Literal::Timestamp(_)) {
            self.bump();
        }
        self.bump();
        Some(literal)
    }

    /// `INTERVAL '1' DAY`, `INTERVAL n DAY`, `INTERVAL (n + 1) DAY`
    fn interval(&mut self) -> Result<ExprKind> {
        self.bump();
        let signed = self.is_sign(0, "-") || self.is_sign(0, "+");
        if let Token::Text(text) = self.peek_at(usize::from(signed)) {
            let (text, negative) = (text.clone(), self.is_sign(0, "-"));
            self.next += 1 + usize::from(signed);
            let qualifier = self.interval_qualifier()?;
            return Ok(ExprKind::Literal(Literal::Interval { negative, text, qualifier }));
        }
        let at = self.at();
        let value = match self.peek() {
            Token::Number(digits) => {
                let kind = ExprKind::Literal(Literal::Exact(digits.clone()));
                self.bump();
                Expr { at, kind }
            }
            Token::Sign("(") => self.parenthesised(Self::expr)?,
            _ => Expr { at, kind: ExprKind::Name(self.object_name("the length of the interval, such as '1'")?) },
        };
        Ok(ExprKind::Interval(Box::new(value), self.interval_qualifier()?))
    }

    /// A column, or a function with its arguments.
    fn name_or_call(&mut self) -> Result<ExprKind> {
        let first = match self.peek() {
            // A function's name may be a reserved word.
            Token::Word(word) if self.is_sign(1, "(") => {
                let name = super::name(word, self.at());
                self.bump();
                name
            }
            _ => self.name("an expression")?,
        };
        let mut rest = Vec::new();
        while self.is_sign(0, ".") && !self.is_sign(1, "*") {
            self.bump();
            rest.push(self.name("a column's name")?);
        }
        let name = ObjectName { first, rest };
        if self.is_sign(0, "(") { self.call(name) } else { Ok(ExprKind::Name(name)) }
    }

    /// `(x)`, `(a, b)`, `(SELECT …)`, `(to - from) DAY`
    fn parentheses(&mut self) -> Result<ExprKind> {
        match self.parenthesised(Self::within_parentheses)? {
            ExprKind::Binary(BinaryOp::Sub, to, from) if self.at_interval_unit() => {
                Ok(ExprKind::Difference { to, from, qualifier: self.interval_qualifier()? })
            }
            kind => Ok(kind),
        }
    }

    fn within_parentheses(&mut self) -> Result<ExprKind> {
        if self.at_query() {
            return Ok(ExprKind::Query(Box::new(self.query()?)));
        }
        let first = self.expr()?;
        if self.at_set_operator()
            && let ExprKind::Query(query) = first.kind
        {
            return Ok(ExprKind::Query(Box::new(self.query_after(*query)?)));
        }
        if !self.is_sign(0, ",") {
            return Ok(first.kind);
        }
        let mut values = vec![first];
        while self.accept_sign(",") {
            values.push(self.expr()?);
        }
        Ok(ExprKind::Row(values))
    }

    /// `ARRAY[…]`, `MAP[…]`, `MULTISET[…]`, or of a query.
    fn collection(&mut self, upper: &str) -> Result<ExprKind> {
        self.bump();
        if self.is_sign(0, "(") {
            let keyword = ["ARRAY", "MAP"].into_iter().find(|keyword| *keyword == upper).unwrap_or("MULTISET");
            let query = self.parenthesised(Self::query)?;
            return Ok(ExprKind::Collect(keyword, Box::new(query)));
        }
        self.bump();
        let at = self.at();
        let mut values = Vec::new();
        if !self.is_sign(0, "]") {
            values = self.list(Self::expr)?;
        }
        self.expect_sign("]")?;
        match upper {
            "ARRAY" => Ok(ExprKind::Array(values)),
            "MULTISET" => Ok(ExprKind::Multiset(values)),
            _ if values.len() % 2 == 1 => {
                let message = format!("MAP takes keys and values in turn, not {} of them; they begin", values.len());
                Err(SqlError::parse(at, message))
            }
            _ => {
                let mut pairs = Vec::with_capacity(values.len() / 2);
                let mut values = values.into_iter();
                while let (Some(key), Some(value)) = (values.next(), values.next()) {
                    pairs.push((key, value));
                }
                Ok(ExprKind::Map(pairs))
            }
        }
    }

    fn case(&mut self) -> Result<ExprKind> {
        self.bump();
        let operand = if self.is_word(0, "WHEN") { None } else { Some(Box::new(self.expr()?)) };
        let mut branches = Vec::new();
        while self.accept("WHEN") {
            let mut condition = self.expr()?;
            if self.is_sign(0, ",") && operand.is_some() {
                let at = condition.at;
                self.bump();
                let mut values = vec![condition];
                values.extend(self.list(Self::expr)?);
                condition = Expr { at, kind: ExprKind::WhenList(values) };
            }
            self.expect("THEN")?;
            branches.push((condition, self.expr()?));
        }
        if branches.is_empty() {
            return self.expected_word("WHEN", &["WHEN"]);
        }
        let otherwise = if self.accept("ELSE") { Some(Box::new(self.expr()?)) } else { None };
        if !self.accept("END") {
            let keywords: &[&str] = if otherwise.is_some() { &["END"] } else { &["WHEN", "ELSE", "END"] };
            return self.expected_word(&super::any_of(keywords), keywords);
        }
        Ok(ExprKind::Case { operand, branches, otherwise })
    }
}

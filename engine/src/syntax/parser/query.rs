//! Queries: common table expressions, set operations, order and bounds.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::ast::{Cte, Expr, ExprKind, Literal, Query, QueryBody, SetOp, SetOperation, Values, ValuesRow};

/// How tightly set operators bind, loosest first.
const UNION_POWER: u8 = 1;
const INTERSECT_POWER: u8 = 2;

impl Parser<'_> {
    /// Whether a query begins at the cursor, without parentheses around it.
    pub(super) fn at_query(&self) -> bool {
        self.which_word(0, &["SELECT", "WITH", "VALUES"]).is_some()
            || (self.is_word(0, "TABLE") && matches!(self.peek_at(1), Token::Word(_) | Token::Quoted(_)))
    }

    pub(super) fn at_set_operator(&self) -> bool {
        self.which_word(0, &["UNION", "INTERSECT", "EXCEPT", "MINUS"]).is_some()
    }

    /// A query.
    pub(super) fn query(&mut self) -> Result<Query> {
        self.nested(|parser| {
            let at = parser.at();
            let (mut with, mut recursive) = (Vec::new(), None);
            if parser.accept("WITH") {
                recursive = parser.accept_at("RECURSIVE");
                with = parser.list(Self::cte)?;
            }
            let body = parser.query_term()?;
            let body = parser.query_body(body, 0)?;
            parser.query_tail(Query { at, with, recursive, body, order_by: Vec::new(), limit: None, offset: None })
        })
    }

    /// What follows `first`, which stood in parentheses and may be the whole query.
    pub(super) fn query_after(&mut self, first: Query) -> Result<Query> {
        let at = first.at;
        let body = self.query_body(QueryBody::Nested(Box::new(first)), 0)?;
        let query =
            Query { at, with: Vec::new(), recursive: None, body, order_by: Vec::new(), limit: None, offset: None };
        self.query_tail(query)
    }

    /// `name [(columns)] AS (query)`
    fn cte(&mut self) -> Result<Cte> {
        let name = self.name("a table expression's name")?;
        let columns = if self.is_sign(0, "(") { self.column_names()? } else { Vec::new() };
        self.expect("AS")?;
        Ok(Cte { name, columns, query: self.parenthesised(Self::query)? })
    }

    /// The set operators that bind tighter than `power` after `left`.
    fn query_body(&mut self, mut left: QueryBody, power: u8) -> Result<QueryBody> {
        loop {
            let at = self.at();
            let (op, binds) = match self.which_word(0, &["UNION", "INTERSECT", "EXCEPT", "MINUS"]) {
                Some("UNION") => (SetOp::Union, UNION_POWER),
                Some("INTERSECT") => (SetOp::Intersect, INTERSECT_POWER),
                Some("EXCEPT") => (SetOp::Except, UNION_POWER),
                Some(_) => return Err(SqlError::parse(at, "MINUS is not Flink's. Write EXCEPT instead of it")),
                None => return Ok(left),
            };
            if binds <= power {
                return Ok(left);
            }
            self.bump();
            let all = self.accept("ALL");
            if !all {
                self.accept("DISTINCT");
            }
            let right = self.nested(|parser| {
                let term = parser.query_term()?;
                parser.query_body(term, binds)
            })?;
            left = QueryBody::Set(Box::new(SetOperation { at, op, all, left, right }));
            self.grow()?;
        }
    }

    fn query_term(&mut self) -> Result<QueryBody> {
        const WHAT: &str = "a query: SELECT, VALUES, WITH or TABLE";
        if self.is_word(0, "SELECT") {
            return self.select().map(|select| QueryBody::Select(Box::new(select)));
        }
        if self.is_word(0, "VALUES") {
            return self.values().map(QueryBody::Values);
        }
        if self.is_word(0, "TABLE") && !self.is_sign(1, "(") {
            self.bump();
            return self.table_name().map(QueryBody::Table);
        }
        if self.is_sign(0, "(") {
            let query = self.parenthesised(Self::query)?;
            return Ok(QueryBody::Nested(Box::new(query)));
        }
        self.expected_word(WHAT, &["SELECT", "VALUES", "WITH", "TABLE"])
    }

    fn values(&mut self) -> Result<Values> {
        let at = self.at();
        self.expect("VALUES")?;
        let rows = self.list(|parser| {
            let at = parser.at();
            let row = parser.expr()?;
            let values = match row.kind {
                ExprKind::Row(values) => values,
                _ => vec![row],
            };
            Ok(ValuesRow { at, values })
        })?;
        Ok(Values { at, rows })
    }

    /// `[ORDER BY …] [LIMIT … [OFFSET …] | OFFSET … FETCH …]`
    fn query_tail(&mut self, mut query: Query) -> Result<Query> {
        if self.is_word(0, "ORDER") {
            query.order_by = self.order_by()?;
        }
        let limited = self.accept("LIMIT");
        if limited && !self.accept("ALL") {
            query.limit = Some(self.row_count()?);
            if self.is_sign(0, ",") {
                return Err(SqlError::parse(
                    self.at(),
                    "LIMIT start, count is not Flink's. Write LIMIT count OFFSET start",
                ));
            }
        }
        let offset_at = self.at();
        if self.accept("OFFSET") {
            query.offset = Some(self.row_count()?);
            if self.which_word(0, &["ROW", "ROWS"]).is_some() {
                self.bump();
            }
            if self.is_word(0, "LIMIT") {
                return Err(SqlError::parse(offset_at, "OFFSET stands after LIMIT: LIMIT count OFFSET start"));
            }
        }
        if !limited && self.accept("FETCH") {
            self.choice(&[("FIRST", ()), ("NEXT", ())])?;
            query.limit = Some(self.row_count()?);
            self.choice(&[("ROW", ()), ("ROWS", ())])?;
            self.expect("ONLY")?;
        }
        Ok(unwrapped(query))
    }

    /// A whole number of rows.
    fn row_count(&mut self) -> Result<Expr> {
        let at = self.at();
        match self.peek() {
            Token::Number(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                let kind = ExprKind::Literal(Literal::Exact(digits.clone()));
                self.bump();
                Ok(Expr { at, kind })
            }
            _ => self.expected("a whole number of rows"),
        }
    }
}

/// A query without the parentheses around the whole of it.
fn unwrapped(query: Query) -> Query {
    let bare = query.with.is_empty() && query.order_by.is_empty() && query.limit.is_none() && query.offset.is_none();
    match query.body {
        QueryBody::Nested(inner) if bare => *inner,
        _ => query,
    }
}

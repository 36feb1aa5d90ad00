//! `FROM`: tables, subqueries, table functions and their joins.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::{
    Position,
    ast::{AsOf, Call, Join, JoinCondition, JoinKind, ObjectName, Query, Relation, RelationKind, TableAlias},
};

impl Parser<'_> {
    /// What stands after `FROM`.
    pub(super) fn from(&mut self) -> Result<Relation> {
        let mut left = self.joined()?;
        loop {
            let at = self.at();
            if !self.accept_sign(",") {
                return Ok(left);
            }
            let right = self.joined()?;
            left = join(at, left, right, JoinKind::Comma, None, JoinCondition::None);
            self.grow()?;
        }
    }

    /// `a JOIN b ON … JOIN c …`
    fn joined(&mut self) -> Result<Relation> {
        let mut left = self.nested(Self::factor)?;
        while let Some((at, natural, kind)) = self.join_kind()? {
            let right = self.nested(Self::factor)?;
            let condition = self.join_condition()?;
            left = join(at, left, right, kind, natural, condition);
            self.grow()?;
        }
        Ok(left)
    }

    fn join_kind(&mut self) -> Result<Option<(Position, Option<Position>, JoinKind)>> {
        let at = self.at();
        let natural = self.accept_at("NATURAL");
        let kind = match self.which_word(0, &["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"]) {
            None if natural.is_some() => {
                return self.expected_word("JOIN", &["JOIN", "INNER", "LEFT", "RIGHT", "FULL"]);
            }
            None => return Ok(None),
            Some("JOIN" | "INNER") => JoinKind::Inner,
            Some("LEFT") => JoinKind::Left,
            Some("RIGHT") => JoinKind::Right,
            Some("FULL") => JoinKind::Full,
            Some(_) => JoinKind::Cross,
        };
        if !self.is_word(0, "JOIN") {
            self.bump();
        }
        if matches!(kind, JoinKind::Left | JoinKind::Right | JoinKind::Full) {
            self.accept("OUTER");
        }
        if self.which_word(0, &["SEMI", "ANTI"]).is_some() {
            let supported = "Write WHERE [NOT] EXISTS (SELECT …) or x [NOT] IN (SELECT …).";
            return Err(SqlError::unsupported(self.at(), "SEMI or ANTI JOIN", supported));
        }
        self.expect("JOIN")?;
        Ok(Some((at, natural, kind)))
    }

    fn join_condition(&mut self) -> Result<JoinCondition> {
        if self.accept("ON") {
            return self.expr().map(JoinCondition::On);
        }
        if self.accept("USING") {
            return self.column_names().map(JoinCondition::Using);
        }
        Ok(JoinCondition::None)
    }

    /// One table, subquery or table function with its alias, or a join in parentheses.
    fn factor(&mut self) -> Result<Relation> {
        let at = self.at();
        let lateral = self.accept_at("LATERAL");
        let kind = if self.is_word(0, "TABLE") && self.is_sign(1, "(") {
            self.bump();
            let call = self.parenthesised(Self::table_function)?;
            RelationKind::Function { lateral, call: Box::new(call), hints: self.hints()? }
        } else if self.is_word(0, "UNNEST") && self.is_sign(1, "(") {
            self.unnest()?
        } else if self.is_sign(0, "(") {
            match self.parenthesised_relation()? {
                Ok(query) => RelationKind::Query { lateral, query: Box::new(query) },
                Err(join) if lateral.is_none() => return Ok(join),
                Err(join) => return Err(SqlError::parse(join.at, "LATERAL takes a query or TABLE(f(…)), not a join")),
            }
        } else if lateral.is_some() {
            return self.expected_word("TABLE(f(…)), UNNEST or (SELECT …)", &["TABLE", "UNNEST"]);
        } else {
            self.named_relation()?
        };
        self.refuse_table_clauses()?;
        let alias = self.table_alias()?;
        self.refuse_table_clauses()?;
        if alias.is_some() && self.is_word(0, "FOR") {
            let message =
                "FOR SYSTEM_TIME AS OF stands before the table's alias: t FOR SYSTEM_TIME AS OF time AS alias";
            return Err(SqlError::parse(self.at(), message));
        }
        Ok(Relation { at, kind, alias })
    }

    fn table_alias(&mut self) -> Result<Option<TableAlias>> {
        let Some(name) = self.alias()? else { return Ok(None) };
        let columns = if self.is_sign(0, "(") { self.column_names()? } else { Vec::new() };
        Ok(Some(TableAlias { name, columns }))
    }

    /// A table, or a table function without `TABLE( )` around it.
    fn named_relation(&mut self) -> Result<RelationKind> {
        if self.is_word(0, "VALUES") {
            return Err(SqlError::parse(self.at(), "VALUES in FROM stands in parentheses: FROM (VALUES …) AS t (a)"));
        }
        let name = self.object_name("a table, a subquery or a table function")?;
        if self.is_sign(0, "(") {
            let call = Box::new(self.simple_call(name)?);
            return Ok(RelationKind::Function { lateral: None, call, hints: Vec::new() });
        }
        Self::check_table_name(&name)?;
        let hints = self.hints()?;
        let at = self.at();
        let mut as_of = None;
        if self.accept("FOR") {
            self.expect("SYSTEM_TIME")?;
            self.expect_all(&["AS", "OF"])?;
            as_of = Some(AsOf { at, time: self.expr()? });
        }
        Ok(RelationKind::Table { name, hints, as_of })
    }

    /// `f(…)` within `TABLE( )`
    fn table_function(&mut self) -> Result<Call> {
        let name = match self.peek() {
            Token::Word(word) if self.is_sign(1, "(") && crate::syntax::keywords::is_function(word) => {
                let first = super::name(word, self.at());
                self.bump();
                ObjectName { first, rest: Vec::new() }
            }
            _ => self.object_name("a table function")?,
        };
        self.simple_call(name)
    }

    fn unnest(&mut self) -> Result<RelationKind> {
        self.bump();
        let collections = self.parenthesised(|parser| parser.list(Self::expr))?;
        let at = self.at();
        let ordinality = self.accept_all(&["WITH", "ORDINALITY"]).then_some(at);
        Ok(RelationKind::Unnest { collections, ordinality })
    }

    /// `(query)`, or `(a JOIN b …)` as an `Err`.
    fn parenthesised_relation(&mut self) -> Result<std::result::Result<Query, Relation>> {
        self.parenthesised(|parser| {
            if parser.at_query() {
                return parser.query().map(Ok);
            }
            if !parser.is_sign(0, "(") {
                return parser.parenthesised_join().map(Err);
            }
            // `((SELECT 1) UNION (SELECT 2))`, or `((SELECT 1) AS a JOIN b …)`
            let first = parser.joined()?;
            match first {
                Relation { kind: RelationKind::Query { query, lateral: None }, alias: None, .. } => {
                    parser.query_after(*query).map(Ok)
                }
                Relation { kind: RelationKind::Join(_), .. } => Ok(Err(first)),
                _ => parser.expected_word("JOIN", &["JOIN"]),
            }
        })
    }

    fn parenthesised_join(&mut self) -> Result<Relation> {
        let join = self.joined()?;
        if matches!(join.kind, RelationKind::Join(_)) {
            return Ok(join);
        }
        self.expected_word("JOIN, as only queries and joins stand in parentheses", &["JOIN"])
    }

    fn refuse_table_clauses(&self) -> Result<()> {
        const CLAUSES: [(&str, &str); 4] = [
            ("MATCH_RECOGNIZE", "Supported: joins, windows and OVER aggregates."),
            ("TABLESAMPLE", "Leave rows out with WHERE."),
            ("PIVOT", "Write an aggregate with FILTER (WHERE …) for each column."),
            ("UNPIVOT", "Write a UNION ALL of a SELECT for each column."),
        ];
        match CLAUSES.into_iter().find(|(keyword, _)| self.is_word(0, keyword)) {
            Some((keyword, supported)) => Err(SqlError::unsupported(self.at(), keyword, supported)),
            None => Ok(()),
        }
    }
}

fn join(
    at: Position,
    left: Relation,
    right: Relation,
    kind: JoinKind,
    natural: Option<Position>,
    condition: JoinCondition,
) -> Relation {
    let join = Join { left, right, kind, natural, condition };
    Relation { at, kind: RelationKind::Join(Box::new(join)), alias: None }
}

//! `SELECT` and its clauses.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::ast::{ExprKind, GroupBy, GroupItem, GroupItemKind, ObjectName, Select, SelectItem, WindowDef};

impl Parser<'_> {
    pub(super) fn select(&mut self) -> Result<Select> {
        let at = self.at();
        self.expect("SELECT")?;
        let hints = self.hints()?;
        let distinct = self.accept_at("DISTINCT");
        if distinct.is_none() {
            self.accept("ALL");
        }
        let items = self.list(Self::select_item)?;
        let mut select = Select {
            at,
            hints,
            distinct,
            items,
            from: None,
            predicate: None,
            group_by: None,
            having: None,
            windows: Vec::new(),
            qualify: None,
        };
        if !self.accept("FROM") {
            if self.which_word(0, &["WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY"]).is_some() {
                return self.expected_word("FROM", &["FROM"]);
            }
            return Ok(select);
        }
        select.from = Some(self.from()?);
        if self.accept("WHERE") {
            select.predicate = Some(self.expr()?);
        }
        if self.is_word(0, "GROUP") {
            select.group_by = Some(self.group_by()?);
        }
        if self.accept("HAVING") {
            select.having = Some(self.expr()?);
        }
        if self.accept("WINDOW") {
            select.windows = self.list(Self::window_def)?;
        }
        if self.accept("QUALIFY") {
            select.qualify = Some(self.expr()?);
        }
        Ok(select)
    }

    fn window_def(&mut self) -> Result<WindowDef> {
        let name = self.name("a window's name")?;
        self.expect("AS")?;
        Ok(WindowDef { name, spec: self.window_spec()? })
    }

    fn select_item(&mut self) -> Result<SelectItem> {
        let at = self.at();
        if self.accept_sign("*") {
            if let Some(word) = self.which_word(0, &["EXCEPT", "REPLACE", "EXCLUDE"]).filter(|_| self.is_sign(1, "(")) {
                return Err(SqlError::unsupported(self.at(), format!("* {word}"), "List the columns."));
            }
            return Ok(SelectItem::Star(at));
        }
        if let Some(table) = self.qualified_star()? {
            return Ok(SelectItem::QualifiedStar(table));
        }
        let expr = self.expr()?;
        if self.is_sign(0, ".") && self.is_sign(1, "*") {
            let supported = "Name the fields one by one: x.field.";
            return Err(SqlError::unsupported(self.at(), "Selecting all fields of an expression", supported));
        }
        Ok(SelectItem::Expr { expr, alias: self.alias()? })
    }

    /// `t.*`, where it stands at the cursor.
    fn qualified_star(&mut self) -> Result<Option<ObjectName>> {
        let mut ahead = 0;
        while matches!(self.peek_at(ahead), Token::Word(_) | Token::Quoted(_)) && self.is_sign(ahead + 1, ".") {
            if self.is_sign(ahead + 2, "*") {
                let first = self.name("a table's name")?;
                let mut rest = Vec::new();
                while self.accept_sign(".") && !self.accept_sign("*") {
                    rest.push(self.name("a table's name")?);
                }
                return Ok(Some(ObjectName { first, rest }));
            }
            ahead += 2;
        }
        Ok(None)
    }

    fn group_by(&mut self) -> Result<GroupBy> {
        let at = self.at();
        self.expect_all(&["GROUP", "BY"])?;
        let distinct = self.accept_at("DISTINCT");
        if distinct.is_none() {
            self.accept("ALL");
        }
        Ok(GroupBy { at, distinct, items: self.list(Self::group_item)? })
    }

    fn group_item(&mut self) -> Result<GroupItem> {
        self.nested(|parser| {
            let at = parser.at();
            let kind = if parser.accept_all(&["GROUPING", "SETS"]) {
                GroupItemKind::GroupingSets(parser.group_items()?)
            } else if parser.accept("ROLLUP") {
                GroupItemKind::Rollup(parser.group_items()?)
            } else if parser.accept("CUBE") {
                GroupItemKind::Cube(parser.group_items()?)
            } else if parser.is_sign(0, "(") && parser.is_sign(1, ")") {
                parser.next += 2;
                GroupItemKind::Set(Vec::new())
            } else {
                let expr = parser.expr()?;
                match expr.kind {
                    ExprKind::Row(keys) => GroupItemKind::Set(keys),
                    _ => GroupItemKind::Expr(expr),
                }
            };
            Ok(GroupItem { at, kind })
        })
    }

    fn group_items(&mut self) -> Result<Vec<GroupItem>> {
        self.parenthesised(|parser| parser.list(Self::group_item))
    }
}

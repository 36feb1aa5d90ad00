//! Calls of functions by their names.

use super::{Parser, Result};
use crate::syntax::ast::{
    Argument, Call, Expr, ExprKind, Name, NullTreatment, ObjectName, Over, TableArgument, TableSource,
};

impl Parser<'_> {
    /// A function called without parentheses.
    pub(super) fn bare_call(&self, name: Name) -> ExprKind {
        ExprKind::Call(Box::new(call_of(ObjectName { first: name, rest: Vec::new() }, Vec::new())))
    }

    /// The call of `name`, whose arguments stand at the cursor.
    pub(super) fn call(&mut self, name: ObjectName) -> Result<ExprKind> {
        let mut call = self.simple_call(name)?;
        self.call_suffixes(&mut call)?;
        Ok(ExprKind::Call(Box::new(call)))
    }

    /// The call of `name` without `FILTER`, `OVER` and their like.
    pub(super) fn simple_call(&mut self, name: ObjectName) -> Result<Call> {
        let mut call = call_of(name, Vec::new());
        self.expect_sign("(")?;
        let at = self.at();
        if self.accept_sign("*") {
            call.star = Some(at);
        } else if !self.is_sign(0, ")") {
            call.distinct = self.accept_at("DISTINCT");
            if call.distinct.is_none() {
                self.accept("ALL");
            }
            call.arguments = self.list(Self::argument)?;
            if self.is_word(0, "ORDER") {
                call.order_by = self.order_by()?;
            }
        }
        if !self.accept_sign(")") {
            return self.expected("\",\" or \")\"");
        }
        Ok(call)
    }

    fn call_suffixes(&mut self, call: &mut Call) -> Result<()> {
        if self.is_word(1, "NULLS")
            && let Some(word) = self.which_word(0, &["IGNORE", "RESPECT"])
        {
            call.nulls = Some(NullTreatment { at: self.at(), ignore: word == "IGNORE" });
            self.next += 2;
        }
        call.within_group = self.within_group()?;
        if self.accept("FILTER") {
            call.filter = Some(self.parenthesised(|parser| {
                parser.expect("WHERE")?;
                parser.expr()
            })?);
        }
        if self.accept("OVER") {
            call.over = Some(if self.is_sign(0, "(") {
                Over::Spec(Box::new(self.window_spec()?))
            } else {
                Over::Named(self.name("a window: its name, or (PARTITION BY … ORDER BY …)")?)
            });
        }
        Ok(())
    }

    /// `[name =>] value`
    fn argument(&mut self) -> Result<Argument> {
        let named = self.is_sign(1, "=>");
        let name = if named { Some(self.name("an argument's name")?) } else { None };
        if named {
            self.bump();
        }
        Ok(Argument { name, value: self.argument_value()? })
    }

    fn argument_value(&mut self) -> Result<Expr> {
        let at = self.at();
        if self.accept("DEFAULT") {
            return Ok(Expr { at, kind: ExprKind::Default });
        }
        if self.is_word(0, "TABLE") && !self.is_sign(1, "(") {
            self.bump();
            let source = TableSource::Named(self.table_name()?);
            return self.table_argument(source, at);
        }
        let value = self.expr()?;
        match value.kind {
            ExprKind::Query(query) if self.is_word(0, "PARTITION") || self.is_word(0, "ORDER") => {
                self.table_argument(TableSource::Query(query), at)
            }
            _ => Ok(value),
        }
    }

    /// `[PARTITION BY …] [ORDER BY …]` after a table; more than one column stands in parentheses.
    fn table_argument(&mut self, source: TableSource, at: crate::syntax::Position) -> Result<Expr> {
        let mut argument = TableArgument { source, partition_by: Vec::new(), order_by: Vec::new() };
        if self.accept("PARTITION") {
            self.expect("BY")?;
            argument.partition_by = if self.accept_sign("(") {
                let keys = self.list(Self::expr)?;
                self.expect_sign(")")?;
                keys
            } else {
                vec![self.expr()?]
            };
        }
        if self.accept("ORDER") {
            self.expect("BY")?;
            argument.order_by = if self.accept_sign("(") {
                let items = self.list(Self::order_item)?;
                self.expect_sign(")")?;
                items
            } else {
                vec![self.order_item()?]
            };
        }
        Ok(Expr { at, kind: ExprKind::Table(Box::new(argument)) })
    }
}

/// A call of nothing but its arguments.
pub(super) fn call_of(name: ObjectName, values: Vec<Expr>) -> Call {
    Call {
        name,
        arguments: values.into_iter().map(|value| Argument { name: None, value }).collect(),
        star: None,
        distinct: None,
        order_by: Vec::new(),
        within_group: None,
        filter: None,
        nulls: None,
        over: None,
    }
}

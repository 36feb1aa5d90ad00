//! Functions whose arguments have a syntax of their own.

use super::{Parser, Result, call::call_of};
use crate::syntax::ast::{Expr, ExprKind, ObjectName, TrimSide};

impl Parser<'_> {
    /// The call at the cursor, if the function is one of these. Its parenthesis follows.
    pub(super) fn special_call(&mut self, upper: &str) -> Result<Option<ExprKind>> {
        let special: fn(&mut Self) -> Result<ExprKind> = match upper {
            "CAST" => |parser| parser.cast(false),
            "TRY_CAST" => |parser| parser.cast(true),
            "ROW" => |parser| parser.list(Self::expr).map(ExprKind::Row),
            "EXTRACT" => Self::extract,
            "TRIM" => Self::trim,
            "TIMESTAMPADD" => Self::timestamp_add,
            "TIMESTAMPDIFF" => Self::timestamp_diff,
            "DESCRIPTOR" => Self::descriptor,
            "JSON_EXISTS" => Self::json_exists,
            "JSON_VALUE" => Self::json_value,
            "JSON_QUERY" => Self::json_query,
            "JSON_OBJECT" => Self::json_object,
            "JSON_ARRAY" => Self::json_array,
            "JSON_OBJECTAGG" => Self::json_object_agg,
            "JSON_ARRAYAGG" => return self.json_array_agg().map(Some),
            "SUBSTRING" | "POSITION" | "OVERLAY" | "CEIL" | "CEILING" | "FLOOR" => {
                return self.worded_call(upper).map(Some);
            }
            _ => return Ok(None),
        };
        self.bump();
        self.parenthesised(special).map(Some)
    }

    fn cast(&mut self, tolerant: bool) -> Result<ExprKind> {
        let operand = Box::new(self.expr()?);
        self.expect("AS")?;
        Ok(ExprKind::Cast { operand, to: self.data_type()?, tolerant })
    }

    fn extract(&mut self) -> Result<ExprKind> {
        let unit = self.time_unit()?;
        self.expect("FROM")?;
        Ok(ExprKind::Extract { unit, operand: Box::new(self.expr()?) })
    }

    fn trim(&mut self) -> Result<ExprKind> {
        const SIDES: [(&str, TrimSide); 3] =
            [("BOTH", TrimSide::Both), ("LEADING", TrimSide::Leading), ("TRAILING", TrimSide::Trailing)];
        let side = SIDES.into_iter().find(|(keyword, _)| self.accept(keyword)).map(|(_, side)| side);
        let mut characters = None;
        if side.is_none() || !self.accept("FROM") {
            let first = self.expr()?;
            if !self.accept("FROM") {
                let operand = Box::new(first);
                return Ok(ExprKind::Trim { side: side.unwrap_or(TrimSide::Both), characters: None, operand });
            }
            characters = Some(Box::new(first));
        }
        let operand = Box::new(self.expr()?);
        Ok(ExprKind::Trim { side: side.unwrap_or(TrimSide::Both), characters, operand })
    }

    fn timestamp_add(&mut self) -> Result<ExprKind> {
        let unit = self.time_unit()?;
        self.expect_sign(",")?;
        let count = Box::new(self.expr()?);
        self.expect_sign(",")?;
        Ok(ExprKind::TimestampAdd { unit, count, operand: Box::new(self.expr()?) })
    }

    fn timestamp_diff(&mut self) -> Result<ExprKind> {
        let unit = self.time_unit()?;
        self.expect_sign(",")?;
        let from = Box::new(self.expr()?);
        self.expect_sign(",")?;
        Ok(ExprKind::TimestampDiff { unit, from, to: Box::new(self.expr()?) })
    }

    fn descriptor(&mut self) -> Result<ExprKind> {
        self.list(|parser| parser.name("a column's name")).map(ExprKind::Descriptor)
    }

    /// The functions whose operands stand between words; also as Flink takes them between commas.
    fn worded_call(&mut self, upper: &str) -> Result<ExprKind> {
        let name = match self.peek() {
            super::Token::Word(word) => super::name(word, self.at()),
            _ => return self.expected("a function"),
        };
        self.bump();
        self.expect_sign("(")?;
        if upper == "POSITION" {
            // The operand ends at IN, which must not be taken for a predicate of it.
            let operand = self.expr_above(crate::syntax::power::PREDICATE)?;
            self.expect("IN")?;
            let mut values = vec![operand, self.expr()?];
            if self.accept("FROM") {
                values.push(self.expr()?);
            }
            return self.end_call(name, values);
        }
        let mut values = vec![self.expr()?];
        match upper {
            "SUBSTRING" if self.accept("FROM") => self.start_and_length(&mut values)?,
            "SUBSTRING" => {
                self.expect_sign(",")?;
                values.extend(self.list(Self::expr)?);
            }
            "OVERLAY" => {
                self.expect("PLACING")?;
                values.push(self.expr()?);
                self.expect("FROM")?;
                self.start_and_length(&mut values)?;
            }
            _ if self.accept("TO") => {
                let unit = self.time_unit()?;
                self.expect_sign(")")?;
                let operand = Box::new(values.remove(0));
                return Ok(ExprKind::Round { up: upper != "FLOOR", operand, unit });
            }
            _ => {}
        }
        self.end_call(name, values)
    }

    /// `… [FOR …]` after `FROM`.
    fn start_and_length(&mut self, values: &mut Vec<Expr>) -> Result<()> {
        values.push(self.expr()?);
        if self.accept("FOR") {
            values.push(self.expr()?);
        }
        Ok(())
    }

    fn end_call(&mut self, name: crate::syntax::ast::Name, values: Vec<Expr>) -> Result<ExprKind> {
        self.expect_sign(")")?;
        Ok(ExprKind::Call(Box::new(call_of(ObjectName { first: name, rest: Vec::new() }, values))))
    }
}

//! Windows of `OVER` and `WINDOW`, and `ORDER BY`.

use super::{Parser, Result};
use crate::syntax::{
    Position,
    ast::{Expr, Frame, FrameBound, FrameBoundKind, FrameUnit, OrderItem, WindowSpec},
    lexer::Token,
    power,
};

impl Parser<'_> {
    /// `([name] [PARTITION BY …] [ORDER BY …] [ROWS … | RANGE …])`
    pub(super) fn window_spec(&mut self) -> Result<WindowSpec> {
        let at = self.at();
        self.expect_sign("(")?;
        self.bare_alias = Some(self.next);
        let base = match self.peek() {
            Token::Word(word) if super::is_reserved(word) => None,
            Token::Word(_) | Token::Quoted(_) => Some(self.name("a window's name")?),
            _ => None,
        };
        let mut spec = WindowSpec { at, base, partition_by: Vec::new(), order_by: Vec::new(), frame: None };
        if self.accept("PARTITION") {
            self.expect("BY")?;
            spec.partition_by = self.list(Self::expr)?;
        }
        if self.is_word(0, "ORDER") {
            spec.order_by = self.order_by()?;
        }
        spec.frame = self.frame()?;
        if !self.accept_sign(")") {
            let keywords = ["PARTITION", "ORDER", "ROWS", "RANGE"];
            return self.expected_word("PARTITION BY, ORDER BY, ROWS, RANGE or \")\"", &keywords);
        }
        Ok(spec)
    }

    fn frame(&mut self) -> Result<Option<Frame>> {
        let at = self.at();
        let unit = match self.which_word(0, &["ROWS", "RANGE"]) {
            Some("ROWS") => FrameUnit::Rows,
            Some(_) => FrameUnit::Range,
            None => return Ok(None),
        };
        self.bump();
        if !self.accept("BETWEEN") {
            return Ok(Some(Frame { at, unit, start: self.frame_bound()?, end: None }));
        }
        let start = self.frame_bound()?;
        self.expect("AND")?;
        Ok(Some(Frame { at, unit, start, end: Some(self.frame_bound()?) }))
    }

    fn frame_bound(&mut self) -> Result<FrameBound> {
        const SIDES: [(&str, bool); 2] = [("PRECEDING", true), ("FOLLOWING", false)];
        let at = self.at();
        if self.accept("CURRENT") {
            self.expect("ROW")?;
            return Ok(FrameBound { at, kind: FrameBoundKind::CurrentRow });
        }
        let kind = if self.accept("UNBOUNDED") {
            match self.choice(&SIDES)? {
                true => FrameBoundKind::UnboundedPreceding,
                false => FrameBoundKind::UnboundedFollowing,
            }
        } else {
            let distance = self.expr_above(power::AND)?;
            match self.choice(&SIDES)? {
                true => FrameBoundKind::Preceding(distance),
                false => FrameBoundKind::Following(distance),
            }
        };
        Ok(FrameBound { at, kind })
    }

    /// `ORDER BY item, …`
    pub(super) fn order_by(&mut self) -> Result<Vec<OrderItem>> {
        self.expect_all(&["ORDER", "BY"])?;
        self.list(Self::order_item)
    }

    pub(super) fn order_item(&mut self) -> Result<OrderItem> {
        let expr: Expr = self.expr()?;
        let descending = self.accept("DESC");
        if !descending {
            self.accept("ASC");
        }
        let nulls_first =
            if self.accept("NULLS") { Some(self.choice(&[("FIRST", true), ("LAST", false)])?) } else { None };
        Ok(OrderItem { expr, descending, nulls_first })
    }

    /// `[WITHIN GROUP (ORDER BY …)]`
    pub(super) fn within_group(&mut self) -> Result<Option<(Position, Vec<OrderItem>)>> {
        let Some(at) = self.accept_at("WITHIN") else { return Ok(None) };
        self.expect("GROUP")?;
        Ok(Some((at, self.parenthesised(Self::order_by)?)))
    }
}

//! Expressions, by precedence climbing.

use super::{Parser, Result, SqlError};
use crate::syntax::{
    Position,
    ast::{BinaryOp, Expr, ExprKind, Literal, QuantifiedOver, UnaryOp},
    lexer::Token,
    power,
};

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Result<Expr> {
        self.expr_above(0)
    }

    /// An expression of operators that bind tighter than `power`.
    pub(super) fn expr_above(&mut self, power: u8) -> Result<Expr> {
        self.nested(|parser| {
            let first = parser.prefix()?;
            parser.operators(first, power)
        })
    }

    /// The operators that bind tighter than `power` after `left`.
    pub(super) fn operators(&mut self, mut left: Expr, power: u8) -> Result<Expr> {
        loop {
            let at = self.at();
            if power < power::OR && self.accept("OR") {
                left = or(left, at, self.expr_above(power::OR)?);
            } else if power < power::AND && self.accept("AND") {
                left = and(left, at, self.expr_above(power::AND)?);
            } else if let Some((op, binds)) = self.binary_op().filter(|(_, binds)| *binds > power) {
                self.bump();
                left = self.right_operand(left, op, binds, at)?;
                self.grow()?;
            } else if let Some(tested) = self.postfix_predicate(power)? {
                left = Expr { at, kind: tested(left) };
                self.grow()?;
            } else if self.is_word(0, "AT") && self.is_word(1, "TIME") {
                let supported = "Flink has none either: write CONVERT_TZ(text, zone, zone).";
                return Err(SqlError::unsupported(at, "AT TIME ZONE", supported));
            } else {
                return Ok(left);
            }
        }
    }

    fn binary_op(&self) -> Option<(BinaryOp, u8)> {
        Some(match self.peek() {
            Token::Word(word) if word.eq_ignore_ascii_case("OVERLAPS") => (BinaryOp::Overlaps, power::COMPARE),
            Token::Sign(sign) => match *sign {
                "=" => (BinaryOp::Eq, power::COMPARE),
                "<>" => (BinaryOp::Ne, power::COMPARE),
                "<" => (BinaryOp::Lt, power::COMPARE),
                "<=" => (BinaryOp::Le, power::COMPARE),
                ">" => (BinaryOp::Gt, power::COMPARE),
                ">=" => (BinaryOp::Ge, power::COMPARE),
                "+" => (BinaryOp::Add, power::ADD),
                "-" => (BinaryOp::Sub, power::ADD),
                "*" => (BinaryOp::Mul, power::MULTIPLY),
                "/" => (BinaryOp::Div, power::MULTIPLY),
                "%" => (BinaryOp::Rem, power::MULTIPLY),
                "||" => (BinaryOp::Concat, power::MULTIPLY),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn right_operand(&mut self, left: Expr, op: BinaryOp, binds: u8, at: Position) -> Result<Expr> {
        let quantifier = self.which_word(0, &["ANY", "SOME", "ALL"]);
        if let Some(quantifier) = quantifier.filter(|_| binds == power::COMPARE && self.is_sign(1, "(")) {
            self.bump();
            let with = match self.query_or_list()? {
                Ok(query) => QuantifiedOver::Query(Box::new(query)),
                Err(list) => QuantifiedOver::List(list),
            };
            let kind = ExprKind::Quantified { operand: Box::new(left), op, all: quantifier == "ALL", with };
            return Ok(Expr { at, kind });
        }
        let right = self.expr_above(binds)?;
        Ok(Expr { at, kind: ExprKind::Binary(op, Box::new(left), Box::new(right)) })
    }

    fn prefix(&mut self) -> Result<Expr> {
        let at = self.at();
        if self.accept("NOT") {
            let operand = self.expr_above(power::NOT)?;
            return Ok(Expr { at, kind: ExprKind::Unary(UnaryOp::Not, Box::new(operand)) });
        }
        if self.accept_sign("-") {
            let operand = self.expr_above(power::SIGN)?;
            return Ok(Expr { at, kind: negate(operand) });
        }
        if self.accept_sign("+") {
            let operand = self.expr_above(power::SIGN)?;
            return Ok(match operand.kind {
                ExprKind::Literal(Literal::Exact(_) | Literal::Approximate(_)) => Expr { at, ..operand },
                _ => Expr { at, kind: ExprKind::Unary(UnaryOp::Plus, Box::new(operand)) },
            });
        }
        self.primary()
    }
}

/// `-x`; of a number a number, so that the least of its type can be written.
fn negate(operand: Expr) -> ExprKind {
    let other = |digits: String| match digits.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None => format!("-{digits}"),
    };
    match operand.kind {
        ExprKind::Literal(Literal::Exact(digits)) => ExprKind::Literal(Literal::Exact(other(digits))),
        ExprKind::Literal(Literal::Approximate(digits)) => ExprKind::Literal(Literal::Approximate(other(digits))),
        kind => ExprKind::Unary(UnaryOp::Minus, Box::new(Expr { at: operand.at, kind })),
    }
}

fn and(left: Expr, at: Position, right: Expr) -> Expr {
    match left.kind {
        ExprKind::And(mut conditions) => {
            conditions.push(right);
            Expr { at: left.at, kind: ExprKind::And(conditions) }
        }
        _ => Expr { at, kind: ExprKind::And(vec![left, right]) },
    }
}

fn or(left: Expr, at: Position, right: Expr) -> Expr {
    match left.kind {
        ExprKind::Or(mut conditions) => {
            conditions.push(right);
            Expr { at: left.at, kind: ExprKind::Or(conditions) }
        }
        _ => Expr { at, kind: ExprKind::Or(vec![left, right]) },
    }
}

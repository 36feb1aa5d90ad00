//! Operators between values.

use super::{
    Binder,
    coercion::{coerce, common_type, comparable},
};
use crate::{
    expr::{
        Expr,
        function::{
            any_nullable,
            arithmetic::{Arithmetic, negate},
            call,
            comparison::{self, Comparison},
            string,
        },
    },
    syntax::{
        Position, SqlError,
        ast::{self, BinaryOp, UnaryOp},
    },
    types::{DataType, TypeKind, Value},
};

/// An operator that does not take its operands' types.
pub fn refused(sign: &str, operands: &[&Expr], forms: &str, at: Position) -> SqlError {
    let types: Vec<String> = operands.iter().map(|operand| format!("<{}>", operand.data_type.kind)).collect();
    let shown = types.join(&format!(" {sign} "));
    SqlError::invalid(at, format!("Cannot apply '{sign}' to arguments of type '{shown}'. Supported form(s): {forms}"))
}

impl Binder<'_> {
    pub(super) fn unary(&self, op: UnaryOp, operand: &ast::Expr, at: Position) -> Result<Expr, SqlError> {
        let operand = self.bind(operand)?;
        let kind = operand.data_type.kind.clone();
        match op {
            UnaryOp::Not => Ok(not(self.as_condition(operand, "NOT", at)?)),
            UnaryOp::Plus if kind.is_numeric() || kind.is_interval() => Ok(operand),
            UnaryOp::Minus => match negate(&kind) {
                Some(kernel) => {
                    let data_type = operand.data_type.clone();
                    Ok(call("-", kernel, vec![operand], data_type))
                }
                None => Err(refused("-", &[&operand], "'-<NUMERIC>', '-<INTERVAL>'", at)),
            },
            UnaryOp::Plus => Err(refused("+", &[&operand], "'+<NUMERIC>', '+<INTERVAL>'", at)),
        }
    }

    /// The operand of a logical operator.
    pub(super) fn as_condition(&self, operand: Expr, operator: &str, at: Position) -> Result<Expr, SqlError> {
        match operand.data_type.kind {
            TypeKind::Boolean => Ok(operand),
            TypeKind::Null => Ok(Expr::null(TypeKind::Boolean)),
            _ => Err(refused(operator, &[&operand], "'<BOOLEAN>'", at)),
        }
    }

    pub(super) fn junction(&self, parts: &[ast::Expr], all: bool) -> Result<Expr, SqlError> {
        let operator = if all { "AND" } else { "OR" };
        let condition = |part: &ast::Expr| self.as_condition(self.bind(part)?, operator, part.at);
        let parts = parts.iter().map(condition).collect::<Result<_, _>>()?;
        Ok(if all { Expr::and(parts) } else { Expr::or(parts) })
    }

    pub(super) fn binary(
        &self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        at: Position,
    ) -> Result<Expr, SqlError> {
        if op == BinaryOp::Overlaps {
            return self.overlaps(left, right, at);
        }
        // Rows that are written out are equal where their parts are, and a NULL among those is not.
        if let (BinaryOp::Eq, ast::ExprKind::Row(one), ast::ExprKind::Row(other)) = (op, &left.kind, &right.kind)
            && one.len() == other.len()
        {
            let equal = one.iter().zip(other).map(|(left, right)| self.binary(BinaryOp::Eq, left, right, at));
            return Ok(Expr::and(equal.collect::<Result<_, _>>()?));
        }
        let (left, right) = (self.bind(left)?, self.bind(right)?);
        match op {
            BinaryOp::Eq => compare(Comparison::Eq, left, right, at),
            BinaryOp::Ne => compare(Comparison::Ne, left, right, at),
            BinaryOp::Lt => compare(Comparison::Lt, left, right, at),
            BinaryOp::Le => compare(Comparison::Le, left, right, at),
            BinaryOp::Gt => compare(Comparison::Gt, left, right, at),
            BinaryOp::Ge => compare(Comparison::Ge, left, right, at),
            BinaryOp::Add => arithmetic(Arithmetic::Add, left, right, at),
            BinaryOp::Sub => arithmetic(Arithmetic::Sub, left, right, at),
            BinaryOp::Mul => arithmetic(Arithmetic::Mul, left, right, at),
            BinaryOp::Div => arithmetic(Arithmetic::Div, left, right, at),
            BinaryOp::Rem => arithmetic(Arithmetic::Rem, left, right, at),
            BinaryOp::Concat => concat(left, right, at),
            // Taken above.
            BinaryOp::Overlaps => Err(refused("OVERLAPS", &[&left, &right], "'(<T>, <T>) OVERLAPS (<T>, <T>)'", at)),
        }
    }
}

/// `NOT`
pub fn not(condition: Expr) -> Expr {
    let data_type = condition.data_type.clone();
    call("NOT", comparison::not(), vec![condition], data_type)
}

/// A comparison, its operands brought to one type.
pub fn compare(op: Comparison, left: Expr, right: Expr, at: Position) -> Result<Expr, SqlError> {
    let forms = "'<COMPARABLE_TYPE> op <COMPARABLE_TYPE>', both numbers, both text, or both of one type";
    let kind = comparable(&left.data_type, &right.data_type);
    let kernel = kind.as_ref().and_then(|kind| op.kernel(kind));
    let (Some(kind), Some(kernel)) = (kind, kernel) else {
        return Err(refused(op.sign(), &[&left, &right], forms, at));
    };
    let nullable = left.data_type.nullable || right.data_type.nullable;
    let operands = [left, right].map(|operand| bring(operand, &kind));
    Ok(call(op.sign(), kernel, operands.into(), TypeKind::Boolean.nullable().with_nullable(nullable)))
}

/// An operand of a comparison in the type of the comparison. Text is text, however long.
pub fn bring(operand: Expr, kind: &TypeKind) -> Expr {
    if kind.is_text() && operand.data_type.kind.is_text() {
        return operand;
    }
    coerce(operand, &DataType { kind: kind.clone(), nullable: true })
}

/// `+`, `-`, `*`, `/`, `%` of numbers, intervals and times.
pub fn arithmetic(op: Arithmetic, left: Expr, right: Expr, at: Position) -> Result<Expr, SqlError> {
    let left = typed_null(left, &right);
    let right = typed_null(right, &left);
    if let Some(expr) = super::time::arithmetic(op, &left, &right) {
        return Ok(expr);
    }
    let sign = op.sign();
    let exact = left.data_type.kind.is_exact() && right.data_type.kind.is_exact();
    if op == Arithmetic::Rem && !exact {
        return Err(refused(sign, &[&left, &right], "'MOD(<EXACT_NUMERIC>, <EXACT_NUMERIC>)'", at));
    }
    let forms = format!("'<NUMERIC> {sign} <NUMERIC>', and of dates, times and intervals where they add up");
    let Some((result, a, b)) = op.types(&left.data_type.kind, &right.data_type.kind) else {
        return Err(refused(sign, &[&left, &right], &forms, at));
    };
    let divisor = match right.as_literal() {
        Some(Value::Integer(value)) => Some(i128::from(*value)),
        Some(Value::Decimal(value)) => Some(*value),
        _ => None,
    };
    let zero = divisor == Some(0) || matches!(right.as_literal(), Some(Value::Double(value)) if *value == 0.0);
    if op == Arithmetic::Div && zero && left.as_literal().is_some() {
        return Err(SqlError::invalid(at, "Division by zero"));
    }
    let by_constant = divisor.is_some_and(|divisor| divisor != 0).then(|| op.kernel_by_constant(&result)).flatten();
    let Some(kernel) = by_constant.or_else(|| op.kernel(&a, &b, &result)) else {
        return Err(refused(sign, &[&left, &right], &forms, at));
    };
    let narrow = right.data_type.kind.clone();
    let operands = vec![coerce(left, &a.nullable()), coerce(right, &b.nullable())];
    let integers = result.is_integer();
    let data_type = result.nullable().with_nullable(any_nullable(&operands));
    let value = call(sign, kernel, operands, data_type);
    // A remainder has the type of its divisor, in which it always fits.
    Ok(if op == Arithmetic::Rem && integers { super::special::cast(value, narrow, false) } else { value })
}

/// A bare NULL takes the type of the other operand.
fn typed_null(operand: Expr, other: &Expr) -> Expr {
    if operand.data_type.kind == TypeKind::Null { coerce(operand, &other.data_type) } else { operand }
}

/// `||`
fn concat(left: Expr, right: Expr, at: Position) -> Result<Expr, SqlError> {
    let left = typed_null(left, &right);
    let right = typed_null(right, &left);
    let (a, b) = (&left.data_type.kind, &right.data_type.kind);
    let sum = |n: u32, m: u32| n.saturating_add(m).min(crate::types::data_type::MAX_LENGTH);
    let kind = match (a, b) {
        (TypeKind::Char(n), TypeKind::Char(m)) => TypeKind::Char(sum(*n, *m)),
        (TypeKind::Char(n) | TypeKind::Varchar(n), TypeKind::Char(m) | TypeKind::Varchar(m)) => {
            TypeKind::Varchar(sum(*n, *m))
        }
        _ => return Err(refused("||", &[&left, &right], "'<STRING> || <STRING>'", at)),
    };
    let data_type = kind.nullable().with_nullable(left.data_type.nullable || right.data_type.nullable);
    Ok(call("||", string::concat_two(), vec![left, right], data_type))
}

/// All brought to their common type.
pub fn unify(exprs: Vec<Expr>, what: &str, at: Position) -> Result<(Vec<Expr>, DataType), SqlError> {
    let types: Vec<DataType> = exprs.iter().map(|expr| expr.data_type.clone()).collect();
    let Some(common) = common_type(&types) else {
        let shown: Vec<String> = types.iter().map(|data_type| data_type.kind.to_string()).collect();
        let message = format!("Illegal mixing of types in {what}: {} have no common type", shown.join(", "));
        return Err(SqlError::invalid(at, message));
    };
    Ok((exprs.into_iter().map(|expr| coerce(expr, &common)).collect(), common))
}

//! What bound expressions are, where the planner has to know: comparisons, sums with intervals, the clock.

use crate::{
    expr::{Expr, ExprKind},
    types::{TypeKind, Value},
};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `IS NOT DISTINCT FROM`
    Same,
}

impl Comparison {
    /// What holds of the sides when they change places.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }
}

/// The function's name and its arguments, where the expression is a call.
pub fn call(expr: &Expr) -> Option<(&str, &[Expr])> {
    match &expr.kind {
        ExprKind::Call(function, arguments) => Some((function.name(), arguments)),
        _ => None,
    }
}

/// The comparison that an expression is.
pub fn comparison(expr: &Expr) -> Option<(Comparison, &Expr, &Expr)> {
    let (name, [left, right]) = call(expr)? else { return None };
    let op = match name {
        "=" => Comparison::Eq,
        "<>" => Comparison::Ne,
        "<" => Comparison::Lt,
        "<=" => Comparison::Le,
        ">" => Comparison::Gt,
        ">=" => Comparison::Ge,
        "IS NOT DISTINCT FROM" => Comparison::Same,
        _ => return None,
    };
    Some((op, left, right))
}

/// Whether it is `PROCTIME()` by itself.
pub fn is_proctime(expr: &Expr) -> bool {
    call(expr).is_some_and(|(name, arguments)| name == "PROCTIME" && arguments.is_empty())
}

/// Whether it is a field of a row.
pub fn is_field(expr: &Expr) -> bool {
    call(expr).is_some_and(|(_, arguments)| {
        matches!(arguments.first(), Some(first) if matches!(first.data_type.kind, TypeKind::Row(_)))
            && arguments.iter().skip(1).all(|argument| argument.as_literal().is_some())
    })
}

/// The column and how many milliseconds are added to it, where it is a timestamp column plus or minus constant intervals.
pub fn shifted_column(expr: &Expr) -> Option<(usize, i64)> {
    match &expr.kind {
        ExprKind::Column(column) if expr.data_type.kind.is_timestamp() => Some((*column, 0)),
        ExprKind::Cast { input, .. } if same_instant(&input.data_type.kind, &expr.data_type.kind) => {
            shifted_column(input)
        }
        ExprKind::Call(function, arguments) => match (function.name(), &arguments[..]) {
            ("+", [time, interval]) | ("+", [interval, time]) if millis(interval).is_some() => {
                let (column, shift) = shifted_column(time)?;
                Some((column, shift.checked_add(millis(interval)?)?))
            }
            ("-", [time, interval]) => {
                let (column, shift) = shifted_column(time)?;
                Some((column, shift.checked_sub(millis(interval)?)?))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a cast between these types leaves the instant what it is, to the millisecond.
fn same_instant(from: &TypeKind, to: &TypeKind) -> bool {
    match (from, to) {
        (TypeKind::Timestamp(_), TypeKind::Timestamp(to)) | (TypeKind::TimestampLtz(_), TypeKind::TimestampLtz(to)) => {
            *to >= 3
        }
        _ => false,
    }
}

/// A constant interval of milliseconds.
pub fn millis(expr: &Expr) -> Option<i64> {
    match (&expr.data_type.kind, expr.as_literal()?) {
        (TypeKind::IntervalMillis, Value::Integer(millis)) => Some(*millis),
        _ => None,
    }
}

/// Whether it is the constant TRUE.
pub fn is_true(expr: &Expr) -> bool {
    matches!(expr.as_literal(), Some(Value::Boolean(true)))
}

/// Whether it is the constant FALSE, or NULL: as a condition it lets nothing through.
pub fn is_never(expr: &Expr) -> bool {
    matches!(expr.as_literal(), Some(Value::Boolean(false) | Value::Null))
}

/// Whether it is NULL, or false, whenever one of `columns` is NULL in all of them: an outer join below a filter by it is
/// an inner one.
pub fn rejects_null(expr: &Expr, columns: &dyn Fn(usize) -> bool) -> bool {
    match &expr.kind {
        ExprKind::And(parts) => parts.iter().any(|part| rejects_null(part, columns)),
        ExprKind::Or(parts) => parts.iter().all(|part| rejects_null(part, columns)),
        _ => match (call(expr), comparison(expr)) {
            (_, Some((op, left, right))) if op != Comparison::Same => strict(left, columns) || strict(right, columns),
            (Some(("IS NOT NULL" | "IS TRUE" | "LIKE", [first, ..])), _) => strict(first, columns),
            _ => false,
        },
    }
}

/// Whether it is NULL where the columns are.
fn strict(expr: &Expr, columns: &dyn Fn(usize) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Column(column) => columns(*column),
        ExprKind::Cast { input, .. } => strict(input, columns),
        ExprKind::Call(function, arguments) => {
            matches!(function.name(), "+" | "-" | "*" | "/" | "%") && arguments.iter().any(|part| strict(part, columns))
        }
        _ => false,
    }
}

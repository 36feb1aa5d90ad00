//! The parts of an expression as it was written.

use crate::syntax::ast::{Expr, ExprKind, JsonCall, Over, QuantifiedOver, ValueBehaviour, WindowSpec};

/// The expressions right within an expression; not those of queries in it, and not the arguments of table functions.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Name(_)
        | ExprKind::Literal(_)
        | ExprKind::Exists(_)
        | ExprKind::Query(_)
        | ExprKind::Collect(..)
        | ExprKind::Descriptor(_)
        | ExprKind::Table(_)
        | ExprKind::Default => Vec::new(),
        ExprKind::Unary(_, operand)
        | ExprKind::Is { operand, .. }
        | ExprKind::InQuery { operand, .. }
        | ExprKind::Cast { operand, .. }
        | ExprKind::Extract { operand, .. }
        | ExprKind::Round { operand, .. }
        | ExprKind::Field(operand, _)
        | ExprKind::Interval(operand, _) => vec![operand],
        ExprKind::Binary(_, left, right) | ExprKind::IsDistinct { left, right, .. } | ExprKind::Index(left, right) => {
            vec![left, right]
        }
        ExprKind::TimestampAdd { count: left, operand: right, .. }
        | ExprKind::TimestampDiff { from: left, to: right, .. }
        | ExprKind::Difference { to: left, from: right, .. } => vec![left, right],
        ExprKind::And(parts)
        | ExprKind::Or(parts)
        | ExprKind::Array(parts)
        | ExprKind::Multiset(parts)
        | ExprKind::WhenList(parts)
        | ExprKind::Row(parts) => parts.iter().collect(),
        ExprKind::Between { operand, low, high, .. } => vec![operand, low, high],
        ExprKind::InList { operand, list, .. } => std::iter::once(&**operand).chain(list).collect(),
        ExprKind::Like { operand, pattern, escape, .. } => {
            [&**operand, &**pattern].into_iter().chain(escape.as_deref()).collect()
        }
        ExprKind::Quantified { operand, with, .. } => {
            let list: &[Expr] = match with {
                QuantifiedOver::List(list) => list,
                QuantifiedOver::Query(_) => &[],
            };
            std::iter::once(&**operand).chain(list).collect()
        }
        ExprKind::Case { operand, branches, otherwise } => {
            let branches = branches.iter().flat_map(|(when, then)| [when, then]);
            operand.as_deref().into_iter().chain(branches).chain(otherwise.as_deref()).collect()
        }
        ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        ExprKind::Trim { characters, operand, .. } => {
            characters.as_deref().into_iter().chain(std::iter::once(&**operand)).collect()
        }
        ExprKind::Call(call) => {
            let arguments = call.arguments.iter().map(|argument| &argument.value);
            let over = call.over.iter().flat_map(|over| match over {
                Over::Named(_) => Vec::new(),
                Over::Spec(spec) => window(spec),
            });
            arguments.chain(&call.filter).chain(over).collect()
        }
        ExprKind::Json(call) => json(call),
    }
}

/// The expressions of a window.
pub fn window(spec: &WindowSpec) -> Vec<&Expr> {
    spec.partition_by.iter().chain(spec.order_by.iter().map(|item| &item.expr)).collect()
}

fn json(call: &JsonCall) -> Vec<&Expr> {
    match call {
        JsonCall::Exists { input, path, .. } | JsonCall::Query { input, path, .. } => vec![input, path],
        JsonCall::Value { input, path, on_empty, on_error, .. } => {
            let mut parts = vec![input, path];
            for behaviour in [on_empty, on_error] {
                if let Some(ValueBehaviour::Default(value)) = behaviour {
                    parts.push(value);
                }
            }
            parts
        }
        JsonCall::Object { members, .. } => members.iter().flat_map(|(key, value)| [key, value]).collect(),
        JsonCall::Array { elements, .. } => elements.iter().collect(),
        JsonCall::ObjectAgg { key, value, .. } => vec![key, value],
        JsonCall::ArrayAgg { value, .. } => vec![value],
    }
}

/// Whether an expression, or a part of it, satisfies `test`.
pub fn any(expr: &Expr, test: &dyn Fn(&Expr) -> bool) -> bool {
    test(expr) || children(expr).into_iter().any(|child| any(child, test))
}

/// Whether an aggregate function is called in it, other than with OVER.
pub fn has_aggregate(expr: &Expr) -> bool {
    any(expr, &|node| match &node.kind {
        ExprKind::Call(call) => call.over.is_none() && super::aggregates::is_aggregate(call),
        ExprKind::Json(call) => super::aggregates::is_json_aggregate(call),
        _ => false,
    })
}

//! What can be asked of an expression as a tree, and what can be done to it.

use std::collections::BTreeSet;

use super::{Expr, ExprKind, function::temporal::WATERMARK};
use crate::types::{DataType, TypeKind, Value};

impl Expr {
    /// A column of the input.
    pub fn column(column: usize, data_type: DataType) -> Self {
        Self { kind: ExprKind::Column(column), data_type }
    }

    /// A constant; its type admits NULL only if it is NULL.
    pub fn literal(value: Value, kind: TypeKind) -> Self {
        let nullable = value.is_null();
        Self { kind: ExprKind::Literal(value), data_type: DataType { kind, nullable } }
    }

    /// NULL of a type.
    pub fn null(kind: TypeKind) -> Self {
        Self::literal(Value::Null, kind)
    }

    /// A truth value.
    pub fn boolean(value: bool) -> Self {
        Self::literal(Value::Boolean(value), TypeKind::Boolean)
    }

    /// The constant that it is, if it is one.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The column that it is, if it is one.
    pub fn as_column(&self) -> Option<usize> {
        match self.kind {
            ExprKind::Column(column) => Some(column),
            _ => None,
        }
    }

    /// All conditions of which all must be true; of one only it is itself.
    pub fn and(conditions: Vec<Self>) -> Self {
        Self::junction(conditions, true)
    }

    /// All conditions of which one must be true; of one only it is itself.
    pub fn or(conditions: Vec<Self>) -> Self {
        Self::junction(conditions, false)
    }

    fn junction(mut conditions: Vec<Self>, all: bool) -> Self {
        if conditions.len() == 1
            && let Some(only) = conditions.pop()
        {
            return only;
        }
        if conditions.is_empty() {
            return Self::boolean(all);
        }
        let nullable = conditions.iter().any(|condition| condition.data_type.nullable);
        let kind = if all { ExprKind::And(conditions) } else { ExprKind::Or(conditions) };
        Self { kind, data_type: TypeKind::Boolean.nullable().with_nullable(nullable) }
    }

    /// The conditions of which all must be true for it to be true.
    pub fn conjuncts(self) -> Vec<Self> {
        match self.kind {
            ExprKind::And(parts) => parts.into_iter().flat_map(Self::conjuncts).collect(),
            _ => vec![self],
        }
    }

    /// Its direct parts.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) => Vec::new(),
            ExprKind::Call(_, parts) | ExprKind::Coalesce(parts) | ExprKind::And(parts) | ExprKind::Or(parts) => {
                parts.iter().collect()
            }
            ExprKind::Case { branches, otherwise } => {
                let branches = branches.iter().flat_map(|(condition, result)| [condition, result]);
                branches.chain(otherwise.as_deref()).collect()
            }
            ExprKind::Cast { input, .. } => vec![input],
        }
    }

    /// The same with its direct parts replaced.
    pub fn map_children(self, f: &mut dyn FnMut(Self) -> Self) -> Self {
        let Self { kind, data_type } = self;
        let kind = match kind {
            ExprKind::Column(_) | ExprKind::Literal(_) => kind,
            ExprKind::Call(function, parts) => ExprKind::Call(function, parts.into_iter().map(f).collect()),
            ExprKind::Coalesce(parts) => ExprKind::Coalesce(parts.into_iter().map(f).collect()),
            ExprKind::And(parts) => ExprKind::And(parts.into_iter().map(f).collect()),
            ExprKind::Or(parts) => ExprKind::Or(parts.into_iter().map(f).collect()),
            ExprKind::Case { branches, otherwise } => {
                let branches = branches.into_iter().map(|(condition, result)| (f(condition), f(result))).collect();
                ExprKind::Case { branches, otherwise: otherwise.map(|result| Box::new(f(*result))) }
            }
            ExprKind::Cast { input, lenient } => ExprKind::Cast { input: Box::new(f(*input)), lenient },
        };
        Self { kind, data_type }
    }

    /// The columns of the input that it reads.
    pub fn columns(&self) -> BTreeSet<usize> {
        let mut columns = BTreeSet::new();
        self.collect_columns(&mut columns);
        columns
    }

    fn collect_columns(&self, into: &mut BTreeSet<usize>) {
        if let ExprKind::Column(column) = self.kind {
            into.insert(column);
        }
        self.children().into_iter().for_each(|child| child.collect_columns(into));
    }

    /// The same over other columns: `f` says where each is now.
    pub fn map_columns(self, f: &dyn Fn(usize) -> usize) -> Self {
        match self.kind {
            ExprKind::Column(column) => Self::column(f(column), self.data_type),
            _ => self.map_children(&mut |child| child.map_columns(f)),
        }
    }

    /// The same with each column replaced by an expression: a projection put into what reads it.
    pub fn substitute(self, f: &dyn Fn(usize) -> Self) -> Self {
        match self.kind {
            ExprKind::Column(column) => f(column),
            _ => self.map_children(&mut |child| child.substitute(f)),
        }
    }

    /// Whether it gives the same result for the same row, always.
    pub fn deterministic(&self) -> bool {
        let own = !matches!(&self.kind, ExprKind::Call(function, _) if !function.deterministic());
        own && self.children().into_iter().all(Self::deterministic)
    }

    /// Whether it asks for the watermark.
    pub fn reads_watermark(&self) -> bool {
        let own = matches!(&self.kind, ExprKind::Call(function, _) if function.name() == WATERMARK);
        own || self.children().into_iter().any(Self::reads_watermark)
    }

    /// Whether there are rows of which it cannot be computed.
    pub fn fallible(&self) -> bool {
        let own = match &self.kind {
            ExprKind::Call(function, _) => function.fallible(),
            ExprKind::Cast { input, lenient } => {
                !lenient && super::cast::fallible(&input.data_type.kind, &self.data_type.kind)
            }
            _ => false,
        };
        own || self.children().into_iter().any(Self::fallible)
    }
}

/// Equal where they compute the same by the same steps.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.data_type == other.data_type && self.kind == other.kind
    }
}

impl PartialEq for ExprKind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Column(a), Self::Column(b)) => a == b,
            (Self::Literal(a), Self::Literal(b)) => a == b,
            (Self::Call(f, a), Self::Call(g, b)) => f.name() == g.name() && a == b,
            (Self::Case { branches: a, otherwise: c }, Self::Case { branches: b, otherwise: d }) => a == b && c == d,
            (Self::Coalesce(a), Self::Coalesce(b)) | (Self::And(a), Self::And(b)) | (Self::Or(a), Self::Or(b)) => {
                a == b
            }
            (Self::Cast { input: a, lenient: c }, Self::Cast { input: b, lenient: d }) => a == b && c == d,
            _ => false,
        }
    }
}

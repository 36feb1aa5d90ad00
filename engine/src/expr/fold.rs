//! Constants are computed once, when the statement is planned.

use super::{EvalContext, Expr, ExprKind};
use crate::types::{Batch, TypeKind, Value};

impl Expr {
    /// The same with every part that depends on nothing replaced by its value. A part that cannot be computed is left as it
    /// is, so that it fails only if a row comes to it.
    pub fn fold(self, context: &EvalContext) -> Self {
        let expr = self.map_children(&mut |child| child.fold(context));
        if !expr.is_foldable() {
            return expr.without_dead_branches();
        }
        match expr.constant_value(context) {
            Some(value) => Self { kind: ExprKind::Literal(value), data_type: expr.data_type },
            None => expr,
        }
    }

    fn is_foldable(&self) -> bool {
        let own = match &self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) => false,
            ExprKind::Call(function, _) => function.deterministic(),
            _ => true,
        };
        own && self.children().into_iter().all(|child| child.as_literal().is_some())
    }

    /// Its value where it reads no column and can be computed.
    pub fn constant_value(&self, context: &EvalContext) -> Option<Value> {
        if let ExprKind::Cast { input, .. } = &self.kind
            && let (Some(Value::Float(value)), TypeKind::Double) = (input.as_literal(), &self.data_type.kind)
        {
            // Calcite keeps constants of FLOAT as decimals, so that 0.1 is still 0.1 as a DOUBLE.
            return value.to_string().parse().ok().map(Value::Double);
        }
        if !self.columns().is_empty() || !self.deterministic() {
            return None;
        }
        let one = Batch::inserts(Vec::new(), 1);
        let array = self.eval(&one, context).ok()?;
        Some(Value::at(&array, 0, &self.data_type.kind))
    }

    /// Without the branches that no row takes, and without casts to the type that is there already.
    fn without_dead_branches(mut self) -> Self {
        match &mut self.kind {
            ExprKind::Case { branches, otherwise } => {
                branches.retain(|(condition, _)| !is_never(condition));
                if let Some(always) = branches.iter().position(|(condition, _)| is_always(condition)) {
                    *otherwise = Some(Box::new(branches[always].1.clone()));
                    branches.truncate(always);
                }
                if branches.is_empty() {
                    let data_type = self.data_type.clone();
                    let otherwise = otherwise.take().map_or_else(|| Self::null(data_type.kind.clone()), |expr| *expr);
                    return Self { data_type, ..otherwise };
                }
            }
            ExprKind::Cast { input, .. } if input.data_type.kind == self.data_type.kind => {
                let data_type = self.data_type.clone();
                let input = std::mem::replace(input.as_mut(), Self::null(TypeKind::Null));
                return Self { data_type, ..input };
            }
            _ => {}
        }
        self
    }
}

fn is_always(condition: &Expr) -> bool {
    matches!(condition.as_literal(), Some(Value::Boolean(true)))
}

fn is_never(condition: &Expr) -> bool {
    matches!(condition.as_literal(), Some(Value::Boolean(false) | Value::Null))
}

//! `CASE`.

use super::{
    Binder,
    operators::{compare, unify},
};
use crate::{
    expr::{Expr, ExprKind, function::comparison::Comparison},
    syntax::{Position, SqlError, ast},
    types::TypeKind,
};

impl Binder<'_> {
    pub(super) fn case(
        &self,
        operand: Option<&ast::Expr>,
        branches: &[(ast::Expr, ast::Expr)],
        otherwise: Option<&ast::Expr>,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let operand = operand.map(|operand| self.bind(operand)).transpose()?;
        let mut conditions = Vec::with_capacity(branches.len());
        let mut results = Vec::with_capacity(branches.len() + 1);
        for (condition, result) in branches {
            conditions.push(match (&operand, &condition.kind) {
                (Some(operand), ast::ExprKind::WhenList(values)) => {
                    let equal = |value: &ast::Expr| self.is_equal(operand, value);
                    Expr::or(values.iter().map(equal).collect::<Result<_, _>>()?)
                }
                (Some(operand), _) => self.is_equal(operand, condition)?,
                (None, _) => self.as_condition(self.bind(condition)?, "CASE WHEN", condition.at)?,
            });
            results.push(self.bind(result)?);
        }
        results.push(match otherwise {
            Some(otherwise) => self.bind(otherwise)?,
            None => Expr::null(TypeKind::Null),
        });
        case(conditions, results, "CASE", at)
    }

    fn is_equal(&self, operand: &Expr, value: &ast::Expr) -> Result<Expr, SqlError> {
        compare(Comparison::Eq, operand.clone(), self.bind(value)?, value.at)
    }
}

/// A CASE of conditions and results, of which there is one more for the rows that are left.
pub fn case(conditions: Vec<Expr>, results: Vec<Expr>, what: &str, at: Position) -> Result<Expr, SqlError> {
    let (mut results, data_type) = unify(results, what, at)?;
    if data_type.kind == TypeKind::Null {
        return Err(SqlError::invalid(at, format!("{what} has no result but NULL: cast one to a type")));
    }
    let otherwise = results.pop().map(Box::new);
    Ok(Expr { kind: ExprKind::Case { branches: conditions.into_iter().zip(results).collect(), otherwise }, data_type })
}

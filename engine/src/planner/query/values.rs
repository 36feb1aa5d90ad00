//! `VALUES`

use super::{Binder, Env, names::Names, scope::RowScope};
use crate::{
    expr::{self, Expr},
    planner::rel::{Rel, RelKind},
    syntax::{SqlError, ast::Values},
    types::{Field, Schema},
};

impl Binder<'_> {
    /// Rows of constants, brought to a type a column.
    pub(super) fn values(&self, values: &Values, env: Env<'_>) -> Result<Rel, SqlError> {
        let (names, schema) = (Names::default(), Schema::default());
        let scope = RowScope { binder: self, env, names: &names, schema: &schema, clause: "VALUES", subqueries: None };
        let width = values.rows.first().map_or(0, |row| row.values.len());
        let mut rows: Vec<Vec<Expr>> = Vec::with_capacity(values.rows.len());
        for row in &values.rows {
            if row.values.len() != width {
                let message = "Values passed to VALUES operator must have compatible types: the rows have different \
                               numbers of columns";
                return Err(SqlError::invalid(row.at, message));
            }
            rows.push(row.values.iter().map(|value| scope.bind(value)).collect::<Result<_, _>>()?);
        }
        let mut fields = Vec::with_capacity(width);
        for column in 0..width {
            let types: Vec<_> = rows.iter().map(|row| row[column].data_type.clone()).collect();
            let common = expr::common_type(&types).ok_or_else(|| {
                let at = values.rows[0].values[column].at;
                SqlError::invalid(at, "Values passed to VALUES operator must have compatible types")
            })?;
            if common.kind == crate::types::TypeKind::Null {
                let at = values.rows[0].values[column].at;
                return Err(SqlError::invalid(at, "Illegal use of 'NULL'. Give it a type with CAST(NULL AS …)"));
            }
            let common = common.with_nullable(types.iter().any(|data_type| data_type.nullable));
            for row in &mut rows {
                row[column] = expr::coerce(row[column].clone(), &common);
            }
            fields.push(Field::new(format!("EXPR${column}"), common));
        }
        Ok(Rel { kind: RelKind::Values(rows), schema: Schema::new(fields) })
    }
}

//! Tables and views by their names: what is scanned, computed and watermarked.

use std::{rc::Rc, sync::Arc};

use super::{Binder, Env, names::Names, scope::RowScope};
use crate::{
    expr::Expr,
    planner::{
        catalog::{Object, View},
        declare::can_be_rowtime,
        rel::Rel,
        table::{ColumnKind, Table},
    },
    syntax::{
        Position, SqlError,
        ast::{Hint, HintArgument, Name, ObjectName},
        nearest::did_you_mean,
    },
    types::{Field, Schema, TypeKind},
};

impl Binder<'_> {
    /// The relation that a name means, and the name by which its columns can be qualified.
    pub(super) fn named(
        &self,
        name: &ObjectName,
        hints: &[Hint],
        env: Env<'_>,
    ) -> Result<(Rel, Rc<[String]>), SqlError> {
        if name.rest.is_empty()
            && let Some(rel) = env.ctes.and_then(|ctes| ctes.find(&name.first.text))
        {
            if let Some(hint) = hints.first() {
                let instead = "Write the hint behind the table that the WITH query reads.";
                return Err(SqlError::unsupported(hint.name.at, "A hint on a WITH query", instead));
            }
            return Ok((rel.clone(), Rc::from([name.first.text.clone()])));
        }
        let object = self.catalog.get_from(name, env.namespace)?;
        let path = object.path();
        let qualified = Rc::from([path.catalog.clone(), path.database.clone(), path.name.clone()]);
        let rel = match object {
            Object::Table(table) => self.table(&with_hints(table, hints)?, name.at())?,
            Object::View(view) => {
                if let Some(hint) = hints.first() {
                    let message = format!(
                        "View '{path}' cannot be enriched with new options. Hints can only be applied to tables"
                    );
                    return Err(SqlError::invalid(hint.name.at, message));
                }
                self.view(view, name.at())?
            }
        };
        self.use_object(path);
        Ok((rel, qualified))
    }

    fn view(&self, view: &View, at: Position) -> Result<Rel, SqlError> {
        let env = Env { ctes: None, namespace: &view.namespace, outer: None };
        let rel = self.deeper(at, || self.bind_query(&view.query, env)).map_err(|error| {
            // Positions within the view's text mean nothing to who reads the view.
            SqlError::invalid(at, format!("The view '{}' cannot be read: {}", view.path.name, message_of(error)))
        })?;
        Ok(if view.columns.is_empty() { rel } else { rel.rename(&view.columns) })
    }

    /// All columns of a table.
    pub(super) fn table(&self, table: &Arc<Table>, at: Position) -> Result<Rel, SqlError> {
        let stored = table.stored_columns();
        let mut rel = Rel::scan(Arc::clone(table), stored.clone(), at);
        if stored.len() < table.columns.len() {
            let projection = self.computed(table, &stored).map_err(|error| within(table, at, error))?;
            rel = rel.project(table.column_names().map(str::to_owned).collect(), projection);
        }
        if let Some(watermark) = &table.watermark {
            let names = Names::of(&rel.schema, None);
            let scope = self.row_scope(&names, &rel.schema, "WATERMARK");
            let expr = scope.bind(&watermark.expr).map_err(|error| within(table, at, error))?;
            rel = rel.watermark(watermark.column, expr, Arc::clone(table), at);
        }
        Ok(rel)
    }

    fn row_scope<'s>(&'s self, names: &'s Names, schema: &'s Schema, clause: &'static str) -> RowScope<'s> {
        let env = Env { ctes: None, namespace: self.catalog.current(), outer: None };
        RowScope { binder: self, env, names, schema, clause, subqueries: None }
    }

    /// All columns of a table over those that are stored.
    fn computed(&self, table: &Table, stored: &[usize]) -> Result<Vec<Expr>, SqlError> {
        let field = |column: &usize| Field::new(&table.columns[*column].name, table.columns[*column].data_type.clone());
        let schema = Schema::new(stored.iter().map(field).collect());
        let names = Names::of(&schema, None);
        let scope = self.row_scope(&names, &schema, "a computed column");
        let expr = |(index, column): (usize, &crate::planner::table::Column)| match &column.kind {
            ColumnKind::Computed { expr, .. } => scope.bind(expr),
            _ => {
                let place = stored.iter().position(|known| *known == index).unwrap_or_default();
                Ok(Expr::column(place, column.data_type.clone()))
            }
        };
        table.columns.iter().enumerate().map(expr).collect()
    }

    /// Finds the types of a declared table's computed columns, and checks its watermark.
    pub fn resolve(&self, table: &mut Table) -> Result<(), SqlError> {
        let stored = table.stored_columns();
        let exprs = self.computed(table, &stored)?;
        for (column, expr) in table.columns.iter_mut().zip(&exprs) {
            if matches!(column.kind, ColumnKind::Computed { .. }) {
                column.data_type = expr.data_type.clone();
            }
        }
        let Some(watermark) = &table.watermark else { return Ok(()) };
        let rowtime = &table.columns[watermark.column];
        if !can_be_rowtime(&rowtime.data_type) {
            let message = format!(
                "Invalid data type of time field for watermark definition. The field must be of type TIMESTAMP(p) or \
                 TIMESTAMP_LTZ(p), the supported precision 'p' is from 0 to 3, but the time field type is {}",
                rowtime.data_type
            );
            return Err(SqlError::invalid(watermark.expr.at, message));
        }
        if matches!(rowtime.kind, ColumnKind::Computed { proctime: true, .. }) {
            let message = "A watermark can not be defined for a processing-time attribute";
            return Err(SqlError::invalid(watermark.expr.at, message));
        }
        let schema = table.schema();
        let names = Names::of(&schema, None);
        let expr = self.row_scope(&names, &schema, "WATERMARK").bind(&watermark.expr)?;
        let fits = matches!(
            (&expr.data_type.kind, &rowtime.data_type.kind),
            (TypeKind::Timestamp(_), TypeKind::Timestamp(_)) | (TypeKind::TimestampLtz(_), TypeKind::TimestampLtz(_))
        );
        if !fits {
            let message = format!(
                "Invalid data type of expression for watermark definition. The watermark must be of the type of its \
                 column, {}, but is {}",
                rowtime.data_type.kind, expr.data_type
            );
            return Err(SqlError::invalid(watermark.expr.at, message));
        }
        Ok(())
    }
}

fn within(table: &Table, at: Position, error: SqlError) -> SqlError {
    SqlError::invalid(at, format!("The table '{}' cannot be read: {}", table.path.name, message_of(error)))
}

/// An error without its place.
fn message_of(error: SqlError) -> String {
    match error {
        SqlError::Parse { message, .. } | SqlError::Invalid { message, .. } => message,
        SqlError::Unsupported { clause, supported, .. } => {
            format!("{clause} is not supported by this engine. {supported}")
        }
        SqlError::Config(message) => message,
    }
}

/// The table with the options of `/*+ OPTIONS('key' = 'value') */`.
fn with_hints(table: &Arc<Table>, hints: &[Hint]) -> Result<Arc<Table>, SqlError> {
    let mut changed = None::<Table>;
    for hint in hints {
        if !hint.name.text.eq_ignore_ascii_case("OPTIONS") {
            return Err(unknown_hint(&hint.name));
        }
        let table = changed.get_or_insert_with(|| Table::clone(table));
        for argument in &hint.arguments {
            match argument {
                HintArgument::Option(key, value) if key.text == "connector" => {
                    return Err(SqlError::invalid(value.at, "The connector of a table cannot be changed by a hint"));
                }
                HintArgument::Option(key, value) => {
                    table.options.insert(key.text.clone(), value.text.clone());
                    let place = crate::planner::table::OptionPlace { key: key.at, value: value.at };
                    table.option_places.insert(key.text.clone(), place);
                }
                HintArgument::Value(value) => {
                    return Err(SqlError::invalid(value.at, "OPTIONS takes 'key' = 'value'"));
                }
            }
        }
    }
    Ok(changed.map_or_else(|| Arc::clone(table), Arc::new))
}

fn unknown_hint(name: &Name) -> SqlError {
    let known = ["OPTIONS", "STATE_TTL", "LOOKUP"];
    let hint = did_you_mean(&name.text.to_uppercase(), known);
    SqlError::invalid(name.at, format!("The hint '{}' is not known behind a table. {hint}", name.text))
}

//! `CREATE TABLE` and `CREATE VIEW` against a catalog, with `LIKE` and `AS`.

use std::sync::Arc;

use super::{
    Catalog, JobConfig, Table,
    catalog::{CreateRules, Object, View},
    declare::declare,
    query::Binder,
    show,
    table::{Column, ColumnKind},
    times,
};
use crate::{
    syntax::{
        SqlError,
        ast::{CreateTable, CreateView, LikeFeature, LikeMerge, TableLike},
    },
    types::Schema,
};

/// Adds a table; `None` where there was one and `IF NOT EXISTS` let it be.
pub fn create_table(
    definition: &CreateTable,
    catalog: &mut Catalog,
    config: &JobConfig,
) -> Result<Option<Arc<Table>>, SqlError> {
    let path = catalog.path(&definition.name)?;
    let source = match &definition.like {
        None => None,
        Some(like) => match catalog.get(&like.table)? {
            Object::Table(source) => Some((Arc::clone(source), like)),
            Object::View(view) => {
                let message = format!("Source table '{}' of the LIKE clause can not be a VIEW", view.path);
                return Err(SqlError::invalid(like.table.at(), message));
            }
        },
    };
    let inherited = source.as_ref().map(|(source, like)| inherited(definition, source, like)).transpose()?;
    let mut table = declare(definition, path, inherited.unwrap_or_default())?;
    if let Some((source, like)) = source {
        merge(&mut table, &source, like)?;
    }
    if let Some(query) = &definition.query {
        if table.columns.iter().any(|column| !matches!(column.kind, ColumnKind::Computed { .. })) {
            let instead = "The columns are those of the query; only computed columns and a watermark can be added.";
            return Err(SqlError::unsupported(query.at, "Columns with types in CREATE TABLE … AS", instead));
        }
        let schema = Binder::new(catalog, config).query(&query.query)?.schema;
        add_query_columns(&mut table, &schema);
    }
    Binder::new(catalog, config).resolve(&mut table)?;
    if table.columns.is_empty() {
        return Err(SqlError::invalid(definition.name.at(), "A table has one column or more"));
    }
    // As in Flink, options are checked where the table is used: then places are those of the statement that uses it.
    table.option_places.clear();
    table.statement = show::create_table(&table);
    let rules = CreateRules { if_not_exists: definition.if_not_exists, or_replace: definition.or_replace.is_some() };
    let table = Arc::new(table);
    let created = catalog.create(Object::Table(Arc::clone(&table)), &definition.name, rules)?;
    Ok(created.then_some(table))
}

/// The columns of `CREATE TABLE … AS`; those that were written come behind them.
fn add_query_columns(table: &mut Table, schema: &Schema) {
    let added: Vec<Column> = schema
        .fields
        .iter()
        .map(|field| Column {
            name: field.name.clone(),
            data_type: field.data_type.clone(),
            kind: ColumnKind::Physical,
            comment: None,
        })
        .collect();
    prepend(table, added);
}

/// Puts columns before those that are there; all that refers to those by number follows.
fn prepend(table: &mut Table, columns: Vec<Column>) {
    let shift = columns.len();
    let own = std::mem::replace(&mut table.columns, columns);
    table.columns.extend(own);
    table.primary_key.iter_mut().for_each(|column| *column += shift);
    table.partitioned_by.iter_mut().for_each(|column| *column += shift);
    if let Some(watermark) = &mut table.watermark {
        watermark.column += shift;
    }
}

/// How a part of the table behind `LIKE` is taken over: the last rule that is about it, else it is.
fn rule(like: &TableLike, feature: LikeFeature) -> LikeMerge {
    let about = |rule: &&crate::syntax::ast::LikeRule| rule.feature == feature;
    let own = like.rules.iter().rev().find(about);
    let all = like.rules.iter().rev().find(|rule| rule.feature == LikeFeature::All);
    own.or(all).map_or(LikeMerge::Including, |rule| rule.merge)
}

/// The columns that `LIKE` brings.
fn inherited(definition: &CreateTable, source: &Table, like: &TableLike) -> Result<Vec<Column>, SqlError> {
    let taken = |feature| rule(like, feature) != LikeMerge::Excluding;
    let keep = |column: &&Column| match column.kind {
        ColumnKind::Physical => true,
        ColumnKind::Computed { .. } => taken(LikeFeature::Generated),
        ColumnKind::Metadata { .. } => taken(LikeFeature::Metadata),
    };
    let columns: Vec<Column> = source.columns.iter().filter(keep).cloned().collect();
    for column in &columns {
        if definition.columns.iter().any(|own| own.name.text == column.name) {
            let message = format!("A column named '{}' already exists in the base table", column.name);
            return Err(SqlError::invalid(like.at, message));
        }
    }
    Ok(columns)
}

/// Takes over what else `LIKE` says.
fn merge(table: &mut Table, source: &Table, like: &TableLike) -> Result<(), SqlError> {
    let taken = |feature| rule(like, feature) != LikeMerge::Excluding;
    let own_key = !table.primary_key.is_empty();
    let place = |table: &Table, column: usize| table.column(&source.columns[column].name);
    if taken(LikeFeature::Constraints) && !source.primary_key.is_empty() {
        if own_key {
            let message = "The base table already has a primary key. You might want to specify EXCLUDING CONSTRAINTS.";
            return Err(SqlError::invalid(like.at, message));
        }
        table.primary_key = source.primary_key.iter().filter_map(|column| place(table, *column)).collect();
        table.primary_key_name.clone_from(&source.primary_key_name);
    }
    if taken(LikeFeature::Partitions) && table.partitioned_by.is_empty() {
        table.partitioned_by = source.partitioned_by.iter().filter_map(|column| place(table, *column)).collect();
    }
    if taken(LikeFeature::Distribution) && table.distribution.is_none() {
        table.distribution.clone_from(&source.distribution);
    }
    if let Some(watermark) = source.watermark.as_ref().filter(|_| taken(LikeFeature::Watermarks)) {
        match (&table.watermark, rule(like, LikeFeature::Watermarks)) {
            (Some(_), LikeMerge::Including) => {
                let message = "There already exists a watermark spec in the base table. You might want to specify \
                               EXCLUDING WATERMARKS or OVERWRITING WATERMARKS.";
                return Err(SqlError::invalid(like.at, message));
            }
            (Some(_), _) => {}
            (None, _) => {
                let column = place(table, watermark.column);
                table.watermark = column.map(|column| super::table::Watermark { column, expr: watermark.expr.clone() });
            }
        }
    }
    merge_options(table, source, like)
}

fn merge_options(table: &mut Table, source: &Table, like: &TableLike) -> Result<(), SqlError> {
    let rule = rule(like, LikeFeature::Options);
    if rule == LikeMerge::Excluding {
        return Ok(());
    }
    for (key, value) in &source.options {
        if table.options.contains_key(key) {
            // The table's own options come first, as in Flink.
            continue;
        }
        table.options.insert(key.clone(), value.clone());
    }
    Ok(())
}

/// Adds a view.
pub fn create_view(definition: &CreateView, catalog: &mut Catalog, config: &JobConfig) -> Result<(), SqlError> {
    let path = catalog.path(&definition.name)?;
    let rel = Binder::new(catalog, config).query(&definition.query)?;
    let times = times::declared(&rel);
    let mut schema = rel.schema;
    schema.fields.iter_mut().zip(times).for_each(|(field, time)| field.time = time);
    let columns: Vec<String> = definition.columns.iter().map(|name| name.text.clone()).collect();
    if !columns.is_empty() {
        if columns.len() != schema.len() {
            let message = format!(
                "VIEW definition and input fields not match:\n\tDef fields: [{}].\n\tInput fields: [{}].",
                columns.join(", "),
                schema.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ")
            );
            return Err(SqlError::invalid(definition.columns[0].at, message));
        }
        schema.fields.iter_mut().zip(&columns).for_each(|(field, name)| field.name.clone_from(name));
    }
    let twice = |(place, field): &(usize, &crate::types::Field)| {
        schema.fields[..*place].iter().any(|known| known.name == field.name)
    };
    if let Some((_, field)) = schema.fields.iter().enumerate().find(twice) {
        let message = format!("A column with the same name `{}` has been defined", field.name);
        return Err(SqlError::invalid(definition.query.at, message));
    }
    let mut view = View {
        path,
        temporary: definition.temporary,
        comment: definition.comment.as_ref().map(|comment| comment.text.clone()),
        query: definition.query.clone(),
        query_text: definition.query_text.trim().to_owned(),
        columns,
        schema,
        namespace: catalog.current().clone(),
        statement: String::new(),
    };
    view.statement = show::view_statement(&view);
    let rules = CreateRules { if_not_exists: definition.if_not_exists, or_replace: definition.or_replace.is_some() };
    catalog.create(Object::View(Arc::new(view)), &definition.name, rules)?;
    Ok(())
}

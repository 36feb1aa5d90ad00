//! `CREATE TABLE` to a [`Table`]: names are unique, keys and watermarks are of columns that are there.

use std::collections::BTreeMap;

use super::{
    table::{Column, ColumnKind, ObjectPath, OptionPlace, Table, Watermark},
    type_name,
};
use crate::{
    syntax::{
        SqlError,
        ast::{self, CreateTable, Name},
        nearest::did_you_mean,
    },
    types::{DataType, TypeKind},
};

/// The table of a declaration without what `AS` adds, its options unchecked, the types of its computed columns unknown
/// (`NULL`): they are found with `computed::resolve`. Columns that `LIKE` brings stand before its own.
pub fn declare(definition: &CreateTable, path: ObjectPath, inherited: Vec<Column>) -> Result<Table, SqlError> {
    let brought = inherited.len();
    let mut table = Table {
        path,
        temporary: definition.temporary,
        comment: definition.comment.as_ref().map(|comment| comment.text.clone()),
        columns: inherited,
        watermark: None,
        primary_key: Vec::new(),
        primary_key_name: None,
        partitioned_by: Vec::new(),
        distribution: None,
        options: BTreeMap::new(),
        option_places: BTreeMap::new(),
        statement: String::new(),
    };
    for column in &definition.columns {
        add_column(&mut table, column)?;
    }
    for constraint in &definition.constraints {
        let is_nullable = |column: &&Column| {
            column.data_type.nullable && constraint.columns.iter().any(|name| name.text == column.name)
        };
        if let Some(column) = table.columns[..brought].iter().find(is_nullable) {
            let message = format!("Invalid primary key. Column '{}' is nullable.", column.name);
            return Err(SqlError::invalid(constraint.at, message));
        }
        add_constraint(&mut table, constraint)?;
    }
    for watermark in &definition.watermarks {
        add_watermark(&mut table, watermark)?;
    }
    table.partitioned_by = definition
        .partitioned_by
        .iter()
        .map(|name| find(&table, name, "The partition column"))
        .collect::<Result<_, _>>()?;
    table.distribution = definition.distribution.as_ref().map(distribution);
    for option in &definition.options {
        table.options.insert(option.key.text.clone(), option.value.text.clone());
        let place = OptionPlace { key: option.key.at, value: option.value.at };
        table.option_places.insert(option.key.text.clone(), place);
    }
    Ok(table)
}

pub(super) fn add_column(table: &mut Table, definition: &ast::ColumnDef) -> Result<(), SqlError> {
    let name = &definition.name;
    if table.column(&name.text).is_some() {
        let message = format!("A column named '{}' already exists in the table", name.text);
        return Err(SqlError::invalid(name.at, message));
    }
    let (data_type, kind) = match &definition.kind {
        ast::ColumnKind::Physical(data_type) => (type_name::data_type(data_type)?, ColumnKind::Physical),
        ast::ColumnKind::Computed(expr) => {
            (TypeKind::Null.nullable(), ColumnKind::Computed { expr: expr.clone(), proctime: is_proctime(expr) })
        }
        ast::ColumnKind::Metadata { data_type, key, is_virtual, .. } => {
            let key = key.as_ref().map_or_else(|| name.text.clone(), |key| key.text.clone());
            (type_name::data_type(data_type)?, ColumnKind::Metadata { key, is_virtual: *is_virtual })
        }
    };
    let comment = definition.comment.as_ref().map(|comment| comment.text.clone());
    table.columns.push(Column { name: name.text.clone(), data_type, kind, comment });
    Ok(())
}

/// `PROCTIME()` by itself is a time attribute; within another expression it is a timestamp.
fn is_proctime(expr: &ast::Expr) -> bool {
    matches!(&expr.kind, ast::ExprKind::Call(call)
        if call.arguments.is_empty() && call.name.rest.is_empty() && call.name.first.text.eq_ignore_ascii_case("PROCTIME"))
}

pub(super) fn add_constraint(table: &mut Table, constraint: &ast::Constraint) -> Result<(), SqlError> {
    if !constraint.primary {
        return Err(SqlError::unsupported(constraint.at, "UNIQUE", "Write PRIMARY KEY (…) NOT ENFORCED, as in Flink."));
    }
    if constraint.enforced {
        let message = "Flink doesn't support ENFORCED mode for PRIMARY KEY constraint. ENFORCED/NOT ENFORCED controls if \
                       the constraint checks are performed on the incoming/outgoing data. Flink does not own the data \
                       therefore the only supported mode is the NOT ENFORCED mode";
        return Err(SqlError::invalid(constraint.at, message));
    }
    if !table.primary_key.is_empty() {
        return Err(SqlError::invalid(constraint.at, "Duplicate primary key definition"));
    }
    for name in &constraint.columns {
        let index = find(table, name, "The primary key's column")?;
        if !matches!(table.columns[index].kind, ColumnKind::Physical) {
            let message = format!("The primary key's column '{}' is not a physical column", name.text);
            return Err(SqlError::invalid(name.at, message));
        }
        if table.primary_key.contains(&index) {
            let message = format!("The primary key lists the column '{}' twice", name.text);
            return Err(SqlError::invalid(name.at, message));
        }
        table.columns[index].data_type.nullable = false;
        table.primary_key.push(index);
    }
    let names: Vec<&str> = constraint.columns.iter().map(|name| name.text.as_str()).collect();
    let own = constraint.name.as_ref().map(|name| name.text.clone());
    table.primary_key_name = Some(own.unwrap_or_else(|| format!("PK_{}", names.join("_"))));
    Ok(())
}

pub(super) fn add_watermark(table: &mut Table, definition: &ast::Watermark) -> Result<(), SqlError> {
    if table.watermark.is_some() {
        return Err(SqlError::invalid(definition.at, "Multiple WATERMARK declarations are not supported yet"));
    }
    if let Some(field) = definition.column.rest.first() {
        let instead = "Compute a column of it and define the watermark on that.";
        return Err(SqlError::unsupported(field.at, "A watermark on a field of a row", instead));
    }
    let column = find(table, &definition.column.first, "The rowtime column")?;
    table.watermark = Some(Watermark { column, expr: definition.expr.clone() });
    Ok(())
}

pub(super) fn find(table: &Table, name: &Name, what: &str) -> Result<usize, SqlError> {
    table.column(&name.text).ok_or_else(|| {
        let hint = did_you_mean(&name.text, table.column_names());
        SqlError::invalid(name.at, format!("{what} '{}' is not declared. {hint}", name.text))
    })
}

fn distribution(definition: &ast::Distribution) -> String {
    let mut text = "DISTRIBUTED".to_owned();
    if !definition.columns.is_empty() {
        let names: Vec<String> = definition.columns.iter().map(|name| super::table::quote(&name.text)).collect();
        let kind = definition.kind.as_ref().map(|kind| format!(" {}", kind.text.to_uppercase())).unwrap_or_default();
        text.push_str(&format!(" BY{kind}({})", names.join(", ")));
    }
    if let Some(buckets) = definition.buckets {
        text.push_str(&format!(" INTO {} BUCKETS", buckets.value));
    }
    text
}

/// Whether a column of this type can be a rowtime attribute.
pub fn can_be_rowtime(data_type: &DataType) -> bool {
    matches!(data_type.kind, TypeKind::Timestamp(p) | TypeKind::TimestampLtz(p) if p <= 3)
}

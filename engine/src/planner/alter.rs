//! `ALTER TABLE`: columns, watermark and primary key of a table that is there.

use super::{
    declare::{add_column, add_constraint, add_watermark, find},
    query::walk,
    table::{ColumnKind, Table},
};
use crate::syntax::{
    SqlError,
    ast::{AlterChange, ColumnPlace, Expr, ExprKind, Name, TableChange},
};

/// The table with its columns, watermark or primary key changed; the types of computed columns are to be found anew.
/// `None` where the change is about something else.
pub fn alter(table: &Table, change: &AlterChange) -> Result<Option<Table>, SqlError> {
    let mut table = Table::clone(table);
    match change {
        AlterChange::Add(added) => add(&mut table, added)?,
        AlterChange::Modify(modified) => modify(&mut table, modified)?,
        AlterChange::DropColumns(names) => names.iter().try_for_each(|name| drop_column(&mut table, name))?,
        AlterChange::DropWatermark => table.watermark = None,
        AlterChange::DropConstraint(name) => drop_key(&mut table, name.as_ref())?,
        AlterChange::RenameColumn(from, to) => rename(&mut table, from, to)?,
        _ => return Ok(None),
    }
    Ok(Some(table))
}

fn add(table: &mut Table, change: &TableChange) -> Result<(), SqlError> {
    for (column, place) in &change.columns {
        add_column(table, column)?;
        let last = table.columns.len() - 1;
        put(table, last, place.as_ref())?;
    }
    change.constraints.iter().try_for_each(|constraint| add_constraint(table, constraint))?;
    change.watermarks.iter().try_for_each(|watermark| add_watermark(table, watermark))
}

fn modify(table: &mut Table, change: &TableChange) -> Result<(), SqlError> {
    for (column, place) in &change.columns {
        let index = find(table, &column.name, "The column")?;
        let is_key = table.primary_key.contains(&index);
        let old = table.columns.split_off(index);
        add_column(table, column)?;
        table.columns[index].data_type.nullable &= !is_key;
        table.columns.extend(old.into_iter().skip(1));
        if place.is_some() {
            put(table, index, place.as_ref())?;
        }
    }
    if !change.constraints.is_empty() {
        table.primary_key.clear();
        change.constraints.iter().try_for_each(|constraint| add_constraint(table, constraint))?;
    }
    if !change.watermarks.is_empty() {
        table.watermark = None;
        change.watermarks.iter().try_for_each(|watermark| add_watermark(table, watermark))?;
    }
    Ok(())
}

/// Moves a column to its place: the end, where none is said.
fn put(table: &mut Table, from: usize, place: Option<&ColumnPlace>) -> Result<(), SqlError> {
    let to = match place {
        None => table.columns.len() - 1,
        Some(ColumnPlace::First) => 0,
        Some(ColumnPlace::After(name)) => {
            let after = find(table, name, "The column")?;
            if after < from { after + 1 } else { after }
        }
    };
    let column = table.columns.remove(from);
    table.columns.insert(to, column);
    renumber(table, |index| match index {
        index if index == from => to,
        index => {
            let closed = if index > from { index - 1 } else { index };
            if closed >= to { closed + 1 } else { closed }
        }
    });
    Ok(())
}

/// Lets all that refers to columns by number follow them.
fn renumber(table: &mut Table, now: impl Fn(usize) -> usize) {
    table.primary_key.iter_mut().chain(&mut table.partitioned_by).for_each(|column| *column = now(*column));
    if let Some(watermark) = &mut table.watermark {
        watermark.column = now(watermark.column);
    }
}

fn drop_column(table: &mut Table, name: &Name) -> Result<(), SqlError> {
    let index = find(table, name, "The column")?;
    refuse_where_read(table, index, name, "dropped")?;
    if table.primary_key.contains(&index) {
        let message = format!("The column '{}' cannot be dropped: it is of the primary key", name.text);
        return Err(SqlError::invalid(name.at, message));
    }
    table.columns.remove(index);
    renumber(table, |column| if column > index { column - 1 } else { column });
    Ok(())
}

fn rename(table: &mut Table, from: &Name, to: &Name) -> Result<(), SqlError> {
    let index = find(table, from, "The column")?;
    refuse_where_read(table, index, from, "renamed")?;
    if table.column(&to.text).is_some() {
        let message = format!("A column named '{}' already exists in the table", to.text);
        return Err(SqlError::invalid(to.at, message));
    }
    table.columns[index].name.clone_from(&to.text);
    Ok(())
}

fn drop_key(table: &mut Table, name: Option<&Name>) -> Result<(), SqlError> {
    if let Some(name) = name.filter(|name| table.primary_key_name.as_ref() != Some(&name.text)) {
        let message = format!("The table has no constraint '{}'", name.text);
        return Err(SqlError::invalid(name.at, message));
    }
    table.primary_key.clear();
    table.primary_key_name = None;
    Ok(())
}

/// Refuses a change of a column of which something else of the table is made.
fn refuse_where_read(table: &Table, column: usize, name: &Name, what: &str) -> Result<(), SqlError> {
    let reads = |expr: &Expr| {
        walk::any(expr, &|node| matches!(&node.kind, ExprKind::Name(read) if read.first.text == name.text))
    };
    let computed = |other: &&super::table::Column| matches!(&other.kind, ColumnKind::Computed { expr, .. } if other.name != name.text && reads(expr));
    let watermark = |watermark: &&super::table::Watermark| watermark.column == column || reads(&watermark.expr);
    let reader = if let Some(computed) = table.columns.iter().find(computed) {
        format!("the column '{}' is computed of it", computed.name)
    } else if table.watermark.as_ref().filter(watermark).is_some() {
        "the watermark is of it".to_owned()
    } else if table.partitioned_by.contains(&column) {
        "the table is partitioned by it".to_owned()
    } else {
        return Ok(());
    };
    Err(SqlError::invalid(name.at, format!("The column '{}' cannot be {what}: {reader}", name.text)))
}

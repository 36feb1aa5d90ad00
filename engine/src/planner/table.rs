//! A table as it was declared.

use std::{collections::BTreeMap, fmt};

use crate::{
    syntax::{Position, ast},
    types::{DataType, Field, Schema, TimeAttribute},
};

/// The catalog that a session begins with.
pub const DEFAULT_CATALOG: &str = "default_catalog";
/// The database that a session begins with.
pub const DEFAULT_DATABASE: &str = "default_database";

/// Where a table or view is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectPath {
    /// Its catalog.
    pub catalog: String,
    /// Its database.
    pub database: String,
    /// Its own name.
    pub name: String,
}

/// `default_catalog.default_database.orders`
impl fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.catalog, self.database, self.name)
    }
}

impl ObjectPath {
    /// With quotes: `` `default_catalog`.`default_database`.`orders` ``.
    pub fn quoted(&self) -> String {
        format!("{}.{}.{}", quote(&self.catalog), quote(&self.database), quote(&self.name))
    }
}

/// A name in backticks.
pub fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Where it is.
    pub path: ObjectPath,
    /// Whether it goes with the session even from a catalog that stays.
    pub temporary: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Its columns, in the order of declaration.
    pub columns: Vec<Column>,
    /// `WATERMARK FOR`
    pub watermark: Option<Watermark>,
    /// The indices of the columns of its primary key.
    pub primary_key: Vec<usize>,
    /// The name of the primary key's constraint.
    pub primary_key_name: Option<String>,
    /// `PARTITIONED BY`: indices of columns.
    pub partitioned_by: Vec<usize>,
    /// `DISTRIBUTED …`, as `SHOW CREATE TABLE` writes it; it means nothing to a job.
    pub distribution: Option<String>,
    /// Its `WITH` options.
    pub options: BTreeMap<String, String>,
    /// Where each option's key and value stand in the declaration.
    pub option_places: BTreeMap<String, OptionPlace>,
    /// A statement that declares it, which a job's script repeats.
    pub statement: String,
}

/// Where an option stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionPlace {
    /// Its key.
    pub key: Position,
    /// Its value.
    pub value: Position,
}

/// `WATERMARK FOR column AS expression`
#[derive(Debug, Clone)]
pub struct Watermark {
    /// The index of the rowtime column.
    pub column: usize,
    /// The watermark of a row, over all of the table's columns.
    pub expr: ast::Expr,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type; whether NULL is allowed is part of it.
    pub data_type: DataType,
    /// What it is.
    pub kind: ColumnKind,
    /// Its comment.
    pub comment: Option<String>,
}

/// What a column is.
#[derive(Debug, Clone)]
pub enum ColumnKind {
    /// It is in the records.
    Physical,
    /// It is computed of the others.
    Computed {
        /// How.
        expr: ast::Expr,
        /// Whether it is `PROCTIME()`: a processing-time attribute.
        proctime: bool,
    },
    /// The connector or format knows it.
    Metadata {
        /// The metadata's name.
        key: String,
        /// Whether it is read only, and no column of the sink.
        is_virtual: bool,
    },
}

impl Table {
    /// The index of the column `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The names of its columns.
    pub fn column_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Its connector.
    pub fn connector(&self) -> &str {
        self.options.get("connector").map_or("", String::as_str)
    }

    /// What a query sees of it: all columns, with the time attributes.
    pub fn schema(&self) -> Schema {
        let field = |(index, column): (usize, &Column)| Field {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            time: self.time_attribute(index),
        };
        Schema::new(self.columns.iter().enumerate().map(field).collect())
    }

    /// Whether a column measures time.
    pub fn time_attribute(&self, column: usize) -> Option<TimeAttribute> {
        if self.watermark.as_ref().is_some_and(|watermark| watermark.column == column) {
            return Some(TimeAttribute::Rowtime);
        }
        matches!(self.columns[column].kind, ColumnKind::Computed { proctime: true, .. })
            .then_some(TimeAttribute::Proctime)
    }

    /// The columns that are read from the connector: not the computed ones.
    pub fn stored_columns(&self) -> Vec<usize> {
        let stored = |index: &usize| !matches!(self.columns[*index].kind, ColumnKind::Computed { .. });
        (0..self.columns.len()).filter(stored).collect()
    }

    /// The columns of the records that a sink writes: physical ones, and metadata that is not virtual.
    pub fn sink_columns(&self) -> Vec<usize> {
        let written = |index: &usize| match &self.columns[*index].kind {
            ColumnKind::Physical => true,
            ColumnKind::Computed { .. } => false,
            ColumnKind::Metadata { is_virtual, .. } => !is_virtual,
        };
        (0..self.columns.len()).filter(written).collect()
    }
}

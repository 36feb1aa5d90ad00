//! The tables of a session.

use std::collections::BTreeMap;

use super::{
    SqlError,
    ast::{ColumnDef, CreateTable, Name},
    nearest::did_you_mean,
    types::DataType,
};
use crate::connectors::spec;

/// The most tables that one session can have.
pub const MAX_TABLES: usize = 1000;

/// A table as it was declared.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The indices of the columns of its primary key.
    pub primary_key: Vec<usize>,
    /// Its `WITH` options.
    pub options: BTreeMap<String, String>,
    /// The statement that declared it, which a job's script repeats.
    pub statement: String,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Whether it may be NULL.
    pub nullable: bool,
}

impl Table {
    /// Checks a declaration by itself: names are unique, the key's columns exist, the options are known to the connector.
    pub fn declare(definition: &CreateTable, statement: &str) -> Result<Self, SqlError> {
        let mut columns: Vec<Column> = Vec::with_capacity(definition.columns.len());
        for ColumnDef { name, data_type, nullable } in &definition.columns {
            if columns.iter().any(|column| column.name == name.text) {
                return Err(SqlError::invalid(name.at, format!("The column '{}' is declared twice", name.text)));
            }
            columns.push(Column { name: name.text.clone(), data_type: *data_type, nullable: *nullable });
        }
        spec::check_options(definition, &columns)?;
        let mut table = Self {
            name: definition.name.text.clone(),
            columns,
            primary_key: Vec::new(),
            options: definition.options.iter().map(|(key, value)| (key.text.clone(), value.text.clone())).collect(),
            statement: statement.trim().trim_end_matches(';').trim_end().to_owned(),
        };
        for key in &definition.primary_key {
            let index = table.column(&key.text).ok_or_else(|| {
                let hint = did_you_mean(&key.text, table.columns.iter().map(|column| column.name.as_str()));
                SqlError::invalid(key.at, format!("The primary key's column '{}' is not declared. {hint}", key.text))
            })?;
            table.columns[index].nullable = false;
            table.primary_key.push(index);
        }
        Ok(table)
    }

    /// The index of the column `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Its connector.
    pub fn connector(&self) -> &str {
        self.options.get("connector").map_or("", String::as_str)
    }
}

/// The tables by name.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    tables: BTreeMap<String, Table>,
}

impl Catalog {
    /// Adds a table; `false` where `IF NOT EXISTS` let it be.
    pub fn create(&mut self, definition: &CreateTable, statement: &str) -> Result<bool, SqlError> {
        let name = &definition.name;
        if self.tables.contains_key(&name.text) {
            if definition.if_not_exists {
                return Ok(false);
            }
            let message = format!(
                "Could not execute CreateTable: the table '{}' already exists. Drop it first, or write IF NOT EXISTS",
                name.text
            );
            return Err(SqlError::invalid(name.at, message));
        }
        if self.tables.len() >= MAX_TABLES {
            return Err(SqlError::invalid(name.at, format!("The session has {MAX_TABLES} tables, which is the most")));
        }
        self.tables.insert(name.text.clone(), Table::declare(definition, statement)?);
        Ok(true)
    }

    /// Removes a table.
    pub fn drop(&mut self, name: &Name, if_exists: bool) -> Result<(), SqlError> {
        if self.tables.remove(&name.text).is_none() && !if_exists {
            return Err(self.missing(name));
        }
        Ok(())
    }

    /// The table that `name` means.
    pub fn get(&self, name: &Name) -> Result<&Table, SqlError> {
        self.tables.get(&name.text).ok_or_else(|| self.missing(name))
    }

    /// The names of all tables, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.tables.keys().map(String::as_str)
    }

    fn missing(&self, name: &Name) -> SqlError {
        SqlError::invalid(
            name.at,
            format!("Object '{}' not found. {}", name.text, did_you_mean(&name.text, self.names())),
        )
    }
}

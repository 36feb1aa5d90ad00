//! The columns of a table, a view, or a step of a plan.

use serde::{Deserialize, Serialize};

use super::DataType;

/// What makes a timestamp column a measure of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeAttribute {
    /// Event time: a watermark is defined on the column.
    Rowtime,
    /// Processing time: the column is the clock's when it is looked at.
    Proctime,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Whether it is a time attribute.
    pub time: Option<TimeAttribute>,
}

impl Field {
    /// A column that is no time attribute.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type, time: None }
    }
}

/// Columns in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Schema {
    /// The columns.
    pub fields: Vec<Field>,
}

impl Schema {
    /// The schema of these columns.
    pub fn new(fields: Vec<Field>) -> Self {
        Self { fields }
    }

    /// The types of the columns.
    pub fn types(&self) -> Vec<DataType> {
        self.fields.iter().map(|field| field.data_type.clone()).collect()
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Where the column of this name stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

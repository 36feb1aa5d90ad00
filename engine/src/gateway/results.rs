//! Results in the gateway's shape.

use serde_json::{Value, json};

use crate::sql::types::{DataType, STRING};

/// The result of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultTable {
    /// Whether it says more than that the statement succeeded.
    content: bool,
    /// The job that was submitted.
    job_id: Option<String>,
    columns: Vec<(&'static str, DataType)>,
    rows: Vec<Vec<Value>>,
}

impl ResultTable {
    /// `OK`
    pub fn ok() -> Self {
        Self { content: false, ..Self::table(&["result"], vec![vec![json!("OK")]]) }
    }

    /// A job was submitted.
    pub fn job(id: &str) -> Self {
        Self { job_id: Some(id.to_owned()), ..Self::table(&["job id"], vec![vec![json!(id)]]) }
    }

    /// Rows of text.
    pub fn table(columns: &[&'static str], rows: Vec<Vec<Value>>) -> Self {
        Self { content: true, job_id: None, columns: columns.iter().map(|name| (*name, STRING)).collect(), rows }
    }

    /// Gives a column another type than text.
    pub fn with_type(mut self, column: usize, data_type: DataType) -> Self {
        if let Some((_, known)) = self.columns.get_mut(column) {
            *known = data_type;
        }
        self
    }

    /// The page at `token`: all rows at 0, the end after that.
    pub fn page(&self, token: u64, row_format: &str, next: &str) -> Value {
        let columns: Value = self
            .columns
            .iter()
            .map(|(name, data_type)| json!({"name": name, "logicalType": data_type.to_json(true), "comment": null}))
            .collect();
        let plain = row_format == "PLAIN_TEXT";
        let field = |value: &Value| match value {
            Value::String(_) => value.clone(),
            Value::Null if plain => json!("<NULL>"),
            other if plain => json!(other.to_string()),
            other => other.clone(),
        };
        let rows: &[Vec<Value>] = if token == 0 { &self.rows } else { &[] };
        let data: Value = rows
            .iter()
            .map(|row| json!({"kind": "INSERT", "fields": row.iter().map(field).collect::<Value>()}))
            .collect();
        let mut page = json!({
            "resultType": if token == 0 { "PAYLOAD" } else { "EOS" },
            "isQueryResult": false,
            "resultKind": if self.content { "SUCCESS_WITH_CONTENT" } else { "SUCCESS" },
            "results": {"columns": columns, "rowFormat": row_format, "data": data},
        });
        if let Some(id) = &self.job_id {
            page["jobID"] = json!(id);
        }
        if token == 0 {
            page["nextResultUri"] = json!(next);
        }
        page
    }
}

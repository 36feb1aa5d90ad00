//! Results in the gateway's shape.

use serde::Serialize;
use serde_json::{Value as Json, json, value::RawValue};

use super::{cell, logical_type::logical_type};
use crate::{
    planner::show::Rows,
    types::{Field, RowKind, Schema, Value},
};

/// The result of a statement that is all there.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultTable {
    /// Whether it says more than that the statement succeeded.
    content: bool,
    /// The job that was submitted.
    job_id: Option<String>,
    schema: Schema,
    rows: Vec<Vec<Value>>,
}

/// A page of a result, as it goes over the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    result_type: &'static str,
    is_query_result: bool,
    #[serde(rename = "jobID", skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    result_kind: &'static str,
    results: Results,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_result_uri: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    columns: Json,
    row_format: &'static str,
    data: Box<RawValue>,
}

/// The two row formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Typed JSON.
    Json,
    /// Every value as text.
    PlainText,
}

impl RowFormat {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::PlainText => "PLAIN_TEXT",
        }
    }
}

/// Rows of a result with what is needed to show them.
pub struct QueryRows<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// The rows.
    pub rows: &'a [(RowKind, Vec<Value>)],
    /// The session's time zone.
    pub zone: &'a jiff::tz::TimeZone,
}

impl Page {
    /// A page of a query's rows; the last one where `next` is `None`.
    pub fn of_query(
        job_id: &str,
        rows: &QueryRows<'_>,
        format: RowFormat,
        next: Option<String>,
    ) -> Result<Self, String> {
        Ok(Self {
            result_type: if next.is_some() { "PAYLOAD" } else { "EOS" },
            is_query_result: true,
            job_id: Some(job_id.to_owned()),
            result_kind: "SUCCESS_WITH_CONTENT",
            results: rows.show(format)?,
            next_result_uri: next,
        })
    }
}

impl QueryRows<'_> {
    fn show(&self, format: RowFormat) -> Result<Results, String> {
        let column =
            |field: &Field| json!({"name": field.name, "logicalType": logical_type(&field.data_type), "comment": null});
        let mut data = String::from("[");
        for (index, (kind, row)) in self.rows.iter().enumerate() {
            data.push_str(if index == 0 { "{\"kind\":\"" } else { ",{\"kind\":\"" });
            data.push_str(kind_name(*kind));
            data.push_str("\",\"fields\":[");
            for (place, (value, field)) in row.iter().zip(&self.schema.fields).enumerate() {
                if place > 0 {
                    data.push(',');
                }
                match format {
                    RowFormat::Json => cell::json(value, &field.data_type.kind, self.zone, &mut data),
                    RowFormat::PlainText => cell::plain_text(value, &field.data_type.kind, self.zone, &mut data),
                }
            }
            data.push_str("]}");
        }
        data.push(']');
        Ok(Results {
            columns: self.schema.fields.iter().map(column).collect(),
            row_format: format.as_str(),
            data: RawValue::from_string(data)
                .map_err(|error| format!("A row could not be written as JSON: {error}"))?,
        })
    }
}

fn kind_name(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Insert => "INSERT",
        RowKind::UpdateBefore => "UPDATE_BEFORE",
        RowKind::UpdateAfter => "UPDATE_AFTER",
        RowKind::Delete => "DELETE",
    }
}

impl ResultTable {
    /// `OK`
    pub fn ok() -> Self {
        Rows::ok().into()
    }

    /// A job was submitted.
    pub fn job(id: &str) -> Self {
        Self { job_id: Some(id.to_owned()), ..Rows::text("job id", [id]).into() }
    }

    /// The page at `token`: all rows at 0, the end at 1.
    ///
    /// # Errors
    /// The stack trace that the gateway reports of a token after that.
    pub fn page(&self, token: u64, format: RowFormat, next: String) -> Result<Page, String> {
        if token > 1 {
            return Err(format!(
                "org.apache.flink.table.gateway.service.utils.SqlExecutionException: Currently the client is at token \
                 1, and cannot fetch results with token {token}."
            ));
        }
        let rows: Vec<_> =
            if token == 0 { &self.rows[..] } else { &[] }.iter().map(|row| (RowKind::Insert, row.clone())).collect();
        Ok(Page {
            result_type: if token == 0 { "PAYLOAD" } else { "EOS" },
            is_query_result: false,
            job_id: self.job_id.clone(),
            result_kind: if self.content { "SUCCESS_WITH_CONTENT" } else { "SUCCESS" },
            results: QueryRows { schema: &self.schema, rows: &rows, zone: &jiff::tz::TimeZone::UTC }.show(format)?,
            next_result_uri: (token == 0).then_some(next),
        })
    }
}

impl From<Rows> for ResultTable {
    fn from(Rows { schema, rows }: Rows) -> Self {
        // An answer of `OK` says no more than that the statement succeeded.
        let content = !matches!(&rows[..], [row] if row[..] == [Value::Text("OK".into())]);
        Self { content, job_id: None, schema, rows }
    }
}

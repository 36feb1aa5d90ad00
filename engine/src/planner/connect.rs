//! The seam between the planner and connectors: what the planner asks of them, and what they answer.

use std::sync::Arc;

use super::{JobConfig, Table};
use crate::{
    expr::Expr,
    operators::spec::LookupFactory,
    runtime::operator::{OperatorFactory, SourceFactory},
    syntax::{Position, SqlError},
    types::Schema,
};

/// What the connectors and formats can do. The planner's tests bring their own.
pub trait Connectors: Send + Sync {
    /// Checks the options of a declaration by themselves: the connector and the format are known, required options are
    /// there, each option is known and its value can be read. Places are in [`Table::option_places`]; `at` is the table's
    /// name, for what is missing.
    fn check(&self, table: &Table, at: Position) -> Result<(), SqlError>;

    /// A source that reads the table; `request.at` is where the query names it.
    fn source(&self, request: &SourceRequest<'_>) -> Result<SourcePlan, SqlError>;

    /// A sink that writes the table; `request.at` is where the `INSERT` names it.
    fn sink(&self, request: &SinkRequest<'_>) -> Result<SinkPlan, SqlError>;

    /// Answers the rows of a key, where the table's connector can be asked for them; `None` where it cannot.
    fn lookup(&self, request: &LookupRequest<'_>) -> Result<Option<Arc<dyn LookupFactory>>, SqlError>;

    /// Metadata that the connector and its format offer, for `METADATA` columns.
    fn metadata(&self, table: &Table) -> Vec<MetadataKey>;
}

/// One piece of metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataKey {
    /// Its name.
    pub key: String,
    /// Its type.
    pub data_type: crate::types::DataType,
    /// Whether a sink takes it.
    pub writable: bool,
}

/// What is to be read.
pub struct SourceRequest<'a> {
    /// The table.
    pub table: &'a Table,
    /// Which of [`Table::columns`] are read, in this order: physical ones and metadata. May be none: then only rows count.
    /// A metadata column has the type that it was declared with.
    pub columns: &'a [usize],
    /// The watermark of a row. A source that answers `watermark_push_down` makes watermarks itself, per split.
    pub watermark: Option<SourceWatermark>,
    /// The job's configuration.
    pub config: &'a JobConfig,
    /// Where the query names the table.
    pub at: Position,
}

/// The watermark of a row, over the columns that are read.
#[derive(Debug, Clone)]
pub struct SourceWatermark {
    /// Of a row: TIMESTAMP or TIMESTAMP_LTZ.
    pub watermark: Expr,
    /// `pipeline.auto-watermark-interval`, milliseconds; 0 with `on_event`.
    pub interval_ms: i64,
    /// `'scan.watermark.emit.strategy' = 'on-event'`
    pub on_event: bool,
    /// How long a split may have no record before others no longer wait for it, milliseconds; `None`: for ever.
    pub idle_timeout_ms: Option<i64>,
}

/// What rows a source brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceChanges {
    /// Inserts only.
    Inserts,
    /// `+I` or `+U` and `-D` by primary key, without `-U`.
    Upserts,
    /// Complete changes.
    All,
}

/// A source.
pub struct SourcePlan {
    /// Makes it.
    pub factory: Arc<dyn SourceFactory>,
    /// Its subtasks where the table's options say (`scan.parallelism`).
    pub parallelism: Option<u32>,
    /// Whether it makes the watermarks that were asked for itself; otherwise an operator after it does.
    pub watermark_push_down: bool,
    /// What its rows do.
    pub changes: SourceChanges,
}

/// What is to be written.
pub struct SinkRequest<'a> {
    /// The table.
    pub table: &'a Table,
    /// Which of [`Table::columns`] the rows have, in this order: all physical ones and metadata that is written.
    pub columns: &'a [usize],
    /// The rows: `columns`' names and types.
    pub schema: &'a Schema,
    /// The job's configuration.
    pub config: &'a JobConfig,
    /// Where the `INSERT` names the table.
    pub at: Position,
}

/// Which rows a sink takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkChanges {
    /// Inserts only.
    Inserts,
    /// Changes by primary key: `-U` is left out.
    Upserts,
    /// All changes.
    All,
}

/// A sink.
pub struct SinkPlan {
    /// Makes it.
    pub factory: Arc<dyn OperatorFactory>,
    /// Which rows it takes.
    pub accepts: SinkChanges,
    /// Its subtasks where the table's options say (`sink.parallelism`).
    pub parallelism: Option<u32>,
}

/// A table that is to be asked for the rows of a key.
pub struct LookupRequest<'a> {
    /// The table.
    pub table: &'a Table,
    /// Which of [`Table::columns`] are answered, in this order.
    pub columns: &'a [usize],
    /// Which of [`Table::columns`] are the key, in the order in which key values come.
    pub keys: &'a [usize],
    /// Where the query names the table.
    pub at: Position,
}

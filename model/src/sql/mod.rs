//! SQL scripts: what the page and the portal say to each other about them, and what both must see alike in their text.

mod changelog;
mod plan;
mod scan;
mod script;

use serde::{Deserialize, Serialize};

pub use changelog::{Line, Sheet};
pub use plan::{PlanNode, plan_nodes};
pub use scan::{Token, TokenKind, tokens};
pub use script::{Statement, Verb, changes_outside, is_last_write, pipeline_name, statement_at, statements};

use crate::ApiError;

/// The longest script that is taken, in bytes.
pub const SCRIPT_LIMIT: usize = 64 * 1024;

/// What the SQL page begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SqlView {
    /// The clusters that have an SQL gateway, in the order of their names.
    pub clusters: Vec<SqlCluster>,
    /// Scripts to start from.
    pub examples: Vec<SqlExample>,
}

/// A cluster that takes SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SqlCluster {
    /// Its name.
    pub name: String,
    /// Its make and version in words: `Flink 2.3.0`.
    pub version: String,
    /// Whether it is an embedded engine.
    pub embedded: bool,
    /// Why it does not answer now.
    pub trouble: Option<String>,
}

/// A script to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlExample {
    /// Its name in addresses.
    pub id: String,
    /// What it answers, in a few words.
    pub title: String,
    /// Where its data comes from.
    pub data: String,
    /// Whether only embedded engines have what it uses.
    pub embedded_only: bool,
    /// The script.
    pub script: String,
}

/// A script to be checked while it is typed. Nothing is started by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlCheck {
    /// The cluster whose gateway is asked.
    pub cluster: String,
    /// The editor, which keeps a session of the gateway for itself: any text that no other editor has.
    pub editor: String,
    /// The whole text.
    pub script: String,
    /// The revision of the catalog that the editor has, so that it is sent only where it changed.
    #[serde(default)]
    pub catalog: Option<String>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SqlChecked {
    /// A newer text of the same editor is being checked instead; the rest says nothing.
    pub superseded: bool,
    /// The first thing that is wrong.
    pub fault: Option<SqlFault>,
    /// Why not all of the script was checked.
    pub note: Option<String>,
    /// How the last statement that reads or writes would be run, in the gateway's own words.
    pub plan: Option<String>,
    /// What the statements may use, where that changed.
    pub catalog: Option<SqlCatalog>,
}

/// Something wrong in a script, and where: bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlFault {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// What is wrong there.
    pub message: String,
}

/// What statements may use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SqlCatalog {
    /// Changes with what is listed.
    pub revision: String,
    /// Tables and views, in the order of their names.
    pub tables: Vec<SqlTable>,
    /// The names of functions; none where the gateway does not list them.
    pub functions: Vec<String>,
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlTable {
    /// Its name.
    pub name: String,
    /// Whether it is a view.
    pub view: bool,
    /// Its columns; none where the gateway could not describe it.
    pub columns: Vec<SqlColumn>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlColumn {
    /// Its name.
    pub name: String,
    /// Its type, as SQL writes it.
    pub kind: String,
}

/// A statement to be run now, with what stands before it in its script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlRun {
    /// The cluster.
    pub cluster: String,
    /// The whole text.
    pub script: String,
    /// A byte within the statement that is meant.
    pub at: u32,
}

/// A statement that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SqlStarted {
    /// It was taken; its rows are fetched under this id until it ends or is stopped.
    Running(String),
    /// It, or something before it, is wrong.
    Refused(SqlFault),
}

/// What came of a running statement since it was asked for last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SqlRows {
    /// The columns; none before they are known.
    pub columns: Vec<SqlColumn>,
    /// The changes since, in their order.
    pub changes: Vec<SqlChange>,
    /// The cluster's job that computes them.
    pub job_id: Option<String>,
    /// Whether nothing more will come.
    pub ended: bool,
    /// Why it ended before its end.
    pub error: Option<ApiError>,
}

/// What a change does to a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeKind {
    /// A row comes.
    Insert,
    /// A row that is about to be replaced.
    UpdateBefore,
    /// What it is replaced with.
    UpdateAfter,
    /// A row goes.
    Delete,
}

impl ChangeKind {
    /// As Flink's clients write it.
    pub fn mark(self) -> &'static str {
        match self {
            ChangeKind::Insert => "+I",
            ChangeKind::UpdateBefore => "-U",
            ChangeKind::UpdateAfter => "+U",
            ChangeKind::Delete => "-D",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            ChangeKind::Insert => "inserted",
            ChangeKind::UpdateBefore => "before an update",
            ChangeKind::UpdateAfter => "after an update",
            ChangeKind::Delete => "deleted",
        }
    }
}

/// One change of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlChange {
    /// What it does.
    pub kind: ChangeKind,
    /// The values as text; `None` is NULL.
    pub fields: Vec<Option<String>>,
}

/// Where a query that becomes a job writes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SqlSink {
    /// A table of the catalog.
    Table(String),
    /// A new table of this name that prints each row into the log of the worker.
    Print(String),
    /// A new table of this name that drops each row.
    Blackhole(String),
    /// A new table of files.
    Files {
        /// The table's name.
        table: String,
        /// The folder, as the workers see it.
        path: String,
    },
}

/// A query that is to become a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlDraft {
    /// The cluster.
    pub cluster: String,
    /// The whole text.
    pub script: String,
    /// A byte within the query.
    pub at: u32,
    /// Where its rows go.
    pub sink: SqlSink,
}

/// The script of a job made from a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlDrafted {
    /// What is added to the script: the table, where it is new, and the statement that writes.
    pub added: String,
    /// The whole script.
    pub script: String,
    /// Why it cannot be run so.
    pub fault: Option<String>,
}

/// A script that is to be started as jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlSubmit {
    /// The cluster.
    pub cluster: String,
    /// The whole text; its queries are left out.
    pub script: String,
    /// The job's name; else what the script sets, or what the cluster calls it.
    #[serde(default)]
    pub name: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SqlSubmitted {
    /// The jobs that were started.
    Started(Vec<SqlJob>),
    /// A statement is wrong; these jobs were started before it.
    Refused {
        /// What is wrong.
        fault: SqlFault,
        /// What runs already.
        started: Vec<SqlJob>,
    },
}

/// A job that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlJob {
    /// Its id.
    pub id: String,
    /// Its name, as the cluster has it.
    pub name: String,
}

impl SqlChecked {
    /// A check that gave way to a newer one.
    pub fn superseded() -> SqlChecked {
        SqlChecked { superseded: true, fault: None, note: None, plan: None, catalog: None }
    }
}

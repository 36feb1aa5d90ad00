//! The shipped example job, which a visitor can make sick and well again.

use serde::{Deserialize, Serialize};

/// What the example job suffers from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Nothing.
    Well,
    /// The service behind the sink answers slowly.
    SlowSink,
    /// Nine records in ten carry one key.
    HotKey,
    /// One record of the input cannot be parsed.
    BadRecord,
}

/// The example job, as its controls show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExampleView {
    /// The job's name.
    pub job: String,
    /// The cluster it runs on.
    pub cluster: String,
    /// What it suffers from now; `None` where it does not run.
    pub condition: Option<Condition>,
    /// The question that the job answers, as a person would ask it.
    pub question: String,
    /// The SQL script that runs.
    pub script: String,
}

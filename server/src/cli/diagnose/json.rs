//! The contract's document, for programs.

use model::Diagnosis;
use serde::Serialize;

use super::report::{Cluster, Report};

#[derive(Serialize)]
struct Document<'a> {
    jobs: &'a [Diagnosis],
    cluster: &'a Cluster,
}

/// One JSON document.
///
/// # Errors
/// Where a value has no JSON, in words.
pub fn render(report: &Report) -> Result<String, String> {
    let document = Document { jobs: &report.jobs, cluster: &report.cluster };
    let text =
        serde_json::to_string_pretty(&document).map_err(|e| format!("the report cannot be written as JSON: {e}"))?;
    Ok(text + "\n")
}

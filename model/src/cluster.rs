//! Clusters: whatever speaks Flink's monitoring REST and SQL Gateway APIs.

use serde::{Deserialize, Serialize};

use crate::{ApiError, Timestamp};

/// Whose make a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterKind {
    /// `drsquirrel engine`.
    Embedded,
    /// Apache Flink.
    Flink,
}

/// A cluster as somebody asks for it to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCluster {
    /// Unique over the portal; `[a-z0-9-]{1,63}`.
    pub name: String,
    /// The monitoring REST API, for example `http://flink:8081`.
    pub url: String,
    /// The SQL Gateway, where there is one.
    #[serde(default)]
    pub gateway_url: Option<String>,
    /// The failure domain it is in; the cluster's name where none is given.
    #[serde(default)]
    pub zone: Option<String>,
}

/// A cluster, and how it was last found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterView {
    /// Unique over the portal.
    pub name: String,
    /// Whose make it is.
    pub kind: ClusterKind,
    /// The monitoring REST API.
    pub url: String,
    /// The SQL Gateway, where there is one.
    pub gateway_url: Option<String>,
    /// The failure domain it is in.
    pub zone: String,
    /// The version it says it is.
    pub version: Option<String>,
    /// When it last answered; `None` before the first time.
    pub seen_at: Option<Timestamp>,
    /// Why it could not be read the last time it was tried; `None` where it could.
    pub error: Option<ApiError>,
    /// Task managers registered.
    pub task_managers: Option<u32>,
    /// Slots in all.
    pub slots_total: Option<u32>,
    /// Slots that are free.
    pub slots_available: Option<u32>,
    /// Jobs that run.
    pub jobs_running: u32,
}

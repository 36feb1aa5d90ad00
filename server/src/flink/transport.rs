//! What answers requests: a live cluster, a recording, or a recorder in front of a live cluster.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::error::Failure;

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most [`MAX_BODY`] bytes.
    pub body: Bytes,
}

/// The longest body that is read, in bytes. The longest seen on a small cluster is a thread dump of 85 KB; metrics of a
/// vertex with thousands of subtasks come to some megabytes.
pub const MAX_BODY: usize = 8 * 1024 * 1024;

/// Answers GET requests to Flink's monitoring REST API.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Asks for `path` (absolute, unencoded) with `query` (raw, without `?`; empty for none), for at most `timeout`.
    async fn get(&self, path: &str, query: &str, timeout: Duration) -> Result<Reply, Failure>;

    /// The clock of the answers, in milliseconds since 1970: the wall clock, or the time that was recorded.
    fn now_ms(&self) -> i64;

    /// Whether asking costs a cluster something; a recording may be asked for everything.
    fn live(&self) -> bool;
}

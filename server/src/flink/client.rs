//! A cluster by name: bounded concurrency, decoding, and errors that say which cluster and request.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::{sync::Semaphore, time::Instant};

use super::{
    error::{Failure, FlinkError, begin, status_message},
    transport::Transport,
};

/// Requests under way to one cluster at a time; more would be felt by a small job manager.
const IN_FLIGHT: usize = 4;

/// How long one request may take. Flink answers in milliseconds, except for a task manager that is dying (30 s).
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(4);

/// A cluster that can be read.
#[derive(Clone)]
pub struct FlinkClient {
    name: String,
    transport: Arc<dyn Transport>,
    gate: Arc<Semaphore>,
}

impl FlinkClient {
    /// A client for the cluster called `name` in errors, over `transport`.
    pub fn new(name: impl Into<String>, transport: Arc<dyn Transport>) -> Self {
        FlinkClient { name: name.into(), transport, gate: Arc::new(Semaphore::new(IN_FLIGHT)) }
    }

    /// A reader whose requests all end by `deadline`.
    pub(super) fn reader(&self, deadline: Instant) -> Reader<'_> {
        Reader { client: self, deadline }
    }

    /// One decoded answer within [`REQUEST_TIMEOUT`], for a read outside a snapshot.
    ///
    /// # Errors
    /// [`FlinkError`], also for any status other than success.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &str) -> Result<T, FlinkError> {
        self.reader(Instant::now() + REQUEST_TIMEOUT).get(path, query).await
    }

    /// The text at `path`, for example a task manager's standard output.
    ///
    /// # Errors
    /// [`FlinkError`], also for any status other than success.
    pub async fn text(&self, path: &str) -> Result<String, FlinkError> {
        let body = self.reader(Instant::now() + REQUEST_TIMEOUT).bytes(path, "").await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

/// A client with a deadline: the requests of one snapshot end together.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    client: &'a FlinkClient,
    deadline: Instant,
}

impl<'a> Reader<'a> {
    pub(super) fn transport(&self) -> &'a dyn Transport {
        self.client.transport.as_ref()
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &str) -> Result<T, FlinkError> {
        let body = self.bytes(path, query).await?;
        serde_json::from_slice(&body)
            .map_err(|e| self.error(path, query, Failure::Shape { reason: e.to_string(), begin: begin(&body) }))
    }

    pub(super) async fn bytes(&self, path: &str, query: &str) -> Result<Bytes, FlinkError> {
        self.fetch(path, query).await.map_err(|failure| self.error(path, query, failure))
    }

    /// Like [`Reader::get`], for what a snapshot can do without: absent where it fails, with a line in the debug log.
    pub(super) async fn optional<T: DeserializeOwned>(&self, path: &str, query: &str) -> Option<T> {
        self.get(path, query).await.map_err(|e| log_absent(&e)).ok()
    }

    async fn fetch(&self, path: &str, query: &str) -> Result<Bytes, Failure> {
        let late = || Failure::Timeout(0);
        let permit = tokio::time::timeout_at(self.deadline, self.client.gate.acquire()).await;
        let _permit = permit.map_err(|_| late())?.map_err(|_| late())?;
        let timeout = self.deadline.saturating_duration_since(Instant::now()).min(REQUEST_TIMEOUT);
        let reply = self.client.transport.get(path, query, timeout).await?;
        match reply.status {
            200..=299 => Ok(reply.body),
            status => Err(Failure::Status { status, message: status_message(&reply.body) }),
        }
    }

    fn error(&self, path: &str, query: &str, failure: Failure) -> FlinkError {
        let mark = if query.is_empty() { "" } else { "?" };
        let shown: String = format!("GET {path}{mark}{query}").chars().take(200).collect();
        FlinkError { cluster: self.client.name.clone(), request: shown, failure }
    }
}

/// Notes what a snapshot goes on without. A recording lacks things by nature; that is not worth a line.
pub(super) fn log_absent(error: &FlinkError) {
    if error.failure != Failure::NotRecorded {
        tracing::debug!(cluster = %error.cluster, request = %error.request, "absent from the snapshot: {}", error.failure);
    }
}

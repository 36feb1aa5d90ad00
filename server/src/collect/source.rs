//! How a cluster is read: the one place where the collectors meet the Flink client.

use std::sync::Arc;

use async_trait::async_trait;
use model::{ApiError, ClusterSnapshot};

use crate::flink::{FlinkClient, Live, SnapshotCache};

/// Something that can be read again and again.
#[async_trait]
pub trait Source: Send + Sync {
    /// The cluster at this instant.
    async fn snapshot(&mut self) -> Result<ClusterSnapshot, ApiError>;
}

/// Makes a source of a cluster's name and URL.
pub trait Connect: Send + Sync {
    /// Nothing is connected yet; the first reading does that.
    ///
    /// # Errors
    /// Where the URL is none.
    fn connect(&self, name: &str, url: &str) -> Result<Box<dyn Source>, ApiError>;
}

/// Reads clusters by Flink's monitoring REST API.
#[derive(Debug)]
pub struct FlinkSource;

struct FlinkReader {
    client: FlinkClient,
    cache: SnapshotCache,
}

impl Connect for FlinkSource {
    fn connect(&self, name: &str, url: &str) -> Result<Box<dyn Source>, ApiError> {
        Ok(Box::new(FlinkReader { client: client(name, url)?, cache: SnapshotCache::default() }))
    }
}

/// A client for the cluster at `url`.
///
/// # Errors
/// Where the URL is none.
pub fn client(name: &str, url: &str) -> Result<FlinkClient, ApiError> {
    let live = Live::new(url).map_err(|failure| {
        ApiError::user(
            "cluster_url_invalid",
            format!("cluster {name}: {failure}"),
            "Give an address such as http://flink:8081",
        )
    })?;
    Ok(FlinkClient::new(name, Arc::new(live)))
}

#[async_trait]
impl Source for FlinkReader {
    async fn snapshot(&mut self) -> Result<ClusterSnapshot, ApiError> {
        Ok(self.client.snapshot(&self.cache).await?)
    }
}

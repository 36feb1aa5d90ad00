//! Where a zone's engine is to be found: it writes its process id and address into its data folder.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::flink::{Live, Transport};

/// The file that the engine writes when it listens.
const FILE: &str = "engine.json";
/// How long an engine on this machine may take to answer.
const ANSWER: Duration = Duration::from_secs(2);

/// A running engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// Its process.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Endpoint {
    /// What the engine in `data` last wrote; `None` where it wrote nothing that can be read.
    pub fn read(data: &Path) -> Option<Endpoint> {
        let text = std::fs::read_to_string(data.join(FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Forgets what an engine that is gone wrote.
    pub fn clear(data: &Path) {
        let _ = std::fs::remove_file(data.join(FILE));
    }

    /// The address as a cluster's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether an embedded engine answers there. The process id alone proves nothing: it may belong to another by now.
    pub async fn answers(&self) -> bool {
        let Ok(live) = Live::new(&self.url()) else { return false };
        let Ok(reply) = live.get("/overview", "", ANSWER).await else { return false };
        let overview: Option<serde_json::Value> = serde_json::from_slice(&reply.body).ok();
        reply.status == 200 && overview.is_some_and(|o| o["engine"] == "drsquirrel")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Endpoint;

    #[test]
    fn reads_what_an_engine_wrote_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Endpoint::read(folder.path()), None);
        let file = folder.path().join(super::FILE);
        std::fs::write(&file, r#"{"name": "a", "pid": 7, "address": "127.0.0.1:80"}"#).unwrap();
        let expect = Endpoint { pid: 7, address: "127.0.0.1:80".parse().unwrap() };
        assert_eq!(Endpoint::read(folder.path()), Some(expect));
        std::fs::write(&file, r#"{"name": "a", "pid": 7"#).unwrap();
        assert_eq!(Endpoint::read(folder.path()), None, "half a file is no file");
    }

    #[tokio::test]
    async fn nobody_answers_where_nobody_listens() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert!(!Endpoint { pid: 1, address }.answers().await);
    }
}

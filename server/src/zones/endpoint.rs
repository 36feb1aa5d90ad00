//! Where a zone's engine is to be found: it writes its process id and address into its data folder.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::flink::{Live, Transport};

/// The file that holds the engine's process id; written before [`ADDRESS`].
const PID: &str = "pid";
/// The file that holds the engine's address once it listens.
const ADDRESS: &str = "address";
/// How long an engine on this machine may take to answer.
const ANSWER: Duration = Duration::from_secs(2);

/// A running engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// Its process.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Endpoint {
    /// What the engine in `data` last wrote; `None` where it wrote nothing that can be read.
    pub fn read(data: &Path) -> Option<Endpoint> {
        let read = |file: &str| std::fs::read_to_string(data.join(file)).ok();
        Some(Endpoint { address: read(ADDRESS)?.trim().parse().ok()?, pid: read(PID)?.trim().parse().ok()? })
    }

    /// Forgets what an engine that is gone wrote.
    pub fn clear(data: &Path) {
        let _ = std::fs::remove_file(data.join(ADDRESS));
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
        std::fs::write(folder.path().join("address"), "127.0.0.1:80\n").unwrap();
        assert_eq!(Endpoint::read(folder.path()), None, "an address without a process");
        std::fs::write(folder.path().join("pid"), "7").unwrap();
        let expect = Endpoint { pid: 7, address: "127.0.0.1:80".parse().unwrap() };
        assert_eq!(Endpoint::read(folder.path()), Some(expect));
        std::fs::write(folder.path().join("address"), "127.0.0.1").unwrap();
        assert_eq!(Endpoint::read(folder.path()), None, "half an address is none");
        Endpoint::clear(folder.path());
        assert!(!folder.path().join("address").exists());
    }

    #[tokio::test]
    async fn nobody_answers_where_nobody_listens() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert!(!Endpoint { pid: 1, address }.answers().await);
    }
}

//! Trying an address before a cluster is added: is it one, of what version, and if it is none, what is it?

use std::time::Duration;

use model::ApiError;
use serde::Deserialize;

use super::{
    error::{Failure, FlinkError, begin},
    live::Live,
    rest::Overview,
    transport::{Reply, Transport},
    vertex::positive,
};

/// How long each question may take: a person waits for the answer.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A cluster, as it was found at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The version it says it is.
    pub version: String,
    /// Whether it is an embedded engine, by its own word.
    pub embedded: bool,
    /// Task managers registered.
    pub task_managers: Option<u32>,
    /// Slots in all.
    pub slots_total: Option<u32>,
    /// Slots that are free.
    pub slots_available: Option<u32>,
    /// Whether the same address is an SQL Gateway, too.
    pub gateway: bool,
}

/// Tries `url` as the monitoring REST API of a cluster.
///
/// # Errors
/// `cluster_url_invalid`, `cluster_unreachable`, `cluster_forbidden`, or `not_a_cluster` with what was found there.
pub async fn probe(url: &str) -> Result<Probe, ApiError> {
    let error =
        |failure| ApiError::from(FlinkError { cluster: url.to_string(), request: "GET /overview".into(), failure });
    let live = Live::new(url).map_err(error)?;
    let shown = live.address();
    let error =
        |failure| ApiError::from(FlinkError { cluster: shown.clone(), request: "GET /overview".into(), failure });
    let reply = match live.get("/overview", "", PROBE_TIMEOUT).await {
        Err(Failure::Broken(reason)) => {
            return Err(other(&shown, &format!("something that does not speak HTTP ({reason})")));
        }
        answer => answer.map_err(error)?,
    };
    if let (200, Ok(Overview { flink_version: Some(version), engine, taskmanagers, slots_total, slots_available })) =
        (reply.status, serde_json::from_slice(&reply.body))
    {
        return Ok(Probe {
            version,
            embedded: engine.as_deref() == Some("drsquirrel"),
            task_managers: positive(taskmanagers),
            slots_total: positive(slots_total),
            slots_available: positive(slots_available),
            gateway: gateway_version(&live).await.is_some(),
        });
    }
    if matches!(reply.status, 401 | 403) {
        let message = format!("it wants to know who asks, and answered {}", reply.status);
        return Err(error(Failure::Status { status: reply.status, message }));
    }
    Err(match gateway_version(&live).await {
        Some(version) => other(&shown, &format!("the SQL Gateway of Flink {version}, not the cluster behind it")),
        None => other(&shown, &describe(&reply)),
    })
}

/// The version that an SQL Gateway at the address says it is of; `None` where there is none.
async fn gateway_version(live: &Live) -> Option<String> {
    #[derive(Deserialize)]
    struct Info {
        version: String,
        #[serde(rename = "productName")]
        _product: String,
    }
    let reply = live.get("/v1/info", "", PROBE_TIMEOUT).await.ok().filter(|reply| reply.status == 200)?;
    serde_json::from_slice::<Info>(&reply.body).ok().map(|info| info.version)
}

fn other(shown: &str, found: &str) -> ApiError {
    let message = format!("there is no Flink cluster at {shown}: found {found}");
    let hint = "Give the address of the job manager's REST API, usually port 8081";
    ApiError { owner: model::Owner::User, retryable: false, ..ApiError::external("not_a_cluster", message, hint) }
}

/// What an answer looks like to somebody who mistook the address.
fn describe(reply: &Reply) -> String {
    let text = String::from_utf8_lossy(&reply.body);
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").zip(lower.find("</title>"));
    let title = title.and_then(|(from, to)| text.get(from + "<title>".len()..to)).map(|title| begin(title.as_bytes()));
    match (title, reply.status) {
        (Some(title), status) => format!("a web page titled {title:?} (status {status})"),
        (None, _) if lower.trim_start().starts_with('<') => "a web page".to_string(),
        (None, status) if reply.body.is_empty() => format!("an HTTP server that answered {status} and nothing else"),
        (None, status) => format!("an HTTP server that answered {status} with {:?}", begin(&reply.body)),
    }
}

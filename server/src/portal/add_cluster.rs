//! Adding a cluster: its URL is tried first, and what is found there decides.

use model::{ApiError, ClusterKind, ClusterView, NewCluster};

use super::service::store_failed;
use super::{Parts, clusters};
use crate::clock;
use crate::collect::ClusterState;
use crate::flink::{Probe, probe};
use crate::store::{ClusterRecord, Origin};
use crate::words;

/// Tries the URL and adds the cluster.
///
/// # Errors
/// See [`app::Portal::add_cluster`].
pub async fn add(parts: &Parts, new: NewCluster) -> Result<ClusterView, ApiError> {
    check(parts, &new)?;
    let found = probe(&new.url).await?;
    let record = record(&new, &found);
    parts.store.put_cluster(&record, clock::now()).await.map_err(store_failed)?;
    let mut state = ClusterState::new(record.clone(), std::collections::BTreeMap::new());
    parts.collectors.watch(record).await.map_err(store_failed)?;
    // What the trial found, until the first reading replaces it.
    state.version = Some(found.version);
    let mut view = clusters::view(&state);
    view.seen_at = Some(clock::now());
    view.task_managers = found.task_managers;
    view.slots_total = found.slots_total;
    view.slots_available = found.slots_available;
    Ok(view)
}

fn check(parts: &Parts, new: &NewCluster) -> Result<(), ApiError> {
    if !words::is_name(&new.name) {
        let message = format!("`{}` cannot be the name of a cluster", new.name);
        return Err(ApiError::user("cluster_name_invalid", message, "Use 1 to 63 of a-z, 0-9 and -"));
    }
    let states = parts.board.all();
    if states.iter().any(|s| s.record.name == new.name) {
        let message = format!("There is a cluster named {} already", new.name);
        return Err(ApiError::user("cluster_exists", message, "Choose another name, or remove that cluster first"));
    }
    if let Some(twin) = states.iter().find(|s| same_address(&s.record.url, &new.url)) {
        let message = format!("{} is watched already, as {}", new.url, twin.record.name);
        return Err(ApiError::user("cluster_exists", message, "Give another URL, or remove that cluster first"));
    }
    Ok(())
}

fn same_address(a: &str, b: &str) -> bool {
    a.trim().trim_end_matches('/') == b.trim().trim_end_matches('/')
}

fn record(new: &NewCluster, found: &Probe) -> ClusterRecord {
    let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let url = new.url.trim().trim_end_matches('/').to_owned();
    ClusterRecord {
        name: new.name.clone(),
        kind: if found.embedded { ClusterKind::Embedded } else { ClusterKind::Flink },
        gateway_url: given(&new.gateway_url).or_else(|| found.gateway.then(|| url.clone())),
        zone: given(&new.zone).unwrap_or_else(|| new.name.clone()),
        url,
        origin: Origin::User,
    }
}

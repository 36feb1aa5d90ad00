//! A cluster as it is shown.

use model::ClusterView;

use crate::collect::ClusterState;
use crate::watch::is_ended;

/// The cluster with what was last read off it.
pub fn view(state: &ClusterState) -> ClusterView {
    let latest = state.latest();
    let running = latest.map_or(0, |snapshot| snapshot.jobs.iter().filter(|job| !is_ended(&job.state)).count());
    ClusterView {
        name: state.record.name.clone(),
        kind: state.record.kind,
        url: without_credentials(&state.record.url),
        gateway_url: state.record.gateway_url.as_deref().map(without_credentials),
        zone: state.record.zone.clone(),
        version: state.version.clone(),
        seen_at: state.seen_at,
        error: state.error.clone(),
        task_managers: latest.and_then(|s| s.task_managers.as_ref()).and_then(|t| u32::try_from(t.len()).ok()),
        slots_total: latest.and_then(|s| s.slots_total),
        slots_available: latest.and_then(|s| s.slots_available),
        jobs_running: u32::try_from(running).unwrap_or(u32::MAX),
    }
}

/// A URL may carry a password; it is for the cluster and not for the page.
fn without_credentials(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else { return url.to_owned() };
    if parsed.username().is_empty() && parsed.password().is_none() {
        return url.to_owned();
    }
    let _ = (parsed.set_username(""), parsed.set_password(None));
    parsed.to_string().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_credentials("http://me:secret@flink:8081"), "http://flink:8081");
        assert_eq!(without_credentials("http://flink:8081/a"), "http://flink:8081/a");
    }
}

use leptos::prelude::*;
use model::{ClusterView, Verdict};

use crate::{components::verdict_shape, format};

/// The clusters in one line: whether each answers, what it is, and how much of it is in use.
#[component]
pub fn ClusterStrip(
    /// The clusters.
    clusters: Memo<Vec<ClusterView>>,
) -> impl IntoView {
    view! {
        <ul class="cluster-strip" aria-label="Clusters">
            {move || clusters.get().into_iter().map(item).collect_view()}
        </ul>
    }
}

fn item(cluster: ClusterView) -> impl IntoView {
    let verdict = cluster_verdict(&cluster);
    let trouble = cluster.error.as_ref().map(|error| error.message.clone());
    let said = trouble.unwrap_or_else(|| load(&cluster));
    view! {
        <li data-cluster=cluster.name.clone() data-verdict=format::verdict(verdict) title=cluster.url.clone()>
            <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{verdict_shape(verdict)}</svg>
            <a class="name" href="/clusters">{cluster.name.clone()}</a>
            <span class="quiet">{cluster_version(&cluster)}</span>
            <span class="load">{said}</span>
        </li>
    }
}

/// What a cluster's own state amounts to: it answers, it does not, or it was never asked.
pub fn cluster_verdict(cluster: &ClusterView) -> Verdict {
    match (&cluster.error, cluster.seen_at) {
        (Some(_), _) => Verdict::Degraded,
        (None, Some(_)) => Verdict::Healthy,
        (None, None) => Verdict::Unknown,
    }
}

/// `Flink 2.3.0`, `embedded 0.1.0`.
pub fn cluster_version(cluster: &ClusterView) -> String {
    let make = match cluster.kind {
        model::ClusterKind::Embedded => "embedded",
        model::ClusterKind::Flink => "Flink",
    };
    match cluster.version.as_deref() {
        // An embedded engine says which Flink it speaks like, and then its own version.
        Some(version) if cluster.kind == model::ClusterKind::Embedded => {
            format!("{make} {}", version.rsplit('-').next().unwrap_or(version))
        }
        Some(version) => format!("{make} {version}"),
        None => make.into(),
    }
}

/// `2 task managers, 3 of 8 slots in use`.
pub fn load(cluster: &ClusterView) -> String {
    let mut parts = Vec::new();
    parts.extend(cluster.task_managers.map(|count| format::plural(count as usize, "task manager")));
    if let (Some(total), Some(free)) = (cluster.slots_total, cluster.slots_available) {
        parts.push(format!("{} of {} in use", total.saturating_sub(free), format::plural(total as usize, "slot")));
    }
    if parts.is_empty() { "not read yet".into() } else { parts.join(", ") }
}

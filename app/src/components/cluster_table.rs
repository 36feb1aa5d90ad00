use leptos::prelude::*;
use model::{ClusterView, Timestamp};

use crate::{
    components::{
        Status,
        cluster_strip::{cluster_verdict, cluster_version, load},
    },
    format,
    serverfns::RemoveCluster,
};

/// The clusters, with how each was last found.
#[component]
pub fn ClusterTable(
    /// The clusters.
    clusters: Memo<Vec<ClusterView>>,
    /// Removes one.
    remove: ServerAction<RemoveCluster>,
) -> impl IntoView {
    view! {
        <table class="clusters">
            <thead>
                <tr>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Cluster"</th>
                    <th scope="col">"Version"</th>
                    <th scope="col">"Zone"</th>
                    <th scope="col">"Load"</th>
                    <th scope="col" class="number">"Jobs"</th>
                    <th scope="col"><span class="hidden-text">"Actions"</span></th>
                </tr>
            </thead>
            <tbody>
                <For
                    each=move || clusters.get()
                    key=|cluster| format!("{}/{:?}/{:?}", cluster.name, cluster.error, (cluster.seen_at.is_some(), cluster.slots_available, cluster.jobs_running, &cluster.version))
                    let:cluster
                >
                    <Row cluster remove />
                </For>
            </tbody>
        </table>
    }
}

#[component]
fn Row(cluster: ClusterView, remove: ServerAction<RemoveCluster>) -> impl IntoView {
    let verdict = cluster_verdict(&cluster);
    let name = cluster.name.clone();
    view! {
        <tr data-cluster=cluster.name.clone() data-verdict=format::verdict(verdict)>
            <td class="col-status"><Status verdict /></td>
            <th scope="row" class="col-job">
                {cluster.name.clone()}
                <span class="address">{addresses(&cluster)}</span>
            </th>
            <td data-label="version">{cluster_version(&cluster)}</td>
            <td class="quiet" data-label="zone">{cluster.zone.clone()}</td>
            <td>
                {match &cluster.error {
                    Some(error) => view! { <span class="trouble">{error.message.clone()}</span><span class="address">{last_seen(cluster.seen_at)}</span> }.into_any(),
                    None => view! { <span>{load(&cluster)}</span> }.into_any(),
                }}
            </td>
            <td class="number" data-label="jobs">{cluster.jobs_running}</td>
            <td class="col-action">
                <details class="confirm">
                    <summary aria-label=format!("Remove {}", cluster.name)>"Remove"</summary>
                    <div class="confirm-box">
                        <p>{format!("The portal stops watching {}. Its jobs run on, and its findings are kept.", cluster.name)}</p>
                        <ActionForm action=remove>
                            <input type="hidden" name="name" value=name.clone() />
                            <button type="submit" class="danger" disabled=move || remove.pending().get()>{format!("Remove {name}")}</button>
                        </ActionForm>
                    </div>
                </details>
            </td>
        </tr>
    }
}

fn addresses(cluster: &ClusterView) -> String {
    match &cluster.gateway_url {
        Some(gateway) if *gateway != cluster.url => format!("{} · gateway {gateway}", cluster.url),
        _ => cluster.url.clone(),
    }
}

fn last_seen(seen_at: Option<Timestamp>) -> String {
    seen_at.map_or("It has never answered.".into(), |at| format!("It last answered at {}.", format::instant(at)))
}

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
                    key=key
                    let:cluster
                >
                    <Row cluster remove />
                </For>
            </tbody>
        </table>
    }
}

/// All that a row shows: a row is made anew when any of it changes, and only then, so that a confirmation stays open.
fn key(cluster: &ClusterView) -> String {
    let error = cluster.error.as_ref().map(|error| &error.message);
    let load = (cluster.task_managers, cluster.slots_total, cluster.slots_available, cluster.jobs_running);
    format!("{} {} {error:?} {:?} {load:?}", cluster.name, addresses(cluster), (&cluster.zone, &cluster.version))
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
                {condition(&cluster)}
            </td>
            <td class="number" data-label="jobs">{cluster.jobs_running}</td>
            <td class="col-action">
                <details class="confirm">
                    <summary aria-label=format!("Remove {}", cluster.name)>"Remove"</summary>
                    <div class="confirm-box">
                        <p>{format!("The portal stops watching {name}. Its jobs run on, and its findings are kept.")}</p>
                        <ActionForm action=remove>
                            <input type="hidden" name="name" value=name.clone() />
                            <button type="submit" class="danger" disabled=remove.pending()>{format!("Remove {name}")}</button>
                        </ActionForm>
                    </div>
                </details>
            </td>
        </tr>
    }
}

/// What is wrong with it, or how much of it is in use.
fn condition(cluster: &ClusterView) -> AnyView {
    match &cluster.error {
        Some(error) => view! {
            <span class="trouble">{error.message.clone()}</span>
            <span class="address">{last_seen(cluster.seen_at)}</span>
        }
        .into_any(),
        None => view! { <span>{load(cluster)}</span> }.into_any(),
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

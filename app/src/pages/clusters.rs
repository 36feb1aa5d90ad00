use leptos::prelude::*;
use leptos_meta::Title;
use model::{ClusterView, HomeView};

use crate::{
    components::{AddClusterForm, ClusterTable, ErrorNotice, Loading, Section},
    href, live,
    serverfns::{AddCluster, RemoveCluster, list_clusters},
};

/// The clusters that the portal watches, and the way to add one.
#[component]
pub fn ClustersPage() -> impl IntoView {
    let (add, remove) = (ServerAction::<AddCluster>::new(), ServerAction::<RemoveCluster>::new());
    let changes = move || (add.version().get(), remove.version().get());
    let clusters = Resource::new(changes, |_| list_clusters());
    let refused =
        move || remove.value().get().and_then(Result::err).map(|error| view! { <ErrorNotice error=error.0 /> });
    view! {
        <Title text="Clusters" />
        <div class="page-head"><h1>"Clusters"</h1></div>
        {refused}
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match clusters.await {
                    Ok(first) => view! { <LiveClusters first remove /> }.into_any(),
                    Err(error) => view! { <ErrorNotice error=error.0 page=true /> }.into_any(),
                }
            })}
        </Transition>
        <Section id="add" title="Add a cluster">
            <p class="quiet">"The address is tried before it is kept. Nothing is installed on the cluster, and its jobs are only read."</p>
            <AddClusterForm action=add />
        </Section>
    }
}

#[component]
fn LiveClusters(first: Vec<ClusterView>, remove: ServerAction<RemoveCluster>) -> impl IntoView {
    let now = RwSignal::new(first);
    let take = live::json("home", move |next: HomeView| {
        now.try_set(next.clusters);
    });
    live::follow(Signal::derive(href::home_events), vec![take]);
    let clusters = Memo::new(move |_| now.get());
    view! {
        <ClusterTable clusters remove />
        {move || clusters.read().is_empty().then(|| view! {
            <p class="empty">"No cluster is watched. Add one below: the address of its REST API is enough."</p>
        })}
    }
}

use leptos::prelude::*;
use model::ClusterView;

use crate::{
    components::{
        ErrorNotice, Status,
        cluster_strip::{cluster_verdict, cluster_version, load},
    },
    serverfns::AddCluster,
};

/// The form that adds a cluster: the address is tried first, and refused with what was found there.
#[component]
pub fn AddClusterForm(
    /// Adds the cluster.
    action: ServerAction<AddCluster>,
) -> impl IntoView {
    let pending = action.pending();
    let outcome = move || match action.value().get() {
        Some(Ok(cluster)) => added(cluster).into_any(),
        Some(Err(error)) => view! { <ErrorNotice error=error.0 /> }.into_any(),
        None => ().into_any(),
    };
    let form = NodeRef::<leptos::html::Form>::new();
    Effect::new(move |_| {
        if let (Some(Ok(_)), Some(form)) = (action.value().get(), form.get_untracked()) {
            form.reset();
        }
    });
    view! {
        <ActionForm action node_ref=form>
            <div class="fields">
                <label>
                    "Name"
                    <input id="cluster-name" name="name" required pattern="[a-z0-9\\-]{1,63}" placeholder="flink-prod" autocomplete="off"
                        title="Lower-case letters, digits and hyphens; at most 63" />
                </label>
                <label class="wide">
                    "Address of the REST API"
                    <input id="cluster-url" name="url" type="url" required placeholder="http://flink:8081" autocomplete="off" />
                </label>
                <label class="wide">
                    <span>"Address of the SQL Gateway "<span class="quiet">"where there is one"</span></span>
                    <input name="gateway_url" type="url" placeholder="http://flink:8083" autocomplete="off" />
                </label>
                <label>
                    <span>"Zone "<span class="quiet">"else the name"</span></span>
                    <input name="zone" placeholder="us-east-1a" autocomplete="off" />
                </label>
                <button type="submit" class="primary" disabled=pending>"Add cluster"</button>
            </div>
        </ActionForm>
        <div class="outcome" role="status">
            {move || if pending.get() { view! { <p class="trying">{trying(action.input().get())}</p> }.into_any() } else { outcome() }}
        </div>
    }
}

fn trying(input: Option<AddCluster>) -> String {
    input.map_or("Trying the address …".into(), |input| format!("Trying {} …", input.url))
}

fn added(cluster: ClusterView) -> impl IntoView {
    let verdict = cluster_verdict(&cluster);
    view! {
        <p class="added" data-added=cluster.name.clone()>
            <Status verdict />
            <span>{format!("{} was added: {}, {}.", cluster.name, cluster_version(&cluster), load(&cluster))}</span>
        </p>
    }
}

use leptos::prelude::*;

use super::{Desk, desk::Phase, dialog, run};
use crate::href;

/// Runs the query at the caret; a script that only writes is offered as a job.
pub fn act(desk: Desk) {
    if desk.target().is_some() {
        run::start(desk);
    } else if desk.is_job() {
        dialog::open(desk);
    }
}

/// The cluster, the examples, and what can be done with the script.
#[component]
pub fn Toolbar(desk: Desk) -> impl IntoView {
    let (job, query) = (Memo::new(move |_| desk.is_job()), Memo::new(move |_| desk.has_query()));
    let runs = Memo::new(move |_| matches!(desk.phase.get(), Phase::Starting | Phase::Running));
    let none = move || desk.cluster.read().is_empty();
    view! {
        <div class="sql-tools">
            <button type="button" id="sql-run" class:primary=move || !job.get() disabled=move || none() || !query.get()
                aria-keyshortcuts="Control+Enter" on:click=move |_| run::start(desk)>"Run"</button>
            <button type="button" id="sql-stop" disabled=move || !runs.get() on:click=move |_| run::stop(desk)>"Stop"</button>
            <button type="button" id="sql-job" class:primary=job disabled=move || none() || !(job.get() || query.get())
                aria-haspopup="dialog" on:click=move |_| dialog::open(desk)>
                {move || if job.get() { "Start as a job …" } else { "Save as a job …" }}
            </button>
        </div>
    }
}

/// The choice of the cluster and of an example.
#[component]
pub fn Choices(desk: Desk) -> impl IntoView {
    let cluster = move |c: model::sql::SqlCluster| {
        let name = c.name.clone();
        let chosen = move || desk.cluster.get() == name;
        let words = match &c.trouble {
            Some(_) => format!("{} (does not answer)", c.name),
            None => c.name.clone(),
        };
        view! { <option value=c.name.clone() selected=chosen.clone() prop:selected=chosen>{words}</option> }
    };
    let embedded = Memo::new(move |_| {
        let chosen = desk.cluster.get();
        desk.clusters.with_value(|all| all.iter().any(|c| c.name == chosen && c.embedded))
    });
    // The example that stands in the editor as it is.
    let open = Memo::new(move |_| {
        let script = desk.script.read();
        desk.examples.with_value(|all| all.iter().find(|e| e.script == *script).map(|e| e.id.clone()))
    });
    let example = move |e: &model::sql::SqlExample| {
        let unfit = e.embedded_only;
        let disabled = move || unfit && !embedded.get();
        let id = e.id.clone();
        let is_open = move || open.read().as_ref() == Some(&id);
        view! {
            <option value=e.id.clone() disabled=disabled title=e.data.clone() selected=is_open.clone() prop:selected=is_open>
                {e.title.clone()}
            </option>
        }
    };
    let choose_example = move |event| {
        desk.open_example(&event_target_value(&event));
    };
    view! {
        <label class="sql-choice">
            <span>"Cluster"</span>
            <select id="sql-cluster" on:change=move |event| desk.cluster.set(event_target_value(&event))>
                {desk.clusters.get_value().into_iter().map(cluster).collect_view()}
            </select>
        </label>
        <label class="sql-choice">
            <span>"Start from an example"</span>
            <select id="sql-example" on:change=choose_example>
                <option value="" prop:selected=move || open.read().is_none()>"choose one"</option>
                {desk.examples.with_value(|all| all.iter().map(example).collect_view())}
            </select>
        </label>
        {move || desk.before.get().map(|before| view! {
            <button type="button" class="small" id="sql-back" on:click=move |_| { desk.script.set(before.clone()); desk.before.set(None); }>
                "Back to my script"
            </button>
        })}
        {move || shared(desk)}
    }
}

/// Where the script is an example: its data in words, and a link by which somebody else gets it.
fn shared(desk: Desk) -> Option<impl IntoView> {
    let (script, cluster) = (desk.script.get(), desk.cluster.get());
    let found = desk.examples.with_value(|all| all.iter().find(|e| e.script == script).cloned())?;
    let link = href::sql(Some(&cluster), Some(&found.id));
    Some(view! {
        <p class="sql-data quiet" id="sql-data">
            "Data: "{found.data}" "<a href=link rel="external">"Link to this example"</a>
        </p>
    })
}

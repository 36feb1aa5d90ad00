use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::sql::SqlView;

use crate::{
    components::{
        ErrorNotice, Loading,
        sql::{CatalogPanel, Choices, Desk, Editor, JobDialog, PlanPreview, Results, StateLine, Toolbar},
    },
    serverfns::sql_page,
};

/// The SQL page: a script, checked while it is typed, run to see its first rows, and kept as a job.
#[component]
pub fn SqlPage() -> impl IntoView {
    let view = Resource::new(|| (), |()| sql_page());
    view! {
        <Title text="SQL" />
        <Suspense fallback=Loading>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) if view.clusters.is_empty() => NoGateway().into_any(),
                    Ok(view) => view! { <Sql view /> }.into_any(),
                    Err(error) => view! { <ErrorNotice error=error.0 page=true /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Sql(view: SqlView) -> impl IntoView {
    let query = use_query_map();
    let asked = |name: &str| query.read_untracked().get(name).filter(|value| !value.is_empty());
    let desk = Desk::new(view, asked("cluster"), asked("example"));
    view! {
        <div class="sql-head">
            <h1>"SQL"</h1>
            <Choices desk />
        </div>
        <div class="sql-desk">
            <div class="sql-main">
                <Editor desk />
                <StateLine desk />
                <Toolbar desk />
                <PlanPreview desk />
            </div>
            <CatalogPanel desk />
        </div>
        <Results desk />
        <JobDialog desk />
    }
}

#[component]
fn NoGateway() -> impl IntoView {
    view! {
        <div class="empty">
            <h1>"No cluster takes SQL yet"</h1>
            <p>
                "SQL goes through a cluster's SQL Gateway. "
                <a href="/clusters">"Add a cluster"</a>
                " with the address of its gateway, or start the portal without clusters in its configuration: its own zones take SQL."
            </p>
        </div>
    }
}

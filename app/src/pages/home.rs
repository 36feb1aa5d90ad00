use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::HomeView;

use crate::{
    components::{AsOf, ClusterStrip, Counts, ErrorNotice, ExamplePanel, Filters, JobTable, LiveTitle, Loading},
    filter::JobFilter,
    format, href, keys,
    live::{self, Link},
    serverfns::get_home,
};

/// The home page: how all jobs are, worst first.
#[component]
pub fn HomePage() -> impl IntoView {
    let home = Resource::new(|| (), |()| get_home());
    view! {
        <Suspense fallback=Loading>
            {move || Suspend::new(async move {
                match home.await {
                    Ok(view) => view! { <LiveHome first=view /> }.into_any(),
                    Err(error) => view! { <Title text="Jobs" /><ErrorNotice error=error.0 page=true /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn LiveHome(first: HomeView) -> impl IntoView {
    let view = RwSignal::new(first);
    let take = live::json("home", move |next: HomeView| {
        view.try_set(next);
    });
    let link = live::follow(Signal::derive(href::home_events), vec![take]);
    keys::listen();
    view! { <Home view=view.into() link=link.into() /> }
}

#[component]
fn Home(view: Signal<HomeView>, link: Signal<Link>) -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| JobFilter::read(|name| query.read().get(name)));
    let as_of = Signal::derive(move || view.read().as_of);
    let counts = Memo::new(move |_| view.read().counts);
    let clusters = Memo::new(move |_| view.read().clusters.clone());
    let rows = Memo::new(move |_| view.read().jobs.clone());
    let shown = Memo::new(move |_| {
        let filter = filter.read();
        rows.read().iter().filter(|row| filter.admits(row)).cloned().collect::<Vec<_>>()
    });
    let example = Memo::new(move |_| view.read().example.clone());
    let title = Memo::new(move |_| title(counts.get()));
    view! {
        <LiveTitle text=title />
        <div class="page-head">
            <Counts counts filter />
            <AsOf at=as_of link />
        </div>
        <ClusterStrip clusters />
        <Filters filter rows />
        <JobTable rows=shown as_of=as_of />
        {move || empty(rows.read().len(), shown.read().len(), clusters.read().len())}
        <ExamplePanel example elsewhere=true />
    }
}

/// `1 critical · 2 healthy`, so that a tab in the background says it too.
fn title(counts: model::Counts) -> String {
    let parts: Vec<String> = format::counts(counts)
        .into_iter()
        .map(|(verdict, count)| format!("{count} {}", format::verdict(verdict)))
        .collect();
    if parts.is_empty() { "Jobs".into() } else { parts.join(" · ") }
}

/// What to do first where the list is empty.
fn empty(all: usize, shown: usize, clusters: usize) -> AnyView {
    match (all, shown, clusters) {
        (_, 1.., _) => ().into_any(),
        (1.., 0, _) => view! { <p class="empty">"No job matches the filter. "<a href="/">"Show all jobs"</a></p> }.into_any(),
        (0, _, 0) => view! {
            <p class="empty">"No cluster is watched yet. "<a href="/clusters">"Add a cluster"</a>" to see its jobs here within seconds."</p>
        }
        .into_any(),
        (0, _, _) => view! {
            <p class="empty">
                "No job has been seen on these clusters yet. Submit one to a cluster that is listed above, or "
                <a href="/clusters">"add the cluster"</a>" that your jobs run on."
            </p>
        }
        .into_any(),
    }
}

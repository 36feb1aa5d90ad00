use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{JobView, Timestamp};

use crate::{
    charts::{HourGrid, JobGraph},
    components::{
        CauseCard, Crosshair, ErrorNotice, ExamplePanel, Exceptions, Healthy, History, JobHead, LiveTitle, Loading,
        Output, Section, Tab, Tabs, Unknowns,
    },
    format,
    group::{self, Group},
    href, keyed,
    live::{self, Link},
    serverfns::get_job,
};

/// Lines of output that the diagnosis shows of an example job; the output tab shows all.
const OUTPUT_GLANCE: usize = 4;

/// A job's page: what is wrong with it, why, and what to do.
#[component]
pub fn JobPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let name = Memo::new(move |_| params.read().get("name").unwrap_or_default());
    let cluster = Memo::new(move |_| query.read().get("cluster").filter(|cluster| !cluster.is_empty()));
    let job = Resource::new(move || (name.get(), cluster.get()), |(name, cluster)| get_job(name, cluster));
    view! {
        <Suspense fallback=Loading>
            {move || Suspend::new(async move {
                match job.await {
                    Ok(view) => view! { <LiveJob first=view /> }.into_any(),
                    Err(error) => {
                        let name = name.get_untracked();
                        view! { <Title text=name /><ErrorNotice error=error.0 page=true /> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn LiveJob(first: JobView) -> impl IntoView {
    let url = href::job_events(&first.row.name, Some(&first.row.cluster));
    let view = RwSignal::new(first);
    let take = live::json("job", move |next: JobView| {
        view.try_set(next);
    });
    let link = live::follow(Signal::derive(move || url.clone()), vec![take]);
    view! { <Job view=view.into() link=link.into() /> }
}

#[component]
fn Job(view: Signal<JobView>, link: Signal<Link>) -> impl IntoView {
    let query = use_query_map();
    let tab = Memo::new(move |_| Tab::read(query.read().get("tab").as_deref()));
    let as_of = Signal::derive(move || view.read().row.as_of);
    let name = Memo::new(move |_| (view.read().row.name.clone(), view.read().row.cluster.clone()));
    let title =
        Memo::new(move |_| view.with(|view| format!("{} · {}", format::verdict(view.row.verdict), view.row.name)));
    let href = move |tab: Tab| {
        let (name, cluster) = name.get();
        href::job(&name, &cluster, (tab != Tab::Diagnosis).then_some(tab.param()))
    };
    let count = move |tab| match tab {
        Tab::Exceptions => Some(view.read().exceptions.len()),
        Tab::History => Some(view.read().closed.len()),
        _ => None,
    };
    provide_context(Crosshair(RwSignal::new(None)));
    view! {
        <LiveTitle text=title />
        <JobHead view as_of link />
        <Tabs current=tab href count />
        {move || match tab.get() {
            Tab::Diagnosis => view! { <DiagnosisTab view as_of /> }.into_any(),
            Tab::Graph => view! { <GraphTab view /> }.into_any(),
            Tab::Exceptions => {
                let exceptions = Memo::new(move |_| view.read().exceptions.clone());
                view! { <Exceptions exceptions as_of /> }.into_any()
            }
            Tab::Output => view! { <OutputTab view most=usize::MAX /> }.into_any(),
            Tab::History => {
                let closed = Memo::new(move |_| view.read().closed.clone());
                view! { <History closed as_of /> }.into_any()
            }
        }}
    }
}

/// Answer first, proof beneath.
#[component]
fn DiagnosisTab(view: Signal<JobView>, as_of: Signal<Timestamp>) -> impl IntoView {
    let grid = Memo::new(move |_| view.read().grid.clone());
    let unknown = Memo::new(move |_| view.read().unknown.clone());
    let example = Memo::new(move |_| view.read().example.clone());
    let is_example = Memo::new(move |_| example.read().is_some());
    view! {
        <Causes view as_of />
        <ExamplePanel example />
        <Section id="hour" title="The last hour"><HourGrid rows=grid /></Section>
        <GraphTab view />
        {move || is_example.get().then(|| view! {
            <Section id="answer" title="What it answers"><OutputTab view most=OUTPUT_GLANCE /></Section>
        })}
        <Section id="unknown" title="What could not be assessed"><Unknowns unknown /></Section>
    }
}

#[component]
fn Causes(view: Signal<JobView>, as_of: Signal<Timestamp>) -> impl IntoView {
    let groups = Memo::new(move |_| view.with(|view| group::group(&view.findings)));
    let series = Memo::new(move |_| view.read().evidence.clone());
    let none = Memo::new(move |_| groups.read().is_empty());
    let by_key = keyed::by_key(move || groups.get(), key);
    view! {
        {move || none.get().then(|| view! { <Healthy view /> })}
        <div class="causes">
            <For each=move || groups.get() key=key let:group>
                <CauseCard group=keyed::newest(by_key, key(&group), group) series as_of />
            </For>
        </div>
    }
}

fn key(group: &Group) -> String {
    group.root.id.clone()
}

#[component]
fn GraphTab(view: Signal<JobView>) -> impl IntoView {
    let graph = Memo::new(move |_| view.read().graph.clone());
    view! { <Section id="graph" title="The job graph"><JobGraph graph /></Section> }
}

#[component]
fn OutputTab(view: Signal<JobView>, most: usize) -> impl IntoView {
    let lines = Memo::new(move |_| view.read().output.clone());
    let example = Memo::new(move |_| view.read().example.clone());
    view! { <Output example lines most /> }
}

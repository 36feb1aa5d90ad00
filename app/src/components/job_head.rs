use leptos::prelude::*;
use model::{JobView, Timestamp};

use crate::{
    components::{Ago, AsOf, Status, cluster_strip::cluster_version},
    format,
    live::Link,
};

/// The line at the top of a job's page: its name, how it is, and where it runs.
#[component]
pub fn JobHead(
    /// The job.
    #[prop(into)]
    view: Signal<JobView>,
    /// The time of the data.
    as_of: Signal<Timestamp>,
    /// How the page hears of changes.
    #[prop(into)]
    link: Signal<Link>,
) -> impl IntoView {
    let verdict = Memo::new(move |_| view.read().row.verdict);
    let score = Memo::new(move |_| view.read().row.score);
    let facts = Memo::new(move |_| view.with(facts));
    let started = Memo::new(move |_| view.read().row.started_at);
    view! {
        <div class="job-head">
            <p class="crumb"><a href="/">"Jobs"</a></p>
            <h1 title=move || view.read().row.id.clone()>{move || view.read().row.name.clone()}</h1>
            <span class="verdict" data-score=move || score.get().map(|score| score.to_string())>
                <Status verdict />
                {move || score.get().map(|score| view! { <span class="quiet">{format!(" · {score} of 100")}</span> })}
            </span>
            <AsOf at=as_of link />
            <p class="job-facts">
                {move || facts.get().into_iter().map(|fact| view! { <span>{fact}</span> }).collect_view()}
                {move || started.get().map(|at| view! { <span>"submitted "<Ago as_of at in_words=true /></span> })}
            </p>
        </div>
    }
}

/// `RUNNING on local-a`, `Flink 2.3.0`, `parallelism 4`, `4,010 records/s`, `lag 2 min`.
fn facts(view: &JobView) -> Vec<String> {
    let mut facts = vec![format!("{} on {}", view.row.status, view.row.cluster), cluster_version(&view.cluster)];
    let parallelism = view.graph.vertices.iter().map(|vertex| vertex.parallelism).max();
    facts.extend(parallelism.map(|parallelism| format!("parallelism {parallelism}")));
    facts.extend(view.row.records_in_per_s.map(|rate| format!("{} records/s", format::number(rate))));
    facts.extend(view.row.lag_ms.map(|lag| format!("lag {}", format::duration_ms(lag))));
    facts
}

use leptos::prelude::*;
use leptos_router::components::A;
use model::{JobRow, Timestamp};

use crate::{
    charts::HourStrip,
    components::{Ago, Status},
    format, href, keyed,
};

/// The jobs, worst first. Rows are keyed: a job that gets worse moves, with its focus, and nothing else does.
#[component]
pub fn JobTable(
    /// The jobs to show, in their order.
    rows: Memo<Vec<JobRow>>,
    /// The time of the data.
    as_of: Signal<Timestamp>,
) -> impl IntoView {
    let by_key = keyed::by_key(move || rows.get(), key);
    view! {
        <table class="jobs">
            <thead>
                <tr>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Job"</th>
                    <th scope="col">"Cluster"</th>
                    <th scope="col">"What is wrong"</th>
                    <th scope="col" class="number">"Since"</th>
                    <th scope="col" class="number">"Records/s"</th>
                    <th scope="col" class="number">"Lag"</th>
                    <th scope="col" class="strip-head">"Last hour"</th>
                </tr>
            </thead>
            <tbody>
                <For each=move || rows.get() key=key let:row>
                    <Row row=keyed::newest(by_key, key(&row), row) as_of />
                </For>
            </tbody>
        </table>
    }
}

fn key(row: &JobRow) -> String {
    format!("{}/{}/{}", row.cluster, row.name, row.id)
}

#[component]
fn Row(row: Memo<JobRow>, as_of: Signal<Timestamp>) -> impl IntoView {
    let first = row.get_untracked();
    let (address, name, title) = (href::job(&first.name, &first.cluster, None), first.name.clone(), first.name.clone());
    let verdict = Memo::new(move |_| row.read().verdict);
    let cells = Memo::new(move |_| row.read().strip.clone());
    view! {
        <tr data-job=first.name.clone() data-verdict=move || format::verdict(verdict.get())>
            <td class="col-status"><Status verdict /></td>
            <th scope="row" class="col-job">
                <A href=address attr:data-job-link="" attr:title=title>{name}</A>
            </th>
            <td class="col-cluster quiet">{first.cluster.clone()}</td>
            <td class="col-wrong" title=move || row.read().headline.clone()>{move || row.with(wrong)}</td>
            <td class="col-since number">{move || row.read().since.map(|at| view! { <Ago as_of at /> })}</td>
            <td class="col-rate number" data-label="records/s">{move || figure(row.read().records_in_per_s, format::number)}</td>
            <td class="col-lag number" data-label="lag">{move || figure(row.read().lag_ms, format::duration_ms)}</td>
            <td class="col-strip"><HourStrip cells /></td>
        </tr>
    }
}

/// What is wrong in one sentence; where nothing is, the job's state in its cluster's words.
fn wrong(row: &JobRow) -> impl IntoView + use<> {
    let more = row.causes.saturating_sub(1);
    let more = (more > 0).then(|| view! { <span class="more">{format!("+{more} more")}</span> });
    match &row.headline {
        Some(headline) => view! { <span class="headline">{headline.clone()}</span> {more} }.into_any(),
        None => view! { <span class="quiet">{row.status.to_lowercase()}</span> }.into_any(),
    }
}

fn figure(value: Option<f64>, show: fn(f64) -> String) -> impl IntoView {
    match value {
        Some(value) => view! { <span>{show(value)}</span> }.into_any(),
        None => view! { <span class="quiet" title="not reported">"–"</span> }.into_any(),
    }
}

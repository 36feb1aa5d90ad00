use std::collections::BTreeSet;

use leptos::{prelude::*, web_sys};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{JobRow, Verdict};

use crate::{filter::JobFilter, format};

/// The filters of the home page: a plain form, which filters while one types where scripts run.
#[component]
pub fn Filters(
    /// The filter in force, as the URL has it.
    filter: Memo<JobFilter>,
    /// All jobs, from which the choices come.
    rows: Memo<Vec<JobRow>>,
) -> impl IntoView {
    let navigate = use_navigate();
    let go = move |change: &dyn Fn(&mut JobFilter)| {
        let mut filter = filter.get_untracked();
        change(&mut filter);
        navigate(&filter.href(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    };
    let go = StoredValue::new(go);
    let change = move |change: &dyn Fn(&mut JobFilter)| go.with_value(|go| go(change));
    let clusters = Memo::new(move |_| choices(&rows.read(), |row| Some(row.cluster.clone())));
    let causes = Memo::new(move |_| choices(&rows.read(), |row| row.cause.clone()));
    let statuses = Memo::new(|_| STATUSES.map(|verdict| format::verdict(verdict).to_owned()).to_vec());
    let input = NodeRef::<leptos::html::Input>::new();
    // The URL may change by other means, as by the link that clears the filter; never while somebody is typing.
    Effect::new(move |_| {
        let text = filter.read().text.clone();
        let is_typed_in = |input: &web_sys::Element| document().active_element().as_ref() == Some(input);
        if let Some(input) = input.get().filter(|input| !is_typed_in(input)) {
            input.set_value(&text);
        }
    });
    view! {
        <form class="filters" method="get" action="/" role="search" aria-label="Filter jobs">
            <input
                type="search"
                name="q"
                data-search
                placeholder="Filter jobs"
                aria-label="Words in the job's name, cluster or problem"
                aria-keyshortcuts="/"
                node_ref=input
                value=filter.get_untracked().text
                on:input=move |event| { let text = event_target_value(&event); change(&|filter| filter.text.clone_from(&text)); }
            />
            <Choice name="status" any="any status" choices=statuses chosen=Signal::derive(move || filter.get().status)
                on_choose=move |value: String| change(&|filter| filter.status.clone_from(&value)) />
            <Choice name="cluster" any="any cluster" choices=clusters chosen=Signal::derive(move || filter.get().cluster)
                on_choose=move |value: String| change(&|filter| filter.cluster.clone_from(&value)) />
            <Choice name="cause" any="any cause" choices=causes chosen=Signal::derive(move || filter.get().cause)
                on_choose=move |value: String| change(&|filter| filter.cause.clone_from(&value)) />
            <button type="submit" class="quiet-submit">"Filter"</button>
            <a class="clear" href="/" hidden=move || filter.read().is_empty()>"Clear"</a>
        </form>
    }
}

const STATUSES: [Verdict; 4] = [Verdict::Critical, Verdict::Degraded, Verdict::Healthy, Verdict::Unknown];

fn choices(rows: &[JobRow], field: impl Fn(&JobRow) -> Option<String>) -> Vec<String> {
    rows.iter().filter_map(field).collect::<BTreeSet<_>>().into_iter().collect()
}

#[component]
fn Choice(
    name: &'static str,
    any: &'static str,
    choices: Memo<Vec<String>>,
    chosen: Signal<String>,
    on_choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let option = move |value: String| {
        let is_chosen = {
            let value = value.clone();
            move || chosen.get() == value
        };
        // The attribute is what the server says; the property is what a browser heeds once somebody has chosen.
        view! { <option value=value.clone() selected=is_chosen.clone() prop:selected=is_chosen>{value.clone()}</option> }
    };
    // A filter that no job matches any more is still in force, so it must still be seen.
    let all = move || {
        let (mut all, chosen) = (choices.get(), chosen.get());
        if !chosen.is_empty() && !all.contains(&chosen) {
            all.push(chosen);
        }
        all
    };
    let none = move || chosen.read().is_empty();
    view! {
        <select name=name aria-label=format!("Filter by {name}") on:change=move |event| on_choose(event_target_value(&event))>
            <option value="" selected=none prop:selected=none>{any}</option>
            {move || all().into_iter().map(option).collect_view()}
        </select>
    }
}

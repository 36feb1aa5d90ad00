use leptos::prelude::*;
use model::Verdict;

use crate::{components::verdict_shape, filter::JobFilter, format};

/// The sentence at the top of the home page. Each count is a link that shows only those jobs, or all again.
#[component]
pub fn Counts(
    /// Jobs by health.
    #[prop(into)]
    counts: Signal<model::Counts>,
    /// The filter in force.
    filter: Memo<JobFilter>,
) -> impl IntoView {
    view! {
        <h1 class="counts" data-counts>
            {move || {
                let parts = format::counts(counts.get());
                if parts.is_empty() {
                    return view! { "No jobs yet" }.into_any();
                }
                parts.into_iter().map(|(verdict, count)| part(verdict, count, filter)).collect_view().into_any()
            }}
        </h1>
    }
}

fn part(verdict: Verdict, count: u32, filter: Memo<JobFilter>) -> impl IntoView {
    let word = format::verdict(verdict);
    view! {
        <a
            href=move || filter.get().toggled(verdict).href()
            class="count"
            data-noscroll
            data-verdict=word
            aria-current=move || (filter.read().status == word).then_some("true")
        >
            <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{verdict_shape(verdict)}</svg>
            <span class="figure">{count}</span>
            " "
            {word}
        </a>
    }
}

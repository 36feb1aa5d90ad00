use leptos::prelude::*;
use model::Unknown;

/// What could not be assessed, and what was missing for it.
#[component]
pub fn Unknowns(
    /// The checks without an answer.
    unknown: Memo<Vec<Unknown>>,
) -> impl IntoView {
    let item = |unknown: Unknown| {
        view! {
            <div data-unknown=unknown.check.clone()>
                <dt>{unknown.check.clone()}</dt>
                <dd>{unknown.missing}</dd>
            </div>
        }
    };
    move || match unknown.get() {
        list if list.is_empty() => view! { <p class="quiet">"Every check had the data that it needs."</p> }.into_any(),
        list => view! { <dl class="unknowns">{list.into_iter().map(item).collect_view()}</dl> }.into_any(),
    }
}

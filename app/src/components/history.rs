use leptos::prelude::*;
use model::{Finding, Timestamp};

use crate::{
    components::{Ago, severity_status},
    format,
};

/// Findings that are over, and how that is known.
#[component]
pub fn History(
    /// The closed findings, newest first.
    closed: Memo<Vec<Finding>>,
    /// The time of the data.
    as_of: Signal<Timestamp>,
) -> impl IntoView {
    let item = move |finding: Finding| {
        let lasted = finding.closed_at.map(|at| format::duration_ms(at.since_ms(finding.opened_at).max(0) as f64));
        view! {
            <li data-closed=finding.cause.clone()>
                <p class="cause-meta">
                    {severity_status(finding.severity)}
                    <strong>{finding.title}</strong>
                    <code>{finding.cause.clone()}</code>
                </p>
                <p>{finding.close_reason.unwrap_or_else(|| "The reason was not recorded.".into())}</p>
                <p class="quiet">
                    {finding.closed_at.map(|at| view! { "closed "<Ago as_of at in_words=true /> })}
                    {lasted.map(|lasted| format!(" · lasted {lasted}"))}
                </p>
            </li>
        }
    };
    move || match closed.get() {
        list if list.is_empty() => {
            view! { <p class="quiet">"Nothing was found and closed in the last day."</p> }.into_any()
        }
        list => view! { <ul class="history">{list.into_iter().map(item).collect_view()}</ul> }.into_any(),
    }
}

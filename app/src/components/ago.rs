use leptos::prelude::*;
use model::Timestamp;

use crate::format;

/// How long ago an instant was, with the instant itself on hover. It is measured against the time of the data, not
/// against the reader's clock, so that the server and the browser say the same.
#[component]
pub fn Ago(
    /// The time of the data.
    #[prop(into)]
    as_of: Signal<Timestamp>,
    /// The instant.
    at: Timestamp,
    /// Whether it stands in a sentence (`14 s ago`) and not in a column (`14 s`).
    #[prop(optional)]
    in_words: bool,
) -> impl IntoView {
    let span = if in_words { format::ago_in_words } else { format::ago };
    view! { <time datetime=at.rfc3339() title=format::instant(at)>{move || span(as_of.get(), at)}</time> }
}

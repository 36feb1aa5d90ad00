use leptos::prelude::*;
use model::Timestamp;

use crate::{format, live::Link};

/// When the page was true, and whether it keeps up.
#[component]
pub fn AsOf(
    /// The time of the data.
    #[prop(into)]
    at: Signal<Timestamp>,
    /// How the page hears of changes.
    #[prop(into)]
    link: Signal<Link>,
) -> impl IntoView {
    let (state, words) = (
        move || match link.get() {
            Link::Still => "still",
            Link::Live => "live",
            Link::Lost => "lost",
        },
        move || match link.get() {
            Link::Still => "",
            Link::Live => "live",
            Link::Lost => "reconnecting",
        },
    );
    view! {
        <p class="as-of" data-link=state>
            "as of "
            <time datetime=move || at.get().rfc3339() title=move || format::instant(at.get())>{move || at.get().clock()}</time>
            " UTC "
            <span class="link-state" role="status">
                <span class="link-dot" aria-hidden="true"></span>
                {words}
            </span>
        </p>
    }
}

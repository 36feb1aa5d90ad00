use leptos::prelude::*;
use model::Cell;

use super::strip::{self, Size};

/// The signature of the portal: the last hour of a job, one cell a minute, oldest left.
#[component]
pub fn HourStrip(
    /// The minutes, oldest first.
    #[prop(into)]
    cells: Signal<Vec<Cell>>,
) -> impl IntoView {
    let words = Memo::new(move |_| cells.with(|cells| strip::summary(cells)));
    view! {
        <svg
            class="strip"
            viewBox=Size::Narrow.view_box()
            preserveAspectRatio="none"
            role="img"
            aria-label=move || words.get()
        >
            <title>{move || words.get()}</title>
            <StripBars cells size=Size::Narrow />
        </svg>
    }
}

/// The bars of a strip.
#[component]
pub fn StripBars(
    /// The minutes, oldest first.
    #[prop(into)]
    cells: Signal<Vec<Cell>>,
    /// How wide it is drawn.
    size: Size,
) -> impl IntoView {
    let paths = Memo::new(move |_| cells.with(|cells| strip::paths(cells, size)));
    view! {
        <path class="cell-unknown" fill="url(#hatch)" d=move || paths.get().unknown />
        <path class="cell-ok" d=move || paths.get().ok />
        <path class="cell-warn" d=move || paths.get().warn />
        <path class="cell-bad" d=move || paths.get().bad />
    }
}

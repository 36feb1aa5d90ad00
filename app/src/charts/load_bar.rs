use leptos::prelude::*;

use super::bar::{self, Parts};
use crate::format;

/// A vertex' load as one bar: busy, backpressured, idle. Drawn into an SVG, at a place and width in its units.
#[component]
pub fn LoadBar(
    /// Busy share of the busiest subtask, 0 to 1.
    busy: Option<f64>,
    /// Backpressured share of the worst subtask, 0 to 1.
    backpressured: Option<f64>,
    /// Idle share of the busiest subtask, 0 to 1.
    idle: Option<f64>,
    /// The left end.
    x: f64,
    /// The upper edge.
    y: f64,
    /// The length of a full bar.
    width: f64,
) -> impl IntoView {
    let Parts { busy: busy_part, backpressured: pressed_part, idle: _ } = bar::parts(busy, backpressured, idle);
    let known = busy.or(backpressured).or(idle).is_some();
    let said = |name, share: Option<f64>| format!("{name} {}", share.map_or("unknown".into(), format::percent));
    let words = [said("busy", busy), said("backpressured", backpressured), said("idle", idle)].join(", ");
    let part = move |class, (from, share): (f64, f64)| {
        view! { <rect class=class x=x + from * width y=y width=share * width height="8" /> }
    };
    view! {
        <g role="img" aria-label=words.clone()>
            <title>{words.clone()}</title>
            {if known {
                view! { <rect class="load-idle" x=x y=y width=width height="8" /> }.into_any()
            } else {
                view! { <rect class="load-unknown" fill="url(#hatch)" x=x y=y width=width height="8" /> }.into_any()
            }}
            {part("load-busy", busy_part)}
            {part("load-backpressured", pressed_part)}
        </g>
    }
}

use leptos::prelude::*;
use model::{Graph, GraphVertex, Verdict};

use super::{
    LoadBar,
    graph::{self, CARD_HEIGHT, CARD_WIDTH, Edge},
};
use crate::{components::verdict_shape, format};

/// Lines of operator names that fit into a card.
const NAME_LINES: usize = 2;
/// Letters that fit into such a line.
const NAME_LETTERS: usize = 25;
const PAD: f64 = 12.0;

/// The job graph, left to right; each vertex with its load, its rates and its worst subtask, the culprit marked.
#[component]
pub fn JobGraph(
    /// The graph.
    graph: Memo<Graph>,
) -> impl IntoView {
    view! {
        <div class="graph" tabindex="0" role="group" aria-label="The job graph, sources at the left">
            {move || graph.with(draw)}
        </div>
        <p class="legend" aria-hidden="true">
            <span class="key key-busy"></span>"busy"
            <span class="key key-backpressured"></span>"backpressured"
            <span class="key key-idle"></span>"idle"
        </p>
    }
}

fn draw(graph: &Graph) -> AnyView {
    if graph.vertices.is_empty() {
        return view! { <p class="quiet">"The cluster did not say what this job is made of."</p> }.into_any();
    }
    let layout = graph::layout(graph);
    let (width, height) = (layout.width, layout.height);
    let cards: Vec<_> = graph.vertices.iter().zip(layout.cards).map(|(vertex, at)| card(vertex, at)).collect();
    view! {
        <svg viewBox=format!("0 0 {width} {height}") width=width height=height>
            <defs>
                <marker id="arrow" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path class="edge-head" d="M0 0L8 4L0 8z" />
                </marker>
            </defs>
            {layout.edges.into_iter().map(edge).collect_view()}
            {cards}
        </svg>
    }
    .into_any()
}

fn edge(edge: Edge) -> impl IntoView {
    view! {
        <path class="edge" d=edge.path marker-end="url(#arrow)" />
        <text class="edge-label" x=edge.label_at.0 y=edge.label_at.1 text-anchor="middle">{edge.ship}</text>
    }
}

fn card(vertex: &GraphVertex, (x, y): (f64, f64)) -> AnyView {
    let culprit = matches!(vertex.verdict, Verdict::Critical | Verdict::Degraded);
    let name = |(name, y): (String, f64)| view! { <text class="vertex-name" x=PAD y=y>{name}</text> };
    let names = name_lines(&vertex.name).into_iter().zip([22.0, 38.0]).map(name).collect_view();
    let foot = format!("{} · parallelism {}", vertex.status.to_lowercase(), vertex.parallelism);
    let mark_at = format!("translate({} 10)", CARD_WIDTH - PAD - 12.0);
    let rates = format!("{} → {} rec/s", rate(vertex.records_in_per_s), rate(vertex.records_out_per_s));
    let width = CARD_WIDTH - 2.0 * PAD;
    view! {
        <g
            class="vertex"
            transform=format!("translate({x} {y})")
            data-vertex=vertex.name.clone()
            data-verdict=format::verdict(vertex.verdict)
            role="group"
            aria-label=format!("{}, {}{}", vertex.name, vertex.status, if culprit { ", the culprit" } else { "" })
        >
            <title>{vertex.name.clone()}</title>
            <rect class="vertex-card" width=CARD_WIDTH height=CARD_HEIGHT rx="6" />
            {names}
            <LoadBar busy=vertex.busy backpressured=vertex.backpressured idle=vertex.idle x=PAD y=50.0 width />
            <text class="vertex-line" x=PAD y="76">{rates}</text>
            <text class="vertex-line" x=PAD y="93">{worst(vertex)}</text>
            <text class="vertex-foot" x=PAD y="112">{foot}</text>
            {culprit.then(|| view! { <g transform=mark_at>{verdict_shape(vertex.verdict)}</g> })}
        </g>
    }
    .into_any()
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or("?".into(), format::number)
}

fn worst(vertex: &GraphVertex) -> String {
    match (vertex.busy, vertex.worst_subtask) {
        (Some(busy), Some(subtask)) if vertex.parallelism > 1 => {
            format!("busiest: subtask {subtask}, {}", format::percent(busy))
        }
        (Some(busy), _) => format!("busy {}", format::percent(busy)),
        (None, _) => "load not known".into(),
    }
}

/// A chain's operators, each on a line of its own as far as they fit; the last line says how many more there are.
fn name_lines(name: &str) -> Vec<String> {
    let operators: Vec<&str> = name.split(" -> ").collect();
    let mut lines: Vec<String> = operators.iter().take(NAME_LINES).map(|name| shorten(name, NAME_LETTERS)).collect();
    if let (Some(last), more @ 1..) = (lines.last_mut(), operators.len().saturating_sub(NAME_LINES)) {
        let tail = format!(" +{more} more");
        *last = format!("{}{tail}", shorten(last, NAME_LETTERS - tail.len()));
    }
    lines
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::name_lines;

    #[test]
    fn chains_are_cut_to_what_fits_and_say_so() {
        assert_eq!(name_lines("Source: flights"), ["Source: flights"]);
        assert_eq!(name_lines("a -> b"), ["a", "b"]);
        assert_eq!(name_lines("a -> b -> c -> d"), ["a", "b +2 more"]);
        let long = name_lines(&"ä".repeat(60));
        assert_eq!(long.first().map(|line| line.chars().count()), Some(25));
    }
}

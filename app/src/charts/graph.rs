//! The layout of a job graph: layers from left to right, each vertex as near to its inputs as it gets.

use std::collections::BTreeMap;

use model::Graph;

/// A vertex' card's width in units of the drawing.
pub const CARD_WIDTH: f64 = 216.0;
/// A vertex' card's height.
pub const CARD_HEIGHT: f64 = 124.0;
const GAP_X: f64 = 84.0;
const GAP_Y: f64 = 24.0;
/// Room around all, for the marks that stand out of a card.
const MARGIN: f64 = 4.0;

/// A job graph, ready to draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// The drawing's width.
    pub width: f64,
    /// The drawing's height.
    pub height: f64,
    /// The upper left corner of each vertex' card, in the order of the vertices.
    pub cards: Vec<(f64, f64)>,
    /// Each edge that joins two known vertices.
    pub edges: Vec<Edge>,
}

/// An edge, ready to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Its SVG path.
    pub path: String,
    /// Where its label stands.
    pub label_at: (f64, f64),
    /// How records are shared out.
    pub ship: String,
}

/// Lays out a graph. Edges to vertices that are not there are left out; a circle, which no job graph has, is cut open.
pub fn layout(graph: &Graph) -> Layout {
    let index: BTreeMap<&str, usize> = graph.vertices.iter().enumerate().map(|(i, v)| (v.id.as_str(), i)).collect();
    let known = |edge: &model::GraphEdge| Some((*index.get(edge.from.as_str())?, *index.get(edge.to.as_str())?));
    let edges: Vec<(usize, usize, &str)> =
        graph.edges.iter().filter_map(|edge| known(edge).map(|(from, to)| (from, to, edge.ship.as_str()))).collect();
    let layers = layers(graph.vertices.len(), &edges);
    let slots = slots(&layers, &edges);
    let tallest = slots.iter().map(|slot| slot + 1).max().unwrap_or(0);
    let deepest = layers.iter().map(|layer| layer + 1).max().unwrap_or(0);
    let height = span(tallest, CARD_HEIGHT, GAP_Y);
    let cards = (0..graph.vertices.len())
        .map(|vertex| {
            let in_layer = layers.iter().filter(|layer| **layer == layers[vertex]).count();
            let top = (height - span(in_layer, CARD_HEIGHT, GAP_Y)) / 2.0;
            let x = layers[vertex] as f64 * (CARD_WIDTH + GAP_X);
            (MARGIN + x, MARGIN + top + slots[vertex] as f64 * (CARD_HEIGHT + GAP_Y))
        })
        .collect::<Vec<_>>();
    let edges = edges.iter().map(|(from, to, ship)| edge(cards[*from], cards[*to], ship)).collect();
    Layout { width: span(deepest, CARD_WIDTH, GAP_X) + 2.0 * MARGIN, height: height + 2.0 * MARGIN, cards, edges }
}

fn span(count: usize, size: f64, gap: f64) -> f64 {
    if count == 0 { 0.0 } else { count as f64 * (size + gap) - gap }
}

/// The longest way from a source to each vertex.
fn layers(count: usize, edges: &[(usize, usize, &str)]) -> Vec<usize> {
    let mut layers = vec![0; count];
    // A way without a circle has fewer edges than there are vertices: so many rounds settle every graph that is one.
    for _ in 1..count {
        for (from, to, _) in edges {
            layers[*to] = layers[*to].max((layers[*from] + 1).min(count - 1));
        }
    }
    layers
}

/// The place of each vertex in its layer, from the top: by the mean place of its inputs, then by the order of the plan.
fn slots(layers: &[usize], edges: &[(usize, usize, &str)]) -> Vec<usize> {
    let mut slots = vec![0; layers.len()];
    for layer in 0..=layers.iter().copied().max().unwrap_or(0) {
        let mean = |vertex: usize, slots: &[usize]| {
            let inputs: Vec<usize> = edges.iter().filter(|edge| edge.1 == vertex).map(|edge| slots[edge.0]).collect();
            if inputs.is_empty() { vertex as f64 } else { inputs.iter().sum::<usize>() as f64 / inputs.len() as f64 }
        };
        let mut members: Vec<usize> = (0..layers.len()).filter(|vertex| layers[*vertex] == layer).collect();
        members.sort_by(|a, b| mean(*a, &slots).total_cmp(&mean(*b, &slots)));
        for (slot, vertex) in members.into_iter().enumerate() {
            slots[vertex] = slot;
        }
    }
    slots
}

fn edge(from: (f64, f64), to: (f64, f64), ship: &str) -> Edge {
    let (x1, y1) = (from.0 + CARD_WIDTH, from.1 + CARD_HEIGHT / 2.0);
    let (x2, y2) = (to.0, to.1 + CARD_HEIGHT / 2.0);
    let middle = (x1 + x2) / 2.0;
    Edge {
        path: format!("M{x1:.0} {y1:.0}C{middle:.0} {y1:.0} {middle:.0} {y2:.0} {:.0} {y2:.0}", x2 - 7.0),
        label_at: (middle, (y1 + y2) / 2.0 - 6.0),
        ship: ship.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{GraphEdge, GraphVertex, Verdict};

    fn graph(vertices: &[&str], edges: &[(&str, &str)]) -> Graph {
        let vertex = |id: &&str| GraphVertex {
            id: (*id).into(),
            name: (*id).into(),
            status: "RUNNING".into(),
            parallelism: 1,
            busy: None,
            idle: None,
            backpressured: None,
            records_in_per_s: None,
            records_out_per_s: None,
            worst_subtask: None,
            verdict: Verdict::Healthy,
        };
        let edge =
            |(from, to): &(&str, &str)| GraphEdge { from: (*from).into(), to: (*to).into(), ship: "HASH".into() };
        Graph { vertices: vertices.iter().map(vertex).collect(), edges: edges.iter().map(edge).collect() }
    }

    fn columns(layout: &Layout) -> Vec<usize> {
        layout.cards.iter().map(|(x, _)| ((x - MARGIN) / (CARD_WIDTH + GAP_X)).round() as usize).collect()
    }

    #[test]
    fn a_chain_runs_left_to_right_on_one_line() {
        let layout = layout(&graph(&["a", "b", "c"], &[("a", "b"), ("b", "c")]));
        assert_eq!(columns(&layout), [0, 1, 2]);
        assert!(layout.cards.iter().all(|(_, y)| *y == MARGIN));
        assert_eq!(layout.width, 3.0 * CARD_WIDTH + 2.0 * GAP_X + 2.0 * MARGIN);
    }

    #[test]
    fn a_join_waits_for_its_longest_way_and_cards_never_overlap() {
        let layout = layout(&graph(&["a", "b", "c", "j"], &[("a", "c"), ("c", "j"), ("b", "j")]));
        assert_eq!(columns(&layout), [0, 0, 1, 2]);
        for (i, a) in layout.cards.iter().enumerate() {
            for b in layout.cards.iter().skip(i + 1) {
                assert!((a.0 - b.0).abs() >= CARD_WIDTH || (a.1 - b.1).abs() >= CARD_HEIGHT, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn branches_keep_the_order_of_their_inputs() {
        let layout = layout(&graph(&["a", "b", "y", "x"], &[("a", "x"), ("b", "y")]));
        assert!(layout.cards[3].1 < layout.cards[2].1, "x, which a feeds, stands above y, which b feeds");
    }

    #[test]
    fn edges_to_nowhere_and_circles_do_no_harm() {
        assert!(layout(&graph(&["a"], &[("a", "gone")])).edges.is_empty());
        assert_eq!(layout(&graph(&["a", "b"], &[("a", "b"), ("b", "a")])).cards.len(), 2);
        assert_eq!(layout(&Graph::default()).cards, []);
    }
}

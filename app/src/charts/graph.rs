//! The layout of a job graph: layers from left to right, each vertex as near to its inputs as it gets.

use std::collections::BTreeMap;

use model::Graph;

/// A vertex' card's width in units of the drawing.
pub const CARD_WIDTH: f64 = 216.0;
/// A vertex' card's height.
pub const CARD_HEIGHT: f64 = 124.0;
/// The room that an edge gets where it passes a layer.
const PASS_HEIGHT: f64 = 12.0;
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
    let count = graph.vertices.len();
    let index: BTreeMap<&str, usize> = graph.vertices.iter().enumerate().map(|(i, v)| (v.id.as_str(), i)).collect();
    let known = |edge: &model::GraphEdge| Some((*index.get(edge.from.as_str())?, *index.get(edge.to.as_str())?));
    let edges: Vec<((usize, usize), &str)> =
        graph.edges.iter().filter_map(|edge| known(edge).map(|ends| (ends, edge.ship.as_str()))).collect();
    let mut layers = layers(count, &edges);
    let ways: Vec<Vec<usize>> = edges.iter().map(|(ends, _)| way(*ends, &mut layers)).collect();
    let columns = columns(&layers, &ways);
    let heights = |column: &Vec<usize>| stack(column.iter().map(|node| node_height(*node, count)));
    let height = columns.iter().map(heights).fold(0.0, f64::max);
    let mut corners = vec![(0.0, 0.0); layers.len()];
    for (layer, column) in columns.iter().enumerate() {
        let mut y = MARGIN + (height - heights(column)) / 2.0;
        for node in column {
            corners[*node] = (MARGIN + layer as f64 * (CARD_WIDTH + GAP_X), y);
            y += node_height(*node, count) + GAP_Y;
        }
    }
    let edges = ways.iter().zip(&edges).map(|(way, (_, ship))| edge(way, &corners, count, ship)).collect();
    let width = stack(columns.iter().map(|_| CARD_WIDTH + GAP_X - GAP_Y)) + GAP_Y - GAP_X;
    corners.truncate(count);
    Layout { width: width.max(0.0) + 2.0 * MARGIN, height: height + 2.0 * MARGIN, cards: corners, edges }
}

/// The height of things that stand above each other.
fn stack(heights: impl Iterator<Item = f64>) -> f64 {
    heights.reduce(|above, below| above + GAP_Y + below).unwrap_or(0.0)
}

/// Nodes from `count` on are no vertices but places where an edge passes a layer.
fn node_height(node: usize, count: usize) -> f64 {
    if node < count { CARD_HEIGHT } else { PASS_HEIGHT }
}

/// The longest way from a source to each vertex.
fn layers(count: usize, edges: &[((usize, usize), &str)]) -> Vec<usize> {
    let mut layers = vec![0; count];
    // A way without a circle has fewer edges than there are vertices: so many rounds settle every graph that is one.
    for _ in 1..count {
        for ((from, to), _) in edges {
            layers[*to] = layers[*to].max((layers[*from] + 1).min(count - 1));
        }
    }
    layers
}

/// The nodes that an edge goes through: its ends, and a place of its own in every layer between, so that no card lies on it.
fn way((from, to): (usize, usize), layers: &mut Vec<usize>) -> Vec<usize> {
    let mut way = vec![from];
    for layer in layers[from] + 1..layers[to] {
        way.push(layers.len());
        layers.push(layer);
    }
    way.push(to);
    way
}

/// The nodes of each layer, from the top: by the mean place of their inputs, then by the order of the plan.
fn columns(layers: &[usize], ways: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let depth = layers.iter().map(|layer| layer + 1).max().unwrap_or(0);
    let mut places = vec![0; layers.len()];
    let mut columns = Vec::with_capacity(depth);
    for layer in 0..depth {
        let steps = || ways.iter().flat_map(|way| way.iter().zip(way.iter().skip(1)));
        let mean = |node: usize, places: &[usize]| {
            let inputs: Vec<usize> = steps().filter(|(_, to)| **to == node).map(|(from, _)| places[*from]).collect();
            if inputs.is_empty() { node as f64 } else { inputs.iter().sum::<usize>() as f64 / inputs.len() as f64 }
        };
        let mut column: Vec<usize> = (0..layers.len()).filter(|node| layers[*node] == layer).collect();
        column.sort_by(|a, b| mean(*a, &places).total_cmp(&mean(*b, &places)));
        column.iter().enumerate().for_each(|(place, node)| places[*node] = place);
        columns.push(column);
    }
    columns
}

/// An edge from card to card, straight where it passes a layer, curved between layers.
fn edge(way: &[usize], corners: &[(f64, f64)], count: usize, ship: &str) -> Edge {
    let middle = |node: usize| corners[node].1 + node_height(node, count) / 2.0;
    let (mut path, mut label_at) = (String::new(), (0.0, 0.0));
    for (from, to) in way.iter().zip(way.iter().skip(1)) {
        let (x1, y1) = (corners[*from].0 + CARD_WIDTH, middle(*from));
        // Room for the arrow's head.
        let (x2, y2) = (corners[*to].0 - if *to < count { 7.0 } else { 0.0 }, middle(*to));
        let bend = (x1 + x2) / 2.0;
        let start = if path.is_empty() { 'M' } else { 'L' };
        path.push_str(&format!("{start}{x1:.0} {y1:.0}C{bend:.0} {y1:.0} {bend:.0} {y2:.0} {x2:.0} {y2:.0}"));
        label_at = (bend, y2.min(y1) + (y2 - y1).abs() / 2.0 - 6.0);
    }
    Edge { path, label_at, ship: ship.to_owned() }
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
    fn an_edge_that_skips_a_layer_goes_around_its_cards() {
        let layout = layout(&graph(&["a", "b", "c"], &[("a", "b"), ("b", "c"), ("a", "c")]));
        let long = &layout.edges[2].path;
        let passes: Vec<f64> =
            long.split('L').skip(1).filter_map(|part| part.split(['C', ' ']).nth(1)?.parse().ok()).collect();
        let (_, top) = layout.cards[1];
        assert_eq!(passes.len(), 1, "{long}");
        assert!(passes.iter().all(|y| *y < top || *y > top + CARD_HEIGHT), "{long} crosses {top}");
    }

    #[test]
    fn edges_to_nowhere_and_circles_do_no_harm() {
        assert!(layout(&graph(&["a"], &[("a", "gone")])).edges.is_empty());
        assert_eq!(layout(&graph(&["a", "b"], &[("a", "b"), ("b", "a")])).cards.len(), 2);
        assert_eq!(layout(&Graph::default()).cards, []);
    }
}

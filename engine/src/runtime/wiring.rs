//! The channels between the subtasks of a job.

use std::sync::Arc;

use super::{
    gate::Gate,
    graph::{Exchange, JobGraph, Vertex},
    outlet::{Outlet, Outlets, Route, Target},
    task::ChannelPlace,
};

/// The channels between subtasks.
pub struct Wiring {
    /// By vertex and subtask.
    pub gates: Vec<Vec<Arc<Gate>>>,
    /// By vertex: what each channel of a subtask's gate is; the same for all subtasks.
    pub places: Vec<Vec<ChannelPlace>>,
    /// By edge: its first channel in the gates that it leads to.
    first: Vec<usize>,
}

impl Wiring {
    /// The channels of a graph's edges.
    pub fn new(graph: &JobGraph) -> Self {
        let mut places: Vec<Vec<ChannelPlace>> = graph.vertices.iter().map(|_| Vec::new()).collect();
        let mut first = Vec::new();
        for edge in &graph.edges {
            let channels = match edge.exchange {
                Exchange::Forward => 1,
                _ => graph.vertices[edge.from].parallelism as usize,
            };
            let place = &mut places[edge.to];
            first.push(place.len());
            let before = place.iter().filter(|place| place.input == edge.input).count();
            place.extend((0..channels).map(|index| ChannelPlace { input: edge.input, index: before + index }));
        }
        let gates_of = |(vertex, places): (&Vertex, &Vec<ChannelPlace>)| {
            (0..vertex.parallelism).map(|_| Gate::new(places.len())).collect()
        };
        let gates = graph.vertices.iter().zip(&places).map(gates_of).collect();
        Self { gates, places, first }
    }

    /// The outgoing edges of a subtask.
    pub fn outlets(&self, graph: &JobGraph, vertex: usize, subtask: u32) -> Outlets {
        let edges = graph.edges.iter().zip(&self.first).filter(|(edge, _)| edge.from == vertex);
        let outlets = edges.map(|(edge, first)| {
            let gates = &self.gates[edge.to];
            let (channel, targets) = match edge.exchange {
                Exchange::Forward => (*first, &gates[subtask as usize..=subtask as usize]),
                _ => (first + subtask as usize, gates.as_slice()),
            };
            let route = match &edge.exchange {
                Exchange::Forward => Route::Only,
                Exchange::Global => Route::First,
                Exchange::Broadcast => Route::All,
                // Each sender begins at another receiver.
                Exchange::Rebalance => Route::Turn(subtask as usize % gates.len().max(1)),
                Exchange::Hash(partitioner) => {
                    Route::Key(Arc::clone(partitioner), graph.vertices[edge.to].max_parallelism)
                }
            };
            let targets = targets.iter().map(|gate| Target::new(Arc::clone(gate), channel)).collect();
            Outlet { output: edge.output, route, targets }
        });
        Outlets::new(outlets.collect())
    }
}

//! Makes a job: settings applied, names checked, operators chained.

use std::{collections::HashSet, sync::Arc};

use super::{
    Config, DataflowError, Job,
    builder::{Kind, Node, Nodes, Share, Upstream},
    config::Settings,
};
use crate::{
    ids,
    runtime::graph::{Edge, Exchange, JobGraph, OperatorNode, SourceNode, Vertex},
};

/// Flink's default for small jobs: 128 key groups.
const MAX_PARALLELISM: u32 = 128;

/// What the settings say of a node.
struct Placed {
    parallelism: u32,
    chains: bool,
    vertex: usize,
}

/// The job of a dataflow.
pub fn build(name: &str, nodes: &Nodes, config: &Config) -> Result<Job, DataflowError> {
    if let Some(mistake) = &nodes.mistake {
        return Err(mistake.clone());
    }
    check_names(&nodes.list)?;
    let mut settings = Settings::new(config);
    let execution = settings.execution()?;
    let default = settings.count("parallelism.default")?.unwrap_or(1);
    let max = settings.count("pipeline.max-parallelism")?.unwrap_or(MAX_PARALLELISM);
    let mut graph = JobGraph { name: name.to_owned(), vertices: Vec::new(), edges: Vec::new() };
    let mut placed: Vec<Placed> = Vec::new();
    for node in &nodes.list {
        let mut own = settings.of(&node.name);
        let parallelism = own.count("parallelism")?.or(node.parallelism).unwrap_or(default);
        if parallelism > max {
            return Err(DataflowError::TooParallel { operator: node.name.clone(), parallelism, max });
        }
        let chains = own.flag("chaining")?.unwrap_or(true);
        let mut place = Placed { parallelism, chains, vertex: graph.vertices.len() };
        let uid = node.uid.clone().unwrap_or_else(|| node.name.clone());
        match &node.kind {
            Kind::Source(make) => {
                let source = SourceNode { uid, name: format!("Source: {}", node.name), factory: make(&mut own)? };
                graph.vertices.push(vertex(&source.uid, source.name.clone(), parallelism, max));
                graph.vertices[place.vertex].source = Some(source);
            }
            Kind::Operator(make) => {
                let operator = OperatorNode { uid, name: node.name.clone(), factory: make(&mut own)? };
                match chained_to(nodes, node, &place, &placed) {
                    Some(upstream) => {
                        place.vertex = placed[upstream].vertex;
                        let vertex = &mut graph.vertices[place.vertex];
                        vertex.name = format!("{} -> {}", vertex.name, operator.name);
                        vertex.operators.push(operator);
                    }
                    None => {
                        graph.vertices.push(vertex(&operator.uid, operator.name.clone(), parallelism, max));
                        graph.vertices[place.vertex].operators.push(operator);
                        connect(&mut graph, node, &place, &placed);
                    }
                }
            }
        }
        placed.push(place);
    }
    settings.check()?;
    Ok(Job { graph: Arc::new(graph), execution })
}

fn check_names(nodes: &[Node]) -> Result<(), DataflowError> {
    let (mut names, mut uids) = (HashSet::new(), HashSet::new());
    for node in nodes {
        if !names.insert(&node.name) {
            return Err(DataflowError::SameName(node.name.clone()));
        }
        let uid = node.uid.as_ref().unwrap_or(&node.name);
        if !uids.insert(uid) {
            return Err(DataflowError::SameUid(uid.clone()));
        }
    }
    Ok(())
}

fn vertex(uid: &str, name: String, parallelism: u32, max_parallelism: u32) -> Vertex {
    Vertex { id: ids::stable(uid), name, parallelism, max_parallelism, source: None, operators: Vec::new() }
}

/// The node in whose thread this one can run: it is all that reads its results, and it reads nothing else.
fn chained_to(nodes: &Nodes, node: &Node, place: &Placed, placed: &[Placed]) -> Option<usize> {
    let [input] = node.inputs.as_slice() else { return None };
    let ([Upstream { node: from, output: 0 }], Share::Forward) = (input.from.as_slice(), &input.share) else {
        return None;
    };
    let reads = nodes.list.iter().flat_map(|node| &node.inputs).flat_map(|input| &input.from);
    let readers = reads.filter(|up| **up == Upstream { node: *from, output: 0 }).count();
    let before = &placed[*from];
    (readers == 1 && place.chains && before.chains && before.parallelism == place.parallelism).then_some(*from)
}

fn connect(graph: &mut JobGraph, node: &Node, place: &Placed, placed: &[Placed]) {
    for (index, input) in node.inputs.iter().enumerate() {
        for upstream in &input.from {
            let before = &placed[upstream.node];
            let exchange = match &input.share {
                Share::Forward if before.parallelism == place.parallelism => Exchange::Forward,
                Share::Forward | Share::Rebalance => Exchange::Rebalance,
                Share::Broadcast => Exchange::Broadcast,
                Share::Global => Exchange::Global,
                Share::Key(partitioner) => Exchange::Hash(partitioner.clone()),
            };
            let (from, to) = (before.vertex, place.vertex);
            graph.edges.push(Edge { from, output: upstream.output, to, input: index, exchange });
        }
    }
}

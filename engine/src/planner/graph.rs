//! Operators as a job: chained where rows need not be shared out, with exchanges where they have to.

use std::sync::Arc;

use super::{
    JobConfig, factories,
    placed::{Edge, Placed},
    stream::{Distribution, Op},
};
use crate::{
    ids,
    operators::values::Values,
    runtime::{
        graph::{Edge as GraphEdge, Exchange, JobGraph, OperatorNode, SourceNode, Vertex},
        partition::HashPartitioner,
    },
    syntax::SqlError,
};

/// What the operators of a vertex do, for people; the source first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorInfo {
    /// Its name: `Calc[2]`.
    pub name: String,
    /// What it does: `[2]:Calc(select=[…])`.
    pub description: String,
}

/// The vertices and edges of placed operators, and what each vertex's operators do.
pub fn build(
    name: &str,
    placed: &[Placed],
    config: &JobConfig,
) -> Result<(JobGraph, Vec<Vec<OperatorInfo>>), SqlError> {
    let vertex_of = chains(placed, config);
    let count = vertex_of.iter().max().map_or(0, |last| last + 1);
    let mut vertices: Vec<Vertex> = Vec::with_capacity(count);
    let mut infos: Vec<Vec<OperatorInfo>> = vec![Vec::new(); count];
    let mut edges = Vec::new();
    for (own, vertex) in placed.iter().zip(&vertex_of) {
        infos[*vertex].push(OperatorInfo { name: own.name.clone(), description: own.description.clone() });
        if *vertex == vertices.len() {
            vertices.push(head(own, config)?);
            for edge in &own.inputs {
                edges.push(exchange(edge, placed, &vertex_of, own, *vertex));
            }
        } else {
            let vertex = &mut vertices[*vertex];
            vertex.name = format!("{} -> {}", vertex.name, own.name);
            vertex.operators.push(operator(own)?);
        }
    }
    Ok((JobGraph { name: name.to_owned(), vertices, edges }, infos))
}

/// The vertex of each operator. Vertices are numbered in the order of their first operators, so that every edge leads to one
/// further on.
fn chains(placed: &[Placed], config: &JobConfig) -> Vec<usize> {
    let mut readers = vec![0_usize; placed.len()];
    placed.iter().flat_map(|own| &own.inputs).for_each(|edge| readers[edge.from] += 1);
    let mut vertex_of: Vec<usize> = Vec::with_capacity(placed.len());
    let mut next = 0;
    for own in placed {
        let chained = match &own.inputs[..] {
            [edge] => {
                let input = &placed[edge.from];
                config.chaining
                    && edge.distribution == Distribution::Any
                    && readers[edge.from] == 1
                    && input.parallelism == own.parallelism
            }
            _ => false,
        };
        vertex_of.push(if chained {
            vertex_of[own.inputs[0].from]
        } else {
            next += 1;
            next - 1
        });
    }
    vertex_of
}

/// The vertex that begins with an operator.
fn head(own: &Placed, config: &JobConfig) -> Result<Vertex, SqlError> {
    let source = match &own.op {
        Op::Source(source) => Some(Arc::clone(&source.factory)),
        Op::Values(rows) => Some(Arc::new(Values::new(rows.clone(), own.schema.types())) as _),
        _ => None,
    };
    let source = source.map(|factory| SourceNode { uid: own.uid.clone(), name: own.name.clone(), factory });
    let operators = if source.is_some() { Vec::new() } else { vec![operator(own)?] };
    Ok(Vertex {
        id: ids::stable(&format!("vertex|{}", own.uid)),
        name: own.name.clone(),
        parallelism: own.parallelism,
        // What has to be in one place can never be in several.
        max_parallelism: if own.single { 1 } else { config.max_parallelism },
        source,
        operators,
    })
}

fn operator(own: &Placed) -> Result<OperatorNode, SqlError> {
    let factory = factories::operator(&own.op)?;
    Ok(OperatorNode { uid: own.uid.clone(), name: own.name.clone(), factory })
}

fn exchange(edge: &Edge, placed: &[Placed], vertex_of: &[usize], own: &Placed, to: usize) -> GraphEdge {
    let input = &placed[edge.from];
    let exchange = match &edge.distribution {
        Distribution::Any if input.parallelism == own.parallelism => Exchange::Forward,
        Distribution::Any => Exchange::Rebalance,
        Distribution::Single => Exchange::Global,
        Distribution::Hash(columns) => {
            let fields = &input.schema.fields;
            let types = columns.iter().map(|column| fields[*column].data_type.clone()).collect();
            Exchange::Hash(Arc::new(HashPartitioner::new(columns.clone(), types)))
        }
    };
    GraphEdge { from: vertex_of[edge.from], output: 0, to, input: edge.input, exchange }
}

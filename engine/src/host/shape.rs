//! What a job looks like from outside: its vertices, and what connects them, at the parallelism that it runs at.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    connectors::connect::BuiltIn,
    operators::drop_update_before::DropUpdateBefore,
    operators::step::factory,
    planner::{
        graph::OperatorInfo,
        script::{JobPlan, JobScript},
    },
    runtime::graph::{Exchange, JobGraph},
    syntax::SqlError,
};

/// A vertex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VertexShape {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its subtasks.
    pub parallelism: u32,
    /// The most subtasks that it can have.
    pub max_parallelism: u32,
    /// What its operators do, in order.
    pub operators: Vec<String>,
    /// What it reads: the index of a vertex, and how that one's results are shared out, in Flink's words.
    pub inputs: Vec<(usize, String)>,
}

/// The vertices of a graph.
pub fn shape(graph: &JobGraph, operators: &[Vec<OperatorInfo>]) -> Vec<VertexShape> {
    let inputs = |index: usize| {
        let edges = graph.edges.iter().filter(move |edge| edge.to == index);
        edges.map(|edge| (edge.from, ship_strategy(&edge.exchange))).collect()
    };
    let described = |index: usize| operators.get(index).into_iter().flatten().map(|info| info.description.clone());
    let one = |(index, vertex): (usize, &crate::runtime::graph::Vertex)| VertexShape {
        id: vertex.id.clone(),
        name: vertex.name.clone(),
        parallelism: vertex.parallelism,
        max_parallelism: vertex.max_parallelism,
        operators: described(index).collect(),
        inputs: inputs(index),
    };
    graph.vertices.iter().enumerate().map(one).collect()
}

/// Flink's word for an exchange.
fn ship_strategy(exchange: &Exchange) -> String {
    match exchange {
        Exchange::Forward => "FORWARD".to_owned(),
        Exchange::Rebalance => "REBALANCE".to_owned(),
        Exchange::Broadcast => "BROADCAST".to_owned(),
        Exchange::Global => "GLOBAL".to_owned(),
        Exchange::Hash(_) => "HASH".to_owned(),
    }
}

/// Plans a job to look at its plan, not to run it, at the parallelism that some vertices were given.
pub fn outline_of(script: &JobScript, parallelism: &BTreeMap<String, u32>) -> Result<JobPlan, SqlError> {
    // What takes a query's results is the worker's business; here anything does.
    let mut plan = script.plan(&BuiltIn, Some(factory::<DropUpdateBefore>(())))?;
    if let Some(graph) = Arc::get_mut(&mut plan.graph) {
        graph.rescale(parallelism);
    }
    Ok(plan)
}

//! What a job consists of: chained operators in vertices, and edges between them.

use std::sync::Arc;

use super::operator::{Chunk, OperatorFactory, SourceFactory};

/// A job.
pub struct JobGraph {
    /// Its name.
    pub name: String,
    /// Its vertices; every edge leads to one further on.
    pub vertices: Vec<Vertex>,
    /// Its edges. The order of a vertex's incoming edges is that of its inputs.
    pub edges: Vec<Edge>,
}

/// Operators that run in one thread a subtask.
pub struct Vertex {
    /// 32 hexadecimal digits, made of its first operator's uid.
    pub id: String,
    /// The names of its operators, joined by ` -> `.
    pub name: String,
    /// Its subtasks.
    pub parallelism: u32,
    /// The key groups of its state: the most subtasks that it can ever have.
    pub max_parallelism: u32,
    /// What it reads, where it is a source.
    pub source: Option<SourceNode>,
    /// Its operators, in order; the first takes the source's records or the inputs.
    pub operators: Vec<OperatorNode>,
}

/// The source at the head of a vertex.
pub struct SourceNode {
    /// As [`OperatorNode::uid`].
    pub uid: String,
    /// Its name, as Flink shows it: `Source: flights[1]`.
    pub name: String,
    /// Makes it.
    pub factory: Arc<dyn SourceFactory>,
}

/// One operator.
pub struct OperatorNode {
    /// Under which its state is found again: the same for the same operator after the script was edited elsewhere.
    pub uid: String,
    /// Its name, as Flink shows it.
    pub name: String,
    /// Makes it.
    pub factory: Arc<dyn OperatorFactory>,
}

/// Where the results of a vertex go.
pub struct Edge {
    /// The index of the vertex they come from.
    pub from: usize,
    /// 0 for its results, else the tag of a side output.
    pub output: usize,
    /// The index of the vertex they go to.
    pub to: usize,
    /// Which of its inputs they are.
    pub input: usize,
    /// How they are shared out.
    pub exchange: Exchange,
}

/// How records are shared out between subtasks.
#[derive(Clone)]
pub enum Exchange {
    /// To the subtask of the same index; both sides have the same parallelism.
    Forward,
    /// In turn.
    Rebalance,
    /// To all.
    Broadcast,
    /// All to the first.
    Global,
    /// By key.
    Hash(Arc<dyn Partitioner>),
}

/// Shares records out by key.
pub trait Partitioner: Send + Sync {
    /// Cuts a chunk into parts for `parallelism` subtasks; parts without records may be left out.
    fn partition(
        &self,
        chunk: Chunk,
        max_parallelism: u32,
        parallelism: u32,
    ) -> Result<Vec<(u32, Chunk)>, crate::runtime::Stop>;
}

impl JobGraph {
    /// Gives vertices another parallelism, by their ids. An edge between vertices that then differ can no longer be forward.
    pub fn rescale(&mut self, parallelism: &std::collections::BTreeMap<String, u32>) {
        for vertex in &mut self.vertices {
            if let Some(wanted) = parallelism.get(&vertex.id) {
                vertex.parallelism = (*wanted).clamp(1, vertex.max_parallelism);
            }
        }
        for edge in &mut self.edges {
            let differ = self.vertices[edge.from].parallelism != self.vertices[edge.to].parallelism;
            if matches!(edge.exchange, Exchange::Forward) && differ {
                edge.exchange = Exchange::Rebalance;
            }
        }
    }
}

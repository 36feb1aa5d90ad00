//! A dataflow under construction.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use super::{
    Config, DataflowError, Job, Source, Stream, collection::Collection, config::OperatorSettings, graph, record::Data,
    source::SplitSource,
};
use crate::runtime::{
    graph::Partitioner,
    operator::{OperatorFactory, SourceFactory},
};

/// A dataflow: sources, operators and sinks, each with a name of its own.
///
/// It is built with a [`Config`] into a [`Job`], of the same make as a SQL script becomes. State is found again by an
/// operator's uid: its name, unless [`Stream::uid`] says another.
///
/// ```
/// use engine::dataflow::{Dataflow, run};
/// use std::sync::{Arc, Mutex};
///
/// let words = Arc::new(Mutex::new(Vec::new()));
/// let sink = Arc::clone(&words);
/// let flow = Dataflow::new("words");
/// flow.collection("lines", ["to be", "or not"])
///     .flat_map("words", |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>())
///     .for_each("collect", move |word| sink.lock().unwrap().push(word));
/// run(flow.build(&Default::default())?)?;
/// assert_eq!(*words.lock().unwrap(), ["to", "be", "or", "not"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Dataflow {
    name: String,
    nodes: SharedNodes,
}

/// The nodes of a dataflow: its streams add to them.
pub type SharedNodes = Rc<RefCell<Nodes>>;

/// What has been built so far.
#[derive(Default)]
pub struct Nodes {
    /// In the order in which they were added: each reads only earlier ones.
    pub list: Vec<Node>,
    /// The first mistake, reported when the graph is built.
    pub mistake: Option<DataflowError>,
}

/// A source, an operator or a sink.
pub struct Node {
    /// Its name.
    pub name: String,
    /// Under which its state is found again; `None`: its name.
    pub uid: Option<String>,
    /// Its subtasks where the code says so.
    pub parallelism: Option<u32>,
    /// What it does.
    pub kind: Kind,
    /// What it reads.
    pub inputs: Vec<Input>,
}

/// Makes an operator's factory once its settings are known.
pub type Make = Box<dyn Fn(&mut OperatorSettings<'_, '_>) -> Result<Arc<dyn OperatorFactory>, DataflowError>>;

/// Makes it with a closure.
pub fn make(
    f: impl Fn(&mut OperatorSettings<'_, '_>) -> Result<Arc<dyn OperatorFactory>, DataflowError> + 'static,
) -> Make {
    Box::new(f)
}

/// Makes a source's factory once its settings are known.
pub type MakeSource = Box<dyn Fn(&mut OperatorSettings<'_, '_>) -> Result<Arc<dyn SourceFactory>, DataflowError>>;

/// What a node does.
pub enum Kind {
    /// It reads from the outside.
    Source(MakeSource),
    /// It reads others.
    Operator(Make),
}

/// What comes to one input of a node.
pub struct Input {
    /// The streams that are put together.
    pub from: Vec<Upstream>,
    /// How their records are shared out.
    pub share: Share,
}

/// An output of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upstream {
    /// Its index.
    pub node: usize,
    /// 0 for its results, else the number of a tag.
    pub output: usize,
}

/// How records are shared out between subtasks.
#[derive(Clone)]
pub enum Share {
    /// To the subtask of the same number where there are as many, else in turn.
    Forward,
    /// In turn.
    Rebalance,
    /// To all.
    Broadcast,
    /// To the first.
    Global,
    /// By key.
    Key(Arc<dyn Partitioner>),
}

impl Dataflow {
    /// An empty dataflow.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), nodes: SharedNodes::default() }
    }

    /// Adds a source. See [`Source`].
    pub fn source<S: Source>(&self, name: &str, source: S) -> Stream<S::Item> {
        let factory: Arc<dyn SourceFactory> = Arc::new(SplitSource::factory(Arc::new(source)));
        self.add_source(name, Box::new(move |_| Ok(Arc::clone(&factory))))
    }

    /// Adds a source of given values, in their order. Only its first subtask reads.
    pub fn collection<T: Data + Sync>(&self, name: &str, values: impl IntoIterator<Item = T>) -> Stream<T> {
        self.source(name, Collection::new(values))
    }

    pub(super) fn add_source<T>(&self, name: &str, make: MakeSource) -> Stream<T> {
        let node =
            Node { name: name.to_owned(), uid: None, parallelism: None, kind: Kind::Source(make), inputs: Vec::new() };
        let mut nodes = self.nodes.borrow_mut();
        nodes.list.push(node);
        let from = vec![Upstream { node: nodes.list.len() - 1, output: 0 }];
        Stream::of(Rc::clone(&self.nodes), from)
    }

    /// The job: operators that can run in one thread do.
    pub fn build(&self, config: &Config) -> Result<Job, DataflowError> {
        graph::build(&self.name, &self.nodes.borrow(), config)
    }
}

//! Operators with their place in a job: numbered, named, shared where several read the same, and known by stable ids.
//!
//! # The id of an operator
//!
//! State is found again under an operator's uid. It is made of what the operator is, not of where it stands: its kind; what
//! it computes, in words of column names (its keys, aggregates, conditions, as `EXPLAIN` shows them); the tables that its
//! rows come from; and the first table, in the script's order, that its results go to. Equal ones are counted. So other
//! statements of a script, filters, and columns that are only handed on can be edited while the state stays; a change of
//! what an operator keeps makes it another operator.

use std::collections::{BTreeSet, HashMap};

use super::{
    JobConfig,
    stream::{Distribution, Node, Op, describe},
};
use crate::{ids, types::Schema};

/// An operator in a job.
#[derive(Debug)]
pub struct Placed {
    /// What it does.
    pub op: Op,
    /// The operators that it reads: index, how rows are shared out, which of its inputs they are.
    pub inputs: Vec<Edge>,
    /// Its columns.
    pub schema: Schema,
    /// Its number, as Flink shows it; exchanges have numbers too.
    pub number: usize,
    /// `GroupAggregate[4]`
    pub name: String,
    /// What it does, in words.
    pub description: String,
    /// Under which its state is found again.
    pub uid: String,
    /// Its subtasks.
    pub parallelism: u32,
    /// Whether all rows come to one subtask.
    pub single: bool,
}

/// What an operator reads.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The index of the operator that is read.
    pub from: usize,
    /// Which input it is.
    pub input: usize,
    /// How its rows are shared out.
    pub distribution: Distribution,
}

/// Numbers the operators of all sinks of a job, the inputs of each before it.
pub fn place(sinks: &[Node], config: &JobConfig) -> Vec<Placed> {
    let mut placer = Placer { placed: Vec::new(), known: HashMap::new(), next: 1, config };
    for sink in sinks {
        placer.node(sink);
    }
    let mut placed = placer.placed;
    let uids = uids(&placed);
    placed.iter_mut().zip(uids).for_each(|(placed, uid)| placed.uid = uid);
    placed
}

struct Placer<'a> {
    placed: Vec<Placed>,
    /// Operators by all that they compute, from the sources.
    known: HashMap<String, usize>,
    next: usize,
    config: &'a JobConfig,
}

impl Placer<'_> {
    /// The index of an operator.
    fn node(&mut self, node: &Node) -> usize {
        let mut inputs = Vec::new();
        for (input, read) in node.inputs.iter().enumerate() {
            self.read(&read.node, input, &read.distribution, &mut inputs);
        }
        let description = describe::node(node);
        let digest = self.digest(node, &inputs);
        if let Some(known) = digest.as_ref().and_then(|digest| self.known.get(digest)) {
            return *known;
        }
        let exchanges: BTreeSet<String> = inputs
            .iter()
            .filter(|edge| edge.distribution != Distribution::Any)
            .map(|edge| format!("{} {:?}", edge.from, edge.distribution))
            .collect();
        let number = self.next + exchanges.len();
        self.next = number + 1;
        let single = inputs.iter().any(|edge| edge.distribution == Distribution::Single);
        let parallelism = self.parallelism(node, &inputs, single);
        let name = match &node.op {
            Op::Source(source) => format!("Source: {}[{number}]", source.table.path.name),
            Op::Values(_) => format!("Source: Values[{number}]"),
            Op::Sink(sink) => format!("Sink: {}[{number}]", sink.name),
            op => format!("{}[{number}]", describe::name(op)),
        };
        self.placed.push(Placed {
            op: node.op.clone(),
            inputs,
            schema: node.schema.clone(),
            number,
            name,
            description: format!("[{number}]:{description}"),
            uid: String::new(),
            parallelism,
            single,
        });
        let index = self.placed.len() - 1;
        if let Some(digest) = digest {
            self.known.insert(digest, index);
        }
        index
    }

    /// What is read of an input: of a union, all that it unites.
    fn read(&mut self, node: &Node, input: usize, distribution: &Distribution, into: &mut Vec<Edge>) {
        if matches!(node.op, Op::Union) {
            for read in &node.inputs {
                self.read(&read.node, input, distribution, into);
            }
            return;
        }
        let from = self.node(node);
        into.push(Edge { from, input, distribution: distribution.clone() });
    }

    /// All that an operator computes, from its sources on; `None` where it is not the same each time, or is a sink.
    fn digest(&self, node: &Node, inputs: &[Edge]) -> Option<String> {
        let fixed = match &node.op {
            Op::Sink(_) => false,
            Op::Calc(spec) => spec
                .filter
                .iter()
                .chain(spec.projection.iter().flatten())
                .all(|expr| expr.deterministic() || super::shape::is_proctime(expr)),
            Op::Values(rows) => rows.iter().flatten().all(crate::expr::Expr::deterministic),
            _ => true,
        };
        let options = match &node.op {
            Op::Source(source) => format!("{:?}", source.table.options),
            _ => String::new(),
        };
        let inputs: Vec<String> = inputs.iter().map(|edge| format!("{edge:?}")).collect();
        let types: Vec<String> = node.schema.fields.iter().map(|field| field.data_type.to_string()).collect();
        let every = match &node.op {
            Op::GroupAggregate(spec) => spec.every_change,
            Op::TopN(spec) => spec.every_change,
            Op::Deduplicate(spec) => spec.every_change,
            Op::SortedOver(spec) => spec.every_change,
            _ => false,
        };
        let computed = describe::digest(node);
        fixed.then(|| format!("{computed} {options} {inputs:?} {types:?} {} {every}", node.before))
    }

    fn parallelism(&self, node: &Node, inputs: &[Edge], single: bool) -> u32 {
        let most = self.config.max_parallelism;
        let of_inputs = || inputs.iter().map(|edge| self.placed[edge.from].parallelism).max();
        let own = match &node.op {
            Op::Source(source) => source.parallelism.or(Some(self.config.parallelism)),
            Op::Values(_) => Some(1),
            Op::Sink(sink) => sink.parallelism.or_else(of_inputs),
            _ if single => Some(1),
            _ if inputs.iter().any(|edge| matches!(edge.distribution, Distribution::Hash(_))) => {
                Some(self.config.parallelism)
            }
            _ => of_inputs(),
        };
        own.unwrap_or(1).clamp(1, most)
    }
}

/// The stable ids.
fn uids(placed: &[Placed]) -> Vec<String> {
    let sources = sources(placed);
    let sinks = first_sinks(placed);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let uid = |(index, own): (usize, &Placed)| {
        let tables: Vec<&str> = sources[index].iter().map(String::as_str).collect();
        let identity = match &own.op {
            Op::Source(source) => format!("source|{}", source.table.path),
            Op::Sink(sink) => format!("sink|{}|{}", sink.path, tables.join(",")),
            op => {
                let computed = identity(own);
                format!("{}|{computed}|{}|{}", describe::name(op), tables.join(","), sinks[index])
            }
        };
        let count = seen.entry(identity.clone()).or_default();
        *count += 1;
        ids::stable(&format!("{identity}|{count}"))
    };
    placed.iter().enumerate().map(uid).collect()
}

/// What an operator computes, without what it only hands on.
fn identity(own: &Placed) -> String {
    let text = own.description.split_once(':').map_or("", |(_, text)| text);
    match &own.op {
        // They keep no state.
        Op::Calc(_) | Op::Unnest(_) | Op::Expand(_) => String::new(),
        _ => text.to_owned(),
    }
}

/// The tables that each operator's rows come from.
fn sources(placed: &[Placed]) -> Vec<BTreeSet<String>> {
    let mut sources: Vec<BTreeSet<String>> = Vec::with_capacity(placed.len());
    for own in placed {
        let mut tables: BTreeSet<String> = own.inputs.iter().flat_map(|edge| sources[edge.from].clone()).collect();
        match &own.op {
            Op::Source(source) => {
                tables.insert(source.table.path.to_string());
            }
            Op::LookupJoin(_, table) => {
                tables.insert(table.path.to_string());
            }
            _ => {}
        }
        sources.push(tables);
    }
    sources
}

/// The first sink, in the script's order, that each operator's results go to.
fn first_sinks(placed: &[Placed]) -> Vec<String> {
    let mut first: Vec<Option<usize>> = vec![None; placed.len()];
    for (index, own) in placed.iter().enumerate() {
        if matches!(own.op, Op::Sink(_)) {
            first[index] = Some(index);
        }
    }
    for index in (0..placed.len()).rev() {
        let Some(sink) = first[index] else { continue };
        for edge in &placed[index].inputs {
            first[edge.from] = Some(first[edge.from].map_or(sink, |known| known.min(sink)));
        }
    }
    let path = |sink: Option<usize>| match sink.map(|sink| &placed[sink].op) {
        Some(Op::Sink(sink)) => sink.path.clone(),
        _ => String::new(),
    };
    first.into_iter().map(path).collect()
}

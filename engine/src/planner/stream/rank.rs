//! The first ranks: of windows, of keys by time, and of all else.

use super::{
    Converter,
    monotonic::{self, Direction},
    node::{Changes, Node, Op},
    over::keyed,
};
use crate::{
    operators::spec::{DeduplicateSpec, TopNSpec, WindowTopNSpec},
    planner::{
        rel::{Rank, Rel},
        windows,
    },
    syntax::SqlError,
    types::TimeAttribute,
};

impl Converter<'_> {
    pub(super) fn rank(&self, rank: &Rank, rel: &Rel) -> Result<Node, SqlError> {
        let input = self.convert(&rank.input)?;
        let windows = windows::of(&rank.input).filter(|windows| windows.covers(&rank.partition));
        if let Some(windows) = windows.filter(|_| input.changes.is_none()) {
            return Ok(self.window_rank(rank, rel, input, &windows));
        }
        let first = rank.from == 1 && rank.to == 1;
        let time = match &rank.order[..] {
            [item] => rank.input.schema.fields[item.column].time.map(|time| (item.clone(), time)),
            _ => None,
        };
        if let Some((item, time)) = time.filter(|_| first && input.changes.is_none()) {
            let rowtime = (time == TimeAttribute::Rowtime).then_some(item.column);
            return Ok(self.deduplicate(rank, rel, input, rowtime, item.descending));
        }
        Ok(self.top_n(rank, rel, input))
    }

    fn window_rank(&self, rank: &Rank, rel: &Rel, input: Node, windows: &windows::Windows) -> Node {
        let partition: Vec<usize> =
            rank.partition.iter().copied().filter(|column| !windows.contains(*column)).collect();
        let distribution = keyed(&partition);
        let spec = WindowTopNSpec {
            window_end: windows.ends[0],
            zone: windows.ltz.then(|| self.config.zone.clone()),
            partition,
            order: rank.order.clone(),
            from: rank.from,
            to: rank.to,
            last_of_equals: keeps_last(rank),
            rank_number: rank.number,
            input: input.schema.clone(),
        };
        let keys = ranked_keys(rank, &input);
        Node::unary(Op::WindowTopN(spec), input, distribution, rel.schema.clone()).with_keys(keys)
    }

    fn deduplicate(&self, rank: &Rank, rel: &Rel, input: Node, rowtime: Option<usize>, keep_last: bool) -> Node {
        let keys = ranked_keys(rank, &input);
        let distribution = keyed(&rank.partition);
        let spec = DeduplicateSpec {
            keys: rank.partition.clone(),
            rowtime,
            keep_last,
            input: input.schema.clone(),
            input_changes: false,
            update_before: true,
            every_change: true,
            ttl_ms: self.config.state_ttl_ms,
        };
        // The first row of a key stays what it is.
        let changes = Changes { updates: keep_last, deletes: false };
        let node = Node::unary(Op::Deduplicate(spec), input, distribution, rel.schema.clone());
        node.with_changes(changes).with_keys(keys)
    }

    pub(super) fn top_n(&self, rank: &Rank, rel: &Rel, input: Node) -> Node {
        let keys = ranked_keys(rank, &input);
        let distribution = keyed(&rank.partition);
        let spec = TopNSpec {
            partition: rank.partition.clone(),
            order: rank.order.clone(),
            from: rank.from,
            to: rank.to,
            rank_number: rank.number,
            input: input.schema.clone(),
            input_changes: !input.changes.is_none(),
            unique_key: updatable(rank, &input),
            update_before: true,
            every_change: true,
            ttl_ms: self.config.state_ttl_ms,
        };
        let node = Node::unary(Op::TopN(spec), input, distribution, rel.schema.clone());
        node.with_changes(Changes::ALL).with_keys(keys)
    }
}

/// Whether it is a deduplication that keeps the last row: the only rank, by time alone, descending.
fn keeps_last(rank: &Rank) -> bool {
    let by_time = |column: usize| rank.input.schema.fields[column].time == Some(TimeAttribute::Rowtime);
    rank.to == 1 && matches!(&rank.order[..], [item] if item.descending && by_time(item.column))
}

/// The columns by which rows of the input replace earlier ones, where the order is such that a row that fell out of the
/// first ranks never comes back by another's update: Flink's "update fast" strategy.
fn updatable(rank: &Rank, input: &Node) -> Option<Vec<usize>> {
    if !input.changes.updates || input.changes.deletes {
        return None;
    }
    let own = |key: &&Vec<usize>| rank.partition.iter().all(|column| key.contains(column));
    let key = input.keys.iter().filter(own).min_by_key(|key| key.len())?;
    let grows_in_rank = rank.order.iter().all(|item| match monotonic::of(input, item.column) {
        Some(Direction::Constant) => true,
        Some(Direction::Grows) => item.descending,
        Some(Direction::Shrinks) => !item.descending,
        None => false,
    });
    grows_in_rank.then(|| key.clone())
}

/// What tells ranked rows apart: what did before, and the partition with the rank.
fn ranked_keys(rank: &Rank, input: &Node) -> Vec<Vec<usize>> {
    let mut keys = input.keys.clone();
    if rank.from == rank.to {
        keys.push(rank.partition.clone());
    } else if rank.number {
        keys.push(rank.partition.iter().copied().chain([input.schema.len()]).collect());
    }
    keys
}

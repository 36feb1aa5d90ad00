//! Which changes operators may read, and whether `-U` has to come before `+U`.
//!
//! What rows do is known from the sources up: each operator says it of its results when it is made. Whether `-U` is sent
//! is decided from the sinks down: an operator that makes updates sends it only to those who need it.

use super::{
    describe,
    node::{Changes, Node, Op},
    rows,
};
use crate::syntax::{Position, SqlError};

/// What a reader needs of an input that updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// `-U` and `+U`.
    Both,
    /// `+U` by a key.
    After,
}

/// Refuses an input that carries changes, in Flink's words.
pub fn inserts_only(input: &Node, reader: &str, at: Position) -> Result<(), SqlError> {
    refuse(input, &format!("StreamPhysical{reader}"), at)
}

/// Refuses an input that carries changes: `who` does not take them.
pub fn refuse(input: &Node, who: &str, at: Position) -> Result<(), SqlError> {
    if input.changes.is_none() {
        return Ok(());
    }
    let changes = match input.changes {
        Changes { updates: true, deletes: true } => "update and delete",
        Changes { updates: true, .. } => "update",
        _ => "delete",
    };
    let from = maker(input);
    let message =
        format!("{who} doesn't support consuming {changes} changes which is produced by node {}", describe::node(from));
    Err(SqlError::invalid(at, message))
}

/// The operator that makes the changes: those that only hand them on are not it.
fn maker(node: &Node) -> &Node {
    match (&node.op, node.input()) {
        (Op::Calc(_) | Op::Unnest(_) | Op::Expand(_) | Op::Watermark(_) | Op::WindowAssign(_), Some(input)) => {
            maker(input)
        }
        (Op::Union, _) => {
            let input = node.inputs.iter().find(|input| !input.node.changes.is_none());
            input.map_or(node, |input| maker(&input.node))
        }
        _ => node,
    }
}

/// The operator with `-U` sent where it is needed; `None` where it cannot give what is needed.
pub fn satisfy(node: Node, need: Need) -> Option<Node> {
    if !node.changes.updates {
        return own_need(node);
    }
    let both = need == Need::Both;
    match &node.op {
        Op::Source(_) => match (node.before, both) {
            (true, true) | (false, false) => Some(node),
            (true, false) => {
                let (schema, keys, changes) = (node.schema.clone(), node.keys.clone(), node.changes);
                let dropped = Node::unary(Op::DropUpdateBefore, node, super::Distribution::Any, schema);
                Some(dropped.with_changes(changes).with_keys(keys))
            }
            (false, true) => None,
        },
        // A filter would let a row through and hold back what takes it away.
        Op::Calc(spec) if spec.filter.is_some() && !both => None,
        Op::Calc(_)
        | Op::Unnest(_)
        | Op::Expand(_)
        | Op::Watermark(_)
        | Op::WindowAssign(_)
        | Op::LookupJoin(..)
        | Op::Union
        | Op::DropUpdateBefore => each(node, |input| satisfy(input, need)).map(|node| Node { before: both, ..node }),
        Op::RegularJoin(_) => regular_join(node, need),
        Op::TemporalJoin(_) => {
            let mut inputs = node.inputs.clone().into_iter();
            let (left, right) = (inputs.next()?, inputs.next()?);
            let left_node = satisfy(left.node, need)?;
            let right_node = prefer_after(right.node)?;
            let inputs = vec![
                super::Input { node: left_node, distribution: left.distribution },
                super::Input { node: right_node, distribution: right.distribution },
            ];
            Some(Node { inputs, before: both, ..node })
        }
        _ => own_need(node).map(|node| Node { before: both, ..node }),
    }
}

/// Satisfies what an operator itself needs, whatever its readers do.
fn own_need(node: Node) -> Option<Node> {
    match &node.op {
        Op::TopN(spec) if spec.input_changes => {
            if spec.unique_key.is_some()
                && let Some(fast) = each(node.clone(), |input| satisfy(input, Need::After))
            {
                return Some(fast);
            }
            let Op::TopN(mut spec) = node.op.clone() else { return None };
            spec.unique_key = None;
            let node = Node { op: Op::TopN(spec), ..node };
            each(node, |input| satisfy(input, Need::Both))
        }
        Op::ChangelogNormalize(_) => each(node, prefer_after),
        Op::TemporalJoin(_) => {
            let mut right = false;
            each(node, |input| {
                let first = !std::mem::replace(&mut right, true);
                if first { satisfy(input, Need::Both) } else { prefer_after(input) }
            })
        }
        _ => each(node, |input| satisfy(input, Need::Both)),
    }
}

/// Without `-U` where that can be, else with it.
pub fn prefer_after(node: Node) -> Option<Node> {
    satisfy(node.clone(), Need::After).or_else(|| satisfy(node, Need::Both))
}

fn each(node: Node, mut satisfy: impl FnMut(Node) -> Option<Node>) -> Option<Node> {
    let inputs = node
        .inputs
        .into_iter()
        .map(|input| Some(super::Input { node: satisfy(input.node)?, distribution: input.distribution }))
        .collect::<Option<Vec<_>>>()?;
    Some(Node { inputs, ..node })
}

/// A side whose rows are told apart by the join's key, or by less, replaces them by itself.
fn regular_join(node: Node, need: Need) -> Option<Node> {
    let Op::RegularJoin(spec) = &node.op else { return None };
    let join_keys = [spec.sides.left_keys.clone(), spec.sides.right_keys.clone()];
    let mut side = 0;
    let joined = each(node, |input| {
        let own = &join_keys[side];
        side += 1;
        match need {
            Need::After if input.changes.updates && !rows::contains_key(own, &input.keys) => None,
            need => satisfy(input, need),
        }
    })?;
    Some(Node { before: need == Need::Both, ..joined })
}

/// Tells the operators what was decided. `every_change`: who reads the results sees each change by itself.
pub fn settle(node: Node, every_change: bool) -> Node {
    let before = node.before;
    let mut node = node;
    match &mut node.op {
        Op::GroupAggregate(spec) => {
            spec.update_before = before;
            spec.every_change = every_change;
        }
        Op::TopN(spec) => {
            spec.update_before = before;
            spec.every_change = every_change;
        }
        Op::Deduplicate(spec) => {
            spec.update_before = before;
            spec.every_change = every_change;
        }
        Op::SortedOver(spec) => {
            spec.update_before = before;
            spec.every_change = every_change;
        }
        Op::ChangelogNormalize(spec) => spec.update_before = before,
        _ => {}
    }
    let settled = |input: super::Input| super::Input { node: settle(input.node, every_change), ..input };
    node.inputs = node.inputs.into_iter().map(settled).collect();
    node
}

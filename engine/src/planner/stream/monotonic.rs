//! In which direction the values of a column can change as a row is updated.

use super::node::{Node, Op};
use crate::operators::spec::AggregateFunction;

/// In which direction a value can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Not at all.
    Constant,
    /// It can only grow.
    Grows,
    /// It can only shrink.
    Shrinks,
}

/// The direction of a column; `None` where it can be any, or rows can be deleted.
pub fn of(node: &Node, column: usize) -> Option<Direction> {
    match &node.op {
        Op::Calc(spec) => {
            let column = match &spec.projection {
                Some(projection) => projection[column].as_column()?,
                None => column,
            };
            of(node.input()?, column)
        }
        Op::GroupAggregate(spec) => {
            let Some(call) = column.checked_sub(spec.keys.len()) else { return Some(Direction::Constant) };
            if !node.input()?.changes.is_none() {
                return None;
            }
            match spec.aggregates.get(call)?.function {
                AggregateFunction::Count | AggregateFunction::Max => Some(Direction::Grows),
                AggregateFunction::Min => Some(Direction::Shrinks),
                _ => None,
            }
        }
        _ => None,
    }
}

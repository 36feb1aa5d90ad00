//! OVER aggregates, and `ORDER BY` with and without `LIMIT`.

use super::{
    Converter,
    convert::calc,
    node::{Changes, Distribution, Node, Op},
    rows,
};
use crate::{
    expr::Expr,
    operators::spec::{AggregateFunction, LimitSpec, OverFrame, OverSpec, SortSpec, SortedOverSpec, TopNSpec},
    planner::rel::{Over, Rel},
    syntax::{Position, SqlError},
    types::{TimeAttribute, sort_key::SortColumn},
};

impl Converter<'_> {
    pub(super) fn over(&self, over: &Over, rel: &Rel) -> Result<Node, SqlError> {
        let input = self.convert(&over.input)?;
        if let Some(all) = self.all_ranks(over, &input) {
            return Ok(all);
        }
        let order = order(over)?;
        for call in &over.calls {
            use AggregateFunction as F;
            if matches!(call.function, F::PercentRank | F::CumeDist | F::Ntile | F::Lead) {
                let name = super::text::function(call);
                let instead =
                    "It needs rows that are still to come; ROW_NUMBER, RANK, DENSE_RANK, LAG and aggregates do not.";
                return Err(SqlError::unsupported(over.at, format!("{name} over a stream"), instead));
            }
        }
        if order != Order::Other {
            super::changes::inserts_only(&input, "OverAggregate", over.at)?;
        }
        let width = input.schema.len();
        let mut appended = rows::Appended::to(width);
        let calls: Vec<_> = over
            .calls
            .iter()
            .map(|call| {
                let mut call = call.clone();
                call.arguments = call.arguments.iter().map(|argument| place(argument, &mut appended)).collect();
                call.filter = call.filter.as_ref().map(|filter| place(filter, &mut appended));
                call
            })
            .collect();
        let more = appended.len();
        let input = appended.append(input);
        let mut schema = input.schema.clone();
        schema.fields.extend(rel.schema.fields[width..].iter().cloned());
        let distribution = keyed(&over.partition);
        let (keys, ttl_ms) = (input.keys.clone(), self.config.state_ttl_ms);
        let (partition, frame) = (over.partition.clone(), over.frame);
        let (op, changes) = match order {
            Order::Time(rowtime) => {
                let input = input.schema.clone();
                let spec = OverSpec { partition, rowtime, frame, aggregates: calls, input, ttl_ms };
                (Op::Over(spec), Changes::NONE)
            }
            Order::Other => {
                let spec = SortedOverSpec {
                    partition,
                    order: over.order.clone(),
                    frame,
                    aggregates: calls,
                    input: input.schema.clone(),
                    update_before: true,
                    every_change: true,
                    ttl_ms,
                };
                (Op::SortedOver(spec), Changes::ALL)
            }
        };
        let node = Node::unary(op, input, distribution, schema).with_changes(changes).with_keys(keys);
        if more == 0 {
            return Ok(node);
        }
        let kept: Vec<usize> = (0..width).chain(width + more..node.schema.len()).collect();
        Ok(rows::select(node, &kept))
    }

    /// `ROW_NUMBER` over an order that is no time, of all rows: a Top-N without an end.
    fn all_ranks(&self, over: &Over, input: &Node) -> Option<Node> {
        let timed = over.order.first().is_some_and(|first| input.schema.fields[first.column].time.is_some());
        let single = matches!(&over.calls[..], [call] if call.function == AggregateFunction::RowNumber);
        if timed || !single || over.order.is_empty() {
            return None;
        }
        let rank = crate::planner::rel::Rank {
            input: over.input.clone(),
            partition: over.partition.clone(),
            order: over.order.clone(),
            from: 1,
            to: i64::MAX as u64,
            number: true,
        };
        let rel = Rel::rank(rank.clone(), &over.calls[0].name);
        Some(self.top_n(&rank, &rel, input.clone()))
    }

    pub(super) fn sort(
        &self,
        input: &Rel,
        order: &[SortColumn],
        offset: u64,
        limit: Option<u64>,
        at: Position,
    ) -> Result<Node, SqlError> {
        let node = self.convert(input)?;
        let (schema, keys) = (node.schema.clone(), node.keys.clone());
        let Some(limit) = limit else {
            if offset > 0 && (!order.is_empty() || !node.changes.is_none()) {
                let instead = "Give a LIMIT with it.";
                return Err(SqlError::unsupported(at, "OFFSET without LIMIT", instead));
            }
            if offset > 0 {
                let spec = LimitSpec { offset, fetch: None };
                return Ok(Node::unary(Op::Limit(spec), node, Distribution::Single, schema).with_keys(keys));
            }
            let time = order
                .first()
                .filter(|first| !first.descending && schema.fields[first.column].time == Some(TimeAttribute::Rowtime));
            let Some(first) = time else {
                let message = "Sort on a non-time-attribute field is not supported. Order by a time attribute, ascending, or \
                               give a LIMIT";
                return Err(SqlError::invalid(at, message));
            };
            let time_first = Some(first.column);
            super::changes::inserts_only(&node, "TemporalSort", at)?;
            let spec = SortSpec { order: order.to_vec(), time_first, input: schema.clone() };
            let sorted = Node::unary(Op::Sort(spec), node, Distribution::Single, schema);
            return Ok(sorted.with_changes(Changes::NONE).with_keys(keys));
        };
        if limit == 0 {
            let projection = rows::columns_of(&schema);
            return Ok(calc(node, Some(Expr::boolean(false)), projection, schema));
        }
        if order.is_empty() && node.changes.is_none() {
            let spec = LimitSpec { offset, fetch: Some(limit) };
            return Ok(Node::unary(Op::Limit(spec), node, Distribution::Single, schema).with_keys(keys));
        }
        let spec = TopNSpec {
            partition: Vec::new(),
            order: order.to_vec(),
            from: offset + 1,
            to: offset.saturating_add(limit),
            rank_number: false,
            input: schema.clone(),
            input_changes: !node.changes.is_none(),
            unique_key: None,
            update_before: true,
            every_change: true,
            ttl_ms: self.config.state_ttl_ms,
        };
        let node = Node::unary(Op::TopN(spec), node, Distribution::Single, schema);
        Ok(node.with_changes(Changes::ALL).with_keys(keys))
    }
}

fn place(expr: &Expr, appended: &mut rows::Appended) -> Expr {
    if expr.as_literal().is_some() {
        return expr.clone();
    }
    Expr::column(appended.place(expr), expr.data_type.clone())
}

pub(super) fn keyed(partition: &[usize]) -> Distribution {
    if partition.is_empty() { Distribution::Single } else { Distribution::Hash(partition.to_vec()) }
}

/// What an OVER is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The rowtime column; `None` for processing time.
    Time(Option<usize>),
    /// Something else: later rows change the results of those behind them.
    Other,
}

fn order(over: &Over) -> Result<Order, SqlError> {
    let unordered = "OVER windows' ordering in stream mode must be defined on a time attribute.";
    let Some(first) = over.order.first() else { return Err(SqlError::invalid(over.at, unordered)) };
    if over.order.iter().any(|item| item.descending) {
        return Err(SqlError::invalid(over.at, "The window can only be ordered in ASCENDING mode."));
    }
    let Some(time) = over.input.schema.fields[first.column].time else {
        let from_the_first = matches!(over.frame, OverFrame::Rows(None) | OverFrame::Range(None));
        return if from_the_first { Ok(Order::Other) } else { Err(SqlError::invalid(over.at, unordered)) };
    };
    if over.order.len() > 1 {
        let message = "OVER windows can only be applied with one column in ORDER BY on a stream: the time attribute.";
        return Err(SqlError::invalid(over.at, message));
    }
    Ok(Order::Time((time == TimeAttribute::Rowtime).then_some(first.column)))
}

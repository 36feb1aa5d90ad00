//! Only the columns that are used.

use std::collections::BTreeSet;

use super::calc::calc;
use crate::{
    expr::Expr,
    operators::spec::{AggregateCall, JoinKind},
    planner::rel::{Aggregate, Join, Over, Rank, Rel, RelKind, Scan, Temporal, Unnest},
    types::{Schema, TimeAttribute, sort_key::SortColumn},
};

/// The columns of a relation that are used.
type Needed = BTreeSet<usize>;

/// A relation with fewer columns: where each of the former ones is now.
struct Pruned {
    rel: Rel,
    places: Vec<Option<usize>>,
}

/// A relation that computes only what its columns need.
pub fn prune(rel: Rel) -> Rel {
    let (width, names) = (rel.schema.len(), rel.names());
    let pruned = narrow(rel, &(0..width).collect());
    let projection = (0..width).map(|column| pruned.rel.column(pruned.place(column))).collect();
    calc(pruned.rel, Vec::new(), projection, names)
}

impl Pruned {
    fn new(rel: Rel, kept: impl IntoIterator<Item = usize>, width: usize) -> Self {
        let mut places = vec![None; width];
        kept.into_iter().enumerate().for_each(|(place, column)| places[column] = Some(place));
        Self { rel, places }
    }

    /// Where a column is. One that is needed is always kept.
    fn place(&self, column: usize) -> usize {
        debug_assert!(self.places[column].is_some(), "column {column} was pruned");
        self.places[column].unwrap_or_default()
    }

    fn expr(&self, expr: Expr) -> Expr {
        expr.map_columns(&|column| self.place(column))
    }

    fn exprs(&self, exprs: Vec<Expr>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn columns(&self, columns: &[usize]) -> Vec<usize> {
        columns.iter().map(|column| self.place(*column)).collect()
    }

    fn order(&self, order: Vec<SortColumn>) -> Vec<SortColumn> {
        order.into_iter().map(|item| SortColumn { column: self.place(item.column), ..item }).collect()
    }

    fn call(&self, call: AggregateCall) -> AggregateCall {
        let filter = call.filter.map(|filter| self.expr(filter));
        AggregateCall { arguments: self.exprs(call.arguments), filter, ..call }
    }

    /// The places of the former columns `0..width`, and of `more` that come right behind all columns that are left.
    fn then(places: &[Option<usize>], first: usize, more: usize) -> Vec<Option<usize>> {
        places.iter().copied().chain((first..first + more).map(Some)).collect()
    }
}

/// A relation with no other columns than these: for operators that keep rows.
fn exact(rel: Rel, needed: &Needed) -> Pruned {
    let width = rel.schema.len();
    let pruned = narrow(rel, needed);
    if pruned.rel.schema.len() == needed.len() {
        return pruned;
    }
    let columns: Vec<usize> = needed.iter().map(|column| pruned.place(*column)).collect();
    let projection = columns.iter().map(|column| pruned.rel.column(*column)).collect();
    let names = columns.iter().map(|column| pruned.rel.schema.fields[*column].name.clone()).collect();
    Pruned::new(calc(pruned.rel, Vec::new(), projection, names), needed.iter().copied(), width)
}

fn call_columns(call: &AggregateCall) -> Needed {
    call.arguments.iter().chain(&call.filter).flat_map(Expr::columns).collect()
}

fn narrow(rel: Rel, needed: &Needed) -> Pruned {
    let Rel { kind, schema } = rel;
    let width = schema.len();
    match kind {
        RelKind::Scan(Scan { table, columns, at }) => {
            let kept = needed.iter().map(|column| columns[*column]).collect();
            Pruned::new(Rel::scan(table, kept, at), needed.iter().copied(), width)
        }
        RelKind::Values(rows) => {
            let rows = rows.into_iter().map(|row| needed.iter().map(|column| row[*column].clone()).collect()).collect();
            let fields = needed.iter().map(|column| schema.fields[*column].clone()).collect();
            let rel = Rel { kind: RelKind::Values(rows), schema: Schema::new(fields) };
            Pruned::new(rel, needed.iter().copied(), width)
        }
        RelKind::Calc { input, filter, projection } => {
            let kept: Vec<Expr> = needed.iter().map(|column| projection[*column].clone()).collect();
            let below = kept.iter().chain(&filter).flat_map(Expr::columns).collect();
            let below = narrow(*input, &below);
            let names = needed.iter().map(|column| schema.fields[*column].name.clone()).collect();
            let conditions = below.exprs(filter.into_iter().flat_map(Expr::conjuncts).collect());
            let projection = below.exprs(kept);
            Pruned::new(calc(below.rel, conditions, projection, names), needed.iter().copied(), width)
        }
        RelKind::Watermark { input, rowtime, watermark, table, at } => {
            let mut all = needed.clone();
            all.insert(rowtime);
            all.extend(watermark.columns());
            let below = narrow(*input, &all);
            let (rowtime, watermark) = (below.place(rowtime), below.expr(watermark));
            Pruned { rel: below.rel.watermark(rowtime, watermark, table, at), places: below.places }
        }
        RelKind::Aggregate(aggregate) => narrow_aggregate(aggregate, needed),
        RelKind::WindowTvf { input, window, time, partition, at } => {
            let own = input.schema.len();
            let mut all: Needed = needed.iter().copied().filter(|column| *column < own).collect();
            all.insert(time);
            all.extend(&partition);
            let below = narrow(*input, &all);
            let (time, partition) = (below.place(time), below.columns(&partition));
            let first = below.rel.schema.len();
            let places = Pruned::then(&below.places, first, 3);
            Pruned { rel: below.rel.window_tvf(window, time, partition, at), places }
        }
        RelKind::Over(over) => narrow_over(over, needed),
        RelKind::Rank(rank) => narrow_rank(rank, needed, &schema),
        RelKind::Join(join) => narrow_join(join, needed),
        RelKind::Temporal(temporal) => narrow_temporal(temporal, needed),
        RelKind::Union(inputs) => {
            let keep = |input: Rel| {
                let names = needed.iter().map(|column| input.schema.fields[*column].name.clone()).collect();
                let pruned = narrow(input, needed);
                let projection = needed.iter().map(|column| pruned.rel.column(pruned.place(*column))).collect();
                calc(pruned.rel, Vec::new(), projection, names)
            };
            Pruned::new(Rel::union(inputs.into_iter().map(keep).collect()), needed.iter().copied(), width)
        }
        RelKind::Expand { input, projections } => {
            let kept = |row: Vec<Expr>| needed.iter().map(|column| row[*column].clone()).collect::<Vec<_>>();
            let projections: Vec<Vec<Expr>> = projections.into_iter().map(kept).collect();
            let below = narrow(*input, &projections.iter().flatten().flat_map(Expr::columns).collect());
            let projections = projections.into_iter().map(|row| below.exprs(row)).collect();
            let names = needed.iter().map(|column| schema.fields[*column].name.clone()).collect();
            Pruned::new(below.rel.expand(names, projections), needed.iter().copied(), width)
        }
        RelKind::Unnest(unnest) => narrow_unnest(unnest, needed, schema),
        RelKind::Sort { input, order, offset, limit, at } => {
            let mut all = needed.clone();
            all.extend(order.iter().map(|item| item.column));
            let below = exact(*input, &all);
            let order = below.order(order);
            Pruned { rel: below.rel.sort(order, offset, limit, at), places: below.places }
        }
    }
}

fn narrow_aggregate(aggregate: Aggregate, needed: &Needed) -> Pruned {
    let Aggregate { input, keys, calls, window, at } = aggregate;
    let width = keys.len() + calls.len();
    let properties = window.as_ref().map_or(0, |window| window.properties.len());
    let (mut kept, mut kept_calls) = ((0..keys.len()).collect::<Vec<_>>(), Vec::new());
    for (place, call) in calls.into_iter().enumerate() {
        if needed.contains(&(keys.len() + place)) {
            kept.push(keys.len() + place);
            kept_calls.push(call);
        }
    }
    kept.extend(width..width + properties);
    let mut below: Needed = keys.iter().copied().collect();
    below.extend(kept_calls.iter().flat_map(call_columns));
    below.extend(window.as_ref().map(|window| window.time));
    let below = narrow(*input, &below);
    let window = window.map(|window| crate::planner::rel::GroupWindow { time: below.place(window.time), ..window });
    let keys = below.columns(&keys);
    let calls = kept_calls.into_iter().map(|call| below.call(call)).collect();
    let rel = Rel::aggregate(Aggregate { input: Box::new(below.rel), keys, calls, window, at });
    Pruned::new(rel, kept, width + properties)
}

fn narrow_over(over: Over, needed: &Needed) -> Pruned {
    let own = over.input.schema.len();
    let width = own + over.calls.len();
    let used: Vec<usize> = (0..over.calls.len()).filter(|place| needed.contains(&(own + place))).collect();
    let mut all: Needed = needed.iter().copied().filter(|column| *column < own).collect();
    if !used.is_empty() {
        all.extend(&over.partition);
        all.extend(over.order.iter().map(|item| item.column));
        all.extend(used.iter().flat_map(|place| call_columns(&over.calls[*place])));
    }
    let below = if used.is_empty() { narrow(*over.input, &all) } else { exact(*over.input, &all) };
    if used.is_empty() {
        let places = below.places.iter().copied().chain(vec![None; over.calls.len()]).collect();
        return Pruned { rel: below.rel, places };
    }
    let (partition, order) = (below.columns(&over.partition), below.order(over.order));
    let calls: Vec<AggregateCall> = used.iter().map(|place| below.call(over.calls[*place].clone())).collect();
    let first = below.rel.schema.len();
    let mut places = below.places;
    places.resize(width, None);
    used.iter().enumerate().for_each(|(index, place)| places[own + place] = Some(first + index));
    let rel = Rel::over(Over { input: Box::new(below.rel), partition, order, calls, ..over });
    Pruned { rel, places }
}

fn narrow_rank(rank: Rank, needed: &Needed, schema: &Schema) -> Pruned {
    let own = rank.input.schema.len();
    let number = rank.number && needed.contains(&own);
    let mut all: Needed = needed.iter().copied().filter(|column| *column < own).collect();
    all.extend(&rank.partition);
    all.extend(rank.order.iter().map(|item| item.column));
    let below = exact(*rank.input, &all);
    let (partition, order) = (below.columns(&rank.partition), below.order(rank.order));
    let first = below.rel.schema.len();
    let mut places = below.places;
    places.extend(rank.number.then_some(number.then_some(first)));
    let name = schema.fields.last().map_or("", |field| &field.name);
    let rel = Rel::rank(Rank { input: Box::new(below.rel), partition, order, number, ..rank }, name);
    Pruned { rel, places }
}

fn narrow_join(join: Join, needed: &Needed) -> Pruned {
    let width = join.left.schema.len();
    let semi = matches!(join.kind, JoinKind::Semi | JoinKind::Anti);
    let mut all = needed.clone();
    all.extend(join.condition.iter().flat_map(Expr::columns));
    let left = exact(*join.left, &all.iter().copied().filter(|column| *column < width).collect());
    let right = all.iter().filter(|column| **column >= width).map(|column| column - width).collect();
    let right = exact(*join.right, &right);
    let (condition, places) = both_sides(&left, &right, join.condition);
    let places = if semi { left.places.clone() } else { places };
    let rel = Rel::join(Join { left: Box::new(left.rel), right: Box::new(right.rel), condition, ..join });
    Pruned { rel: rel.timed(), places }
}

/// Conditions over two sides that were pruned, and the places of their columns.
fn both_sides(left: &Pruned, right: &Pruned, condition: Vec<Expr>) -> (Vec<Expr>, Vec<Option<usize>>) {
    let first = left.rel.schema.len();
    let shifted = right.places.iter().map(|place| place.map(|place| place + first));
    let places: Vec<Option<usize>> = left.places.iter().copied().chain(shifted).collect();
    let place = |column: usize| places[column].unwrap_or_default();
    (condition.into_iter().map(|expr| expr.map_columns(&place)).collect(), places)
}

fn narrow_temporal(temporal: Temporal, needed: &Needed) -> Pruned {
    let width = temporal.left.schema.len();
    let lookup = temporal.left.schema.fields[temporal.time].time == Some(TimeAttribute::Proctime);
    let mut all = needed.clone();
    all.insert(temporal.time);
    all.extend(temporal.condition.iter().flat_map(Expr::columns));
    // The right event time says since when a version is valid.
    let rowtime = |(column, field): (usize, &crate::types::Field)| {
        (field.time == Some(TimeAttribute::Rowtime)).then_some(width + column)
    };
    all.extend(temporal.right.schema.fields.iter().enumerate().filter_map(rowtime));
    let left = exact(*temporal.left, &all.iter().copied().filter(|column| *column < width).collect());
    let right = all.iter().filter(|column| **column >= width).map(|column| column - width).collect();
    let right = if temporal.table.is_some() && lookup {
        narrow(*temporal.right, &right)
    } else {
        exact(*temporal.right, &right)
    };
    let (condition, places) = both_sides(&left, &right, temporal.condition);
    let time = left.place(temporal.time);
    let rel =
        Rel::temporal(Temporal { left: Box::new(left.rel), right: Box::new(right.rel), condition, time, ..temporal });
    Pruned { rel, places }
}

fn narrow_unnest(unnest: Unnest, needed: &Needed, schema: Schema) -> Pruned {
    let own = unnest.input.schema.len();
    let more = schema.len() - own;
    let own_condition = unnest.condition.iter().flat_map(Expr::columns);
    let mut all: Needed = needed.iter().copied().chain(own_condition).filter(|column| *column < own).collect();
    all.extend(unnest.collection.columns());
    let below = narrow(*unnest.input, &all);
    let collection = below.expr(unnest.collection);
    let first = below.rel.schema.len();
    let places = Pruned::then(&below.places, first, more);
    let place = |column: usize| places[column].unwrap_or_default();
    let condition = unnest.condition.map(|condition| condition.map_columns(&place));
    let names: Vec<String> = schema.fields[own..].iter().map(|field| field.name.clone()).collect();
    let mut rel = Rel::unnest(Unnest { input: Box::new(below.rel), collection, condition, ..unnest });
    rel.schema.fields[first..].iter_mut().zip(names).for_each(|(field, name)| field.name = name);
    Pruned { rel, places }
}

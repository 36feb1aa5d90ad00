//! `GROUP BY`, with and without windows.

use super::{
    Converter,
    convert::{self, calc},
    node::{Changes, Distribution, Node, Op},
    rows,
};
use crate::{
    expr::Expr,
    operators::spec::{
        AggregateCall, GroupAggregateSpec, WindowAggregateSpec, WindowKind, WindowProperty, WindowSource,
    },
    planner::{
        rel::{Aggregate, GroupWindow, Rel, RelKind, window_time_type},
        windows::{self, Windows},
    },
    syntax::SqlError,
    types::{DataType, Field, Schema, TypeKind},
};

/// What is aggregated, as columns: keys and arguments are computed before rows are shared out.
struct Prepared {
    node: Node,
    keys: Vec<usize>,
    calls: Vec<AggregateCall>,
    /// The time attribute of an older group window.
    time: Option<usize>,
}

impl Converter<'_> {
    pub(super) fn aggregate(&self, aggregate: &Aggregate) -> Result<Node, SqlError> {
        if let Some(window) = &aggregate.window {
            return self.group_window(aggregate, window);
        }
        if let Some(windows) = windows::of(&aggregate.input).filter(|windows| windows.covers(&aggregate.keys)) {
            return self.window_aggregate(aggregate, &windows);
        }
        let input = self.convert(&aggregate.input)?;
        let prepared = prepare(input, aggregate, &aggregate.keys, None);
        Ok(self.group_aggregate(prepared))
    }

    fn group_aggregate(&self, prepared: Prepared) -> Node {
        let Prepared { node, keys, calls, .. } = prepared;
        let schema = result(&node.schema, &keys, &calls, &[]);
        let changes = node.changes;
        let spec = GroupAggregateSpec {
            keys: keys.clone(),
            aggregates: calls,
            input: node.schema.clone(),
            input_changes: !changes.is_none(),
            update_before: true,
            every_change: true,
            ttl_ms: self.config.state_ttl_ms,
        };
        let distribution = distribution(&keys);
        let unique = vec![(0..keys.len()).collect()];
        let changes = Changes { updates: true, deletes: !changes.is_none() && !keys.is_empty() };
        Node::unary(Op::GroupAggregate(spec), node, distribution, schema).with_changes(changes).with_keys(unique)
    }

    /// An older group window.
    fn group_window(&self, aggregate: &Aggregate, window: &GroupWindow) -> Result<Node, SqlError> {
        let field = aggregate.input.schema.fields[window.time].clone();
        let input = self.convert(&aggregate.input)?;
        let prepared = prepare(input, aggregate, &aggregate.keys, Some(window.time));
        let time = prepared.time.unwrap_or_default();
        let source = self.assign(window.window, time, &field, aggregate.at)?;
        let properties = window.properties.iter().map(|property| (*property, property_type(*property, &field)));
        Ok(windowed(prepared, source, properties.collect()))
    }

    /// A window of a window table function.
    fn window_aggregate(&self, aggregate: &Aggregate, windows: &Windows) -> Result<Node, SqlError> {
        let own_keys: Vec<usize> = aggregate.keys.iter().copied().filter(|key| !windows.contains(*key)).collect();
        let (prepared, source, time_field) = match below_tvf(aggregate, &own_keys) {
            Some(tvf) => {
                let RelKind::WindowTvf { input, window, time, at, .. } = &tvf.tvf.kind else {
                    return Err(SqlError::invalid(aggregate.at, "A window was expected"));
                };
                check_multiple(window, *at)?;
                let field = input.schema.fields[*time].clone();
                let node = self.convert(input)?;
                let prepared = tvf.prepare(node, aggregate, &own_keys, *time);
                let source = self.assign(*window, prepared.time.unwrap_or_default(), &field, *at)?;
                (prepared, source, field)
            }
            None => self.attached(aggregate, windows, &own_keys)?,
        };
        let mut properties: Vec<(WindowProperty, DataType)> = Vec::new();
        for key in &aggregate.keys {
            let property = property_of(*key, windows);
            if let Some(property) = property.filter(|property| properties.iter().all(|(known, _)| known != property)) {
                properties.push((property, property_type(property, &time_field)));
            }
        }
        let calls = prepared.calls.len();
        let node = windowed(prepared, source, properties.clone());
        // Back to the order of the keys as they were written.
        let mut own = 0..own_keys.len();
        let mut order: Vec<usize> = Vec::new();
        for key in &aggregate.keys {
            let place = match property_of(*key, windows) {
                Some(property) => properties.iter().position(|(known, _)| *known == property),
                None => None,
            };
            order.push(match place {
                Some(place) => own_keys.len() + calls + place,
                None => own.next().unwrap_or_default(),
            });
        }
        order.extend(own_keys.len()..own_keys.len() + calls);
        Ok(rows::select(node, &order))
    }

    /// Windows that rows carry with them.
    fn attached(
        &self,
        aggregate: &Aggregate,
        windows: &Windows,
        own_keys: &[usize],
    ) -> Result<(Prepared, WindowSource, Field), SqlError> {
        let input = self.convert(&aggregate.input)?;
        let (start, end) = (windows.starts[0], windows.ends[0]);
        let mut all = own_keys.to_vec();
        all.extend([start, end]);
        let mut prepared = prepare(input, aggregate, &all, None);
        prepared.keys.truncate(own_keys.len());
        let zone = windows.ltz.then(|| self.config.zone.clone());
        let source = WindowSource::Columns { start: own_keys.len(), end: own_keys.len() + 1, zone };
        let kind = if windows.ltz { TypeKind::TimestampLtz(3) } else { TypeKind::Timestamp(3) };
        let field = Field { name: String::new(), data_type: kind.not_null(), time: Some(windows.time) };
        Ok((prepared, source, field))
    }
}

/// Which property of the window a column is.
fn property_of(column: usize, windows: &Windows) -> Option<WindowProperty> {
    if windows.starts.contains(&column) {
        Some(WindowProperty::Start)
    } else if windows.ends.contains(&column) {
        Some(WindowProperty::End)
    } else if windows.times.contains(&column) {
        Some(match windows.time {
            crate::types::TimeAttribute::Rowtime => WindowProperty::Rowtime,
            crate::types::TimeAttribute::Proctime => WindowProperty::Proctime,
        })
    } else {
        None
    }
}

fn property_type(property: WindowProperty, time: &Field) -> DataType {
    match property {
        WindowProperty::Start | WindowProperty::End => TypeKind::Timestamp(3).not_null(),
        WindowProperty::Rowtime => window_time_type(time),
        WindowProperty::Proctime => TypeKind::TimestampLtz(3).not_null(),
    }
}

fn distribution(keys: &[usize]) -> Distribution {
    if keys.is_empty() { Distribution::Single } else { Distribution::Hash(keys.to_vec()) }
}

/// The columns of a result: keys, calls, properties.
fn result(
    input: &Schema,
    keys: &[usize],
    calls: &[AggregateCall],
    properties: &[(WindowProperty, DataType)],
) -> Schema {
    let mut fields: Vec<Field> = keys.iter().map(|key| Field { time: None, ..input.fields[*key].clone() }).collect();
    fields.extend(calls.iter().map(|call| Field::new(&call.name, call.data_type.clone())));
    fields.extend(properties.iter().map(|(property, data_type)| {
        let name = match property {
            WindowProperty::Start => "window_start",
            WindowProperty::End => "window_end",
            WindowProperty::Rowtime | WindowProperty::Proctime => "window_time",
        };
        Field::new(name, data_type.clone())
    }));
    Schema::new(fields)
}

fn windowed(prepared: Prepared, window: WindowSource, properties: Vec<(WindowProperty, DataType)>) -> Node {
    let Prepared { mut node, keys, calls, .. } = prepared;
    if !node.changes.is_none() {
        // A row that is taken back may be of a window that the watermark behind the row in its place ends.
        convert::watermark_each_row(&mut node);
    }
    let schema = result(&node.schema, &keys, &calls, &properties);
    let first = keys.len() + calls.len();
    let has = |wanted: WindowProperty| properties.iter().position(|(property, _)| *property == wanted);
    let mut unique: Vec<Vec<usize>> = Vec::new();
    for place in [has(WindowProperty::Start), has(WindowProperty::End)].into_iter().flatten() {
        unique.push((0..keys.len()).chain([first + place]).collect());
    }
    let distribution = distribution(&keys);
    let spec = WindowAggregateSpec {
        window,
        keys,
        aggregates: calls,
        properties,
        input: node.schema.clone(),
        input_changes: !node.changes.is_none(),
    };
    Node::unary(Op::WindowAggregate(spec), node, distribution, schema).with_changes(Changes::NONE).with_keys(unique)
}

/// Computes keys and arguments, and leaves all else out.
fn prepare(input: Node, aggregate: &Aggregate, keys: &[usize], time: Option<usize>) -> Prepared {
    let columns = rows::columns_of(&input.schema);
    prepared(input, None, &columns, keys, &aggregate.calls, time)
}

/// The same over `below`'s rows, of which `over` are the columns that keys and arguments are written in.
fn prepared(
    below: Node,
    filter: Option<Expr>,
    over: &[Expr],
    keys: &[usize],
    calls: &[AggregateCall],
    time: Option<usize>,
) -> Prepared {
    let mut projection: Vec<Expr> = Vec::new();
    let mut place = |expr: Expr| {
        let known = projection.iter().position(|known| *known == expr);
        known.unwrap_or_else(|| {
            projection.push(expr);
            projection.len() - 1
        })
    };
    let on_below = |expr: &Expr| expr.clone().substitute(&|column| over[column].clone());
    let keys: Vec<usize> = keys.iter().map(|key| place(over[*key].clone())).collect();
    let time = time.map(|time| place(over[time].clone()));
    let mut argument = |expr: &Expr| {
        if expr.as_literal().is_some() {
            return expr.clone();
        }
        Expr::column(place(on_below(expr)), expr.data_type.clone())
    };
    let calls: Vec<AggregateCall> = calls
        .iter()
        .map(|call| AggregateCall {
            arguments: call.arguments.iter().map(&mut argument).collect(),
            filter: call.filter.as_ref().map(&mut argument),
            ..call.clone()
        })
        .collect();
    let field = |(index, expr): (usize, &Expr)| match expr.as_column() {
        Some(column) => below.schema.fields[column].clone(),
        None => Field::new(format!("$f{index}"), expr.data_type.clone()),
    };
    let schema = Schema::new(projection.iter().enumerate().map(field).collect());
    Prepared { node: calc(below, filter, projection, schema), keys, calls, time }
}

/// A window table function right below an aggregate, or below a projection and filter that say nothing about its windows:
/// then the aggregate assigns the windows itself.
struct BelowTvf<'a> {
    tvf: &'a Rel,
    /// The columns of the aggregate's input over the function's input; those of the window are not in it.
    columns: Vec<Option<Expr>>,
    filter: Option<Expr>,
}

fn below_tvf<'a>(aggregate: &'a Aggregate, own_keys: &[usize]) -> Option<BelowTvf<'a>> {
    let input = &aggregate.input;
    let found = match &input.kind {
        RelKind::WindowTvf { input: below, .. } => {
            let columns =
                (0..input.schema.len()).map(|column| (column < below.schema.len()).then(|| input.column(column)));
            BelowTvf { tvf: input, columns: columns.collect(), filter: None }
        }
        RelKind::Calc { input: tvf, filter, projection } => {
            let RelKind::WindowTvf { input: below, .. } = &tvf.kind else { return None };
            let width = below.schema.len();
            let on_window = |expr: &Expr| expr.columns().last().is_some_and(|column| *column >= width);
            if filter.as_ref().is_some_and(on_window) {
                return None;
            }
            if projection.iter().any(|expr| on_window(expr) && expr.as_column().is_none()) {
                return None;
            }
            let columns = projection.iter().map(|expr| (!on_window(expr)).then(|| expr.clone())).collect();
            BelowTvf { tvf, columns, filter: filter.clone() }
        }
        _ => return None,
    };
    let reads =
        aggregate.calls.iter().flat_map(|call| call.arguments.iter().chain(&call.filter)).flat_map(Expr::columns);
    let known = reads.chain(own_keys.iter().copied()).all(|column| found.columns[column].is_some());
    (known && gathers_sessions(&found, own_keys)).then_some(found)
}

impl BelowTvf<'_> {
    fn prepare(&self, node: Node, aggregate: &Aggregate, own_keys: &[usize], time: usize) -> Prepared {
        // The time attribute comes behind the columns, under a number of its own.
        let mut over: Vec<Expr> =
            self.columns.iter().map(|column| column.clone().unwrap_or_else(|| Expr::null(TypeKind::Null))).collect();
        over.push(Expr::column(time, node.schema.fields[time].data_type.clone()));
        let last = over.len() - 1;
        prepared(node, self.filter.clone(), &over, own_keys, &aggregate.calls, Some(last))
    }
}

/// Refuses windows that an aggregate cannot cut into equal slices, as Flink does.
fn check_multiple(window: &WindowKind, at: crate::syntax::Position) -> Result<(), SqlError> {
    let message = match window {
        WindowKind::Hop { slide_ms, size_ms, .. } if size_ms % slide_ms != 0 => format!(
            "HOP table function based aggregate requires size must be an integral multiple of slide, but got size \
             {size_ms} ms and slide {slide_ms} ms"
        ),
        WindowKind::Cumulate { step_ms, max_ms, .. } if max_ms % step_ms != 0 => format!(
            "CUMULATE table function based aggregate requires maxSize must be an integral multiple of step, but got \
             maxSize {max_ms} ms and step {step_ms} ms"
        ),
        _ => return Ok(()),
    };
    Err(SqlError::invalid(at, message))
}

/// Sessions are those of their partition: only an aggregate by the same columns can gather them itself.
fn gathers_sessions(tvf: &BelowTvf<'_>, own_keys: &[usize]) -> bool {
    let RelKind::WindowTvf { window: WindowKind::Session { .. }, partition, .. } = &tvf.tvf.kind else { return true };
    let keys: Vec<Option<usize>> =
        own_keys.iter().map(|key| tvf.columns[*key].as_ref().and_then(Expr::as_column)).collect();
    partition.iter().all(|column| keys.contains(&Some(*column)))
        && keys.iter().all(|key| key.is_some_and(|key| partition.contains(&key)))
}

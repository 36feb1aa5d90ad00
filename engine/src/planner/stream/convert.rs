//! From relations to operators.

use super::{
    node::{Changes, Distribution, Node, Op},
    rows,
};
use crate::{
    expr::Expr,
    operators::spec::{CalcSpec, ExpandSpec, UnnestSpec, WindowAssignSpec, WindowKind, WindowSource},
    planner::{
        Connectors, JobConfig,
        optimise::{calc_is_identity, calcs_are_mergeable},
        rel::{Rel, RelKind, Unnest, window_time_type},
    },
    syntax::SqlError,
    types::{Field, Schema, TimeAttribute, TypeKind},
};

/// Makes operators of relations.
pub struct Converter<'a> {
    /// What reads and writes tables.
    pub connectors: &'a dyn Connectors,
    /// The job's configuration.
    pub config: &'a JobConfig,
}

impl Converter<'_> {
    /// The operator that computes a relation; its columns are the relation's.
    pub fn convert(&self, rel: &Rel) -> Result<Node, SqlError> {
        let mut node = match &rel.kind {
            RelKind::Scan(_) => self.scan(rel)?,
            RelKind::Values(rows) => values(rows, rel),
            RelKind::Calc { input, filter, projection } => {
                let input = self.convert(input)?;
                calc(input, filter.clone(), projection.clone(), rel.schema.clone())
            }
            RelKind::Watermark { .. } => self.watermark(rel)?,
            RelKind::Aggregate(aggregate) => self.aggregate(aggregate)?,
            RelKind::WindowTvf { input, window, time, partition, at } => {
                let field = input.schema.fields[*time].clone();
                let input = self.convert(input)?;
                let window = self.assign(*window, *time, &field, *at)?;
                let session = matches!(&window, WindowSource::Assign { kind: WindowKind::Session { .. }, .. });
                if session {
                    super::changes::inserts_only(&input, "WindowTableFunction", *at)?;
                }
                let spec = WindowAssignSpec {
                    window,
                    partition: partition.clone(),
                    input: input.schema.clone(),
                    window_time: window_time_type(&field),
                };
                let distribution = if session { super::over::keyed(partition) } else { Distribution::Any };
                Node::unary(Op::WindowAssign(spec), input, distribution, rel.schema.clone())
            }
            RelKind::Over(over) => self.over(over, rel)?,
            RelKind::Rank(rank) => self.rank(rank, rel)?,
            RelKind::Join(join) => self.join(join, rel)?,
            RelKind::Temporal(temporal) => self.temporal(temporal, rel)?,
            RelKind::Union(inputs) => {
                let inputs = inputs.iter().map(|input| self.convert(input)).collect::<Result<Vec<_>, _>>()?;
                union(inputs, rel.schema.clone())
            }
            RelKind::Expand { input, projections } => {
                let input = self.convert(input)?;
                let spec = ExpandSpec { projections: projections.clone() };
                Node::unary(Op::Expand(spec), input, Distribution::Any, rel.schema.clone())
            }
            RelKind::Unnest(unnest) => self.unnest(unnest, rel)?,
            RelKind::Sort { input, order, offset, limit, at } => self.sort(input, order, *offset, *limit, *at)?,
        };
        node.schema = rel.schema.clone();
        Ok(node)
    }

    fn unnest(&self, unnest: &Unnest, rel: &Rel) -> Result<Node, SqlError> {
        let input = self.convert(&unnest.input)?;
        let spec = UnnestSpec {
            collection: unnest.collection.clone(),
            outer: unnest.outer,
            ordinality: unnest.ordinality,
            condition: unnest.condition.clone(),
        };
        Ok(Node::unary(Op::Unnest(spec), input, Distribution::Any, rel.schema.clone()))
    }

    /// How rows are assigned to windows by a time attribute.
    pub(super) fn assign(
        &self,
        kind: WindowKind,
        time: usize,
        field: &Field,
        at: crate::syntax::Position,
    ) -> Result<WindowSource, SqlError> {
        let rowtime = match field.time {
            Some(TimeAttribute::Rowtime) => Some(time),
            Some(TimeAttribute::Proctime) => None,
            None => return Err(lost_time(field, at)),
        };
        Ok(WindowSource::Assign { kind, rowtime, zone: self.zone(field) })
    }

    /// The session's zone where a time column is in it.
    pub(super) fn zone(&self, field: &Field) -> Option<jiff::tz::TimeZone> {
        matches!(field.data_type.kind, TypeKind::TimestampLtz(_)).then(|| self.config.zone.clone())
    }
}

/// A time attribute that did not come through what was computed below.
pub(super) fn lost_time(field: &Field, at: crate::syntax::Position) -> SqlError {
    let message = format!(
        "The window function requires the timecol is a time attribute type, but is {}. '{}' was one, but joins and \
         aggregates without windows take it away",
        field.data_type, field.name
    );
    SqlError::invalid(at, message)
}

fn values(rows: &[Vec<Expr>], rel: &Rel) -> Node {
    let keys = if rows.len() <= 1 { vec![Vec::new()] } else { Vec::new() };
    Node {
        op: Op::Values(rows.to_vec()),
        inputs: Vec::new(),
        schema: rel.schema.clone(),
        changes: Changes::NONE,
        before: false,
        keys,
    }
}

/// Filters and projects; nothing where that changes nothing.
pub(super) fn calc(mut input: Node, filter: Option<Expr>, projection: Vec<Expr>, schema: Schema) -> Node {
    if filter.is_none() && calc_is_identity(&projection, input.schema.len()) {
        return Node { schema, ..input };
    }
    if filter.iter().chain(&projection).any(Expr::reads_watermark) {
        watermark_each_row(&mut input);
    }
    if let Op::Calc(CalcSpec { filter: own, projection: Some(inner) }) = &input.op {
        let conditions: Vec<Expr> = filter.iter().cloned().flat_map(Expr::conjuncts).collect();
        if calcs_are_mergeable(&conditions, &projection, inner) {
            return merged(&input, own.clone(), inner, conditions, projection, schema);
        }
    }
    let keys = rows::mapped_keys(&input.keys, &projection);
    let identity = calc_is_identity(&projection, input.schema.len());
    let spec = CalcSpec { filter, projection: (!identity).then_some(projection) };
    Node::unary(Op::Calc(spec), input, Distribution::Any, schema).with_keys(keys)
}

/// Lets watermarks follow right behind the rows that bring them.
pub(super) fn watermark_each_row(node: &mut Node) {
    if let Op::Watermark(spec) = &mut node.op {
        spec.each_row = true;
    }
    node.inputs.iter_mut().for_each(|input| watermark_each_row(&mut input.node));
}

/// One calculation of two.
fn merged(
    lower: &Node,
    own: Option<Expr>,
    inner: &[Expr],
    conditions: Vec<Expr>,
    projection: Vec<Expr>,
    schema: Schema,
) -> Node {
    let replace = |expr: Expr| expr.substitute(&|column| inner[column].clone());
    let mut all: Vec<Expr> = own.into_iter().flat_map(Expr::conjuncts).collect();
    all.extend(conditions.into_iter().map(replace));
    let filter = (!all.is_empty()).then(|| Expr::and(all));
    let projection = projection.into_iter().map(replace).collect();
    match lower.input().cloned() {
        Some(input) => calc(input, filter, projection, schema),
        None => lower.clone(),
    }
}

/// The rows of several inputs as those of one.
pub fn union(inputs: Vec<Node>, schema: Schema) -> Node {
    let changes = inputs.iter().fold(Changes::NONE, |changes, input| changes.union(input.changes));
    let inputs = inputs.into_iter().map(|node| super::node::Input { node, distribution: Distribution::Any }).collect();
    Node { op: Op::Union, inputs, schema, changes, before: false, keys: Vec::new() }
}

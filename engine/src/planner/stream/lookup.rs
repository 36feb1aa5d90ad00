//! Joins with a table that is asked for the rows of a key.

use std::sync::Arc;

use super::{
    Converter,
    convert::calc,
    node::{Distribution, Node, Op},
    rows,
};
use crate::{
    expr::{Expr, ExprKind},
    operators::spec::{JoinKind, JoinSides, LookupJoinSpec},
    planner::{
        Table,
        connect::LookupRequest,
        joins,
        rel::{Rel, RelKind, Scan, Temporal},
        shape::{self, Comparison},
    },
    syntax::SqlError,
    types::Schema,
};

/// What a right side that can be asked is: stored columns, and what is computed of them.
struct Asked<'a> {
    scan: &'a Scan,
    schema: &'a Schema,
    projection: Vec<Expr>,
}

fn asked(rel: &Rel) -> Option<Asked<'_>> {
    match &rel.kind {
        RelKind::Scan(scan) => Some(Asked { scan, schema: &rel.schema, projection: rel.columns() }),
        RelKind::Watermark { input, .. } => asked(input),
        RelKind::Calc { input, filter: None, projection } => {
            let below = asked(input)?;
            let over = |expr: &Expr| expr.clone().substitute(&|column| below.projection[column].clone());
            let projection = projection.iter().map(over).collect();
            Some(Asked { projection, ..below })
        }
        _ => None,
    }
}

impl Converter<'_> {
    pub(super) fn lookup_join(&self, temporal: &Temporal, rel: &Rel) -> Result<Node, SqlError> {
        let refused = || {
            let message = "Processing-time temporal join is not supported yet.";
            SqlError::invalid(
                temporal.at,
                format!("{message} Join a table whose connector can be asked for a key, or use event time"),
            )
        };
        let Some(asked) = asked(&temporal.right).filter(|_| temporal.table.is_some()) else { return Err(refused()) };
        let left = self.convert(&temporal.left)?;
        let width = left.schema.len();
        let stored = |column: usize| {
            if column < width {
                Expr::column(column, left.schema.fields[column].data_type.clone())
            } else {
                asked.projection[column - width].clone().map_columns(&|column| column + width)
            }
        };
        let conditions: Vec<Expr> =
            temporal.condition.iter().map(|condition| condition.clone().substitute(&stored)).collect();
        let (mut keys, mut right_keys, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for condition in conditions {
            match lookup_key(&condition, width).filter(|(column, _)| !right_keys.contains(column)) {
                Some((column, value)) => {
                    right_keys.push(column);
                    keys.push(value);
                }
                None => rest.push(condition),
            }
        }
        if keys.is_empty() {
            let message =
                "Lookup join requires an Equality condition on at least one column of the table that is asked";
            return Err(SqlError::invalid(temporal.at, message));
        }
        let table_keys: Vec<usize> = right_keys.iter().map(|column| asked.scan.columns[*column]).collect();
        self.check(&asked.scan.table, asked.scan.at)?;
        let lookup = self
            .connectors
            .lookup(&LookupRequest {
                table: &asked.scan.table,
                columns: &asked.scan.columns,
                keys: &table_keys,
                at: asked.scan.at,
            })?
            .ok_or_else(refused)?;
        let sides = JoinSides {
            kind: temporal.kind,
            left_keys: Vec::new(),
            null_safe: vec![false; right_keys.len()],
            right_keys,
            condition: (!rest.is_empty()).then(|| Expr::and(rest)),
            left: left.schema.clone(),
            right: asked.schema.clone(),
        };
        let unique = unique(&asked.scan.table, &table_keys);
        let spec = LookupJoinSpec { sides, keys, lookup };
        let outer = temporal.kind == JoinKind::Left;
        let mut schema = left.schema.clone();
        schema.fields.extend(asked.schema.fields.iter().map(|field| {
            let mut field = field.clone();
            field.data_type.nullable |= outer;
            field
        }));
        let unique = if unique { left.keys.clone() } else { Vec::new() };
        let op = Op::LookupJoin(spec, Arc::clone(&asked.scan.table));
        let joined = Node::unary(op, left, Distribution::Any, schema.clone()).with_keys(unique);
        let mut projection = rows::columns_of(&schema)[..width].to_vec();
        projection.extend(asked.projection.iter().map(|expr| expr.clone().map_columns(&|column| column + width)));
        Ok(calc(joined, None, projection, rel.schema.clone()))
    }
}

/// Whether a key's row is the only one.
fn unique(table: &Table, keys: &[usize]) -> bool {
    !table.primary_key.is_empty() && table.primary_key.iter().all(|column| keys.contains(column))
}

/// A right column, and the value over the left columns (or constant) that it must be equal to.
fn lookup_key(condition: &Expr, width: usize) -> Option<(usize, Expr)> {
    let (Comparison::Eq, a, b) = shape::comparison(condition)? else { return None };
    let right = |expr: &Expr| match &expr.kind {
        ExprKind::Column(column) if *column >= width => Some(column - width),
        _ => None,
    };
    let left = |expr: &Expr| {
        !matches!(joins::side(expr, width), Some(joins::Side::Right)) && expr.columns().iter().all(|c| *c < width)
    };
    match (right(a), right(b)) {
        (Some(column), None) if left(b) => Some((column, b.clone())),
        (None, Some(column)) if left(a) => Some((column, a.clone())),
        _ => None,
    }
}

//! `UNION`, `INTERSECT`, `EXCEPT`

use super::{Binder, Env, synth};
use crate::{
    expr::{self, Expr},
    operators::spec::{AggregateCall, AggregateFunction, JoinKind},
    planner::rel::{Aggregate, Join, Rel, Unnest},
    syntax::{
        Position, SqlError,
        ast::{self, BinaryOp, ExprKind, QueryBody, SetOp, SetOperation},
    },
    types::{Field, TypeKind, Value},
};

impl Binder<'_> {
    pub(super) fn set_operation(&self, operation: &SetOperation, env: Env<'_>) -> Result<Rel, SqlError> {
        let mut inputs = vec![self.body(&operation.left, env)?];
        // `a UNION ALL b UNION ALL c` is one union.
        if let (SetOp::Union, true, QueryBody::Set(left)) = (operation.op, operation.all, &operation.left)
            && left.op == SetOp::Union
            && left.all
            && let Some(Rel { kind: crate::planner::rel::RelKind::Union(parts), .. }) =
                inputs.pop_if(|rel| matches!(&rel.kind, crate::planner::rel::RelKind::Union(_)))
        {
            inputs = parts;
        }
        inputs.push(self.body(&operation.right, env)?);
        let inputs = unify(inputs, operation)?;
        let at = operation.at;
        match (operation.op, operation.all) {
            (SetOp::Union, true) => Ok(Rel::union(inputs)),
            (SetOp::Union, false) => Ok(distinct(Rel::union(inputs), at)),
            (SetOp::Intersect, false) => Ok(distinct(self.matched(inputs, JoinKind::Semi, at)?, at)),
            (SetOp::Except, false) => Ok(distinct(self.matched(inputs, JoinKind::Anti, at)?, at)),
            (op, true) => self.counted(inputs, op, at),
        }
    }

    /// `INTERSECT ALL`, `EXCEPT ALL`: each row as often as the counts of both sides say.
    fn counted(&self, inputs: Vec<Rel>, op: SetOp, at: Position) -> Result<Rel, SqlError> {
        let names = inputs[0].names();
        let width = names.len();
        let one = |number| Expr::literal(Value::Integer(number), TypeKind::BigInt);
        let marked = inputs.into_iter().enumerate().map(|(side, input)| {
            super::select::extend(input, vec![one(i64::from(side == 0)), one(i64::from(side == 1))])
        });
        let both = Rel::union(marked.collect());
        let count = |column: usize| AggregateCall {
            function: AggregateFunction::Sum,
            arguments: vec![both.column(column)],
            distinct: false,
            filter: None,
            data_type: TypeKind::BigInt.not_null(),
            name: format!("$c{}", column - width),
        };
        let calls = vec![count(width), count(width + 1)];
        let keys = (0..width).collect();
        let counts = Rel::aggregate(Aggregate { input: Box::new(both), keys, calls, window: None, at });
        let (left, right) = (counts.column(width), counts.column(width + 1));
        let copies = synth::compose(vec![left, right, one(0)], at, &self.settings, |given| {
            let binary = |op, a, b| ast::Expr { at, kind: ExprKind::Binary(op, Box::new(a), Box::new(b)) };
            if op == SetOp::Except {
                return binary(BinaryOp::Sub, given(0), given(1)).kind;
            }
            ExprKind::Case {
                operand: None,
                branches: vec![(binary(BinaryOp::Lt, given(0), given(1)), given(0))],
                otherwise: Some(Box::new(given(1))),
            }
        })?;
        let some = synth::binary(BinaryOp::Gt, copies.clone(), one(0), at, &self.settings)?;
        let copied = Rel::unnest(Unnest {
            input: Box::new(counts.filter(vec![some])),
            collection: super::replicate::replicate(copies),
            outer: false,
            ordinality: false,
            elements: vec![Field::new("$copy", TypeKind::Int.not_null())],
            condition: None,
        });
        Ok(copied.select(&(0..width).collect::<Vec<_>>()).rename(&names))
    }

    /// The left rows that are, or are not, among the right ones; NULL is equal to NULL.
    fn matched(&self, inputs: Vec<Rel>, kind: JoinKind, at: Position) -> Result<Rel, SqlError> {
        let mut inputs = inputs.into_iter();
        let (Some(left), Some(right)) = (inputs.next(), inputs.next()) else {
            return Err(SqlError::invalid(at, "A set operation has two sides"));
        };
        let width = left.schema.len();
        let equal = |column: usize| {
            let right = right.column(column).map_columns(&|column| column + width);
            synth::same(left.column(column), right, at, &self.settings)
        };
        let condition = (0..width).map(equal).collect::<Result<Vec<Expr>, _>>()?;
        let (left, right) = (Box::new(left), Box::new(right));
        Ok(Rel::join(Join { kind, left, right, condition, at, ttl_ms: [None, None] }))
    }
}

/// Each row once.
pub fn distinct(rel: Rel, at: Position) -> Rel {
    let keys = (0..rel.schema.len()).collect();
    Rel::aggregate(Aggregate { input: Box::new(rel), keys, calls: Vec::new(), window: None, at })
}

/// Brings the columns of all inputs to common types.
fn unify(mut inputs: Vec<Rel>, operation: &SetOperation) -> Result<Vec<Rel>, SqlError> {
    let (at, keyword) = (operation.at, operation.op.keyword());
    let width = inputs[0].schema.len();
    if inputs.iter().any(|input| input.schema.len() != width) {
        return Err(SqlError::invalid(at, format!("Column count mismatch in {keyword}")));
    }
    let mut common = Vec::with_capacity(width);
    for column in 0..width {
        let types: Vec<_> = inputs.iter().map(|input| input.schema.fields[column].data_type.clone()).collect();
        let found = expr::common_type(&types).ok_or_else(|| {
            let message = format!(
                "Type mismatch in column {} of {keyword}: {}",
                column + 1,
                types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
            );
            SqlError::invalid(at, message)
        })?;
        common.push(found);
    }
    for input in &mut inputs {
        let same = input.schema.fields.iter().zip(&common).all(|(field, common)| field.data_type.kind == common.kind);
        if same {
            continue;
        }
        let names = input.names();
        let exprs = input.columns().into_iter().zip(&common).map(|(expr, common)| {
            let nullable = expr.data_type.nullable;
            expr::coerce(expr, &common.clone().with_nullable(nullable))
        });
        let exprs = exprs.collect();
        *input = input.clone().project(names, exprs);
    }
    Ok(inputs)
}

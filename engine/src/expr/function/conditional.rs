//! `COALESCE`, `IFNULL`, `NULLIF`, `IF`, `GREATEST`, `LEAST`.

use std::sync::Arc;

use arrow_array::{Array, BooleanArray};
use arrow_buffer::BooleanBuffer;
use arrow_select::zip::zip;

use super::{
    comparison::Comparison,
    kernel::Kernel,
    native::downcast,
    registry::{Call, FunctionInfo, Group},
};
use crate::{
    expr::{
        Datum, EvalError, Expr, ExprKind,
        bind::{case, compare, unify},
    },
    syntax::SqlError,
    types::TypeKind as K,
};

/// The first that is not NULL; NULL only where all may be.
fn coalesce(call: &Call<'_>) -> Result<Expr, SqlError> {
    if call.arguments.is_empty() {
        return Err(call.refusal());
    }
    let nullable = call.arguments.iter().all(|argument| argument.data_type.nullable);
    let (mut parts, common) = unify(call.arguments.clone(), call.info.name, call.at)?;
    if common.kind == K::Null {
        return Err(call.refusal());
    }
    // What comes after one that is never NULL is never taken.
    if let Some(last) = parts.iter().position(|part| !part.data_type.nullable) {
        parts.truncate(last + 1);
    }
    Ok(Expr { kind: ExprKind::Coalesce(parts), data_type: common.with_nullable(nullable) })
}

fn if_null(call: &Call<'_>) -> Result<Expr, SqlError> {
    if call.arguments.len() != 2 {
        return Err(call.refusal());
    }
    coalesce(call)
}

fn null_if(call: &Call<'_>) -> Result<Expr, SqlError> {
    let [value, other] = call.arguments.as_slice() else { return Err(call.refusal()) };
    let equal = compare(Comparison::Eq, value.clone(), other.clone(), call.at)?;
    case(vec![equal], vec![Expr::null(value.data_type.kind.clone()), value.clone()], "NULLIF", call.at)
}

/// Its result admits NULL where the condition does, as in Flink.
fn if_else(call: &Call<'_>) -> Result<Expr, SqlError> {
    let [condition, then, otherwise] = call.arguments.as_slice() else { return Err(call.refusal()) };
    let condition = match condition.data_type.kind {
        K::Boolean => condition.clone(),
        K::Null => Expr::null(K::Boolean),
        _ => return Err(call.refusal()),
    };
    let nullable = condition.data_type.nullable;
    let chosen = case(vec![condition], vec![then.clone(), otherwise.clone()], "IF", call.at)?;
    let nullable = nullable || chosen.data_type.nullable;
    Ok(Expr { data_type: chosen.data_type.clone().with_nullable(nullable), ..chosen })
}

/// The largest or smallest; NULL where one is.
fn extreme(call: &Call<'_>, op: Comparison) -> Result<Expr, SqlError> {
    if call.arguments.is_empty() {
        return Err(call.refusal());
    }
    let (parts, common) = unify(call.arguments.clone(), call.info.name, call.at)?;
    let better = op.kernel(&common.kind).filter(|_| common.kind != K::Null).ok_or_else(|| call.refusal())?;
    let kernel = Kernel::new(move |site, arguments| {
        let (first, rest) = arguments.split_first().ok_or_else(|| EvalError::internal("nothing to compare"))?;
        let mut best = first.clone().into_array(site.rows)?;
        for argument in rest {
            let part = argument.clone().into_array(site.rows)?;
            let compared = better.run(site, &[Datum::rows(Arc::clone(&part)), Datum::rows(Arc::clone(&best))])?;
            let compared = downcast::<BooleanArray>(&compared)?;
            // A NULL among them is taken, and stays.
            let take = |row: usize| part.is_null(row) || (compared.is_valid(row) && compared.value(row));
            let take = BooleanArray::new(BooleanBuffer::collect_bool(site.rows, take), None);
            best = zip(&take, &part, &best)?;
        }
        Ok(best)
    });
    Ok(call.call(kernel.total(), parts, common))
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Conditional, name, signature, doc, example);
    into.push(
        info(
            "COALESCE",
            "COALESCE(value, …)",
            "The first value that is not NULL.",
            ("COALESCE(CAST(NULL AS INT), 7)", "7"),
        )
        .rule(coalesce),
    );
    into.push(
        info(
            "IFNULL",
            "IFNULL(value, replacement)",
            "The value, or the replacement where it is NULL.",
            ("IFNULL(CAST(NULL AS INT), 5)", "5"),
        )
        .rule(if_null),
    );
    into.push(
        info(
            "NULLIF",
            "NULLIF(value, other)",
            "NULL where the value equals the other, else the value.",
            ("NULLIF(5, 0)", "5"),
        )
        .rule(null_if),
    );
    into.push(
        info(
            "IF",
            "IF(condition, value, other)",
            "The value where the condition is true, else the other.",
            ("IF(5 > 3, 5, 3)", "5"),
        )
        .rule(if_else),
    );
    into.push(
        info(
            "GREATEST",
            "GREATEST(value, …)",
            "The greatest of the values; NULL where one is.",
            ("GREATEST(1, 5, 3)", "5"),
        )
        .rule(|call| extreme(call, Comparison::Gt)),
    );
    into.push(
        info("LEAST", "LEAST(value, …)", "The least of the values; NULL where one is.", ("LEAST(1, 5, 3)", "1"))
            .rule(|call| extreme(call, Comparison::Lt)),
    );
}

//! The aggregate functions: which there are, what they take, and the types of their results.

use crate::{
    expr::function::json::is_json_text,
    expr::{Expr, Scope, bind, coerce},
    operators::{
        aggregate::resolve,
        spec::{AggregateCall, AggregateFunction as F},
    },
    syntax::{
        Position, SqlError,
        ast::{self, Call, JsonCall, JsonOnNull},
    },
    types::{DataType, TypeKind},
};

/// The functions by their names.
const FUNCTIONS: [(&str, F); 20] = [
    ("COUNT", F::Count),
    ("SUM", F::Sum),
    ("SUM0", F::Sum0),
    ("$SUM0", F::Sum0),
    ("AVG", F::Avg),
    ("MIN", F::Min),
    ("MAX", F::Max),
    ("FIRST_VALUE", F::FirstValue),
    ("LAST_VALUE", F::LastValue),
    ("SINGLE_VALUE", F::SingleValue),
    ("STDDEV_POP", F::StddevPop),
    ("STDDEV_SAMP", F::StddevSamp),
    ("STDDEV", F::StddevSamp),
    ("VAR_POP", F::VarPop),
    ("VAR_SAMP", F::VarSamp),
    ("VARIANCE", F::VarSamp),
    ("LISTAGG", F::Listagg),
    ("COLLECT", F::Collect),
    ("PERCENTILE", F::Percentile),
    ("ARRAY_AGG", F::ArrayAgg),
];

/// The functions that are only there with OVER.
const RANKING: [(&str, F); 8] = [
    ("ROW_NUMBER", F::RowNumber),
    ("RANK", F::Rank),
    ("DENSE_RANK", F::DenseRank),
    ("PERCENT_RANK", F::PercentRank),
    ("CUME_DIST", F::CumeDist),
    ("NTILE", F::Ntile),
    ("LAG", F::Lag),
    ("LEAD", F::Lead),
];

fn find(call: &Call) -> Option<F> {
    if !call.name.rest.is_empty() {
        return None;
    }
    let name = &call.name.first.text;
    FUNCTIONS.iter().chain(&RANKING).find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, function)| *function)
}

/// Whether a call is of an aggregate function.
pub fn is_aggregate(call: &Call) -> bool {
    find(call).is_some()
}

/// Whether a JSON function is an aggregate.
pub fn is_json_aggregate(call: &JsonCall) -> bool {
    matches!(call, JsonCall::ObjectAgg { .. } | JsonCall::ArrayAgg { .. })
}

/// Binds an aggregate call over `scope`. `grouped`: there is a row for a group only where it has rows, so that the result
/// is not NULL where the argument is not.
pub fn aggregate(call: &Call, at: Position, scope: &dyn Scope, grouped: bool) -> Result<AggregateCall, SqlError> {
    let Some(function) = find(call) else {
        return Err(SqlError::invalid(at, format!("'{}' is no aggregate function", call.name.dotted())));
    };
    refuse_clauses(call, function)?;
    let arguments =
        call.arguments.iter().map(|argument| bind(&argument.value, scope)).collect::<Result<Vec<_>, _>>()?;
    let filter = call.filter.as_ref().map(|filter| super::select::condition(scope, filter, "FILTER")).transpose()?;
    if call.over.is_none() && RANKING.iter().any(|(_, known)| *known == function) {
        let message = format!("OVER clause is necessary for window functions ({})", call.name.dotted().to_uppercase());
        return Err(SqlError::invalid(at, message));
    }
    let certain = grouped && filter.is_none();
    let (arguments, data_type) = signature(function, arguments, call, at, certain)?;
    let row = arguments.iter().find(|argument| matches!(argument.data_type.kind, TypeKind::Row(_)));
    if let (Some(at), Some(_)) = (call.distinct, row) {
        return Err(SqlError::invalid(at, "Distinct aggregate function does not support type: ROW."));
    }
    // `DISTINCT` makes no difference to these.
    let distinct = call.distinct.is_some() && !matches!(function, F::Min | F::Max);
    Ok(AggregateCall { function, arguments, distinct, filter, data_type, name: String::new() })
}

fn refuse_clauses(call: &Call, function: F) -> Result<(), SqlError> {
    if let Some((at, _)) = &call.within_group {
        let instead = "Aggregates take rows in the order in which they come.";
        return Err(SqlError::unsupported(*at, "WITHIN GROUP", instead));
    }
    if let Some(item) = call.order_by.first() {
        let instead = "Aggregates take rows in the order in which they come.";
        return Err(SqlError::unsupported(item.expr.at, "ORDER BY in an aggregate", instead));
    }
    if let Some(nulls) = call.nulls.filter(|nulls| !(nulls.ignore && matches!(function, F::FirstValue | F::LastValue)))
    {
        let instead = "Leave it out; FIRST_VALUE and LAST_VALUE ignore NULLs anyway.";
        return Err(SqlError::unsupported(nulls.at, "IGNORE NULLS or RESPECT NULLS", instead));
    }
    Ok(())
}

/// The arguments brought to the types that the function takes, and the type of its result.
#[allow(clippy::too_many_lines)] // A table: what each function takes and gives.
fn signature(
    function: F,
    mut arguments: Vec<Expr>,
    call: &Call,
    at: Position,
    certain: bool,
) -> Result<(Vec<Expr>, DataType), SqlError> {
    let name = call.name.last().text.to_uppercase();
    if call.star.is_some() && function != F::Count {
        return Err(SqlError::invalid(at, format!("Unknown identifier '*': only COUNT takes it, not {name}")));
    }
    if function == F::Count && arguments.is_empty() && call.star.is_none() {
        return Err(SqlError::invalid(
            at,
            "Invalid number of arguments to function 'COUNT'. It takes * or one argument",
        ));
    }
    let types: Vec<DataType> = arguments.iter().map(|argument| argument.data_type.clone()).collect();
    let (_, data_type) = resolve(&name, &types, certain).map_err(|message| SqlError::invalid(at, message))?;
    match function {
        // A column that cannot be NULL counts rows.
        F::Count if call.distinct.is_none() && types.iter().all(|argument| !argument.nullable) => arguments.clear(),
        F::Listagg if arguments.get(1).is_some_and(|separator| separator.as_literal().is_none()) => {
            return Err(SqlError::invalid(at, "The separator of LISTAGG must be a literal"));
        }
        F::Lag | F::Lead => return offset_signature(arguments, at, &name),
        F::Percentile => return percentile_signature(arguments, at),
        _ => {}
    }
    Ok((arguments, data_type))
}

/// `PERCENTILE(value, percentage[, frequency])`: of an array of percentages an array.
fn percentile_signature(mut arguments: Vec<Expr>, at: Position) -> Result<(Vec<Expr>, DataType), SqlError> {
    let double = TypeKind::Double.nullable();
    let percentage = arguments[1].data_type.clone();
    let wanted = match &percentage.kind {
        TypeKind::Array(element) if element.kind.is_numeric() => TypeKind::Array(Box::new(double)).nullable(),
        kind if kind.is_numeric() => double,
        _ => {
            return Err(SqlError::invalid(
                at,
                format!("The percentage of PERCENTILE must be a number, not {percentage}"),
            ));
        }
    };
    arguments[1] = coerce(arguments[1].clone(), &wanted.clone().with_nullable(percentage.nullable));
    if let Some(frequency) = arguments.get_mut(2) {
        *frequency = coerce(frequency.clone(), &TypeKind::BigInt.nullable());
    }
    Ok((arguments, wanted))
}

/// `LAG(value[, offset[, default]])` and `LEAD`: not NULL where neither value nor default is.
fn offset_signature(mut arguments: Vec<Expr>, at: Position, name: &str) -> Result<(Vec<Expr>, DataType), SqlError> {
    let value = arguments[0].data_type.clone();
    if arguments.get(1).is_some_and(|offset| !offset.data_type.kind.is_integer()) {
        return Err(SqlError::invalid(at, format!("The offset of {name} must be a whole number")));
    }
    let nullable = arguments.get(2).is_none_or(|default| default.data_type.nullable) || value.nullable;
    if let Some(default) = arguments.get_mut(2) {
        *default = coerce(default.clone(), &value);
    }
    Ok((arguments, value.with_nullable(nullable)))
}

/// `JSON_OBJECTAGG`, `JSON_ARRAYAGG`
pub fn json_aggregate(call: &JsonCall, at: Position, scope: &dyn Scope) -> Result<AggregateCall, SqlError> {
    let (function, arguments): (F, Vec<&ast::Expr>) = match call {
        JsonCall::ObjectAgg { key, value, on_null } => {
            // Flink's default is NULL ON NULL.
            let absent_on_null = *on_null == Some(JsonOnNull::Absent);
            (F::JsonObjectAgg { absent_on_null }, vec![key, value])
        }
        JsonCall::ArrayAgg { value, order_by, on_null } => {
            if let Some(item) = order_by.first() {
                let instead = "Elements are in the order in which rows come.";
                return Err(SqlError::unsupported(item.expr.at, "ORDER BY in JSON_ARRAYAGG", instead));
            }
            // Flink's default is ABSENT ON NULL.
            let absent_on_null = *on_null != Some(JsonOnNull::Null);
            (F::JsonArrayAgg { absent_on_null }, vec![value])
        }
        _ => return Err(SqlError::invalid(at, "This JSON function is no aggregate")),
    };
    let mut bound = Vec::with_capacity(arguments.len());
    for (place, argument) in arguments.iter().enumerate() {
        let expr = bind(argument, scope)?;
        let is_value = place + 1 == arguments.len();
        // What is JSON already is taken as it is; all else becomes JSON.
        bound.push(if is_value && !is_json_text(&expr) {
            super::synth::call("JSON_STRING", vec![expr], argument.at, scope.settings())?
        } else {
            expr
        });
    }
    let types: Vec<DataType> = bound.iter().map(|argument| argument.data_type.clone()).collect();
    let name = if matches!(function, F::JsonObjectAgg { .. }) { "JSON_OBJECTAGG" } else { "JSON_ARRAYAGG" };
    let (_, data_type) = resolve(name, &types, true).map_err(|message| SqlError::invalid(at, message))?;
    Ok(AggregateCall { function, arguments: bound, distinct: false, filter: None, data_type, name: String::new() })
}

/// The names of all aggregate functions, for "did you mean".
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    FUNCTIONS.iter().chain(&RANKING).map(|(name, _)| *name).filter(|name| !name.starts_with('$'))
}

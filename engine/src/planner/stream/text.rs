//! Expressions as plans show them: `(price > 10)`, `CAST(a AS BIGINT)`.

use crate::{
    expr::Expr,
    operators::spec::AggregateCall,
    types::{Schema, sort_key::SortColumn},
};

/// An expression over columns with these names.
pub fn expr_text(expr: &Expr, names: &[String]) -> String {
    expr.display(names).to_string()
}

/// The names of a schema's columns.
pub fn names(schema: &Schema) -> Vec<String> {
    schema.fields.iter().map(|field| field.name.clone()).collect()
}

/// The names of these columns, with commas.
pub fn columns(columns: &[usize], schema: &Schema) -> String {
    columns.iter().map(|column| schema.fields[*column].name.as_str()).collect::<Vec<_>>().join(", ")
}

/// An order: `price DESC, id ASC`.
pub fn order(order: &[SortColumn], schema: &Schema) -> String {
    let item = |item: &SortColumn| {
        let nulls = match (item.descending, item.nulls_first) {
            (false, false) => " NULLS LAST",
            (true, true) => " NULLS FIRST",
            _ => "",
        };
        format!("{} {}{nulls}", schema.fields[item.column].name, if item.descending { "DESC" } else { "ASC" })
    };
    order.iter().map(item).collect::<Vec<_>>().join(", ")
}

/// An aggregate call: `COUNT(DISTINCT a) FILTER b AS n`.
pub fn call(call: &AggregateCall, schema: &Schema) -> String {
    let name = names(schema);
    let arguments: Vec<String> = call.arguments.iter().map(|argument| expr_text(argument, &name)).collect();
    let arguments = if arguments.is_empty() { "*".to_owned() } else { arguments.join(", ") };
    let distinct = if call.distinct { "DISTINCT " } else { "" };
    let filter = call.filter.as_ref().map(|filter| format!(" FILTER {}", expr_text(filter, &name))).unwrap_or_default();
    format!("{}({distinct}{arguments}){filter} AS {}", function(call), call.name)
}

/// The name of an aggregate function.
pub fn function(call: &AggregateCall) -> &'static str {
    use crate::operators::spec::AggregateFunction as F;
    match call.function {
        F::Percentile => "PERCENTILE",
        F::Count => "COUNT",
        F::Sum => "SUM",
        F::Sum0 => "$SUM0",
        F::Avg => "AVG",
        F::Min => "MIN",
        F::Max => "MAX",
        F::FirstValue => "FIRST_VALUE",
        F::LastValue => "LAST_VALUE",
        F::SingleValue => "SINGLE_VALUE",
        F::StddevPop => "STDDEV_POP",
        F::StddevSamp => "STDDEV_SAMP",
        F::VarPop => "VAR_POP",
        F::VarSamp => "VAR_SAMP",
        F::Listagg => "LISTAGG",
        F::Collect => "COLLECT",
        F::ArrayAgg => "ARRAY_AGG",
        F::JsonObjectAgg { absent_on_null: false } => "JSON_OBJECTAGG_NULL_ON_NULL",
        F::JsonObjectAgg { absent_on_null: true } => "JSON_OBJECTAGG_ABSENT_ON_NULL",
        F::JsonArrayAgg { absent_on_null: false } => "JSON_ARRAYAGG_NULL_ON_NULL",
        F::JsonArrayAgg { absent_on_null: true } => "JSON_ARRAYAGG_ABSENT_ON_NULL",
        F::RowNumber => "ROW_NUMBER",
        F::Rank => "RANK",
        F::DenseRank => "DENSE_RANK",
        F::PercentRank => "PERCENT_RANK",
        F::CumeDist => "CUME_DIST",
        F::Ntile => "NTILE",
        F::Lag => "LAG",
        F::Lead => "LEAD",
    }
}

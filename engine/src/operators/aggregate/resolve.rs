//! Names of aggregate functions, and the types of their results.

use crate::{
    operators::spec::AggregateFunction,
    types::{DataType, TypeKind, data_type::MAX_DECIMAL_PRECISION},
};

/// The fewest digits after the point of an average of decimals.
const MIN_AVERAGE_SCALE: u8 = 6;

/// The aggregate function of a name (of any case) for arguments of these types, and the type of its result. `grouped`:
/// whether there is a key, so that there is no result without a row. The error says what is wrong, without a position.
///
/// The second argument of `JSON_OBJECTAGG` and the argument of `JSON_ARRAYAGG` have to be JSON texts: as in Flink the
/// planner wraps them in `JSON_STRING`. Of their `ON NULL` clauses this knows nothing: the defaults are theirs.
pub fn resolve(name: &str, arguments: &[DataType], grouped: bool) -> Result<(AggregateFunction, DataType), String> {
    let function = named(name).ok_or_else(|| format!("{name} is not an aggregate function"))?;
    let (least, most) = arity(function);
    if !(least..=most).contains(&arguments.len()) {
        let expect = if least == most { format!("{least}") } else { format!("{least} to {most}") };
        return Err(format!("{name} takes {expect} arguments, not {}", arguments.len()));
    }
    let result = result(function, arguments).ok_or_else(|| {
        let types: Vec<String> = arguments.iter().map(|argument| argument.kind.to_string()).collect();
        format!("{name} is not defined for arguments of type {}", types.join(", "))
    })?;
    let nullable = match function {
        AggregateFunction::Count | AggregateFunction::Collect => false,
        AggregateFunction::JsonObjectAgg { .. } | AggregateFunction::JsonArrayAgg { .. } => false,
        AggregateFunction::RowNumber | AggregateFunction::Rank | AggregateFunction::DenseRank => false,
        AggregateFunction::Lag | AggregateFunction::Lead | AggregateFunction::SingleValue => true,
        _ => !grouped || arguments.iter().any(|argument| argument.nullable),
    };
    Ok((function, result.with_nullable(nullable || sample(function))))
}

/// Of one value a sample has no spread.
fn sample(function: AggregateFunction) -> bool {
    matches!(function, AggregateFunction::StddevSamp | AggregateFunction::VarSamp)
}

fn named(name: &str) -> Option<AggregateFunction> {
    Some(match name.to_ascii_uppercase().as_str() {
        "COUNT" => AggregateFunction::Count,
        "SUM" => AggregateFunction::Sum,
        "$SUM0" | "SUM0" => AggregateFunction::Sum0,
        "AVG" => AggregateFunction::Avg,
        "MIN" => AggregateFunction::Min,
        "MAX" => AggregateFunction::Max,
        "FIRST_VALUE" => AggregateFunction::FirstValue,
        "LAST_VALUE" => AggregateFunction::LastValue,
        "SINGLE_VALUE" => AggregateFunction::SingleValue,
        "STDDEV_POP" => AggregateFunction::StddevPop,
        "STDDEV_SAMP" | "STDDEV" => AggregateFunction::StddevSamp,
        "VAR_POP" => AggregateFunction::VarPop,
        "VAR_SAMP" | "VARIANCE" => AggregateFunction::VarSamp,
        "LISTAGG" => AggregateFunction::Listagg,
        "COLLECT" => AggregateFunction::Collect,
        "PERCENTILE" => AggregateFunction::Percentile,
        "ARRAY_AGG" => AggregateFunction::ArrayAgg,
        "JSON_OBJECTAGG" => AggregateFunction::JsonObjectAgg { absent_on_null: false },
        "JSON_ARRAYAGG" => AggregateFunction::JsonArrayAgg { absent_on_null: true },
        "ROW_NUMBER" => AggregateFunction::RowNumber,
        "RANK" => AggregateFunction::Rank,
        "DENSE_RANK" => AggregateFunction::DenseRank,
        "PERCENT_RANK" => AggregateFunction::PercentRank,
        "CUME_DIST" => AggregateFunction::CumeDist,
        "NTILE" => AggregateFunction::Ntile,
        "LAG" => AggregateFunction::Lag,
        "LEAD" => AggregateFunction::Lead,
        _ => return None,
    })
}

/// The least and the most arguments.
fn arity(function: AggregateFunction) -> (usize, usize) {
    match function {
        // Flink: "We now only support the count of one field."
        AggregateFunction::Count => (0, 1),
        AggregateFunction::Listagg => (1, 2),
        AggregateFunction::JsonObjectAgg { .. } => (2, 2),
        AggregateFunction::Percentile => (2, 3),
        AggregateFunction::RowNumber | AggregateFunction::Rank | AggregateFunction::DenseRank => (0, 0),
        AggregateFunction::PercentRank | AggregateFunction::CumeDist => (0, 0),
        AggregateFunction::Lag | AggregateFunction::Lead => (1, 3),
        _ => (1, 1),
    }
}

fn result(function: AggregateFunction, arguments: &[DataType]) -> Option<DataType> {
    let first = arguments.first();
    let numeric = first.filter(|first| first.kind.is_numeric());
    Some(match function {
        AggregateFunction::Percentile => TypeKind::Double.nullable(),
        AggregateFunction::Count | AggregateFunction::RowNumber => TypeKind::BigInt.not_null(),
        AggregateFunction::Rank | AggregateFunction::DenseRank | AggregateFunction::Ntile => {
            TypeKind::BigInt.not_null()
        }
        AggregateFunction::PercentRank | AggregateFunction::CumeDist => TypeKind::Double.not_null(),
        AggregateFunction::Sum | AggregateFunction::Sum0 => match &numeric?.kind {
            TypeKind::Decimal(_, scale) => TypeKind::Decimal(MAX_DECIMAL_PRECISION, *scale).nullable(),
            kind => kind.clone().nullable(),
        },
        AggregateFunction::Avg
        | AggregateFunction::StddevPop
        | AggregateFunction::StddevSamp
        | AggregateFunction::VarPop
        | AggregateFunction::VarSamp => match &numeric?.kind {
            TypeKind::Decimal(_, scale) => {
                TypeKind::Decimal(MAX_DECIMAL_PRECISION, (*scale).max(MIN_AVERAGE_SCALE)).nullable()
            }
            kind => kind.clone().nullable(),
        },
        AggregateFunction::Min | AggregateFunction::Max => first.filter(|first| comparable(&first.kind))?.clone(),
        AggregateFunction::FirstValue | AggregateFunction::LastValue | AggregateFunction::SingleValue => first?.clone(),
        AggregateFunction::Lag | AggregateFunction::Lead => first?.clone(),
        AggregateFunction::Listagg => {
            arguments.iter().all(|argument| argument.kind.is_text()).then_some(TypeKind::STRING.nullable())?
        }
        AggregateFunction::Collect => TypeKind::Multiset(Box::new(first?.clone())).not_null(),
        AggregateFunction::ArrayAgg => TypeKind::Array(Box::new(first?.clone())).nullable(),
        AggregateFunction::JsonObjectAgg { .. } => {
            first.filter(|key| key.kind.is_text())?;
            TypeKind::Varchar(JSON_LENGTH).not_null()
        }
        AggregateFunction::JsonArrayAgg { .. } => TypeKind::Varchar(JSON_LENGTH).not_null(),
    })
}

/// The length that Flink gives JSON results, but does not enforce.
const JSON_LENGTH: u32 = 2000;

/// Whether `MIN` and `MAX` are defined.
fn comparable(kind: &TypeKind) -> bool {
    kind.is_numeric()
        || kind.is_text()
        || kind.is_timestamp()
        || matches!(kind, TypeKind::Boolean | TypeKind::Date | TypeKind::Time(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_types_of_flink() {
        let decimal = |precision, scale| TypeKind::Decimal(precision, scale);
        for (name, argument, expect) in [
            ("sum", TypeKind::Int, "INT"),
            ("SUM", TypeKind::TinyInt, "TINYINT"),
            ("SUM", decimal(10, 2), "DECIMAL(38, 2)"),
            ("AVG", TypeKind::Int, "INT"),
            ("AVG", TypeKind::Float, "FLOAT"),
            ("AVG", decimal(10, 2), "DECIMAL(38, 6)"),
            ("AVG", decimal(20, 8), "DECIMAL(38, 8)"),
            ("COUNT", TypeKind::STRING, "BIGINT NOT NULL"),
            ("MIN", TypeKind::Time(0), "TIME(0)"),
            ("STDDEV", TypeKind::Int, "INT"),
            ("VAR_POP", decimal(10, 2), "DECIMAL(38, 6)"),
            ("LISTAGG", TypeKind::Char(3), "STRING"),
            ("ARRAY_AGG", TypeKind::Int, "ARRAY<INT>"),
        ] {
            let resolved = resolve(name, &[argument.clone().nullable()], true);
            assert_eq!(
                resolved.map(|(_, data_type)| data_type.to_string()),
                Ok(expect.to_owned()),
                "{name}({argument})"
            );
        }
        let not_null =
            |grouped| resolve("SUM", &[TypeKind::Int.not_null()], grouped).map(|(_, result)| result.nullable);
        assert_eq!((not_null(true), not_null(false)), (Ok(false), Ok(true)));
    }

    #[test]
    fn what_is_not_defined_is_refused() {
        for (name, arguments, expect) in [
            ("MEDIAN", vec![TypeKind::Int], "MEDIAN is not an aggregate function"),
            ("SUM", vec![TypeKind::STRING], "SUM is not defined for arguments of type STRING"),
            ("SUM", vec![], "SUM takes 1 arguments, not 0"),
            ("COUNT", vec![TypeKind::Int, TypeKind::Int], "COUNT takes 0 to 1 arguments, not 2"),
            ("MAX", vec![TypeKind::BYTES], "MAX is not defined for arguments of type BYTES"),
            ("LISTAGG", vec![TypeKind::Int], "LISTAGG is not defined for arguments of type INT"),
        ] {
            let arguments: Vec<_> = arguments.into_iter().map(TypeKind::nullable).collect();
            assert_eq!(resolve(name, &arguments, true), Err(expect.to_owned()));
        }
    }
}

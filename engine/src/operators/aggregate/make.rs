//! The accumulators of a call.

use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, TimestampMicrosecondType,
};

use super::{
    accumulator::Accumulator,
    count::Count,
    counted::{Collect, JsonObject},
    decimal_sum::DecimalSum,
    extreme::{BooleanExtreme, End, NumberExtreme, TextExtreme},
    first_last::{FirstLast, SingleValue},
    percentile::Percentile,
    ranks::{Lag, Rank},
    retracted_extreme::RetractedExtreme,
    sequence::{Made, Sequence},
    sort_value::SortValue,
    sum::{Finish, FloatSum, IntegerSum},
    variance::{Spread, Variance},
};
use crate::{
    operators::spec::{AggregateCall, AggregateFunction},
    runtime::{Failure, Stop},
    types::{DataType, TypeKind},
};

/// The accumulators of a call that was resolved. `retracts`: whether rows are taken back.
pub fn accumulator(call: &AggregateCall, retracts: bool) -> Result<Box<dyn Accumulator>, Stop> {
    let argument = call.arguments.first().map(|argument| argument.data_type.clone());
    let made = match (call.function, argument) {
        (AggregateFunction::Count | AggregateFunction::RowNumber, _) => boxed(Count::default()),
        (AggregateFunction::Rank, Some(of)) => boxed(Rank::new(false, of)),
        (AggregateFunction::DenseRank, Some(of)) => boxed(Rank::new(true, of)),
        (AggregateFunction::Lag, Some(of)) if !retracts => boxed(Lag::new(of)),
        (AggregateFunction::Sum, Some(of)) => sum(Finish::Sum, &of.kind, &call.data_type.kind, retracts),
        (AggregateFunction::Sum0, Some(of)) => sum(Finish::Sum0, &of.kind, &call.data_type.kind, retracts),
        (AggregateFunction::Avg, Some(of)) => sum(Finish::Avg, &of.kind, &call.data_type.kind, retracts),
        (AggregateFunction::Min, Some(of)) => extreme(End::Least, of, retracts),
        (AggregateFunction::Max, Some(of)) => extreme(End::Greatest, of, retracts),
        (AggregateFunction::SingleValue, Some(of)) => boxed(SingleValue::new(of)),
        (AggregateFunction::FirstValue, Some(of)) if !retracts => boxed(FirstLast::new(false, of)),
        (AggregateFunction::LastValue, Some(of)) if !retracts => boxed(FirstLast::new(true, of)),
        (AggregateFunction::Collect, Some(of)) => boxed(Collect::new(of, call.data_type.clone())),
        (AggregateFunction::JsonObjectAgg { absent_on_null }, Some(_)) => boxed(JsonObject::new(absent_on_null)),
        (AggregateFunction::Percentile, Some(_)) => {
            let arguments = call.arguments.iter().map(|argument| argument.data_type.clone()).collect();
            boxed(Percentile::new(arguments, call.data_type.clone()))
        }
        (function, Some(of)) => match spread(function) {
            Some(spread) => boxed(Variance::new(spread, of, call.data_type.clone())),
            None => sequence(call, retracts),
        },
        (_, None) => None,
    };
    made.ok_or_else(|| {
        let message = format!("The aggregate {} ({:?}) is not supported here.", call.name, call.function);
        Failure::new("org.apache.flink.table.api.TableException", message).into()
    })
}

fn boxed(accumulator: impl Accumulator + 'static) -> Option<Box<dyn Accumulator>> {
    Some(Box::new(accumulator))
}

fn spread(function: AggregateFunction) -> Option<Spread> {
    Some(match function {
        AggregateFunction::StddevPop => Spread { sample: false, root: true },
        AggregateFunction::StddevSamp => Spread { sample: true, root: true },
        AggregateFunction::VarPop => Spread { sample: false, root: false },
        AggregateFunction::VarSamp => Spread { sample: true, root: false },
        _ => return None,
    })
}

fn sequence(call: &AggregateCall, retracts: bool) -> Option<Box<dyn Accumulator>> {
    let made = match call.function {
        AggregateFunction::FirstValue => Made::First,
        AggregateFunction::LastValue => Made::Last,
        AggregateFunction::Listagg => Made::Joined,
        AggregateFunction::ArrayAgg if is_rows(call) => Made::Rows,
        AggregateFunction::ArrayAgg => Made::Array,
        AggregateFunction::JsonArrayAgg { absent_on_null } => Made::Json { nulls: !absent_on_null },
        _ => return None,
    };
    let arguments = call.arguments.iter().map(|argument| argument.data_type.clone()).collect();
    boxed(Sequence::new(made, arguments, call.data_type.clone(), retracts))
}

/// Whether the elements of an array are rows of the arguments: never of a call that was written, but within operators.
fn is_rows(call: &AggregateCall) -> bool {
    let TypeKind::Array(element) = &call.data_type.kind else { return false };
    let TypeKind::Row(fields) = &element.kind else { return false };
    let arguments = call.arguments.iter().map(|argument| &argument.data_type);
    fields.iter().map(|field| &field.data_type).eq(arguments)
}

fn sum(finish: Finish, kind: &TypeKind, result: &TypeKind, retracts: bool) -> Option<Box<dyn Accumulator>> {
    Some(match (kind, result) {
        (TypeKind::TinyInt, _) => Box::new(IntegerSum::<Int8Type>::new(finish)),
        (TypeKind::SmallInt, _) => Box::new(IntegerSum::<Int16Type>::new(finish)),
        (TypeKind::Int, _) => Box::new(IntegerSum::<Int32Type>::new(finish)),
        (TypeKind::BigInt, _) => Box::new(IntegerSum::<Int64Type>::new(finish)),
        (TypeKind::Float, _) => Box::new(FloatSum::<Float32Type>::new(finish)),
        (TypeKind::Double, _) => Box::new(FloatSum::<Float64Type>::new(finish)),
        (TypeKind::Decimal(_, scale), TypeKind::Decimal(_, of_result)) => {
            Box::new(DecimalSum::new(finish, *scale, *of_result, retracts))
        }
        _ => return None,
    })
}

fn extreme(end: End, of: DataType, retracts: bool) -> Option<Box<dyn Accumulator>> {
    Some(match of.kind {
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Array(_) | TypeKind::Map(..) => return None,
        TypeKind::Multiset(_) | TypeKind::Row(_) | TypeKind::Null => return None,
        TypeKind::Decimal(..) if retracts => Box::new(RetractedExtreme::<i128>::new(end, of)),
        TypeKind::Boolean | TypeKind::Float | TypeKind::Double | TypeKind::Char(_) | TypeKind::Varchar(_)
            if retracts =>
        {
            Box::new(RetractedExtreme::<SortValue>::new(end, of))
        }
        _ if retracts => Box::new(RetractedExtreme::<i64>::new(end, of)),
        TypeKind::Boolean => Box::new(BooleanExtreme::new(end, of)),
        TypeKind::TinyInt => Box::new(NumberExtreme::<Int8Type>::new(end, of)),
        TypeKind::SmallInt => Box::new(NumberExtreme::<Int16Type>::new(end, of)),
        TypeKind::Int | TypeKind::IntervalMonths => Box::new(NumberExtreme::<Int32Type>::new(end, of)),
        TypeKind::BigInt | TypeKind::IntervalMillis => Box::new(NumberExtreme::<Int64Type>::new(end, of)),
        TypeKind::Float => Box::new(NumberExtreme::<Float32Type>::new(end, of)),
        TypeKind::Double => Box::new(NumberExtreme::<Float64Type>::new(end, of)),
        TypeKind::Decimal(..) => Box::new(NumberExtreme::<Decimal128Type>::new(end, of)),
        TypeKind::Char(_) | TypeKind::Varchar(_) => Box::new(TextExtreme::new(end, of)),
        TypeKind::Date => Box::new(NumberExtreme::<Date32Type>::new(end, of)),
        TypeKind::Time(_) => Box::new(NumberExtreme::<Time32MillisecondType>::new(end, of)),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            Box::new(NumberExtreme::<TimestampMicrosecondType>::new(end, of))
        }
    })
}

//! Columns of a file as those of a table: the same values in the Arrow type that the table's column has.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, Decimal128Array, ListArray, MapArray, StringArray, StructArray,
    TimestampMicrosecondArray,
    cast::AsArray,
    new_null_array,
    types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        Time32MillisecondType, Time64MicrosecondType, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType,
    },
};
use arrow_schema::{DataType as ArrowType, Field as ArrowField, TimeUnit};

use crate::types::{
    TypeKind,
    column::map_array,
    data_type::{map_entries, row_fields},
};

/// The column as one of type `kind`; an error says what it is instead.
pub fn conform(column: &ArrayRef, kind: &TypeKind) -> Result<ArrayRef, String> {
    let wanted = kind.arrow();
    let found = column.data_type();
    if *found == wanted {
        return Ok(Arc::clone(column));
    }
    let wrong = || format!("the file has {found}, the table {kind}");
    Ok(match (kind, found) {
        (_, ArrowType::Null) => new_null_array(&wanted, column.len()),
        (TypeKind::TinyInt, ArrowType::Int32) => narrow::<Int8Type>(column, kind)?,
        (TypeKind::SmallInt, ArrowType::Int32) => narrow::<Int16Type>(column, kind)?,
        (TypeKind::SmallInt, ArrowType::Int8) => {
            Arc::new(column.as_primitive::<Int8Type>().unary::<_, Int16Type>(i16::from))
        }
        (TypeKind::Int, ArrowType::Int8) => {
            Arc::new(column.as_primitive::<Int8Type>().unary::<_, Int32Type>(i32::from))
        }
        (TypeKind::Int, ArrowType::Int16) => {
            Arc::new(column.as_primitive::<Int16Type>().unary::<_, Int32Type>(i32::from))
        }
        (TypeKind::BigInt, ArrowType::Int32) => {
            Arc::new(column.as_primitive::<Int32Type>().unary::<_, Int64Type>(i64::from))
        }
        (TypeKind::Double, ArrowType::Float32) => {
            Arc::new(column.as_primitive::<Float32Type>().unary::<_, Float64Type>(f64::from))
        }
        (TypeKind::Decimal(precision, scale), ArrowType::Decimal128(_, found_scale)) => {
            decimal(column.as_primitive::<Decimal128Type>(), *precision, *scale, *found_scale)?
        }
        (TypeKind::Char(_) | TypeKind::Varchar(_), ArrowType::Binary) => {
            let bytes: &BinaryArray = column.as_binary();
            let (ends, values, valid) = bytes.clone().into_parts();
            Arc::new(StringArray::try_new(ends, values, valid).map_err(|_| "the text is not UTF-8".to_owned())?)
        }
        (TypeKind::Binary(_) | TypeKind::Varbinary(_), ArrowType::Utf8) => {
            let (ends, values, valid) = column.as_string::<i32>().clone().into_parts();
            Arc::new(BinaryArray::try_new(ends, values, valid).map_err(|error| error.to_string())?)
        }
        (TypeKind::Binary(_) | TypeKind::Varbinary(_), ArrowType::FixedSizeBinary(_)) => {
            Arc::new(column.as_fixed_size_binary().iter().collect::<BinaryArray>())
        }
        (TypeKind::Date, ArrowType::Int32) => {
            Arc::new(column.as_primitive::<Int32Type>().reinterpret_cast::<Date32Type>())
        }
        (TypeKind::Time(_), ArrowType::Time64(TimeUnit::Microsecond)) => {
            let micros = column.as_primitive::<Time64MicrosecondType>();
            Arc::new(micros.unary::<_, Time32MillisecondType>(|micros| (micros / 1000) as i32))
        }
        (TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_), ArrowType::Timestamp(unit, _)) => timestamp(column, *unit),
        (TypeKind::Array(element), ArrowType::List(_)) => {
            let list: &ListArray = column.as_list();
            let items = conform(list.values(), &element.kind)?;
            let field = Arc::new(ArrowField::new("item", element.kind.arrow(), true));
            let made = ListArray::try_new(field, list.offsets().clone(), items, list.nulls().cloned());
            Arc::new(made.map_err(|error| error.to_string())?)
        }
        (TypeKind::Map(key, value), ArrowType::Map(..)) => map(column.as_map(), &key.kind, &value.kind)?,
        (TypeKind::Multiset(element), ArrowType::Map(..)) => map(column.as_map(), &element.kind, &TypeKind::Int)?,
        (TypeKind::Row(fields), ArrowType::Struct(_)) => {
            let rows: &StructArray = column.as_struct();
            let part = |field: &crate::types::RowField| match rows.column_by_name(&field.name) {
                Some(column) => conform(column, &field.data_type.kind),
                None => Ok(new_null_array(&field.data_type.kind.arrow(), rows.len())),
            };
            let columns = fields.iter().map(part).collect::<Result<Vec<_>, _>>()?;
            let made = StructArray::try_new_with_length(row_fields(fields), columns, rows.nulls().cloned(), rows.len());
            Arc::new(made.map_err(|error| error.to_string())?)
        }
        _ => return Err(wrong()),
    })
}

fn narrow<T>(column: &ArrayRef, kind: &TypeKind) -> Result<ArrayRef, String>
where
    T: arrow_array::types::ArrowPrimitiveType,
    T::Native: TryFrom<i32>,
{
    let values = column.as_primitive::<Int32Type>();
    let fitted = values.try_unary::<_, T, String>(|value| {
        T::Native::try_from(value).map_err(|_| format!("{value} is not a {kind}"))
    })?;
    Ok(Arc::new(fitted))
}

fn decimal(column: &Decimal128Array, precision: u8, scale: u8, found: i8) -> Result<ArrayRef, String> {
    let wanted = scale as i8;
    let fitted = if found == wanted {
        column.clone()
    } else if found < wanted {
        let factor = 10_i128.pow((wanted - found) as u32);
        column.try_unary::<_, Decimal128Type, String>(|value| {
            value.checked_mul(factor).ok_or_else(|| "a decimal is too large".to_owned())
        })?
    } else {
        return Err(format!("the file's decimals have {found} digits after the point, the table's {scale}"));
    };
    let fitted = fitted.with_precision_and_scale(precision, wanted).map_err(|error| error.to_string())?;
    Ok(Arc::new(fitted))
}

fn timestamp(column: &ArrayRef, unit: TimeUnit) -> ArrayRef {
    let micros: TimestampMicrosecondArray = match unit {
        TimeUnit::Nanosecond => column.as_primitive::<TimestampNanosecondType>().unary(|nanos| nanos.div_euclid(1000)),
        TimeUnit::Microsecond => {
            column.as_primitive::<TimestampMicrosecondType>().clone().with_timezone_opt(None::<Arc<str>>)
        }
        TimeUnit::Millisecond => column.as_primitive::<TimestampMillisecondType>().unary(|millis| millis * 1000),
        TimeUnit::Second => {
            column.as_primitive::<arrow_array::types::TimestampSecondType>().unary(|seconds| seconds * 1_000_000)
        }
    };
    Arc::new(micros)
}

fn map(map: &MapArray, key: &TypeKind, value: &TypeKind) -> Result<ArrayRef, String> {
    let columns = vec![conform(map.keys(), key)?, conform(map.values(), value)?];
    let fields = map_entries(key.arrow(), value.arrow());
    Ok(map_array(fields, columns, map.offsets().clone(), map.nulls().cloned()))
}

//! Which types go together, and which casts are made without being written.

use crate::{
    expr::{
        Expr, ExprKind, cast,
        decimal::Shape,
        function::arithmetic::{shape, wider},
    },
    types::{DataType, RowField, TypeKind as K, TypeKind, Value},
};

/// Whether a cast between two types can be written.
pub fn castable(from: &TypeKind, to: &TypeKind) -> bool {
    cast::kernel(from, to, false).is_some()
}

/// The expression cast to a type, without a check that it may be; itself where it is of the type. Whether it admits NULL
/// stays as it is.
pub fn coerce(expr: Expr, to: &DataType) -> Expr {
    if expr.data_type.kind == to.kind {
        return expr;
    }
    let data_type = to.clone().with_nullable(expr.data_type.nullable);
    if let Some(Value::Null) = expr.as_literal() {
        return Expr { kind: ExprKind::Literal(Value::Null), data_type };
    }
    Expr { kind: ExprKind::Cast { input: Box::new(expr), lenient: false }, data_type }
}

/// The expression as a value of a sink's column: cast where Flink casts without being told to, `None` where it refuses.
/// NULL in a column that does not admit it is the sink's to refuse, value by value.
pub fn assign(expr: Expr, to: &DataType) -> Option<Expr> {
    assignable(&expr.data_type.kind, &to.kind).then(|| coerce(expr, to))
}

/// Flink's implicit casts (`LogicalTypeCasts`).
fn assignable(from: &TypeKind, to: &TypeKind) -> bool {
    if from == to || *from == K::Null {
        return true;
    }
    match (from, to) {
        (K::Char(_), K::Char(_)) | (K::Binary(_), K::Binary(_)) => true,
        (_, K::Varchar(_)) => from.is_text(),
        (_, K::Varbinary(_)) => from.is_binary(),
        (_, K::Decimal(..) | K::Double) => from.is_numeric(),
        (_, K::Float) => from.is_exact(),
        (K::TinyInt | K::SmallInt | K::Int | K::BigInt, K::SmallInt | K::Int | K::BigInt) => wider(to, from) == to,
        (K::Timestamp(_), K::Date | K::Time(_) | K::TimestampLtz(_) | K::Timestamp(_)) => true,
        (K::Time(_), K::Time(_)) => true,
        (K::TimestampLtz(_), K::Timestamp(_) | K::TimestampLtz(_)) => true,
        (K::Array(from), K::Array(to)) | (K::Multiset(from), K::Multiset(to)) => assignable(&from.kind, &to.kind),
        (K::Map(a, b), K::Map(c, d)) => assignable(&a.kind, &c.kind) && assignable(&b.kind, &d.kind),
        (K::Row(from), K::Row(to)) => {
            let fits = |(from, to): (&RowField, &RowField)| assignable(&from.data_type.kind, &to.data_type.kind);
            from.len() == to.len() && from.iter().zip(to).all(fits)
        }
        _ => false,
    }
}

/// The type that values of all of these are brought to (`CASE`, `UNION`, `IN`, `VALUES`, `ARRAY[…]`); `None` where there
/// is none. It admits NULL where one of them does.
pub fn common_type(types: &[DataType]) -> Option<DataType> {
    let nullable = types.iter().any(|data_type| data_type.nullable);
    let mut kinds = types.iter().map(|data_type| data_type.kind.clone());
    let first = kinds.next()?;
    let kind = kinds.try_fold(first, |common, kind| common_kind(&common, &kind))?;
    Some(DataType { kind, nullable })
}

fn common_kind(a: &TypeKind, b: &TypeKind) -> Option<TypeKind> {
    let both = |a: &DataType, b: &DataType| common_type(&[a.clone(), b.clone()]);
    Some(match (a, b) {
        _ if a == b => a.clone(),
        (K::Null, other) | (other, K::Null) => other.clone(),
        (K::Char(n), K::Char(m)) if n == m => K::Char(*n),
        (K::Char(n) | K::Varchar(n), K::Char(m) | K::Varchar(m)) => K::Varchar(*n.max(m)),
        (K::Binary(n) | K::Varbinary(n), K::Binary(m) | K::Varbinary(m)) => K::Varbinary(*n.max(m)),
        (K::Time(p), K::Time(q)) => K::Time(*p.max(q)),
        (K::Timestamp(p), K::Timestamp(q)) => K::Timestamp(*p.max(q)),
        (K::TimestampLtz(p), K::TimestampLtz(q) | K::Timestamp(q)) | (K::Timestamp(p), K::TimestampLtz(q)) => {
            K::TimestampLtz(*p.max(q))
        }
        (K::Array(a), K::Array(b)) => K::Array(Box::new(both(a, b)?)),
        (K::Multiset(a), K::Multiset(b)) => K::Multiset(Box::new(both(a, b)?)),
        (K::Map(a, b), K::Map(c, d)) => K::Map(Box::new(both(a, c)?), Box::new(both(b, d)?)),
        (K::Row(a), K::Row(b)) if a.len() == b.len() => {
            let field = |(a, b): (&RowField, &RowField)| {
                Some(RowField { name: a.name.clone(), data_type: both(&a.data_type, &b.data_type)? })
            };
            K::Row(a.iter().zip(b).map(field).collect::<Option<_>>()?)
        }
        _ => common_number(a, b)?,
    })
}

fn common_number(a: &TypeKind, b: &TypeKind) -> Option<TypeKind> {
    if !a.is_numeric() || !b.is_numeric() {
        return None;
    }
    let approximate = |kind: &TypeKind| matches!(kind, K::Float | K::Double);
    Some(match (approximate(a), approximate(b)) {
        (true, true) => K::Double,
        (true, false) if matches!(b, K::Decimal(..)) => K::Double,
        (false, true) if matches!(a, K::Decimal(..)) => K::Double,
        (true, false) => a.clone(),
        (false, true) => b.clone(),
        (false, false) if a.is_integer() && b.is_integer() => wider(a, b).clone(),
        (false, false) => {
            let Shape { precision, scale } = shape(a)?.common(shape(b)?);
            K::Decimal(precision, scale)
        }
    })
}

/// The type in which two values are compared; `None` where Flink does not compare them. Text is compared with dates and
/// times as such.
pub fn comparable(a: &DataType, b: &DataType) -> Option<TypeKind> {
    let time = |kind: &TypeKind| matches!(kind, K::Date | K::Time(_)) || kind.is_timestamp();
    match (&a.kind, &b.kind) {
        (left, right) if left.is_text() && time(right) => Some(right.clone()),
        (left, right) if time(left) && right.is_text() => Some(left.clone()),
        // As in arithmetic, of FLOAT and DOUBLE the left one's type counts.
        (left @ (K::Float | K::Double), K::Float | K::Double) => Some(left.clone()),
        // One type that both fit in exactly, so that no value changes.
        (K::Decimal(..), right) if right.is_exact() => exact(&a.kind, right),
        (left, K::Decimal(..)) if left.is_exact() => exact(left, &b.kind),
        _ => common_type(&[a.clone(), b.clone()]).map(|common| common.kind),
    }
}

/// The DECIMAL that holds both without rounding, where there is one.
fn exact(a: &TypeKind, b: &TypeKind) -> Option<TypeKind> {
    let Shape { precision, scale } = shape(a)?.common(shape(b)?);
    Some(K::Decimal(precision, scale))
}

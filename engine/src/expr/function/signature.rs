//! What functions take: the types of arguments, and those to which they are brought.

use crate::types::{DataType, TypeKind as K, TypeKind};

/// What an argument may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param {
    /// BOOLEAN
    Boolean,
    /// TINYINT, SMALLINT or INT; taken as INT.
    Int,
    /// An integer; taken as BIGINT.
    BigInt,
    /// A number; taken as DOUBLE.
    Double,
    /// A number, as it is.
    Number,
    /// CHAR or VARCHAR
    Text,
    /// BINARY or VARBINARY
    Bytes,
    /// TIMESTAMP of either kind, as it is.
    Timestamp,
    /// ARRAY
    Array,
    /// MAP
    Map,
    /// Anything.
    Any,
}

impl Param {
    /// The type to which an argument of a type is brought, or `None` where it is not taken. A bare NULL is taken for
    /// everything.
    pub fn accept(self, given: &TypeKind) -> Option<TypeKind> {
        let same = |taken: bool| taken.then(|| given.clone());
        let small = matches!(given, K::TinyInt | K::SmallInt | K::Int);
        if *given == K::Null {
            return Some(self.of_null());
        }
        match self {
            Self::Boolean => same(*given == K::Boolean),
            Self::Int => small.then_some(K::Int),
            Self::BigInt => given.is_integer().then_some(K::BigInt),
            Self::Double => given.is_numeric().then_some(K::Double),
            Self::Number => same(given.is_numeric()),
            Self::Text => same(given.is_text()),
            Self::Bytes => same(given.is_binary()),
            Self::Timestamp => same(given.is_timestamp()),
            Self::Array => same(matches!(given, K::Array(_))),
            Self::Map => same(matches!(given, K::Map(..))),
            Self::Any => Some(given.clone()),
        }
    }

    fn of_null(self) -> TypeKind {
        match self {
            Self::Boolean => K::Boolean,
            Self::Int | Self::Number => K::Int,
            Self::BigInt => K::BigInt,
            Self::Double => K::Double,
            Self::Text => K::STRING,
            Self::Bytes => K::BYTES,
            Self::Timestamp => K::Timestamp(3),
            Self::Array => K::Array(Box::new(K::Null.nullable())),
            Self::Map => K::Map(Box::new(K::Null.nullable()), Box::new(K::Null.nullable())),
            Self::Any => K::Null,
        }
    }
}

/// The type of a result.
#[derive(Debug, Clone)]
pub enum Returns {
    /// A type; admits NULL where an argument does.
    Of(TypeKind),
    /// A type that always admits NULL.
    Nullable(TypeKind),
    /// A type that never admits NULL.
    NotNull(TypeKind),
    /// By the types of the arguments as they are taken.
    By(fn(&[DataType]) -> DataType),
}

impl Returns {
    /// The type for arguments of these types.
    pub fn data_type(&self, takes: &[DataType]) -> DataType {
        match self {
            Self::Of(kind) => kind.clone().nullable().with_nullable(takes.iter().any(|taken| taken.nullable)),
            Self::Nullable(kind) => kind.clone().nullable(),
            Self::NotNull(kind) => kind.clone().not_null(),
            Self::By(rule) => rule(takes),
        }
    }
}

/// The type of the first argument; admits NULL where any does.
pub fn same_as_first(takes: &[DataType]) -> DataType {
    let kind = takes.first().map_or(K::Null, |first| first.kind.clone());
    kind.nullable().with_nullable(takes.iter().any(|taken| taken.nullable))
}

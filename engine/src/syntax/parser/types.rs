//! Types.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::{
    Position,
    ast::{RowField, Size, TypeKind, TypeName},
    nearest::did_you_mean,
};

/// The names of types, for the one that is misspelt.
const TYPE_NAMES: [&str; 29] = [
    "ARRAY",
    "BIGINT",
    "BINARY",
    "BOOLEAN",
    "BYTES",
    "CHAR",
    "DATE",
    "DEC",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "INT",
    "INTEGER",
    "INTERVAL",
    "MAP",
    "MULTISET",
    "NUMERIC",
    "REAL",
    "ROW",
    "SMALLINT",
    "STRING",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_LTZ",
    "TINYINT",
    "VARBINARY",
    "VARCHAR",
    "CHARACTER",
    "VARYING",
];
/// Flink's types that are no types of this engine.
const MISSING_TYPES: [&str; 6] = ["RAW", "STRUCTURED", "VARIANT", "BITMAP", "NULL", "ANY"];
const SUPPORTED_TYPES: &str = "Supported: BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL, CHAR, \
     VARCHAR, STRING, BINARY, VARBINARY, BYTES, DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL, ARRAY, MAP, MULTISET \
     and ROW.";

impl Parser<'_> {
    /// A type, without `NOT NULL` after it.
    pub(super) fn data_type(&mut self) -> Result<TypeName> {
        self.nested(|parser| {
            let at = parser.at();
            let kind = parser.type_kind(at)?;
            let mut name = TypeName { at, kind, nullable: true };
            // `INT ARRAY` is `ARRAY<INT>`, `INT NOT NULL ARRAY` is `ARRAY<INT NOT NULL>`.
            loop {
                let nullable = !(parser.is_word(0, "NOT") && parser.is_word(1, "NULL"));
                let ahead = if nullable { 0 } else { 2 };
                let Some(collection) = parser.which_word(ahead, &["ARRAY", "MULTISET"]) else { return Ok(name) };
                parser.next += ahead + 1;
                parser.grow()?;
                let element = Box::new(TypeName { nullable, ..name });
                let kind = if collection == "ARRAY" { TypeKind::Array(element) } else { TypeKind::Multiset(element) };
                name = TypeName { at, kind, nullable: true };
            }
        })
    }

    /// A type and whether it admits NULL.
    pub(super) fn nullable_type(&mut self) -> Result<TypeName> {
        let mut name = self.data_type()?;
        if self.accept_all(&["NOT", "NULL"]) {
            name.nullable = false;
        } else {
            self.accept("NULL");
        }
        Ok(name)
    }

    fn type_kind(&mut self, at: Position) -> Result<TypeKind> {
        let word = match self.peek() {
            Token::Word(word) => word.clone(),
            Token::Quoted(name) => {
                return Err(SqlError::unsupported(at, format!("The type `{name}`"), SUPPORTED_TYPES));
            }
            _ => return self.expected("a type"),
        };
        let upper = word.to_ascii_uppercase();
        if MISSING_TYPES.contains(&upper.as_str()) {
            return Err(SqlError::unsupported(at, format!("The type {upper}"), SUPPORTED_TYPES));
        }
        self.bump();
        Ok(match upper.as_str() {
            "BOOLEAN" => TypeKind::Boolean,
            "TINYINT" => TypeKind::TinyInt,
            "SMALLINT" => TypeKind::SmallInt,
            "INT" | "INTEGER" => TypeKind::Int,
            "BIGINT" => TypeKind::BigInt,
            "FLOAT" | "REAL" => TypeKind::Float,
            "DOUBLE" => {
                self.accept("PRECISION");
                TypeKind::Double
            }
            "DECIMAL" | "DEC" | "NUMERIC" => self.decimal()?,
            "CHAR" | "CHARACTER" if self.accept("VARYING") => TypeKind::Varchar(self.size()?),
            "CHAR" | "CHARACTER" => TypeKind::Char(self.size()?),
            "VARCHAR" => TypeKind::Varchar(self.size()?),
            "STRING" => TypeKind::String,
            "BINARY" if self.accept("VARYING") => TypeKind::Varbinary(self.size()?),
            "BINARY" => TypeKind::Binary(self.size()?),
            "VARBINARY" => TypeKind::Varbinary(self.size()?),
            "BYTES" => TypeKind::Bytes,
            "DATE" => TypeKind::Date,
            "TIME" => self.time()?,
            "TIMESTAMP" => self.timestamp()?,
            "TIMESTAMP_LTZ" => TypeKind::TimestampLtz(self.size()?),
            "INTERVAL" => TypeKind::Interval(self.interval_qualifier()?),
            "ARRAY" => TypeKind::Array(Box::new(self.element()?)),
            "MULTISET" => TypeKind::Multiset(Box::new(self.element()?)),
            "MAP" => self.map()?,
            "ROW" => TypeKind::Row(self.row_fields()?),
            _ => {
                let hint = did_you_mean(&word, TYPE_NAMES);
                return Err(SqlError::parse(at, format!("Unknown type \"{word}\". {hint}")));
            }
        })
    }

    fn decimal(&mut self) -> Result<TypeKind> {
        if !self.accept_sign("(") {
            return Ok(TypeKind::Decimal(None, None));
        }
        let precision = self.number("a precision")?;
        let scale = if self.accept_sign(",") { Some(self.number("a scale")?) } else { None };
        self.expect_sign(")")?;
        Ok(TypeKind::Decimal(Some(precision), scale))
    }

    fn time(&mut self) -> Result<TypeKind> {
        let precision = self.size()?;
        let at = self.at();
        if self.accept("WITH") {
            return Err(SqlError::unsupported(at, "TIME WITH TIME ZONE", "Supported: TIME, TIMESTAMP_LTZ."));
        }
        if self.accept("WITHOUT") {
            self.expect_all(&["TIME", "ZONE"])?;
        }
        Ok(TypeKind::Time(precision))
    }

    fn timestamp(&mut self) -> Result<TypeKind> {
        let precision = self.size()?;
        if self.accept("WITH") {
            let local = self.accept("LOCAL");
            self.expect_all(&["TIME", "ZONE"])?;
            return Ok(if local { TypeKind::TimestampLtz(precision) } else { TypeKind::TimestampTz(precision) });
        }
        if self.accept("WITHOUT") {
            self.expect_all(&["TIME", "ZONE"])?;
        }
        Ok(TypeKind::Timestamp(precision))
    }

    /// `<element>`
    fn element(&mut self) -> Result<TypeName> {
        self.expect_sign("<")?;
        let element = self.nullable_type()?;
        self.expect_sign(">")?;
        Ok(element)
    }

    fn map(&mut self) -> Result<TypeKind> {
        self.expect_sign("<")?;
        let key = self.nullable_type()?;
        self.expect_sign(",")?;
        let value = self.nullable_type()?;
        self.expect_sign(">")?;
        Ok(TypeKind::Map(Box::new(key), Box::new(value)))
    }

    fn row_fields(&mut self) -> Result<Vec<RowField>> {
        if self.accept_sign("<>") {
            return Ok(Vec::new());
        }
        let close = if self.accept_sign("(") {
            ")"
        } else {
            self.expect_sign("<")?;
            ">"
        };
        if self.accept_sign(close) {
            return Ok(Vec::new());
        }
        let fields = self.list(|parser| {
            let name = parser.name("a field's name")?;
            let data_type = parser.nullable_type()?;
            let comment = match parser.peek() {
                Token::Text(_) => Some(parser.text("a comment in quotes")?.text),
                _ => None,
            };
            Ok(RowField { name, data_type, comment })
        })?;
        self.expect_sign(close)?;
        Ok(fields)
    }

    /// `[(n)]`
    pub(super) fn size(&mut self) -> Result<Option<Size>> {
        if !self.accept_sign("(") {
            return Ok(None);
        }
        let size = self.number("a length or precision")?;
        self.expect_sign(")")?;
        Ok(Some(size))
    }

    /// A whole number that is no expression.
    pub(super) fn number(&mut self, what: &str) -> Result<Size> {
        let at = self.at();
        let Token::Number(digits) = self.peek() else { return self.expected(what) };
        let value = digits.parse().ok().filter(|n| *n <= i32::MAX as u32);
        let Some(value) = value else {
            return Err(SqlError::parse(at, format!("{digits} is no whole number up to {}; it stands", i32::MAX)));
        };
        self.bump();
        Ok(Size { value, at })
    }
}

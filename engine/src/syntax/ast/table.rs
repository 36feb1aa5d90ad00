//! `CREATE TABLE` and its parts.

use super::{Expr, Name, ObjectName, Position, Query, Size, Text, TypeName};

/// `CREATE TABLE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable {
    /// Whether `TEMPORARY` was written.
    pub temporary: bool,
    /// Whether it is no error that there is one already.
    pub if_not_exists: bool,
    /// Where `OR REPLACE` stands.
    pub or_replace: Option<Position>,
    /// The table.
    pub name: ObjectName,
    /// Its columns.
    pub columns: Vec<ColumnDef>,
    /// `WATERMARK FOR …`
    pub watermarks: Vec<Watermark>,
    /// `PRIMARY KEY`, `UNIQUE`
    pub constraints: Vec<Constraint>,
    /// `COMMENT`
    pub comment: Option<Text>,
    /// `DISTRIBUTED …`
    pub distribution: Option<Distribution>,
    /// `PARTITIONED BY (…)`
    pub partitioned_by: Vec<Name>,
    /// The `WITH` options.
    pub options: Vec<TableOption>,
    /// `LIKE …`
    pub like: Option<TableLike>,
    /// `AS query`
    pub query: Option<CreateAs>,
}

/// `(columns) AS query` of `CREATE TABLE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAs {
    /// Where `AS` stands.
    pub at: Position,
    /// The columns by name only, where they are so listed.
    pub columns: Vec<Name>,
    /// The query.
    pub query: Query,
}

/// `'key' = 'value'`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOption {
    /// The key.
    pub key: Text,
    /// The value.
    pub value: Text,
}

/// A column of `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: ColumnKind,
    /// `COMMENT`
    pub comment: Option<Text>,
}

/// What a column of `CREATE TABLE` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// `name type`
    Physical(TypeName),
    /// `name AS expression`
    Computed(Expr),
    /// `name type METADATA [FROM 'key'] [VIRTUAL]`
    Metadata {
        /// Where `METADATA` stands.
        at: Position,
        /// Its type.
        data_type: TypeName,
        /// The metadata's own name, where it is not the column's.
        key: Option<Text>,
        /// Whether it is read only, and no column of the sink.
        is_virtual: bool,
    },
}

/// `WATERMARK FOR column AS expression`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// Where it begins.
    pub at: Position,
    /// The column; more parts are a field of a row.
    pub column: ObjectName,
    /// The watermark of a row.
    pub expr: Expr,
}

/// `[CONSTRAINT name] PRIMARY KEY (columns) NOT ENFORCED`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Where it begins.
    pub at: Position,
    /// Its name.
    pub name: Option<Name>,
    /// Whether it is a `PRIMARY KEY`, not `UNIQUE`.
    pub primary: bool,
    /// Its columns, one or more.
    pub columns: Vec<Name>,
    /// Whether the table itself would have to hold it: `false` only after `NOT ENFORCED`.
    pub enforced: bool,
}

/// `DISTRIBUTED BY [HASH | RANGE] (columns) [INTO n BUCKETS]`, `DISTRIBUTED INTO n BUCKETS`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Where it begins.
    pub at: Position,
    /// `HASH` or `RANGE`, where it says.
    pub kind: Option<Name>,
    /// By what.
    pub columns: Vec<Name>,
    /// Into how many.
    pub buckets: Option<Size>,
}

/// `LIKE table (INCLUDING …, EXCLUDING …)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLike {
    /// Where it begins.
    pub at: Position,
    /// The table.
    pub table: ObjectName,
    /// What is taken over and what is not.
    pub rules: Vec<LikeRule>,
}

/// `INCLUDING OPTIONS`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LikeRule {
    /// Where it stands.
    pub at: Position,
    /// Whether and how it is taken over.
    pub merge: LikeMerge,
    /// What.
    pub feature: LikeFeature,
}

/// Whether and how a part of a table is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeMerge {
    /// `INCLUDING`
    Including,
    /// `EXCLUDING`
    Excluding,
    /// `OVERWRITING`
    Overwriting,
}

/// A part of a table that can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeFeature {
    /// `ALL`
    All,
    /// `CONSTRAINTS`
    Constraints,
    /// `DISTRIBUTION`
    Distribution,
    /// `GENERATED`: computed columns
    Generated,
    /// `METADATA`
    Metadata,
    /// `OPTIONS`
    Options,
    /// `PARTITIONS`
    Partitions,
    /// `WATERMARKS`
    Watermarks,
}

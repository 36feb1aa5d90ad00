//! Queries: everything that yields rows.

use super::{Call, Expr, Name, ObjectName, Position, Text};

/// `[WITH …] body [ORDER BY …] [LIMIT …] [OFFSET …]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Where it begins.
    pub at: Position,
    /// The common table expressions.
    pub with: Vec<Cte>,
    /// Where `RECURSIVE` stands.
    pub recursive: Option<Position>,
    /// What is queried.
    pub body: QueryBody,
    /// `ORDER BY`
    pub order_by: Vec<OrderItem>,
    /// `LIMIT n`, `FETCH FIRST n ROWS ONLY`; absent also for `LIMIT ALL`
    pub limit: Option<Expr>,
    /// `OFFSET n`
    pub offset: Option<Expr>,
}

/// A common table expression: `name [(columns)] AS (query)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cte {
    /// Its name.
    pub name: Name,
    /// The names of its columns, where they are listed.
    pub columns: Vec<Name>,
    /// What it is.
    pub query: Query,
}

/// What a query is without its order and bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryBody {
    /// `SELECT …`
    Select(Box<Select>),
    /// `VALUES (…), …`
    Values(Values),
    /// `TABLE t`
    Table(ObjectName),
    /// A query in parentheses.
    Nested(Box<Query>),
    /// `left UNION [ALL] right` and its like
    Set(Box<SetOperation>),
}

/// Two queries made one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetOperation {
    /// Where the operator stands.
    pub at: Position,
    /// Which.
    pub op: SetOp,
    /// Whether `ALL` was written: duplicates stay.
    pub all: bool,
    /// The one side.
    pub left: QueryBody,
    /// The other.
    pub right: QueryBody,
}

/// How two queries are made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOp {
    /// `UNION`
    Union,
    /// `INTERSECT`
    Intersect,
    /// `EXCEPT`
    Except,
}

impl SetOp {
    /// As it is written.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Union => "UNION",
            Self::Intersect => "INTERSECT",
            Self::Except => "EXCEPT",
        }
    }
}

/// `VALUES (1, 'a'), (2, 'b')`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// Where it begins.
    pub at: Position,
    /// Its rows, one or more.
    pub rows: Vec<ValuesRow>,
}

/// A row of `VALUES`; one value may stand without parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesRow {
    /// Where it begins.
    pub at: Position,
    /// Its values, one or more.
    pub values: Vec<Expr>,
}

/// `SELECT …` with its clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// Where it begins.
    pub at: Position,
    /// `/*+ … */` after `SELECT`.
    pub hints: Vec<Hint>,
    /// Where `DISTINCT` stands.
    pub distinct: Option<Position>,
    /// What is selected, one item or more.
    pub items: Vec<SelectItem>,
    /// `FROM`, where there is one; tables separated by commas are a join.
    pub from: Option<Relation>,
    /// `WHERE`
    pub predicate: Option<Expr>,
    /// `GROUP BY`
    pub group_by: Option<GroupBy>,
    /// `HAVING`
    pub having: Option<Expr>,
    /// `WINDOW name AS (…), …`
    pub windows: Vec<WindowDef>,
    /// `QUALIFY`
    pub qualify: Option<Expr>,
}

/// One item of a `SELECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectItem {
    /// `*`
    Star(Position),
    /// `t.*`
    QualifiedStar(ObjectName),
    /// `expression [[AS] alias]`
    Expr {
        /// What is computed.
        expr: Expr,
        /// What it is called.
        alias: Option<Name>,
    },
}

/// `GROUP BY [DISTINCT] …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupBy {
    /// Where it begins.
    pub at: Position,
    /// Where `DISTINCT` stands: equal grouping sets are one.
    pub distinct: Option<Position>,
    /// By what, one item or more.
    pub items: Vec<GroupItem>,
}

/// An item of `GROUP BY`, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupItem {
    /// Where it stands.
    pub at: Position,
    /// What it is.
    pub kind: GroupItemKind,
}

/// What an item of `GROUP BY` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupItemKind {
    /// An expression.
    Expr(Expr),
    /// `()` or `(a, b)`: one set, also of one where it stands in `GROUPING SETS`, `ROLLUP` or `CUBE`.
    Set(Vec<Expr>),
    /// `GROUPING SETS (…)`
    GroupingSets(Vec<GroupItem>),
    /// `ROLLUP (…)`
    Rollup(Vec<GroupItem>),
    /// `CUBE (…)`
    Cube(Vec<GroupItem>),
}

/// `name AS (…)` of the `WINDOW` clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowDef {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub spec: WindowSpec,
}

/// `([name] [PARTITION BY …] [ORDER BY …] [ROWS … | RANGE …])`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowSpec {
    /// Where it begins.
    pub at: Position,
    /// The window it refines.
    pub base: Option<Name>,
    /// `PARTITION BY`
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`
    pub order_by: Vec<OrderItem>,
    /// `ROWS …` or `RANGE …`
    pub frame: Option<Frame>,
}

/// `ROWS BETWEEN start AND end`, `RANGE start`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Where it begins.
    pub at: Position,
    /// What it counts.
    pub unit: FrameUnit,
    /// Where a frame begins.
    pub start: FrameBound,
    /// Where it ends; the current row, where it is not written.
    pub end: Option<FrameBound>,
}

/// What a frame counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnit {
    /// `ROWS`
    Rows,
    /// `RANGE`
    Range,
}

/// A bound of a frame, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameBound {
    /// Where it stands.
    pub at: Position,
    /// What it is.
    pub kind: FrameBoundKind,
}

/// What a bound of a frame is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrameBoundKind {
    /// `UNBOUNDED PRECEDING`
    UnboundedPreceding,
    /// `n PRECEDING`
    Preceding(Expr),
    /// `CURRENT ROW`
    CurrentRow,
    /// `n FOLLOWING`
    Following(Expr),
    /// `UNBOUNDED FOLLOWING`
    UnboundedFollowing,
}

/// An item of `ORDER BY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// By what.
    pub expr: Expr,
    /// Whether `DESC` was written.
    pub descending: bool,
    /// `NULLS FIRST`, where NULLS is written.
    pub nulls_first: Option<bool>,
}

/// Something in `FROM`, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Where it stands: the keyword of a join, else its first word.
    pub at: Position,
    /// What it is.
    pub kind: RelationKind,
    /// What it is called; never of a join.
    pub alias: Option<TableAlias>,
}

/// `[AS] name [(columns)]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAlias {
    /// The name.
    pub name: Name,
    /// The names of its columns, where they are listed.
    pub columns: Vec<Name>,
}

/// What something in `FROM` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationKind {
    /// `table [/*+ … */] [FOR SYSTEM_TIME AS OF …]`
    Table {
        /// The table or view.
        name: ObjectName,
        /// Its hints.
        hints: Vec<Hint>,
        /// `FOR SYSTEM_TIME AS OF`
        as_of: Option<AsOf>,
    },
    /// `[LATERAL] (query)`
    Query {
        /// Where `LATERAL` stands.
        lateral: Option<Position>,
        /// What is read.
        query: Box<Query>,
    },
    /// `[LATERAL] TABLE(f(…))`, `f(…)`
    Function {
        /// Where `LATERAL` stands.
        lateral: Option<Position>,
        /// The call.
        call: Box<Call>,
        /// Its hints.
        hints: Vec<Hint>,
    },
    /// `UNNEST(collection, …) [WITH ORDINALITY]`
    Unnest {
        /// What is unnested, one or more.
        collections: Vec<Expr>,
        /// Where `WITH ORDINALITY` stands.
        ordinality: Option<Position>,
    },
    /// Two made one.
    Join(Box<Join>),
}

/// `FOR SYSTEM_TIME AS OF time`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsOf {
    /// Where it begins.
    pub at: Position,
    /// As of when.
    pub time: Expr,
}

/// `left … JOIN right …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The one side.
    pub left: Relation,
    /// The other.
    pub right: Relation,
    /// Which.
    pub kind: JoinKind,
    /// Where `NATURAL` stands.
    pub natural: Option<Position>,
    /// `ON` or `USING`
    pub condition: JoinCondition,
}

/// Which join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// `a, b`
    Comma,
    /// `[INNER] JOIN`
    Inner,
    /// `LEFT [OUTER] JOIN`
    Left,
    /// `RIGHT [OUTER] JOIN`
    Right,
    /// `FULL [OUTER] JOIN`
    Full,
    /// `CROSS JOIN`
    Cross,
}

/// What two rows must have in common to be joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinCondition {
    /// Nothing is written.
    None,
    /// `ON condition`
    On(Expr),
    /// `USING (columns)`
    Using(Vec<Name>),
}

/// One hint of `/*+ name(arguments), … */`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Its name.
    pub name: Name,
    /// Its arguments.
    pub arguments: Vec<HintArgument>,
}

/// An argument of a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HintArgument {
    /// `'key' = 'value'`
    Option(Text, Text),
    /// A name or literal.
    Value(Text),
}

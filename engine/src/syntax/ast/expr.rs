//! Expressions.

use super::{
    IntervalQualifier, JsonCall, Name, ObjectName, OrderItem, Position, Query, TimeUnit, TypeName, WindowSpec,
};

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Where it stands: its operator, where it has one between operands; else its first word.
    pub at: Position,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// A name, perhaps dotted: a column, a table's column, a field of a row.
    Name(ObjectName),
    /// A literal.
    Literal(Literal),
    /// `-x`, `+x`, `NOT x`
    Unary(UnaryOp, Box<Expr>),
    /// `a op b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a AND b AND …`: two conditions or more. A chain is flat, so that a long one is not deep.
    And(Vec<Expr>),
    /// `a OR b OR …`: two conditions or more. A chain is flat, so that a long one is not deep.
    Or(Vec<Expr>),
    /// `x IS [NOT] test`
    Is {
        /// What is tested.
        operand: Box<Expr>,
        /// For what.
        test: IsTest,
        /// Whether `NOT` was written.
        negated: bool,
    },
    /// `a IS [NOT] DISTINCT FROM b`
    IsDistinct {
        /// The one side.
        left: Box<Expr>,
        /// The other.
        right: Box<Expr>,
        /// Whether `NOT` was written.
        negated: bool,
    },
    /// `x [NOT] BETWEEN [SYMMETRIC] low AND high`
    Between {
        /// What is compared.
        operand: Box<Expr>,
        /// The one bound.
        low: Box<Expr>,
        /// The other.
        high: Box<Expr>,
        /// Whether the bounds may be given in either order.
        symmetric: bool,
        /// Whether `NOT` was written.
        negated: bool,
    },
    /// `x [NOT] IN (a, b, …)`
    InList {
        /// What is looked for.
        operand: Box<Expr>,
        /// In what, one value or more.
        list: Vec<Expr>,
        /// Whether `NOT` was written.
        negated: bool,
    },
    /// `x [NOT] IN (SELECT …)`
    InQuery {
        /// What is looked for.
        operand: Box<Expr>,
        /// In what.
        query: Box<Query>,
        /// Whether `NOT` was written.
        negated: bool,
    },
    /// `x [NOT] LIKE pattern [ESCAPE c]` and its like
    Like {
        /// Which kind of pattern.
        kind: LikeKind,
        /// What is matched.
        operand: Box<Expr>,
        /// Against what.
        pattern: Box<Expr>,
        /// The character that takes a wildcard's meaning away.
        escape: Option<Box<Expr>>,
        /// Whether `NOT` was written.
        negated: bool,
    },
    /// `EXISTS (SELECT …)`
    Exists(Box<Query>),
    /// `x op ANY (…)`, `x op ALL (…)`
    Quantified {
        /// What is compared.
        operand: Box<Expr>,
        /// How.
        op: BinaryOp,
        /// `ALL`, not `ANY` or `SOME`.
        all: bool,
        /// With what.
        with: QuantifiedOver,
    },
    /// `(SELECT …)` as a value
    Query(Box<Query>),
    /// `CASE [operand] WHEN … THEN … [ELSE …] END`
    Case {
        /// What is compared with each `WHEN`, where it is written.
        operand: Option<Box<Expr>>,
        /// The `WHEN … THEN …`, one or more.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`
        otherwise: Option<Box<Expr>>,
    },
    /// `WHEN a, b, …` of a `CASE` with an operand: what is compared with it, two values or more
    WhenList(Vec<Expr>),
    /// `CAST(x AS type)`, `TRY_CAST(x AS type)`
    Cast {
        /// What is cast.
        operand: Box<Expr>,
        /// To what.
        to: TypeName,
        /// `TRY_CAST`: what cannot be cast is NULL.
        tolerant: bool,
    },
    /// A function by its name.
    Call(Box<Call>),
    /// `EXTRACT(unit FROM x)`
    Extract {
        /// What is taken out.
        unit: TimeUnit,
        /// Out of what.
        operand: Box<Expr>,
    },
    /// `TRIM([BOTH | LEADING | TRAILING] [characters] [FROM] x)`
    Trim {
        /// From which end.
        side: TrimSide,
        /// What is taken away; a blank where it is not written.
        characters: Option<Box<Expr>>,
        /// From what.
        operand: Box<Expr>,
    },
    /// `CEIL(x TO unit)`, `FLOOR(x TO unit)`
    Round {
        /// `CEIL`, not `FLOOR`.
        up: bool,
        /// What is rounded.
        operand: Box<Expr>,
        /// To what.
        unit: TimeUnit,
    },
    /// `TIMESTAMPADD(unit, count, x)`
    TimestampAdd {
        /// Of what `count` counts.
        unit: TimeUnit,
        /// How many.
        count: Box<Expr>,
        /// To what they are added.
        operand: Box<Expr>,
    },
    /// `TIMESTAMPDIFF(unit, from, to)`
    TimestampDiff {
        /// In what the difference is counted.
        unit: TimeUnit,
        /// The earlier, if the difference is to be positive.
        from: Box<Expr>,
        /// The later.
        to: Box<Expr>,
    },
    /// `(to - from) DAY`: the time between two moments, as an interval
    Difference {
        /// The later, if the difference is to be positive.
        to: Box<Expr>,
        /// The earlier.
        from: Box<Expr>,
        /// Its units.
        qualifier: IntervalQualifier,
    },
    /// One of the JSON functions, whose arguments have a syntax of their own.
    Json(Box<JsonCall>),
    /// `ARRAY[a, b, …]`
    Array(Vec<Expr>),
    /// `MAP[key, value, …]`; empty as `ARRAY[]` may be
    Map(Vec<(Expr, Expr)>),
    /// `MULTISET[a, b, …]`
    Multiset(Vec<Expr>),
    /// `ARRAY(SELECT …)`, `MULTISET(SELECT …)`, `MAP(SELECT …)`; the text is the keyword.
    Collect(&'static str, Box<Query>),
    /// `ROW(a, b, …)`, `(a, b, …)`
    Row(Vec<Expr>),
    /// `x[index]`: of an array, map or row
    Index(Box<Expr>, Box<Expr>),
    /// `x.field` where `x` is not a name
    Field(Box<Expr>, Name),
    /// `INTERVAL x DAY`, where `x` is not a literal in quotes
    Interval(Box<Expr>, IntervalQualifier),
    /// `DESCRIPTOR(column, …)`, as an argument of a table function
    Descriptor(Vec<Name>),
    /// `TABLE t [PARTITION BY …] [ORDER BY …]`, as an argument of a function
    Table(Box<TableArgument>),
    /// `DEFAULT`, as an argument of a function
    Default,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Boolean(bool),
    /// `UNKNOWN`: a BOOLEAN that is NULL
    Unknown,
    /// An exact number as it was written, with the minus before it: `1`, `-1.50`, `.5`
    Exact(String),
    /// An approximate number as it was written, with the minus before it: `1e3`
    Approximate(String),
    /// `'…'`, `U&'…'`, quotes and escapes undone
    Text(String),
    /// `X'…'`
    Binary(Vec<u8>),
    /// `DATE '…'`, the text not yet read
    Date(String),
    /// `TIME '…'`, the text not yet read
    Time(String),
    /// `TIMESTAMP '…'`, the text not yet read
    Timestamp(String),
    /// `INTERVAL ['-'] '…' qualifier`, the text not yet read
    Interval {
        /// Whether a minus stands before the quotes; one may stand within them too.
        negative: bool,
        /// What is between the quotes.
        text: String,
        /// Its units.
        qualifier: IntervalQualifier,
    },
}

/// An operator before one expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `NOT`
    Not,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `=`
    Eq,
    /// `<>`, `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `||`
    Concat,
    /// `OVERLAPS`, between two periods
    Overlaps,
}

impl BinaryOp {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::Concat => "||",
            Self::Overlaps => "OVERLAPS",
        }
    }
}

/// What `IS` asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsTest {
    /// `IS NULL`
    Null,
    /// `IS TRUE`
    True,
    /// `IS FALSE`
    False,
    /// `IS UNKNOWN`: a condition that is NULL
    Unknown,
    /// `IS JSON [VALUE]`
    JsonValue,
    /// `IS JSON OBJECT`
    JsonObject,
    /// `IS JSON ARRAY`
    JsonArray,
    /// `IS JSON SCALAR`
    JsonScalar,
}

/// Which kind of pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeKind {
    /// `LIKE`
    Like,
    /// `SIMILAR TO`
    SimilarTo,
    /// `ILIKE`: case does not count
    ILike,
    /// `RLIKE`: a regular expression
    RLike,
}

/// From which end `TRIM` takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrimSide {
    /// `BOTH`, also where none is written
    Both,
    /// `LEADING`
    Leading,
    /// `TRAILING`
    Trailing,
}

/// What stands after `ANY` or `ALL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantifiedOver {
    /// Values.
    List(Vec<Expr>),
    /// A query.
    Query(Box<Query>),
}

/// A call of a function by its name: scalar, aggregate, window or table function.
///
/// `SUBSTRING(x FROM a FOR b)`, `POSITION(x IN y)` and `OVERLAY(x PLACING y FROM a FOR b)` are calls with their operands
/// in the order of writing; `CURRENT_TIMESTAMP` and its like are calls without arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function.
    pub name: ObjectName,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Where the `*` of `COUNT(*)` stands.
    pub star: Option<Position>,
    /// Where `DISTINCT` stands.
    pub distinct: Option<Position>,
    /// `ORDER BY` inside of the parentheses.
    pub order_by: Vec<OrderItem>,
    /// `WITHIN GROUP (ORDER BY …)`, and where it stands.
    pub within_group: Option<(Position, Vec<OrderItem>)>,
    /// `FILTER (WHERE …)`
    pub filter: Option<Expr>,
    /// `IGNORE NULLS` or `RESPECT NULLS`
    pub nulls: Option<NullTreatment>,
    /// `OVER …`
    pub over: Option<Over>,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, in `name => value`.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// `IGNORE NULLS` or `RESPECT NULLS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NullTreatment {
    /// Where it stands.
    pub at: Position,
    /// `IGNORE`, not `RESPECT`.
    pub ignore: bool,
}

/// What stands after `OVER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// The name of a window in the `WINDOW` clause.
    Named(Name),
    /// The window itself.
    Spec(Box<WindowSpec>),
}

/// A table as the argument of a table function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableArgument {
    /// The table.
    pub source: TableSource,
    /// `PARTITION BY`
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`
    pub order_by: Vec<OrderItem>,
}

/// A table by name, or a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableSource {
    /// `TABLE t`
    Named(ObjectName),
    /// `(SELECT …)`, here only where `PARTITION BY` or `ORDER BY` follows; else it is an [`ExprKind::Query`]
    Query(Box<Query>),
}

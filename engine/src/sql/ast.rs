//! Statements and expressions as they were written, every name with its place.

use super::{Position, types::DataType};

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name, quotes undone.
    pub text: String,
    /// Where it stands.
    pub at: Position,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `CREATE TABLE`
    CreateTable(CreateTable),
    /// `DROP TABLE [IF EXISTS] name`
    DropTable {
        /// The table.
        name: Name,
        /// Whether it is no error that there is none.
        if_exists: bool,
    },
    /// `INSERT INTO … SELECT …`
    Insert(Insert),
    /// `SET ['key' = 'value']`
    Set(Option<(Name, Name)>),
    /// `RESET ['key']`
    Reset(Option<Name>),
    /// `SHOW TABLES`
    ShowTables,
    /// `SHOW JOBS`
    ShowJobs,
    /// `DESCRIBE table`
    Describe(Name),
    /// `EXPLAIN INSERT …`
    Explain(Insert),
    /// `STOP JOB 'id'`
    StopJob(Name),
}

/// `CREATE TABLE name (columns) WITH (options)`
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// The table.
    pub name: Name,
    /// Whether it is no error that there is one already.
    pub if_not_exists: bool,
    /// Its columns.
    pub columns: Vec<ColumnDef>,
    /// The columns of `PRIMARY KEY (…) NOT ENFORCED`.
    pub primary_key: Vec<Name>,
    /// The `WITH` options.
    pub options: Vec<(Name, Name)>,
}

/// A column of `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub data_type: DataType,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// `INSERT INTO table [(columns)] SELECT items FROM table [alias] [WHERE predicate]`
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// The table that is written.
    pub into: Name,
    /// The columns that are written, where they are listed.
    pub columns: Vec<Name>,
    /// What is selected.
    pub items: Vec<SelectItem>,
    /// Where the `SELECT` stands.
    pub select_at: Position,
    /// The table that is read.
    pub from: Name,
    /// The name by which expressions may qualify its columns.
    pub alias: Option<Name>,
    /// `WHERE`
    pub predicate: Option<Expr>,
    /// The predicate as it was written, for the plan.
    pub predicate_text: String,
}

/// One item of a `SELECT`.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// `*`
    Star,
    /// `expression [AS alias]`
    Expr {
        /// What is computed.
        expr: Expr,
        /// What it is called.
        alias: Option<Name>,
    },
}

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Where it stands: its operator, where it has one.
    pub at: Position,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A column, perhaps qualified.
    Column {
        /// The table's name or alias.
        qualifier: Option<Name>,
        /// The column.
        name: Name,
    },
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Boolean(bool),
    /// A number, as it was written.
    Number(String),
    /// A string literal.
    Text(String),
    /// `DATE '…'`, `TIMESTAMP '…'`
    Temporal(DataType, String),
    /// `-x`
    Negate(Box<Expr>),
    /// `NOT x`
    Not(Box<Expr>),
    /// `a op b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x IS [NOT] NULL | TRUE | FALSE`
    Is(Box<Expr>, IsTest, bool),
    /// `x [NOT] BETWEEN low AND high`
    Between(Box<Expr>, Box<Expr>, Box<Expr>, bool),
    /// `x [NOT] IN (…)`
    In(Box<Expr>, Vec<Expr>, bool),
    /// `x [NOT] LIKE pattern [ESCAPE 'c']`
    Like(Box<Expr>, Box<Expr>, Option<char>, bool),
    /// `CASE [operand] WHEN … THEN … [ELSE …] END`
    Case(Option<Box<Expr>>, Vec<(Expr, Expr)>, Option<Box<Expr>>),
    /// `CAST(x AS type)`; `true` for `TRY_CAST`
    Cast(Box<Expr>, DataType, bool),
    /// `f(…)`
    Call(String, Vec<Expr>),
}

/// What `IS` asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsTest {
    /// `IS NULL`, `IS UNKNOWN`
    Null,
    /// `IS TRUE`
    True,
    /// `IS FALSE`
    False,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `OR`
    Or,
    /// `AND`
    And,
    /// `=`
    Eq,
    /// `<>`
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
}

impl BinaryOp {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Or => "OR",
            Self::And => "AND",
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
        }
    }
}

//! Statements.

use super::{
    ColumnDef, Constraint, CreateTable, Expr, Hint, Name, ObjectName, Position, Query, TableOption, Text, Watermark,
};

/// A statement and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Where it begins.
    pub at: Position,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// `CREATE TABLE`
    CreateTable(Box<CreateTable>),
    /// `CREATE VIEW`
    CreateView(Box<CreateView>),
    /// `CREATE CATALOG name [WITH (…)]`
    CreateCatalog(CreateNamespace),
    /// `CREATE DATABASE name [WITH (…)]`
    CreateDatabase(CreateNamespace),
    /// `DROP TABLE`, `DROP VIEW`, …
    Drop(DropObject),
    /// `ALTER TABLE`, `ALTER VIEW`
    Alter(Alter),
    /// `USE CATALOG name`
    UseCatalog(Name),
    /// `USE MODULES module, …`
    UseModules(Vec<Name>),
    /// `DESCRIBE CATALOG [EXTENDED] catalog`
    DescribeCatalog {
        /// The catalog.
        name: Name,
        /// Whether its options are shown too.
        extended: bool,
    },
    /// `USE [catalog.]database`
    UseDatabase(ObjectName),
    /// `INSERT …`
    Insert(Box<Insert>),
    /// `[EXECUTE] STATEMENT SET BEGIN …; END`
    StatementSet(Vec<Insert>),
    /// `BEGIN STATEMENT SET`, as a statement of its own
    BeginStatementSet,
    /// `END`, as a statement of its own
    EndStatementSet,
    /// A query whose result is asked for.
    Query(Box<Query>),
    /// `EXPLAIN …`
    Explain(Explain),
    /// `SET ['key' = 'value']`
    Set(Option<TableOption>),
    /// `RESET ['key']`
    Reset(Option<Text>),
    /// `SHOW …`
    Show(Show),
    /// `DESCRIBE [EXTENDED] table`
    Describe {
        /// The table or view.
        name: ObjectName,
        /// Where `EXTENDED` stands.
        extended: Option<Position>,
    },
    /// `DESCRIBE JOB 'id'`
    DescribeJob(Text),
    /// `STOP JOB 'id' [WITH SAVEPOINT] [WITH DRAIN]`
    StopJob {
        /// The job's id.
        id: Text,
        /// Whether `WITH SAVEPOINT` was written.
        savepoint: bool,
        /// Whether `WITH DRAIN` was written.
        drain: bool,
    },
}

/// `CREATE VIEW`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateView {
    /// Whether `TEMPORARY` was written.
    pub temporary: bool,
    /// Whether it is no error that there is one already.
    pub if_not_exists: bool,
    /// Where `OR REPLACE` stands.
    pub or_replace: Option<Position>,
    /// The view.
    pub name: ObjectName,
    /// The names of its columns, where they are listed.
    pub columns: Vec<Name>,
    /// `COMMENT`
    pub comment: Option<Text>,
    /// What it shows.
    pub query: Query,
    /// The query as it was written.
    pub query_text: String,
}

/// `CREATE CATALOG`, `CREATE DATABASE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateNamespace {
    /// Its name.
    pub name: ObjectName,
    /// Whether it is no error that there is one already.
    pub if_not_exists: bool,
    /// `COMMENT`
    pub comment: Option<Text>,
    /// The `WITH` options.
    pub options: Vec<TableOption>,
}

/// `DROP kind [IF EXISTS] name`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropObject {
    /// What kind of thing.
    pub kind: ObjectKind,
    /// Whether `TEMPORARY` was written.
    pub temporary: bool,
    /// Its name.
    pub name: ObjectName,
    /// Whether it is no error that there is none.
    pub if_exists: bool,
    /// Whether `CASCADE` was written: a database with all its tables.
    pub cascade: bool,
}

/// What can be created and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A catalog.
    Catalog,
    /// A database.
    Database,
}

impl ObjectKind {
    /// As it is written.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Table => "TABLE",
            Self::View => "VIEW",
            Self::Catalog => "CATALOG",
            Self::Database => "DATABASE",
        }
    }
}

/// `ALTER TABLE name …`, `ALTER VIEW name …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alter {
    /// What kind of thing.
    pub kind: ObjectKind,
    /// Its name.
    pub name: ObjectName,
    /// Whether it is no error that there is none.
    pub if_exists: bool,
    /// Where the change begins.
    pub change_at: Position,
    /// The change.
    pub change: AlterChange,
}

/// What `ALTER` changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlterChange {
    /// `RENAME TO name`
    Rename(ObjectName),
    /// `SET ('key' = 'value', …)`
    Set(Vec<TableOption>),
    /// `RESET ('key', …)`
    Reset(Vec<Text>),
    /// `RENAME column TO name`
    RenameColumn(Name, Name),
    /// `ADD (…)`
    Add(Box<TableChange>),
    /// `MODIFY (…)`
    Modify(Box<TableChange>),
    /// `DROP (column, …)`
    DropColumns(Vec<Name>),
    /// `DROP WATERMARK`
    DropWatermark,
    /// `DROP PRIMARY KEY`, `DROP CONSTRAINT name`
    DropConstraint(Option<Name>),
    /// `AS query`, of a view
    Query {
        /// What it shows.
        query: Box<Query>,
        /// The query as it was written.
        text: String,
    },
}

/// What `ALTER TABLE` adds or modifies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableChange {
    /// Columns, each with its new place, where one was written.
    pub columns: Vec<(ColumnDef, Option<ColumnPlace>)>,
    /// `WATERMARK FOR …`
    pub watermarks: Vec<Watermark>,
    /// `PRIMARY KEY`
    pub constraints: Vec<Constraint>,
}

/// Where a column is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnPlace {
    /// `FIRST`
    First,
    /// `AFTER column`
    After(Name),
}

/// `INSERT INTO table [(columns)] query`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// Where it begins.
    pub at: Position,
    /// Where `OVERWRITE` stands.
    pub overwrite: Option<Position>,
    /// The table that is written.
    pub into: ObjectName,
    /// Its hints.
    pub hints: Vec<Hint>,
    /// `PARTITION (column = value, …)`
    pub partition: Vec<(Name, Expr)>,
    /// The columns that are written, where they are listed.
    pub columns: Vec<Name>,
    /// What is written.
    pub query: Query,
}

/// `EXPLAIN [details] statement`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explain {
    /// What is wanted beside the plan.
    pub details: Vec<(ExplainDetail, Position)>,
    /// What is explained: a query, an `INSERT` or a statement set.
    pub statement: Box<Statement>,
}

/// What `EXPLAIN` can say beside the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainDetail {
    /// `ESTIMATED_COST`
    EstimatedCost,
    /// `CHANGELOG_MODE`
    ChangelogMode,
    /// `JSON_EXECUTION_PLAN`
    JsonExecutionPlan,
    /// `PLAN_ADVICE`
    PlanAdvice,
}

/// `SHOW … [FROM | IN where] [[NOT] LIKE 'pattern']`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Show {
    /// What is shown.
    pub what: ShowWhat,
    /// The database whose objects are shown, where it says.
    pub within: Option<ObjectName>,
    /// Which are shown.
    pub like: Option<ShowLike>,
}

/// What `SHOW` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShowWhat {
    /// `SHOW TABLES`
    Tables,
    /// `SHOW VIEWS`
    Views,
    /// `SHOW FUNCTIONS`
    Functions,
    /// `SHOW USER FUNCTIONS`
    UserFunctions,
    /// `SHOW COLUMNS FROM table`
    Columns(ObjectName),
    /// `SHOW CREATE TABLE table`
    CreateTable(ObjectName),
    /// `SHOW CREATE VIEW view`
    CreateView(ObjectName),
    /// `SHOW CREATE CATALOG catalog`
    CreateCatalog(Name),
    /// `SHOW JOBS`
    Jobs,
    /// `SHOW CATALOGS`
    Catalogs,
    /// `SHOW CURRENT CATALOG`
    CurrentCatalog,
    /// `SHOW DATABASES`
    Databases,
    /// `SHOW CURRENT DATABASE`
    CurrentDatabase,
    /// `SHOW MODULES`, `SHOW FULL MODULES`
    Modules {
        /// Whether `FULL` was written: also those that are not used.
        full: bool,
    },
    /// `SHOW PROCEDURES`
    Procedures,
    /// `SHOW PARTITIONS table`
    Partitions(ObjectName),
    /// `SHOW JARS`
    Jars,
    /// `SHOW MODELS`
    Models,
    /// `SHOW MATERIALIZED TABLES`
    MaterializedTables,
}

/// `[NOT] LIKE 'pattern'`, `[NOT] ILIKE 'pattern'`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowLike {
    /// Whether `NOT` was written.
    pub negated: bool,
    /// `ILIKE`: case does not count.
    pub ignore_case: bool,
    /// The pattern, of `%` and `_`.
    pub pattern: Text,
}

//! An operator of a stream, before it has a place in a job.

use std::sync::Arc;

use crate::{
    operators::spec::{
        CalcSpec, ChangelogNormalizeSpec, DeduplicateSpec, ExpandSpec, GroupAggregateSpec, IntervalJoinSpec, LimitSpec,
        LookupJoinSpec, OverSpec, RegularJoinSpec, SortSpec, SortedOverSpec, TemporalJoinSpec, TopNSpec, UnnestSpec,
        WatermarkSpec, WindowAggregateSpec, WindowAssignSpec, WindowJoinSpec, WindowTopNSpec,
    },
    planner::Table,
    runtime::operator::{OperatorFactory, SourceFactory},
    types::Schema,
};

/// What rows of a stream do beside being inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// They update earlier ones.
    pub updates: bool,
    /// They delete earlier ones.
    pub deletes: bool,
}

impl Changes {
    /// Inserts only.
    pub const NONE: Self = Self { updates: false, deletes: false };
    /// Of every kind.
    pub const ALL: Self = Self { updates: true, deletes: true };

    /// Whether there are none.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// What both have.
    pub fn union(self, other: Self) -> Self {
        Self { updates: self.updates || other.updates, deletes: self.deletes || other.deletes }
    }
}

/// How the rows of an input have to be shared out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distribution {
    /// As they are.
    Any,
    /// By these columns.
    Hash(Vec<usize>),
    /// All to one subtask.
    Single,
}

/// An input.
#[derive(Debug, Clone)]
pub struct Input {
    /// What is read.
    pub node: Node,
    /// How its rows are shared out.
    pub distribution: Distribution,
}

/// An operator, what it reads, and what its results are.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it does.
    pub op: Op,
    /// What it reads.
    pub inputs: Vec<Input>,
    /// Its columns.
    pub schema: Schema,
    /// What its rows do.
    pub changes: Changes,
    /// Whether `-U` comes before `+U`, where rows update.
    pub before: bool,
    /// Sets of columns that tell its rows apart; an empty set where there is one row at most.
    pub keys: Vec<Vec<usize>>,
}

/// What an operator does.
#[derive(Clone)]
pub enum Op {
    /// Reads a table.
    Source(SourceOp),
    /// Brings constant rows.
    Values(Vec<Vec<crate::expr::Expr>>),
    /// Filters and projects.
    Calc(CalcSpec),
    /// Makes watermarks.
    Watermark(WatermarkSpec),
    /// `GROUP BY`
    GroupAggregate(GroupAggregateSpec),
    /// Assigns windows.
    WindowAssign(WindowAssignSpec),
    /// `GROUP BY` a window.
    WindowAggregate(WindowAggregateSpec),
    /// OVER aggregates.
    Over(OverSpec),
    /// OVER aggregates in another order than that of time.
    SortedOver(SortedOverSpec),
    /// The first ranks.
    TopN(TopNSpec),
    /// The first rows that come.
    Limit(LimitSpec),
    /// The first or last row of each key.
    Deduplicate(DeduplicateSpec),
    /// The first ranks of each window.
    WindowTopN(WindowTopNSpec),
    /// A join of all with all.
    RegularJoin(RegularJoinSpec),
    /// A join of rows whose times are near.
    IntervalJoin(IntervalJoinSpec),
    /// A join of rows of the same window.
    WindowJoin(WindowJoinSpec),
    /// A join with a version of a table.
    TemporalJoin(TemporalJoinSpec),
    /// A join with a table that is asked.
    LookupJoin(LookupJoinSpec, Arc<Table>),
    /// A row per element.
    Unnest(UnnestSpec),
    /// A row per grouping set.
    Expand(ExpandSpec),
    /// All rows of all inputs; no operator runs for it.
    Union,
    /// `ORDER BY`
    Sort(SortSpec),
    /// Makes full changes of upserts.
    ChangelogNormalize(ChangelogNormalizeSpec),
    /// Leaves `-U` out.
    DropUpdateBefore,
    /// Writes a table, or hands rows to who asked for them.
    Sink(SinkOp),
}

/// A source.
#[derive(Clone)]
pub struct SourceOp {
    /// The table.
    pub table: Arc<Table>,
    /// Makes it.
    pub factory: Arc<dyn SourceFactory>,
    /// Its subtasks, where the table says.
    pub parallelism: Option<u32>,
    /// The watermark that it makes itself, for people.
    pub watermark: Option<String>,
}

/// A sink.
#[derive(Clone)]
pub struct SinkOp {
    /// Its name: `out`, or `collect`.
    pub name: String,
    /// Its full name.
    pub path: String,
    /// Makes it.
    pub factory: Arc<dyn OperatorFactory>,
    /// Its subtasks, where the table says.
    pub parallelism: Option<u32>,
    /// Whether rows of the same key have to come to the same subtask, though nothing else asks for it.
    pub upserts: bool,
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(super::describe::name(self))
    }
}

impl Node {
    /// An operator of one input whose rows may be shared out as they are.
    pub fn unary(op: Op, input: Self, distribution: Distribution, schema: Schema) -> Self {
        let changes = input.changes;
        Self { op, inputs: vec![Input { node: input, distribution }], schema, changes, before: false, keys: Vec::new() }
    }

    /// An operator that does nothing, to be filled in.
    pub fn stub() -> Self {
        Self {
            op: Op::Union,
            inputs: Vec::new(),
            schema: Schema::default(),
            changes: Changes::NONE,
            before: false,
            keys: Vec::new(),
        }
    }

    /// The same with these changes.
    pub fn with_changes(self, changes: Changes) -> Self {
        Self { changes, ..self }
    }

    /// The same with these keys.
    pub fn with_keys(self, keys: Vec<Vec<usize>>) -> Self {
        Self { keys, ..self }
    }

    /// The sets of columns that tell rows apart, smallest first.
    pub fn smallest_key(&self) -> Option<&Vec<usize>> {
        self.keys.iter().min_by_key(|key| key.len())
    }

    /// Its only input, or its first.
    pub fn input(&self) -> Option<&Self> {
        self.inputs.first().map(|input| &input.node)
    }
}

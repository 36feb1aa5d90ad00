//! What each operator is told by the planner: plain data, all columns by index, all expressions bound.
//!
//! Common rules. Inputs may carry changes (`-U`, `+U`, `-D`) where a spec says so by `input_changes`; otherwise the planner
//! has made sure that they are inserts only. Rows of an operator's output have the schema that the planner computed with
//! [`crate::types::Schema`]; `output` types are given where an operator cannot know them. `ttl_ms` is
//! `table.exec.state.ttl`: state that was not written for so long may go; `None` keeps it for ever. NULL timestamps fail the
//! job as in Flink. Late records are counted under the metric `numLateRecordsDropped`.

use std::sync::Arc;

use crate::{
    expr::Expr,
    types::{DataType, Schema, sort_key::SortColumn},
};

/// One aggregate call. Distinct, filtered and plain calls may be mixed.
#[derive(Debug, Clone)]
pub struct AggregateCall {
    /// Which.
    pub function: AggregateFunction,
    /// Its arguments, over the input.
    pub arguments: Vec<Expr>,
    /// `DISTINCT`
    pub distinct: bool,
    /// `FILTER (WHERE …)`, over the input.
    pub filter: Option<Expr>,
    /// The type of the result.
    pub data_type: DataType,
    /// The name of the result's column.
    pub name: String,
}

/// The aggregate functions; [`crate::operators`]' aggregate module resolves names and argument types to results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// `COUNT(*)` without arguments, else how many times the arguments are not NULL.
    Count,
    /// `SUM`
    Sum,
    /// `SUM0`: 0 where there is nothing to add.
    Sum0,
    /// `AVG`: of integers an integer, as in Flink.
    Avg,
    /// `MIN`
    Min,
    /// `MAX`
    Max,
    /// `FIRST_VALUE`
    FirstValue,
    /// `LAST_VALUE`
    LastValue,
    /// `SINGLE_VALUE`: fails on a second row; made by scalar subqueries.
    SingleValue,
    /// `STDDEV_POP`
    StddevPop,
    /// `STDDEV_SAMP`, `STDDEV`
    StddevSamp,
    /// `VAR_POP`
    VarPop,
    /// `VAR_SAMP`, `VARIANCE`
    VarSamp,
    /// `LISTAGG(value[, separator])`
    Listagg,
    /// `COLLECT`: a multiset.
    Collect,
    /// `ARRAY_AGG`
    ArrayAgg,
    /// `PERCENTILE(value, percentage[, frequency])`: a number; a DOUBLE or an array of DOUBLE; an integer. The result is a
    /// nullable DOUBLE, or an array of it.
    Percentile,
    /// `JSON_OBJECTAGG(KEY k VALUE v)`; whether NULL values are left out.
    JsonObjectAgg {
        /// `ABSENT ON NULL`
        absent_on_null: bool,
    },
    /// `JSON_ARRAYAGG(v)`; whether NULL values are left out.
    JsonArrayAgg {
        /// `ABSENT ON NULL`
        absent_on_null: bool,
    },
    /// `ROW_NUMBER`, in OVER windows.
    RowNumber,
    /// `RANK`, in OVER windows.
    Rank,
    /// `DENSE_RANK`, in OVER windows.
    DenseRank,
    /// `PERCENT_RANK`, in OVER windows.
    PercentRank,
    /// `CUME_DIST`, in OVER windows.
    CumeDist,
    /// `NTILE`, in OVER windows.
    Ntile,
    /// `LAG(value[, offset[, default]])`, in OVER windows.
    Lag,
    /// `LEAD(value[, offset[, default]])`, in OVER windows.
    Lead,
}

/// `WHERE` and `SELECT` of one input: rows of which the filter is true, projected. Changes pass.
#[derive(Debug, Clone)]
pub struct CalcSpec {
    /// Over the input.
    pub filter: Option<Expr>,
    /// Over the input; `None` hands the input's columns on.
    pub projection: Option<Vec<Expr>>,
}

impl CalcSpec {
    /// Its filter, and its projection.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.filter.iter().chain(self.projection.iter().flatten())
    }
}

/// Makes watermarks of a rowtime column. Rows with a NULL timestamp do not advance it.
#[derive(Debug, Clone)]
pub struct WatermarkSpec {
    /// The watermark, over the input: TIMESTAMP or TIMESTAMP_LTZ; a watermark in milliseconds is its value less one where
    /// Flink has it so (see Flink's WatermarkAssignerOperator).
    pub watermark: Expr,
    /// The rowtime column.
    pub rowtime: usize,
    /// `pipeline.auto-watermark-interval`, milliseconds; 0 with `on_event`.
    pub interval_ms: i64,
    /// `'scan.watermark.emit.strategy' = 'on-event'`
    pub on_event: bool,
    /// `table.exec.source.idle-timeout` or `scan.watermark.idle-timeout`, milliseconds; `None`: never idle.
    pub idle_timeout_ms: Option<i64>,
    /// Whether a watermark follows right behind the row that brings it: somebody asks for the watermark of each row.
    pub each_row: bool,
}

/// `GROUP BY` without windows. Output: the keys, then the aggregates.
#[derive(Debug, Clone)]
pub struct GroupAggregateSpec {
    /// The grouping columns of the input; none: one row over all.
    pub keys: Vec<usize>,
    /// The aggregates.
    pub aggregates: Vec<AggregateCall>,
    /// The input's columns.
    pub input: Schema,
    /// Whether the input carries changes.
    pub input_changes: bool,
    /// Whether `-U` is to be sent before `+U`: what comes after needs it.
    pub update_before: bool,
    /// Whether every record's change is sent, as Flink does without mini-batches: for those who look at the changes
    /// themselves. Else the changes of a key within a batch are sent as one.
    pub every_change: bool,
    /// State that was not touched for so long may go.
    pub ttl_ms: Option<i64>,
}

/// How rows are assigned to windows. Milliseconds; windows are `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// Side by side.
    Tumble {
        /// How long each is.
        size_ms: i64,
        /// By how much starts are shifted against 1970-01-01T00:00.
        offset_ms: i64,
    },
    /// Overlapping.
    Hop {
        /// From start to start.
        slide_ms: i64,
        /// How long each is.
        size_ms: i64,
        /// As for `Tumble`.
        offset_ms: i64,
    },
    /// Growing by steps up to a size.
    Cumulate {
        /// By how much they grow.
        step_ms: i64,
        /// The longest.
        max_ms: i64,
        /// As for `Tumble`.
        offset_ms: i64,
    },
    /// As long as rows come within a gap.
    Session {
        /// The gap.
        gap_ms: i64,
    },
}

/// Where a window operator takes windows from.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowSource {
    /// It assigns rows by a time column. Of TIMESTAMP_LTZ columns days begin at midnight of the session's zone.
    Assign {
        /// How.
        kind: WindowKind,
        /// The rowtime column; `None` for processing time.
        rowtime: Option<usize>,
        /// The session's zone where the time column is a TIMESTAMP_LTZ; `None` for TIMESTAMP.
        zone: Option<jiff::tz::TimeZone>,
    },
    /// The input's rows say which window they are of (a window over a window's results).
    Columns {
        /// The column of the start.
        start: usize,
        /// The column of the end; a window fires when the watermark reaches end - 1.
        end: usize,
        /// The session's zone where the windows are those of a TIMESTAMP_LTZ column; `None` for TIMESTAMP.
        zone: Option<jiff::tz::TimeZone>,
    },
}

/// What a window operator adds to its results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowProperty {
    /// The first moment.
    Start,
    /// The moment after the last.
    End,
    /// The last moment (end - 1 ms) as event time.
    Rowtime,
    /// The processing time when the window fired.
    Proctime,
}

/// Only assigns windows, without aggregating: a row per window; of sessions when they are over. Output: the input's columns,
/// then window_start, window_end, window_time.
#[derive(Debug, Clone)]
pub struct WindowAssignSpec {
    /// How.
    pub window: WindowSource,
    /// `PARTITION BY` of sessions; none for other windows.
    pub partition: Vec<usize>,
    /// The input's columns.
    pub input: Schema,
    /// The type of window_time; the other two are TIMESTAMP(3) NOT NULL.
    pub window_time: DataType,
}

/// A windowed `GROUP BY`: of window table functions and of the older group windows. Output: the keys, the aggregates, the
/// properties.
#[derive(Debug, Clone)]
pub struct WindowAggregateSpec {
    /// Which windows.
    pub window: WindowSource,
    /// The grouping columns without the window's.
    pub keys: Vec<usize>,
    /// The aggregates.
    pub aggregates: Vec<AggregateCall>,
    /// What is added.
    pub properties: Vec<(WindowProperty, DataType)>,
    /// The input's columns.
    pub input: Schema,
    /// Whether the input carries changes.
    pub input_changes: bool,
}

/// Which rows an OVER aggregate is over; it ends at the current row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverFrame {
    /// `ROWS BETWEEN n PRECEDING AND CURRENT ROW`; `None` is UNBOUNDED.
    Rows(Option<u64>),
    /// `RANGE BETWEEN INTERVAL … PRECEDING AND CURRENT ROW`, milliseconds; `None` is UNBOUNDED.
    Range(Option<i64>),
}

/// OVER aggregates. Output: the input's columns, then the aggregates. Rows leave in the order of their times.
#[derive(Debug, Clone)]
pub struct OverSpec {
    /// `PARTITION BY`
    pub partition: Vec<usize>,
    /// The rowtime column of `ORDER BY`; `None` for processing time: rows as they come.
    pub rowtime: Option<usize>,
    /// The frame, the same for all of `aggregates`.
    pub frame: OverFrame,
    /// The aggregates.
    pub aggregates: Vec<AggregateCall>,
    /// The input's columns.
    pub input: Schema,
    /// As elsewhere.
    pub ttl_ms: Option<i64>,
}

/// OVER aggregates in another order than that of time, over the rows up to the current one. Output as of [`OverSpec`], with
/// changes.
#[derive(Debug, Clone)]
pub struct SortedOverSpec {
    /// `PARTITION BY`
    pub partition: Vec<usize>,
    /// `ORDER BY`
    pub order: Vec<SortColumn>,
    /// `Rows(None)` or `Range(None)`, the same for all of `aggregates`.
    pub frame: OverFrame,
    /// The aggregates.
    pub aggregates: Vec<AggregateCall>,
    /// The input's columns; they may carry changes.
    pub input: Schema,
    /// Whether `-U` is to be sent before `+U`.
    pub update_before: bool,
    /// As of [`GroupAggregateSpec`].
    pub every_change: bool,
    /// As elsewhere.
    pub ttl_ms: Option<i64>,
}

/// `WHERE ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) <= n`. Output: the input's columns, and the number where asked for.
#[derive(Debug, Clone)]
pub struct TopNSpec {
    /// `PARTITION BY`
    pub partition: Vec<usize>,
    /// `ORDER BY`
    pub order: Vec<SortColumn>,
    /// The first rank that is kept, from 1.
    pub from: u64,
    /// The last rank that is kept.
    pub to: u64,
    /// Whether the rank is part of the result (BIGINT NOT NULL).
    pub rank_number: bool,
    /// The input's columns.
    pub input: Schema,
    /// Whether the input carries changes; with `unique_key`, a `+U` replaces the row of its key and no `-U` came before.
    pub input_changes: bool,
    /// The columns by which an input row replaces an earlier one.
    pub unique_key: Option<Vec<usize>>,
    /// Whether `-U` is to be sent before `+U`.
    pub update_before: bool,
    /// As of [`GroupAggregateSpec`].
    pub every_change: bool,
    /// As elsewhere.
    pub ttl_ms: Option<i64>,
}

/// `ROW_NUMBER() OVER (PARTITION BY … ORDER BY time) = 1`: the first or last row of each key.
#[derive(Debug, Clone)]
pub struct DeduplicateSpec {
    /// `PARTITION BY`
    pub keys: Vec<usize>,
    /// The rowtime column; `None` for processing time.
    pub rowtime: Option<usize>,
    /// Whether the last row is kept, not the first.
    pub keep_last: bool,
    /// The input's columns.
    pub input: Schema,
    /// Whether the input carries changes.
    pub input_changes: bool,
    /// Whether `-U` is to be sent before `+U`.
    pub update_before: bool,
    /// As of [`GroupAggregateSpec`].
    pub every_change: bool,
    /// As elsewhere.
    pub ttl_ms: Option<i64>,
}

/// Top-N and deduplication within windows: fires once per window, inserts only.
#[derive(Debug, Clone)]
pub struct WindowTopNSpec {
    /// The column of the window's end (TIMESTAMP(3)), by which it fires and is forgotten.
    pub window_end: usize,
    /// The session's zone where the windows are those of a TIMESTAMP_LTZ column.
    pub zone: Option<jiff::tz::TimeZone>,
    /// `PARTITION BY` without the window's columns.
    pub partition: Vec<usize>,
    /// `ORDER BY`
    pub order: Vec<SortColumn>,
    /// The first rank that is kept, from 1.
    pub from: u64,
    /// The last rank that is kept.
    pub to: u64,
    /// Whether of rows that are equal by `order` the last one comes first: of a deduplication that keeps the last row.
    pub last_of_equals: bool,
    /// Whether the rank is part of the result.
    pub rank_number: bool,
    /// The input's columns.
    pub input: Schema,
}

/// The kinds of joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// `[INNER] JOIN`
    Inner,
    /// `LEFT JOIN`
    Left,
    /// `RIGHT JOIN`
    Right,
    /// `FULL JOIN`
    Full,
    /// Left rows with a partner: `IN`, `EXISTS`. Output: the left columns.
    Semi,
    /// Left rows without one: `NOT EXISTS`. Output: the left columns.
    Anti,
}

/// The two sides of a join.
#[derive(Debug, Clone)]
pub struct JoinSides {
    /// Which join.
    pub kind: JoinKind,
    /// The left columns that are compared for equality; may be none.
    pub left_keys: Vec<usize>,
    /// The right ones, in the same order.
    pub right_keys: Vec<usize>,
    /// For each key, whether NULL equals NULL (IS NOT DISTINCT FROM).
    pub null_safe: Vec<bool>,
    /// What else must be true: over the left columns followed by the right ones.
    pub condition: Option<Expr>,
    /// The left columns.
    pub left: Schema,
    /// The right columns.
    pub right: Schema,
}

/// A join of all that was with all that comes. Input 0 is the left.
#[derive(Debug, Clone)]
pub struct RegularJoinSpec {
    /// The sides.
    pub sides: JoinSides,
    /// The columns of each side that are unique in it, where some are: then `+U` may come without `-U`.
    pub unique_keys: [Option<Vec<usize>>; 2],
    /// As elsewhere, by side (`STATE_TTL` hints).
    pub ttl_ms: [Option<i64>; 2],
}

/// A join of rows whose times are near: `l.time BETWEEN r.time + lower AND r.time + upper`.
#[derive(Debug, Clone)]
pub struct IntervalJoinSpec {
    /// The sides; the condition holds what is not the time bound.
    pub sides: JoinSides,
    /// The rowtime column of each side; `None` for processing time.
    pub rowtimes: Option<[usize; 2]>,
    /// `left time - right time >= lower`, milliseconds.
    pub lower_ms: i64,
    /// `left time - right time <= upper`, milliseconds.
    pub upper_ms: i64,
}

/// A join of rows of the same window: fires when the window ends.
#[derive(Debug, Clone)]
pub struct WindowJoinSpec {
    /// The sides; the window's columns are not among the keys.
    pub sides: JoinSides,
    /// The column of the window's end on each side.
    pub window_ends: [usize; 2],
    /// The session's zone where the windows are those of a TIMESTAMP_LTZ column.
    pub zone: Option<jiff::tz::TimeZone>,
}

/// `left JOIN right FOR SYSTEM_TIME AS OF left.time`: the version of the right row that was valid then.
#[derive(Debug, Clone)]
pub struct TemporalJoinSpec {
    /// The sides: inner or left.
    pub sides: JoinSides,
    /// The rowtime column of each side; `None` for processing time.
    pub rowtimes: Option<[usize; 2]>,
    /// As elsewhere.
    pub ttl_ms: Option<i64>,
}

/// `left JOIN table FOR SYSTEM_TIME AS OF left.proctime` of a table that is asked, not read. The sides' right schema is
/// that of the table's columns that are used.
#[derive(Clone)]
pub struct LookupJoinSpec {
    /// The sides: inner or left. The condition is over both.
    pub sides: JoinSides,
    /// Over the left columns: the values that the right keys are compared with (constants too).
    pub keys: Vec<Expr>,
    /// Answers rows of the right columns by key.
    pub lookup: Arc<dyn LookupFactory>,
}

/// Opens a lookup for each subtask.
pub trait LookupFactory: Send + Sync {
    /// Opens it.
    fn open(&self, context: &crate::runtime::TaskContext) -> Result<Box<dyn Lookup>, crate::runtime::Stop>;
}

/// A table that is asked for the rows of a key.
pub trait Lookup: Send {
    /// For each row of keys, the rows of the table: which key row each answers, and a batch of them.
    fn lookup(
        &mut self,
        keys: &crate::types::Batch,
        context: &crate::runtime::TaskContext,
    ) -> Result<(Vec<u32>, crate::types::Batch), crate::runtime::Stop>;
}

/// `CROSS JOIN UNNEST(…)` and `LEFT JOIN UNNEST(…) ON TRUE`. Output: the input's columns, the elements' columns, and the
/// ordinality (INT NOT NULL) where asked for.
#[derive(Debug, Clone)]
pub struct UnnestSpec {
    /// What is unnested, over the input: an array, a map or a multiset.
    pub collection: Expr,
    /// Whether rows without elements are kept, with NULLs.
    pub outer: bool,
    /// `WITH ORDINALITY`
    pub ordinality: bool,
    /// Over input and elements; left rows of an outer join that no element satisfies are kept.
    pub condition: Option<Expr>,
}

/// Grouping sets: each row becomes one per set, with NULL in the columns that the set leaves out.
#[derive(Debug, Clone)]
pub struct ExpandSpec {
    /// Over the input, one projection per set; the last column of each is the set's number (BIGINT).
    pub projections: Vec<Vec<Expr>>,
}

/// `ORDER BY` with or without `LIMIT`, over all rows. Of a stream that ends it emits at its end; with `time_first`, by
/// watermark.
#[derive(Debug, Clone)]
pub struct SortSpec {
    /// By what.
    pub order: Vec<SortColumn>,
    /// Whether the first of `order` is an ascending rowtime column, so that rows can leave as the watermark advances.
    pub time_first: Option<usize>,
    /// The input's columns.
    pub input: Schema,
}

/// `LIMIT` and `OFFSET` without `ORDER BY`, of inserts (of changes it is a Top-N without an order: `order` empty).
#[derive(Debug, Clone)]
pub struct LimitSpec {
    /// How many rows are passed over.
    pub offset: u64,
    /// How many are taken; `None`: all.
    pub fetch: Option<u64>,
}

/// Makes full changes of a stream of upserts (a `+U` without `-U`), or drops duplicates: by primary key.
#[derive(Debug, Clone)]
pub struct ChangelogNormalizeSpec {
    /// The primary key.
    pub key: Vec<usize>,
    /// The columns.
    pub input: Schema,
    /// Whether `-U` is to be sent before `+U`.
    pub update_before: bool,
    /// As elsewhere.
    pub ttl_ms: Option<i64>,
}

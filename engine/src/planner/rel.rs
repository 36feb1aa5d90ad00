//! Queries as trees of typed relations.
//!
//! A relation's columns are known by their place; names are for people and for the names of results. Time attributes are
//! part of the schema: each constructor here says which of them survive.

use std::sync::Arc;

use super::Table;
use crate::{
    expr::Expr,
    operators::spec::{AggregateCall, JoinKind, OverFrame, WindowKind, WindowProperty},
    syntax::Position,
    types::{DataType, Field, Schema, TimeAttribute, TypeKind, sort_key::SortColumn},
};

/// A relation.
#[derive(Debug, Clone)]
pub struct Rel {
    /// What it is.
    pub kind: RelKind,
    /// Its columns.
    pub schema: Schema,
}

/// What a relation is.
#[derive(Debug, Clone)]
pub enum RelKind {
    /// The stored columns of a table.
    Scan(Scan),
    /// Rows of constants.
    Values(Vec<Vec<Expr>>),
    /// Rows of which the filter is true, projected.
    Calc {
        /// What is read.
        input: Box<Rel>,
        /// Over the input.
        filter: Option<Expr>,
        /// Over the input, one a column.
        projection: Vec<Expr>,
    },
    /// A stream whose watermarks come from a column.
    Watermark {
        /// What is read.
        input: Box<Rel>,
        /// The rowtime column.
        rowtime: usize,
        /// The watermark of a row, over the input.
        watermark: Expr,
        /// The table that says so, for its options.
        table: Arc<Table>,
        /// Options of the query's hints, which come before the table's.
        at: Position,
    },
    /// `GROUP BY`: the keys, the aggregates, then the window's properties.
    Aggregate(Aggregate),
    /// A window table function: the input's columns, `window_start`, `window_end`, `window_time`.
    WindowTvf {
        /// What is read.
        input: Box<Rel>,
        /// How rows are assigned.
        window: WindowKind,
        /// The time attribute.
        time: usize,
        /// `PARTITION BY` of a session.
        partition: Vec<usize>,
        /// Where the function is called.
        at: Position,
    },
    /// OVER aggregates of one window: the input's columns, then the calls.
    Over(Over),
    /// The rows of the first ranks: the input's columns, and the rank where asked for.
    Rank(Rank),
    /// Two made one: the left columns, then the right ones (of semi and anti joins only the left).
    Join(Join),
    /// The right rows as of the left's time: the left columns, then the right ones.
    Temporal(Temporal),
    /// All rows of all inputs, which have the same columns.
    Union(Vec<Rel>),
    /// A row per projection.
    Expand {
        /// What is read.
        input: Box<Rel>,
        /// Over the input, all of the same types.
        projections: Vec<Vec<Expr>>,
    },
    /// A row per element: the input's columns, then the elements'.
    Unnest(Unnest),
    /// `ORDER BY`, `LIMIT`, `OFFSET`
    Sort {
        /// What is read.
        input: Box<Rel>,
        /// By what; may be nothing.
        order: Vec<SortColumn>,
        /// How many rows are left out.
        offset: u64,
        /// How many are kept; `None`: all.
        limit: Option<u64>,
        /// Where the clause stands.
        at: Position,
    },
}

/// A table that is read.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The table, with the options of the query's hints.
    pub table: Arc<Table>,
    /// Which of its columns are read; never computed ones.
    pub columns: Vec<usize>,
    /// Where the query names it.
    pub at: Position,
}

/// `GROUP BY`
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// What is read.
    pub input: Box<Rel>,
    /// The grouping columns.
    pub keys: Vec<usize>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
    /// The window of an older group window (`GROUP BY TUMBLE(…)`).
    pub window: Option<GroupWindow>,
    /// Where the clause or the first aggregate stands.
    pub at: Position,
}

/// An older group window.
#[derive(Debug, Clone)]
pub struct GroupWindow {
    /// How rows are assigned.
    pub window: WindowKind,
    /// The time attribute.
    pub time: usize,
    /// What of it is in the result, after the aggregates.
    pub properties: Vec<WindowProperty>,
}

/// OVER aggregates of one window.
#[derive(Debug, Clone)]
pub struct Over {
    /// What is read.
    pub input: Box<Rel>,
    /// `PARTITION BY`
    pub partition: Vec<usize>,
    /// `ORDER BY`
    pub order: Vec<SortColumn>,
    /// Which rows each is over.
    pub frame: OverFrame,
    /// The calls.
    pub calls: Vec<AggregateCall>,
    /// Where the window stands.
    pub at: Position,
}

/// The rows of the first ranks.
#[derive(Debug, Clone)]
pub struct Rank {
    /// What is read.
    pub input: Box<Rel>,
    /// `PARTITION BY`
    pub partition: Vec<usize>,
    /// `ORDER BY`
    pub order: Vec<SortColumn>,
    /// The first rank that is kept, from 1.
    pub from: u64,
    /// The last.
    pub to: u64,
    /// Whether the rank is a column.
    pub number: bool,
}

/// A join.
#[derive(Debug, Clone)]
pub struct Join {
    /// Which.
    pub kind: JoinKind,
    /// The one side.
    pub left: Box<Rel>,
    /// The other.
    pub right: Box<Rel>,
    /// Over the left columns and the right ones; all must be true.
    pub condition: Vec<Expr>,
    /// Where it stands.
    pub at: Position,
    /// `STATE_TTL` hints by side, milliseconds.
    pub ttl_ms: [Option<i64>; 2],
}

/// A join with a version of a table.
#[derive(Debug, Clone)]
pub struct Temporal {
    /// Inner or left.
    pub kind: JoinKind,
    /// The one side.
    pub left: Box<Rel>,
    /// The table, its computed columns included.
    pub right: Box<Rel>,
    /// The table itself, where the right side is one: it may be one that can be asked.
    pub table: Option<Arc<Table>>,
    /// The left time attribute.
    pub time: usize,
    /// Over the left columns and the right ones; all must be true.
    pub condition: Vec<Expr>,
    /// Where it stands.
    pub at: Position,
}

/// `UNNEST`
#[derive(Debug, Clone)]
pub struct Unnest {
    /// What is read.
    pub input: Box<Rel>,
    /// An array, map or multiset, over the input.
    pub collection: Expr,
    /// Whether rows without elements are kept.
    pub outer: bool,
    /// `WITH ORDINALITY`
    pub ordinality: bool,
    /// The elements' columns.
    pub elements: Vec<Field>,
    /// Over the input and the elements.
    pub condition: Option<Expr>,
}

/// The column names that window table functions add.
pub const WINDOW_COLUMNS: [&str; 3] = ["window_start", "window_end", "window_time"];

impl Rel {
    /// The columns of a table that are read.
    pub fn scan(table: Arc<Table>, columns: Vec<usize>, at: Position) -> Self {
        let field = |index: &usize| Field::new(&table.columns[*index].name, table.columns[*index].data_type.clone());
        let schema = Schema::new(columns.iter().map(field).collect());
        Self { kind: RelKind::Scan(Scan { table, columns, at }), schema }
    }

    /// A projection; columns that are handed on stay time attributes.
    pub fn project(self, names: Vec<String>, projection: Vec<Expr>) -> Self {
        let field = |(name, expr): (String, &Expr)| Field::new(name, expr.data_type.clone());
        let schema = Schema::new(names.into_iter().zip(&projection).map(field).collect());
        Self { kind: RelKind::Calc { input: Box::new(self), filter: None, projection }, schema }.timed()
    }

    /// Only these columns, under their names.
    pub fn select(self, columns: &[usize]) -> Self {
        let names = columns.iter().map(|column| self.schema.fields[*column].name.clone()).collect();
        let projection = columns.iter().map(|column| self.column(*column)).collect();
        self.project(names, projection)
    }

    /// The rows of which these are true.
    pub fn filter(self, conditions: Vec<Expr>) -> Self {
        if conditions.is_empty() {
            return self;
        }
        let schema = self.schema.clone();
        let projection = self.columns();
        let filter = Some(Expr::and(conditions));
        Self { kind: RelKind::Calc { input: Box::new(self), filter, projection }, schema }
    }

    /// The same under other names.
    pub fn rename(mut self, names: &[String]) -> Self {
        self.schema.fields.iter_mut().zip(names).for_each(|(field, name)| field.name.clone_from(name));
        self
    }

    /// A column of it.
    pub fn column(&self, column: usize) -> Expr {
        Expr::column(column, self.schema.fields[column].data_type.clone())
    }

    /// All columns of it.
    pub fn columns(&self) -> Vec<Expr> {
        (0..self.schema.len()).map(|column| self.column(column)).collect()
    }

    /// The names of its columns.
    pub fn names(&self) -> Vec<String> {
        self.schema.fields.iter().map(|field| field.name.clone()).collect()
    }

    /// A stream with watermarks.
    pub fn watermark(self, rowtime: usize, watermark: Expr, table: Arc<Table>, at: Position) -> Self {
        let schema = self.schema.clone();
        Self { kind: RelKind::Watermark { input: Box::new(self), rowtime, watermark, table, at }, schema }.timed()
    }

    /// `GROUP BY`
    pub fn aggregate(aggregate: Aggregate) -> Self {
        let fields = &aggregate.input.schema.fields;
        let mut columns: Vec<Field> = aggregate.keys.iter().map(|key| fields[*key].clone()).collect();
        columns.extend(aggregate.calls.iter().map(|call| Field::new(&call.name, call.data_type.clone())));
        if let Some(window) = &aggregate.window {
            let time = &fields[window.time];
            columns.extend(window.properties.iter().map(|property| property_field(*property, time)));
        }
        Self { schema: Schema::new(columns), kind: RelKind::Aggregate(aggregate) }.timed()
    }

    /// A window table function.
    pub fn window_tvf(self, window: WindowKind, time: usize, partition: Vec<usize>, at: Position) -> Self {
        let mut schema = self.schema.clone();
        let time_field = schema.fields[time].clone();
        let [start, end, window_time] = WINDOW_COLUMNS;
        schema.fields.push(Field::new(start, TypeKind::Timestamp(3).not_null()));
        schema.fields.push(Field::new(end, TypeKind::Timestamp(3).not_null()));
        schema.fields.push(Field::new(window_time, window_time_type(&time_field)));
        Self { kind: RelKind::WindowTvf { input: Box::new(self), window, time, partition, at }, schema }.timed()
    }

    /// OVER aggregates.
    pub fn over(over: Over) -> Self {
        let mut schema = over.input.schema.clone();
        schema.fields.extend(over.calls.iter().map(|call| Field::new(&call.name, call.data_type.clone())));
        Self { schema, kind: RelKind::Over(over) }.timed()
    }

    /// The rows of the first ranks.
    pub fn rank(rank: Rank, name: &str) -> Self {
        let mut schema = rank.input.schema.clone();
        if rank.number {
            schema.fields.push(Field::new(name, TypeKind::BigInt.not_null()));
        }
        Self { schema, kind: RelKind::Rank(rank) }.timed()
    }

    /// A join. It keeps all time attributes until it is known which join it is: [`super::times::derive`].
    pub fn join(join: Join) -> Self {
        let nullable = |rel: &Self, nullable: bool| {
            let field = |field: &Field| {
                let mut field = field.clone();
                field.data_type.nullable |= nullable;
                field
            };
            rel.schema.fields.iter().map(field).collect::<Vec<_>>()
        };
        let kind = join.kind;
        let mut fields = nullable(&join.left, matches!(kind, JoinKind::Right | JoinKind::Full));
        if !matches!(kind, JoinKind::Semi | JoinKind::Anti) {
            fields.extend(nullable(&join.right, matches!(kind, JoinKind::Left | JoinKind::Full)));
        }
        Self { schema: Schema::new(fields), kind: RelKind::Join(join) }
    }

    /// A join with a version of a table.
    pub fn temporal(temporal: Temporal) -> Self {
        let mut schema = temporal.left.schema.clone();
        schema.fields.extend(temporal.right.schema.fields.iter().map(|field| {
            let mut field = field.clone();
            field.data_type.nullable |= temporal.kind == JoinKind::Left;
            field
        }));
        Self { schema, kind: RelKind::Temporal(temporal) }.timed()
    }

    /// All rows of inputs of the same columns; the names are the first's.
    pub fn union(inputs: Vec<Self>) -> Self {
        let mut schema = inputs.first().map(|input| input.schema.clone()).unwrap_or_default();
        for input in inputs.iter().skip(1) {
            for (field, other) in schema.fields.iter_mut().zip(&input.schema.fields) {
                field.data_type.nullable |= other.data_type.nullable;
            }
        }
        Self { kind: RelKind::Union(inputs), schema }.timed()
    }

    /// A row per projection, under these names.
    pub fn expand(self, names: Vec<String>, projections: Vec<Vec<Expr>>) -> Self {
        let column = |(index, name): (usize, String)| {
            let nullable = projections.iter().any(|projection| projection[index].data_type.nullable);
            let data_type = projections.first().map(|first| first[index].data_type.clone());
            Field::new(name, data_type.unwrap_or(TypeKind::Null.nullable()).with_nullable(nullable))
        };
        let schema = Schema::new(names.into_iter().enumerate().map(column).collect());
        Self { kind: RelKind::Expand { input: Box::new(self), projections }, schema }.timed()
    }

    /// A row per element.
    pub fn unnest(unnest: Unnest) -> Self {
        let mut schema = unnest.input.schema.clone();
        schema.fields.extend(unnest.elements.iter().map(|field| {
            let mut field = field.clone();
            field.data_type.nullable |= unnest.outer;
            field
        }));
        if unnest.ordinality {
            let data_type = TypeKind::Int.not_null().with_nullable(unnest.outer);
            schema.fields.push(Field::new("ORDINALITY", data_type));
        }
        Self { schema, kind: RelKind::Unnest(unnest) }.timed()
    }

    /// `ORDER BY`, `LIMIT`, `OFFSET`
    pub fn sort(self, order: Vec<SortColumn>, offset: u64, limit: Option<u64>, at: Position) -> Self {
        let schema = self.schema.clone();
        Self { kind: RelKind::Sort { input: Box::new(self), order, offset, limit, at }, schema }
    }

    /// What it reads.
    pub fn inputs(&self) -> Vec<&Self> {
        match &self.kind {
            RelKind::Scan(_) | RelKind::Values(_) => Vec::new(),
            RelKind::Calc { input, .. }
            | RelKind::Watermark { input, .. }
            | RelKind::WindowTvf { input, .. }
            | RelKind::Expand { input, .. }
            | RelKind::Sort { input, .. } => vec![input],
            RelKind::Aggregate(aggregate) => vec![&aggregate.input],
            RelKind::Over(over) => vec![&over.input],
            RelKind::Rank(rank) => vec![&rank.input],
            RelKind::Unnest(unnest) => vec![&unnest.input],
            RelKind::Join(join) => vec![&join.left, &join.right],
            RelKind::Temporal(temporal) => vec![&temporal.left, &temporal.right],
            RelKind::Union(inputs) => inputs.iter().collect(),
        }
    }

    /// The same with what it reads replaced by relations of the same columns.
    pub fn map_inputs<E>(self, f: &mut dyn FnMut(Self) -> Result<Self, E>) -> Result<Self, E> {
        let Self { mut kind, schema } = self;
        let mut replace = |input: &mut Box<Self>| -> Result<(), E> {
            let taken =
                std::mem::replace(&mut **input, Self { kind: RelKind::Union(Vec::new()), schema: Schema::default() });
            **input = f(taken)?;
            Ok(())
        };
        match &mut kind {
            RelKind::Scan(_) | RelKind::Values(_) => {}
            RelKind::Calc { input, .. }
            | RelKind::Watermark { input, .. }
            | RelKind::WindowTvf { input, .. }
            | RelKind::Expand { input, .. }
            | RelKind::Sort { input, .. } => replace(input)?,
            RelKind::Aggregate(aggregate) => replace(&mut aggregate.input)?,
            RelKind::Over(over) => replace(&mut over.input)?,
            RelKind::Rank(rank) => replace(&mut rank.input)?,
            RelKind::Unnest(unnest) => replace(&mut unnest.input)?,
            RelKind::Join(join) => {
                replace(&mut join.left)?;
                replace(&mut join.right)?;
            }
            RelKind::Temporal(temporal) => {
                replace(&mut temporal.left)?;
                replace(&mut temporal.right)?;
            }
            RelKind::Union(inputs) => {
                *inputs = std::mem::take(inputs).into_iter().map(f).collect::<Result<_, E>>()?;
            }
        }
        Ok(Self { kind, schema })
    }
}

/// The column of a window's property. `time` is the attribute that rows are assigned by.
fn property_field(property: WindowProperty, time: &Field) -> Field {
    match property {
        WindowProperty::Start => Field::new("w$start", TypeKind::Timestamp(3).not_null()),
        WindowProperty::End => Field::new("w$end", TypeKind::Timestamp(3).not_null()),
        WindowProperty::Rowtime => Field::new("w$rowtime", window_time_type(time)),
        WindowProperty::Proctime => Field::new("w$proctime", TypeKind::TimestampLtz(3).not_null()),
    }
}

/// The type of the last moment of windows over a time attribute.
pub fn window_time_type(time: &Field) -> DataType {
    match (&time.data_type.kind, time.time) {
        (TypeKind::TimestampLtz(_), _) | (_, Some(TimeAttribute::Proctime)) => TypeKind::TimestampLtz(3).not_null(),
        _ => TypeKind::Timestamp(3).not_null(),
    }
}

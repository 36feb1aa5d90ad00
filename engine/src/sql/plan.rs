//! An `INSERT` to a plan: operators, chained into vertices, with exchanges between them.

use super::{
    SqlError,
    ast::{Insert, SelectItem},
    bind::Scope,
    catalog::{Catalog, Column, Table},
    config::{JobConfig, KeyedShuffle, MAX_PARALLELISM},
    expr::{Expr, Node},
    value::Value,
};
use crate::{connectors::spec, ids, options::Options};

/// A job: a line of vertices from a source to a sink.
#[derive(Debug, Clone)]
pub struct JobPlan {
    /// Its name.
    pub name: String,
    /// Its configuration.
    pub config: JobConfig,
    /// Its vertices, the source's first.
    pub vertices: Vec<Vertex>,
}

/// Chained operators that run in one thread a subtask.
#[derive(Debug, Clone)]
pub struct Vertex {
    /// 32 hexadecimal digits, the same for the same script.
    pub id: String,
    /// The names of its operators, joined by ` -> `.
    pub name: String,
    /// Its subtasks.
    pub parallelism: u32,
    /// How the records of the vertex before it are shared out; `None` for the source's.
    pub input: Option<Exchange>,
    /// Its operators, in order.
    pub operators: Vec<Operator>,
}

/// How records are shared out between subtasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// To the subtask of the same index.
    Forward,
    /// In turn.
    Rebalance,
    /// By the key group of these columns.
    Hash(Vec<usize>),
}

impl Exchange {
    /// Flink's word for it.
    pub fn ship_strategy(&self) -> &'static str {
        match self {
            Self::Forward => "FORWARD",
            Self::Rebalance => "REBALANCE",
            Self::Hash(_) => "HASH",
        }
    }
}

/// One operator.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Its name, by which metrics and exceptions call it.
    pub name: String,
    /// What it does, in full, for the plan.
    pub description: String,
    /// What it is.
    pub kind: OperatorKind,
}

/// What an operator is.
#[derive(Debug, Clone)]
pub enum OperatorKind {
    /// Reads a table.
    Source(Table),
    /// Filters rows, then computes new ones of them.
    Calc {
        /// Rows for which this is not true are left out.
        filter: Option<Expr>,
        /// The columns of the new row.
        projection: Vec<Expr>,
    },
    /// Writes a table.
    Sink(Table),
}

impl JobPlan {
    /// The slots it takes: subtasks of different vertices share one.
    pub fn slots(&self) -> u32 {
        self.vertices.iter().map(|vertex| vertex.parallelism).max().unwrap_or(1)
    }
}

/// Plans an `INSERT`.
pub fn plan(insert: &Insert, catalog: &Catalog, config: JobConfig) -> Result<JobPlan, SqlError> {
    let (source, sink) = (catalog.get(&insert.from)?, catalog.get(&insert.into)?);
    spec::check_source(source, insert.from.at)?;
    spec::check_sink(sink, insert.into.at)?;
    let alias = insert.alias.as_ref().unwrap_or(&insert.from).text.as_str();
    let scope = Scope { table: source, alias };
    let filter = insert.predicate.as_ref().map(|predicate| scope.condition(predicate, "WHERE")).transpose()?;
    let projection = project(insert, &scope, sink)?;

    let source_parallelism = own_parallelism(source, "scan.parallelism").unwrap_or(config.parallelism);
    let sink_parallelism = own_parallelism(sink, "sink.parallelism").unwrap_or(config.parallelism);
    let mut stages = vec![(source_operator(source), source_parallelism, None)];
    if filter.is_some() || !is_identity(&projection, source.columns.len()) {
        let calc = calc_operator(insert, sink, filter, projection);
        stages.push((calc, source_parallelism, Some(Exchange::Forward)));
    }
    let exchange = sink_exchange(sink, &config, source_parallelism, sink_parallelism);
    stages.push((sink_operator(sink), sink_parallelism, Some(exchange)));

    let name =
        config.name.clone().unwrap_or_else(|| format!("insert-into_default_catalog.default_database.{}", sink.name));
    let vertices = chain(stages, config.chaining);
    Ok(JobPlan { name, config, vertices })
}

/// Operators that forward to each other become one vertex.
fn chain(stages: Vec<(Operator, u32, Option<Exchange>)>, chaining: bool) -> Vec<Vertex> {
    let mut vertices: Vec<Vertex> = Vec::new();
    for (operator, parallelism, input) in stages {
        match vertices.last_mut() {
            Some(last) if chaining && input == Some(Exchange::Forward) => last.operators.push(operator),
            _ => vertices.push(Vertex {
                id: String::new(),
                name: String::new(),
                parallelism,
                input,
                operators: vec![operator],
            }),
        }
    }
    for (index, vertex) in vertices.iter_mut().enumerate() {
        let names: Vec<&str> = vertex.operators.iter().map(|operator| operator.name.as_str()).collect();
        vertex.name = names.join(" -> ");
        vertex.id = ids::stable(&format!("{index}: {}", vertex.name));
    }
    vertices
}

fn sink_exchange(sink: &Table, config: &JobConfig, before: u32, after: u32) -> Exchange {
    let keyed = match config.keyed_shuffle {
        KeyedShuffle::None => false,
        KeyedShuffle::Auto => before != after,
        KeyedShuffle::Force => after > 1,
    };
    if keyed && !sink.primary_key.is_empty() {
        Exchange::Hash(sink.primary_key.clone())
    } else if before == after {
        Exchange::Forward
    } else {
        Exchange::Rebalance
    }
}

fn own_parallelism(table: &Table, key: &str) -> Option<u32> {
    Options(&table.options).number(key).filter(|n| (1..=MAX_PARALLELISM).contains(n))
}

fn is_identity(projection: &[Expr], width: usize) -> bool {
    projection.len() == width
        && projection
            .iter()
            .enumerate()
            .all(|(index, expr)| matches!(expr.node, Node::Column(column) if column == index))
}

/// The sink's columns, each computed from the source's.
fn project(insert: &Insert, scope: &Scope<'_>, sink: &Table) -> Result<Vec<Expr>, SqlError> {
    let mut selected = Vec::new();
    for item in &insert.items {
        match item {
            SelectItem::Star => selected.extend(scope.table.columns.iter().enumerate().map(|(index, column)| {
                (Expr { node: Node::Column(index), data_type: column.data_type }, insert.select_at)
            })),
            SelectItem::Expr { expr, .. } => selected.push((scope.bind(expr)?, expr.at)),
        }
    }
    let targets = targets(insert, sink)?;
    if selected.len() != targets.len() {
        let message = format!(
            "Column types of query result and sink for '{}' do not match. Cause: Different number of columns. The query \
             has {}, the sink takes {} ({})",
            sink.name,
            selected.len(),
            targets.len(),
            targets.iter().map(|index| sink.columns[*index].name.as_str()).collect::<Vec<_>>().join(", ")
        );
        return Err(SqlError::invalid(insert.select_at, message));
    }
    let mut projection: Vec<Expr> =
        sink.columns.iter().map(|column| Expr::literal(Value::Null, column.data_type)).collect();
    for ((expr, at), target) in selected.into_iter().zip(&targets) {
        let column = &sink.columns[*target];
        projection[*target] = assign(expr, column).map_err(|message| SqlError::invalid(at, message))?;
    }
    for (index, column) in sink.columns.iter().enumerate() {
        if !column.nullable && !targets.contains(&index) {
            let message =
                format!("The column '{}' is NOT NULL, and is not among the columns that are written", column.name);
            return Err(SqlError::invalid(insert.into.at, message));
        }
    }
    Ok(projection)
}

/// The indices of the sink's columns that the query's columns go to, in the query's order.
fn targets(insert: &Insert, sink: &Table) -> Result<Vec<usize>, SqlError> {
    if insert.columns.is_empty() {
        return Ok((0..sink.columns.len()).collect());
    }
    let mut targets = Vec::new();
    for name in &insert.columns {
        let index = sink.column(&name.text).ok_or_else(|| {
            let known = sink.columns.iter().map(|column| column.name.as_str());
            let hint = super::nearest::did_you_mean(&name.text, known);
            SqlError::invalid(name.at, format!("Unknown target column '{}'. {hint}", name.text))
        })?;
        if targets.contains(&index) {
            return Err(SqlError::invalid(name.at, format!("The target column '{}' is listed twice", name.text)));
        }
        targets.push(index);
    }
    Ok(targets)
}

fn assign(expr: Expr, column: &Column) -> Result<Expr, String> {
    if !expr.data_type.assignable_to(column.data_type) {
        return Err(format!(
            "Column types of query result and sink do not match. Cause: Incompatible types for sink column '{}': the \
             query has {}, the sink {}. Convert with CAST(… AS {})",
            column.name, expr.data_type, column.data_type, column.data_type
        ));
    }
    // A sink does not cut or pad text unless it is told to.
    let both_text = expr.data_type.is_text() && column.data_type.is_text();
    Ok(if both_text { expr } else { expr.cast(column.data_type) })
}

fn source_operator(table: &Table) -> Operator {
    Operator {
        name: format!("Source: {}", table.name),
        description: format!("TableSourceScan(table=[{}], fields=[{}])", path(table), fields(table)),
        kind: OperatorKind::Source(table.clone()),
    }
}

fn calc_operator(insert: &Insert, sink: &Table, filter: Option<Expr>, projection: Vec<Expr>) -> Operator {
    let mut description = format!("Calc(select=[{}]", fields(sink));
    if filter.is_some() {
        description.push_str(&format!(", where=[{}]", insert.predicate_text));
    }
    description.push(')');
    Operator { name: "Calc".to_owned(), description, kind: OperatorKind::Calc { filter, projection } }
}

fn sink_operator(table: &Table) -> Operator {
    Operator {
        name: format!("Sink: {}", table.name),
        description: format!("Sink(table=[{}], fields=[{}])", path(table), fields(table)),
        kind: OperatorKind::Sink(table.clone()),
    }
}

fn path(table: &Table) -> String {
    format!("default_catalog.default_database.{}", table.name)
}

fn fields(table: &Table) -> String {
    table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

//! A job's script: all that is needed to plan it again, in another process or after a restart.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Binder, Catalog, Connectors, JobConfig, Settings, create,
    graph::{self, OperatorInfo},
    insert::{self, BoundInsert},
    optimise::optimise,
    placed,
    rel::Rel,
    stream::{Converter, Node, Target, union},
};
use crate::{
    runtime::{graph::JobGraph, operator::OperatorFactory},
    syntax::{
        SqlError,
        ast::{Insert, Statement, StatementKind},
        parse,
    },
    types::Schema,
};

/// A table or view that a job uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The catalog that was current when it was declared.
    pub catalog: String,
    /// The database that was.
    pub database: String,
    /// The `CREATE` statement, with the full name.
    pub statement: String,
}

/// The statements a job consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobScript {
    /// What was `SET`.
    pub settings: Settings,
    /// The catalog and database that are current.
    pub namespace: (String, String),
    /// The tables and views that it uses, each after those it is made of.
    pub definitions: Vec<Definition>,
    /// The `INSERT`, statement set or query.
    pub statement: String,
}

/// A job, planned.
pub struct JobPlan {
    /// Its name.
    pub name: String,
    /// What runs.
    pub graph: Arc<JobGraph>,
    /// What each vertex's operators do, for people; the source first.
    pub operators: Vec<Vec<OperatorInfo>>,
    /// Its configuration.
    pub config: JobConfig,
    /// The columns of a query's result.
    pub result: Option<Schema>,
}

/// What the results of a query are handed to, where the statement is one.
pub type Collect = Arc<dyn OperatorFactory>;

/// What is planned.
pub enum Work {
    /// `INSERT`s.
    Inserts(Vec<BoundInsert>),
    /// A query.
    Query(Box<Rel>),
}

impl JobScript {
    /// The script of a statement against the tables and settings of a session.
    pub fn of(statement: &Statement, text: &str, catalog: &Catalog, settings: &Settings) -> Result<Self, SqlError> {
        JobConfig::check_complete(settings)?;
        let config = JobConfig::read(settings)?;
        let binder = Binder::new(catalog, &config);
        bind(statement, &binder)?;
        let definition = |path: &super::table::ObjectPath| {
            let object = catalog.at(path)?;
            let (catalog, database) = match object {
                super::catalog::Object::View(view) => view.namespace.clone(),
                super::catalog::Object::Table(table) => (table.path.catalog.clone(), table.path.database.clone()),
            };
            Some(Definition { catalog, database, statement: object.statement().to_owned() })
        };
        Ok(Self {
            settings: settings.clone(),
            namespace: catalog.current().clone(),
            definitions: binder.used().iter().filter_map(definition).collect(),
            statement: text.trim().trim_end_matches(';').trim_end().to_owned(),
        })
    }

    /// Plans the job. `collect` takes the results of a query.
    pub fn plan(&self, connectors: &dyn Connectors, collect: Option<Collect>) -> Result<JobPlan, SqlError> {
        let config = JobConfig::read(&self.settings)?;
        let mut catalog = Catalog::default();
        for definition in &self.definitions {
            match parse(&definition.statement)?.kind {
                StatementKind::CreateTable(table) => {
                    catalog.enter_of(&table.name)?;
                    catalog.enter(&definition.catalog, &definition.database);
                    create::create_table(&table, &mut catalog, &config)?;
                }
                StatementKind::CreateView(view) => {
                    catalog.enter_of(&view.name)?;
                    catalog.enter(&definition.catalog, &definition.database);
                    create::create_view(&view, &mut catalog, &config)?;
                }
                _ => return Err(SqlError::Config("The job's script has a definition that is none.".to_owned())),
            }
        }
        catalog.enter(&self.namespace.0, &self.namespace.1);
        let statement = parse(&self.statement)?;
        plan(&statement, &catalog, config, connectors, collect)
    }

    /// The script as one text that can be run again.
    pub fn text(&self) -> String {
        let quote = |text: &str| text.replace('\'', "''");
        let mut lines: Vec<String> =
            self.settings.iter().map(|(key, value)| format!("SET '{}' = '{}'", quote(key), quote(value))).collect();
        lines.extend(self.definitions.iter().map(|definition| definition.statement.clone()));
        lines.push(self.statement.clone());
        lines.join(";\n") + ";\n"
    }
}

/// Binds an `INSERT`, a statement set or a query.
pub fn bind(statement: &Statement, binder: &Binder<'_>) -> Result<Work, SqlError> {
    let inserts = |inserts: &[Insert]| {
        let bound = inserts.iter().map(|insert| insert::bind(insert, binder)).collect::<Result<Vec<_>, _>>()?;
        Ok(Work::Inserts(bound))
    };
    match &statement.kind {
        StatementKind::Insert(insert) => inserts(std::slice::from_ref(insert)),
        StatementKind::StatementSet(set) if set.is_empty() => {
            Err(SqlError::invalid(statement.at, "No statement in statement set, skip submit."))
        }
        StatementKind::StatementSet(set) => inserts(set),
        StatementKind::Query(query) => Ok(Work::Query(Box::new(binder.query(query)?))),
        _ => Err(SqlError::invalid(statement.at, "Only INSERT, a statement set or a query can be run as a job")),
    }
}

/// Plans an `INSERT`, a statement set or a query. `collect` takes the results of a query.
pub fn plan(
    statement: &Statement,
    catalog: &Catalog,
    config: JobConfig,
    connectors: &dyn Connectors,
    collect: Option<Collect>,
) -> Result<JobPlan, SqlError> {
    let binder = Binder::new(catalog, &config);
    let work = bind(statement, &binder)?;
    let result = match &work {
        Work::Query(rel) => Some(rel.schema.clone()),
        Work::Inserts(_) => None,
    };
    let sinks: Vec<String> = match &work {
        Work::Inserts(inserts) => inserts.iter().map(|insert| insert.table.path.to_string()).collect(),
        Work::Query(_) => Vec::new(),
    };
    let nodes = nodes(work, &config, connectors, collect)?;
    let placed = placed::place(&nodes, &config);
    let name = config.name.clone().unwrap_or_else(|| match sinks.is_empty() {
        true => "collect".to_owned(),
        false => format!("insert-into_{}", sinks.join(",")),
    });
    let (graph, operators) = graph::build(&name, &placed, &config)?;
    Ok(JobPlan { name, graph: Arc::new(graph), operators, config, result })
}

/// The operators of each sink.
pub fn nodes(
    work: Work,
    config: &JobConfig,
    connectors: &dyn Connectors,
    collect: Option<Collect>,
) -> Result<Vec<Node>, SqlError> {
    let converter = Converter { connectors, config };
    match work {
        Work::Inserts(inserts) => {
            let sinks = by_sink(inserts).into_iter().map(|inserts| {
                let inputs = inserts.iter().map(|insert| converter.convert(&optimise(insert.rel.clone())));
                let mut inputs = inputs.collect::<Result<Vec<_>, _>>()?;
                let node = match inputs.len() {
                    1 => inputs.remove(0),
                    _ => union(inputs, inserts[0].rel.schema.clone()),
                };
                converter.sink(node, &Target::Table { table: &inserts[0].table, at: inserts[0].at })
            });
            sinks.collect()
        }
        Work::Query(rel) => {
            let node = converter.convert(&optimise(*rel))?;
            let collect = collect
                .ok_or_else(|| SqlError::Config("A query is run only where somebody takes its results.".to_owned()))?;
            Ok(vec![converter.sink(node, &Target::Collect(collect))?])
        }
    }
}

/// The inserts of each sink: two writers of the same files, or of the same transactions, would be in each other's way.
fn by_sink(inserts: Vec<BoundInsert>) -> Vec<Vec<BoundInsert>> {
    let mut sinks: Vec<Vec<BoundInsert>> = Vec::new();
    for insert in inserts {
        let same = |sink: &&mut Vec<BoundInsert>| {
            let table = &sink[0].table;
            matches!(table.connector(), "filesystem" | "kafka")
                && table.path == insert.table.path
                && table.options == insert.table.options
        };
        match sinks.iter_mut().find(same) {
            Some(sink) => sink.push(insert),
            None => sinks.push(vec![insert]),
        }
    }
    sinks
}

/// Takes results and forgets them: for plans that are only looked at.
pub fn nowhere() -> Collect {
    Arc::new(|| Nowhere)
}

struct Nowhere;

impl crate::runtime::operator::Operator for Nowhere {
    fn open(&mut self, _: crate::runtime::operator::OperatorContext<'_>) -> Result<(), crate::runtime::Stop> {
        Ok(())
    }

    fn process(
        &mut self,
        _: usize,
        _: crate::runtime::operator::Chunk,
        _: &mut dyn crate::runtime::operator::Output,
    ) -> Result<(), crate::runtime::Stop> {
        Ok(())
    }

    fn snapshot(&mut self, _: &mut crate::state::SnapshotWriter) -> Result<(), crate::runtime::Stop> {
        Ok(())
    }
}

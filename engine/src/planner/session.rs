//! A session: what was created and set, and what each statement does to it.

use super::{
    Binder, Catalog, Connectors, JobConfig, Settings, alter,
    catalog::{Object, View},
    create, explain,
    rel::Rel,
    script::{self, JobScript, Work},
    settings::MAX_SETTINGS,
    show::{self, Rows},
    table::Table,
};
use crate::{
    syntax::{
        SqlError,
        ast::{
            Alter, AlterChange, CreateTable, DropObject, Explain, ExplainDetail, Insert, ObjectKind, Show, Statement,
            StatementKind, Text,
        },
    },
    types::Schema,
};

/// What a session knows.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// What was created.
    pub catalog: Catalog,
    /// What was `SET`.
    pub settings: Settings,
    /// The `INSERT`s of a `BEGIN STATEMENT SET` that has not ended.
    set: Option<Vec<Insert>>,
}

/// What a statement asks for.
#[derive(Debug)]
pub enum Answer {
    /// Rows that are known at once.
    Rows(Rows),
    /// A job that writes tables.
    Insert(Box<JobScript>),
    /// A job whose results are asked for.
    Query(Box<JobScript>, Schema),
    /// `SHOW JOBS`
    ShowJobs,
    /// `DESCRIBE JOB`
    DescribeJob(Text),
    /// `STOP JOB`
    StopJob {
        /// The job's id.
        id: Text,
        /// Whether a savepoint is made.
        savepoint: bool,
        /// Whether windows fire before.
        drain: bool,
    },
}

impl Session {
    /// A session with these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Runs a statement, or says what has to be run. `text` is the statement as it was written.
    pub fn run(&mut self, statement: &Statement, text: &str, connectors: &dyn Connectors) -> Result<Answer, SqlError> {
        if self.set.is_some() && !matches!(statement.kind, StatementKind::Insert(_) | StatementKind::EndStatementSet) {
            let message = "Only insert statement is allowed in Statement Set, until END";
            return Err(SqlError::invalid(statement.at, message));
        }
        match &statement.kind {
            StatementKind::CreateTable(definition) => return self.create_table(definition, connectors),
            StatementKind::CreateView(definition) => {
                create::create_view(definition, &mut self.catalog, &JobConfig::read(&self.settings)?)?;
            }
            StatementKind::CreateCatalog(namespace) => {
                self.catalog.create_catalog(namespace)?;
            }
            StatementKind::CreateDatabase(namespace) => {
                self.catalog.create_database(&namespace.name, namespace.if_not_exists)?;
            }
            StatementKind::Drop(drop) => self.drop_object(drop)?,
            StatementKind::Alter(alter) => self.alter(alter)?,
            StatementKind::UseCatalog(name) => self.catalog.use_catalog(name)?,
            StatementKind::UseDatabase(name) => self.catalog.use_database(name)?,
            StatementKind::Insert(insert) if self.set.is_some() => {
                let config = JobConfig::read(&self.settings)?;
                super::insert::bind(insert, &Binder::new(&self.catalog, &config))?;
                self.set.get_or_insert_default().push(Insert::clone(insert));
            }
            StatementKind::Insert(_) | StatementKind::StatementSet(_) | StatementKind::Query(_) => {
                return self.job(statement, text, connectors);
            }
            StatementKind::BeginStatementSet => self.set = Some(Vec::new()),
            StatementKind::EndStatementSet => {
                let Some(inserts) = self.set.take() else {
                    return Err(SqlError::invalid(
                        statement.at,
                        "No Statement Set to submit: BEGIN STATEMENT SET first",
                    ));
                };
                let texts: Vec<String> = inserts.iter().map(insert_text).collect();
                let text = format!("EXECUTE STATEMENT SET BEGIN\n{};\nEND", texts.join(";\n"));
                let set = Statement { at: statement.at, kind: StatementKind::StatementSet(inserts) };
                return self.job(&set, &text, connectors);
            }
            StatementKind::Explain(explain) => return self.explain(explain, connectors),
            StatementKind::Set(Some(option)) => self.set(&option.key.text, &option.value.text)?,
            StatementKind::Set(None) => return Ok(Answer::Rows(show::settings(&self.settings))),
            StatementKind::Reset(Some(key)) => {
                self.settings.remove(&key.text);
            }
            StatementKind::Reset(None) => self.settings.clear(),
            StatementKind::Show(show) => return self.show(show),
            StatementKind::Describe { name, .. } => return Ok(Answer::Rows(show::describe(name, &self.catalog)?)),
            StatementKind::DescribeCatalog { name, extended } => {
                return Ok(Answer::Rows(show::describe_catalog(name, *extended, &self.catalog)?));
            }
            StatementKind::UseModules(names) => {
                if let Some(name) = names.iter().find(|name| name.text != "core") {
                    let message = format!("No module with name '{}' exists", name.text);
                    return Err(SqlError::invalid(name.at, message));
                }
            }
            StatementKind::DescribeJob(id) => return Ok(Answer::DescribeJob(id.clone())),
            StatementKind::StopJob { id, savepoint, drain } => {
                return Ok(Answer::StopJob { id: id.clone(), savepoint: *savepoint, drain: *drain });
            }
        }
        Ok(Answer::Rows(Rows::ok()))
    }

    /// Sets a key, unless the settings then no longer make sense.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SqlError> {
        if !self.settings.contains_key(key) && self.settings.len() >= MAX_SETTINGS {
            return Err(SqlError::Config(format!("The session has {MAX_SETTINGS} settings, which is the most")));
        }
        let mut changed = self.settings.clone();
        changed.insert(key.to_owned(), value.to_owned());
        JobConfig::read(&changed)?;
        self.settings = changed;
        Ok(())
    }

    fn create_table(&mut self, definition: &CreateTable, connectors: &dyn Connectors) -> Result<Answer, SqlError> {
        let config = JobConfig::read(&self.settings)?;
        let mut catalog = self.catalog.clone();
        let created = create::create_table(definition, &mut catalog, &config)?;
        let Some(query) = definition.query.as_ref().filter(|_| created.is_some()) else {
            self.catalog = catalog;
            return Ok(Answer::Rows(Rows::ok()));
        };
        // `CREATE TABLE … AS` writes what it has created.
        let insert = Insert {
            at: definition.name.at(),
            overwrite: None,
            into: definition.name.clone(),
            hints: Vec::new(),
            partition: Vec::new(),
            columns: Vec::new(),
            query: query.query.clone(),
        };
        let text = insert_text(&insert);
        let statement = Statement { at: insert.at, kind: StatementKind::Insert(Box::new(insert)) };
        let before = std::mem::replace(&mut self.catalog, catalog);
        let answer = self.job(&statement, &text, connectors);
        if answer.is_err() {
            self.catalog = before;
        }
        answer
    }

    /// Planned here once, so that positions in errors are those of the statement as it was sent.
    fn job(&self, statement: &Statement, text: &str, connectors: &dyn Connectors) -> Result<Answer, SqlError> {
        let config = JobConfig::read(&self.settings)?;
        let collect = matches!(statement.kind, StatementKind::Query(_)).then(script::nowhere);
        let plan = script::plan(statement, &self.catalog, config, connectors, collect)?;
        let script = Box::new(JobScript::of(statement, text, &self.catalog, &self.settings)?);
        Ok(match plan.result {
            Some(schema) => Answer::Query(script, schema),
            None => Answer::Insert(script),
        })
    }

    fn drop_object(&mut self, drop: &DropObject) -> Result<(), SqlError> {
        match drop.kind {
            ObjectKind::Table | ObjectKind::View => self.catalog.drop(drop),
            ObjectKind::Catalog => self.catalog.drop_catalog(drop.name.last(), drop.if_exists),
            ObjectKind::Database => self.catalog.drop_database(&drop.name, drop.if_exists, drop.cascade),
        }
    }

    fn alter(&mut self, alter: &Alter) -> Result<(), SqlError> {
        const SUPPORTED: &str = "Tables take ADD, MODIFY, DROP, RENAME, SET and RESET; views RENAME TO and AS.";
        let object = match self.catalog.get(&alter.name) {
            Ok(object) if object.kind() == alter.kind => object.clone(),
            Ok(_) => {
                let message = format!("'{}' is no {}", alter.name.dotted(), alter.kind.keyword());
                return Err(SqlError::invalid(alter.name.at(), message));
            }
            Err(_) if alter.if_exists => return Ok(()),
            Err(error) => return Err(error),
        };
        let old = object.path().clone();
        let changed = match (object, &alter.change) {
            (object, AlterChange::Rename(name)) => {
                let path = self.catalog.path(name)?;
                if self.catalog.at(&path).is_some() {
                    let message = format!("Table (or view) {path} already exists");
                    return Err(SqlError::invalid(name.at(), message));
                }
                renamed(object, path)
            }
            (Object::Table(table), AlterChange::Set(options)) => {
                let mut table = Table::clone(&table);
                for option in options {
                    table.options.insert(option.key.text.clone(), option.value.text.clone());
                }
                declared(table)
            }
            (Object::Table(table), AlterChange::Reset(keys)) => {
                let mut table = Table::clone(&table);
                for key in keys {
                    table.options.remove(&key.text);
                }
                declared(table)
            }
            (Object::Table(table), change) => {
                let Some(mut table) = alter::alter(&table, change)? else {
                    return Err(SqlError::unsupported(alter.change_at, "This ALTER", SUPPORTED));
                };
                let config = JobConfig::read(&self.settings)?;
                Binder::new(&self.catalog, &config).resolve(&mut table)?;
                declared(table)
            }
            (Object::View(view), AlterChange::Query { query, text }) => {
                let config = JobConfig::read(&self.settings)?;
                let schema = Binder::new(&self.catalog, &config).query(query)?.schema;
                let mut view = View { query: (**query).clone(), schema, columns: Vec::new(), ..View::clone(&view) };
                view.query_text = text.trim().to_owned();
                view.namespace = self.catalog.current().clone();
                view.statement = show::view_statement(&view);
                Object::View(view.into())
            }
            _ => return Err(SqlError::unsupported(alter.change_at, "This ALTER", SUPPORTED)),
        };
        self.catalog.replace(&old, changed);
        Ok(())
    }

    fn show(&self, show: &Show) -> Result<Answer, SqlError> {
        Ok(show::show(show, &self.catalog)?.map_or(Answer::ShowJobs, Answer::Rows))
    }

    fn explain(&self, explain: &Explain, connectors: &dyn Connectors) -> Result<Answer, SqlError> {
        let (mut changelog, mut json) = (false, false);
        for (detail, _) in &explain.details {
            match detail {
                ExplainDetail::ChangelogMode => changelog = true,
                // Costs and advice are for people; there are none here.
                ExplainDetail::EstimatedCost | ExplainDetail::PlanAdvice => {}
                ExplainDetail::JsonExecutionPlan => json = true,
            }
        }
        let config = JobConfig::read(&self.settings)?;
        let binder = Binder::new(&self.catalog, &config);
        let work = script::bind(&explain.statement, &binder)?;
        let bound: Vec<(Rel, Option<String>)> = match &work {
            Work::Query(rel) => vec![((**rel).clone(), None)],
            Work::Inserts(inserts) => {
                inserts.iter().map(|insert| (insert.rel.clone(), Some(insert.table.path.to_string()))).collect()
            }
        };
        let nodes = script::nodes(work, &config, connectors, Some(script::nowhere()))?;
        let mut text = explain::explain(&bound, &nodes, changelog);
        if json {
            text.push_str("\n== Physical Execution Plan ==\n");
            text.push_str(&explain::json_plan(&super::placed::place(&nodes, &config)));
        }
        Ok(Answer::Rows(Rows::text("result", [text.as_str()])))
    }
}

/// A table that was changed.
fn declared(mut table: Table) -> Object {
    table.statement = show::create_table(&table);
    Object::Table(table.into())
}

fn renamed(object: Object, path: super::table::ObjectPath) -> Object {
    match object {
        Object::Table(table) => declared(Table { path, ..Table::clone(&table) }),
        Object::View(view) => {
            let mut view = View { path, ..View::clone(&view) };
            view.statement = show::view_statement(&view);
            Object::View(view.into())
        }
    }
}

/// An `INSERT` as a statement that can be parsed again.
fn insert_text(insert: &Insert) -> String {
    let names =
        |names: &[crate::syntax::ast::Name]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let partition: Vec<String> = insert.partition.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let partition = if partition.is_empty() { String::new() } else { format!(" PARTITION ({})", partition.join(", ")) };
    let columns = if insert.columns.is_empty() { String::new() } else { format!(" ({})", names(&insert.columns)) };
    format!("INSERT INTO {}{}{partition}{columns} {}", insert.into, hints_text(insert), insert.query)
}

fn hints_text(insert: &Insert) -> String {
    use crate::syntax::ast::HintArgument;
    let argument = |argument: &HintArgument| match argument {
        HintArgument::Option(key, value) => {
            format!("'{}' = '{}'", key.text.replace('\'', "''"), value.text.replace('\'', "''"))
        }
        HintArgument::Value(value) => value.text.clone(),
    };
    let hint = |hint: &crate::syntax::ast::Hint| {
        let arguments: Vec<String> = hint.arguments.iter().map(argument).collect();
        format!("{}({})", hint.name.text, arguments.join(", "))
    };
    if insert.hints.is_empty() {
        return String::new();
    }
    format!(" /*+ {} */", insert.hints.iter().map(hint).collect::<Vec<_>>().join(", "))
}

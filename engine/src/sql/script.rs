//! A job's script: all that is needed to plan it again, in another process or after a restart.

use serde::{Deserialize, Serialize};

use super::{
    SqlError,
    ast::{Insert, Statement},
    catalog::Catalog,
    config::{JobConfig, Settings},
    parser::parse,
    plan::{JobPlan, plan},
};

/// The statements a job consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobScript {
    /// What was `SET`.
    pub settings: Settings,
    /// The `CREATE TABLE` statements of the tables that it uses.
    pub tables: Vec<String>,
    /// The `INSERT`.
    pub insert: String,
}

impl JobScript {
    /// The script of an `INSERT` against the tables and settings of a session.
    pub fn of(insert: &Insert, text: &str, catalog: &Catalog, settings: &Settings) -> Result<Self, SqlError> {
        let mut tables = vec![catalog.get(&insert.from)?.statement.clone()];
        let into = catalog.get(&insert.into)?.statement.clone();
        if !tables.contains(&into) {
            tables.push(into);
        }
        let insert = text.trim().trim_end_matches(';').trim_end().to_owned();
        Ok(Self { settings: settings.clone(), tables, insert })
    }

    /// Plans the job.
    pub fn plan(&self) -> Result<JobPlan, SqlError> {
        let mut catalog = Catalog::default();
        for text in &self.tables {
            if let Statement::CreateTable(definition) = parse(text)? {
                catalog.create(&definition, text)?;
            }
        }
        match parse(&self.insert)? {
            Statement::Insert(insert) => plan(&insert, &catalog, JobConfig::read(&self.settings)?),
            _ => Err(SqlError::Config("The job's script has no INSERT.".to_owned())),
        }
    }

    /// The script as one text that can be run again.
    pub fn text(&self) -> String {
        let quote = |text: &str| text.replace('\'', "''");
        let mut lines: Vec<String> =
            self.settings.iter().map(|(key, value)| format!("SET '{}' = '{}'", quote(key), quote(value))).collect();
        lines.extend(self.tables.iter().cloned());
        lines.push(self.insert.clone());
        lines.join(";\n") + ";\n"
    }
}

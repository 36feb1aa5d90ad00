//! The queries: those of the conformance suite, on files of the bench's own.

use std::{fs, path::Path};

use crate::{failure::Failure, place::Place};

/// Those that are measured.
pub const QUERIES: [&str; 19] = [
    "q0", "q1", "q2", "q3", "q4", "q5", "q7", "q8", "q9", "q11", "q12", "q13", "q15", "q16", "q17", "q18", "q19",
    "q20", "q22",
];

/// How events are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    Json,
    /// Parquet, compressed with Snappy.
    Parquet,
}

impl Format {
    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Parquet => "parquet",
        }
    }
}

/// A column of a result: its name and its type.
pub type Column = (String, String);

/// The statements that declare a query's tables, and its `SELECT`.
pub struct Query {
    tables: Vec<String>,
    select: String,
}

impl Query {
    /// Reads the query `name`; its events are the files of the folder `events`.
    pub fn read(place: &Place, name: &str, format: Format, events: &Path) -> Result<Query, Failure> {
        let suite = place.root.join("tests/conformance");
        let text = |file: &str| {
            let path = suite.join(file);
            fs::read_to_string(&path).map_err(Failure::file("read", &path))
        };
        let script = text("tables/nexmark.sql")? + &text(&format!("cases/nexmark/{name}.sql"))?;
        let script = script
            .replace("${nexmark}/events.json", &events.display().to_string())
            .replace("'format' = 'json'", &format!("'format' = '{}'", format.name()))
            .replace("${data}", &suite.join("data").display().to_string());
        let mut tables = statements(&script);
        let select = tables.pop().ok_or_else(|| Failure::Other(format!("{name} has no statement")))?;
        Ok(Query { tables, select })
    }

    /// A script that runs it into a sink that takes everything and keeps nothing.
    pub fn to_blackhole(&self, columns: &[Column]) -> Vec<String> {
        let columns: Vec<String> = columns.iter().map(|(name, kind)| format!("`{name}` {kind}")).collect();
        let sink = format!("CREATE TABLE sink ({}) WITH ('connector' = 'blackhole')", columns.join(", "));
        self.with([sink, format!("INSERT INTO sink {}", self.select)])
    }

    /// A script whose last row is the number of the query's rows, and a sum over all that stands in them.
    pub fn digest(&self, columns: &[Column]) -> Vec<String> {
        let text = |(name, _): &Column| format!("COALESCE(CAST(`{name}` AS STRING), '-')");
        let text = columns.iter().map(text).collect::<Vec<_>>().join(", '|', ");
        let digits = format!("REGEXP_REPLACE(MD5(CONCAT({text}, '')), '[a-f]', '7')");
        let hash = format!("CAST(SUBSTRING({digits}, 1, 12) AS BIGINT)");
        let digest = format!("SELECT COUNT(*), SUM({hash}) FROM answer");
        self.with([self.view(), digest])
    }

    /// A script whose rows are the query's columns: name and type first.
    pub fn columns(&self) -> Vec<String> {
        self.with([self.view(), "DESCRIBE answer".to_owned()])
    }

    fn view(&self) -> String {
        format!("CREATE VIEW answer AS {}", self.select)
    }

    fn with<const N: usize>(&self, last: [String; N]) -> Vec<String> {
        self.tables.iter().cloned().chain(last).collect()
    }
}

/// Cuts a script at its semicolons, without its comments. None of the queries has either in quotes.
fn statements(script: &str) -> Vec<String> {
    let lines = script.lines().filter(|line| !line.trim_start().starts_with("--"));
    let text: Vec<&str> = lines.collect();
    let pieces = text.join("\n");
    pieces.split(';').map(str::trim).filter(|piece| !piece.is_empty()).map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn a_script_is_cut_into_statements_without_comments() {
        assert_eq!(statements("-- tables: a; b\nSELECT 1;\n\n SELECT\n2;\n"), ["SELECT 1", "SELECT\n2"]);
    }
}

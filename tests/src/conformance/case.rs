//! A case: a script, and what it must give.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::parts;

/// What is compared of a script's last statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The rows that are left when all changes are applied, in any order.
    Rows,
    /// The same, in the order in which they came.
    Ordered,
    /// The number of these rows, the first of them, and a digest of all: for large results.
    Digest,
    /// Every change, in order.
    Changelog,
    /// The files that the script's jobs wrote: their lines in any order.
    Files,
    /// The columns alone: for what each engine says in its own words.
    Columns,
    /// That the statement is refused.
    Error,
    /// That the job fails.
    Failure,
}

/// A script and its place.
#[derive(Debug, Clone)]
pub struct Case {
    /// `joins/inner`
    pub name: String,
    /// What is compared.
    pub mode: Mode,
    /// The columns that tell its rows apart, where that must be said: see [`super::run`].
    pub key: Vec<String>,
    /// The script with the tables that it names before it, its places not filled in yet.
    pub script: String,
    file: PathBuf,
}

/// The folder of all cases, tables and data.
pub fn root() -> PathBuf {
    parts::root().join("tests/conformance")
}

/// The area of the scripts that people start from, which are in a folder of their own.
const EXAMPLES: &str = "examples";

/// The cases whose name contains one of the words of `filter`; all, where that is empty. In the order of their names.
pub fn cases(filter: &str) -> Vec<Case> {
    let wanted = |name: &str| filter.trim().is_empty() || filter.split_whitespace().any(|word| name.contains(word));
    let mut areas = names(&root().join("cases"));
    areas.insert(EXAMPLES.into());
    let files = areas.iter().flat_map(|area| names(&area_folder(area)).into_iter().map(move |file| (area, file)));
    let scripts = files.filter_map(|(area, file)| Some(format!("{area}/{}", file.strip_suffix(".sql")?)));
    scripts.filter(|name| wanted(name)).map(|name| Case::read(&name)).collect()
}

impl Case {
    fn read(name: &str) -> Case {
        let (area, own_name) = name.split_once('/').unwrap_or_default();
        let file = area_folder(area).join(format!("{own_name}.sql"));
        let script = read(&file);
        if area == EXAMPLES {
            return Case { name: name.into(), mode: Mode::Rows, key: Vec::new(), script: at_full_pace(&script), file };
        }
        let header = |key: &str| {
            let key = format!("-- {key}:");
            script.lines().find_map(|line| line.strip_prefix(&key)).map(|value| value.trim().to_string())
        };
        let mode = header("mode").unwrap_or_else(|| panic!("{name} says no -- mode:"));
        let mode = Mode::named(&mode).unwrap_or_else(|| panic!("{name}: there is no mode {mode}"));
        let table = |table: &str| read(&root().join("tables").join(format!("{table}.sql")));
        let tables: String = header("tables").unwrap_or_default().split_whitespace().map(table).collect();
        let key = header("key").unwrap_or_default().split_whitespace().map(String::from).collect();
        Case { name: name.into(), mode, key, script: tables + &script, file }
    }

    /// What Flink answers, where it is recorded.
    pub fn expected(&self) -> Option<String> {
        fs::read_to_string(self.file.with_extension("expected")).ok()
    }

    /// What the embedded engine answers where it differs on purpose.
    pub fn expected_of_engine(&self) -> Option<String> {
        fs::read_to_string(self.file.with_extension("ours")).ok()
    }

    /// Records what Flink answers.
    pub fn record(&self, answer: &str) {
        let file = self.file.with_extension("expected");
        fs::write(&file, answer).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    }

    /// `joins`
    pub fn area(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }
}

impl Mode {
    fn named(name: &str) -> Option<Mode> {
        Some(match name {
            "rows" => Mode::Rows,
            "ordered" => Mode::Ordered,
            "digest" => Mode::Digest,
            "changelog" => Mode::Changelog,
            "files" => Mode::Files,
            "columns" => Mode::Columns,
            "error" => Mode::Error,
            "failure" => Mode::Failure,
            _ => return None,
        })
    }
}

fn area_folder(area: &str) -> PathBuf {
    if area == EXAMPLES { parts::root().join("engine/examples") } else { root().join("cases").join(area) }
}

/// An example whose generated rows do not come one after the other, as they do for people, but all at once.
fn at_full_pace(script: &str) -> String {
    let pace = |line: &str| line.trim_start().starts_with("'rows-per-second' = ");
    let lines = script.lines().map(|line| if pace(line) { "'rows-per-second' = '1000000'," } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

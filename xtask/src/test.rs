//! `test`: fetches the real parts, builds the product, and runs every test: the quick ones first.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use crate::{
    build,
    failure::Failure,
    parts::{self, Parts},
    place::Place,
    say,
    say::Stages,
    shell,
};

/// Runs all tests, or those whose name contains `filter`.
pub fn test(place: &Place, filter: Option<&str>) -> Result<ExitCode, Failure> {
    let mut stages = Stages::new(build::STAGES + 4);
    let parts = stages.stage("finding or fetching Chromium, Java, Flink and Kafka", || parts::install(place))?;
    let binary = build::stages(place, &mut stages)?;
    let run = Run { place, parts: &parts, binary: &binary, filter };
    stages.stage("compiling the tests", || shell::run(&mut run.cargo(&["--all-targets", "--no-run"])))?;
    let quick = stages.stage("the tests of each crate", || Ok(run.quick()))?;
    say::detail(&format!("logs and pictures are kept in {}", run.artefacts()));
    let real = stages.stage("the tests against real parts", || Ok(run.real()))?;
    finish(&parts, [quick, real].into_iter().collect())
}

/// One run of the tests.
struct Run<'a> {
    place: &'a Place,
    parts: &'a Parts,
    binary: &'a Path,
    filter: Option<&'a str>,
}

impl Run<'_> {
    /// Unit tests, tests of single crates, and the examples in the documentation.
    fn quick(&self) -> Result<(), Failure> {
        let mut words = vec!["--lib".to_string(), "--bins".to_string()];
        for package in packages(&self.place.root)?.iter().filter(|package| !package.ends_with("tests")) {
            words.extend(test_targets(package)?);
        }
        let mut tests = self.cargo(&["--no-fail-fast"]);
        tests.args(words).arg("--").args(self.filter);
        let outcome = shell::run(&mut tests);
        let mut examples = self.cargo(&["--no-fail-fast", "--doc", "--quiet"]);
        examples.arg("--").args(self.filter);
        outcome.and(shell::run(&mut examples))
    }

    /// The tests that start clusters, brokers, portals and browsers: one at a time, for each takes the whole machine; and
    /// telling what they do, for they take minutes.
    fn real(&self) -> Result<(), Failure> {
        let mut cargo = self.cargo(&["--no-fail-fast"]);
        cargo.args(test_targets(&self.place.root.join("tests"))?);
        cargo.args(["--", "--test-threads=1", "--nocapture"]).args(self.filter);
        shell::run(&mut cargo)
    }

    fn cargo(&self, words: &[&str]) -> Command {
        let mut cargo = shell::cargo(&self.place.root);
        cargo.args(["test", "--release", "--locked", "--workspace"]).args(words);
        cargo.envs(self.parts.variables.iter().map(|(name, value)| (name, value)));
        cargo.env("DRSQUIRREL_BIN", self.binary).env("DRSQUIRREL_ARTEFACTS", self.artefacts());
        cargo
    }

    fn artefacts(&self) -> String {
        self.place.out("test-artefacts").display().to_string()
    }
}

/// The folders of the checkout that hold a package.
fn packages(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(root).map_err(Failure::file("list", root))?;
    let mut folders: Vec<_> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    folders.retain(|folder| folder.join("Cargo.toml").is_file());
    folders.sort();
    Ok(folders)
}

/// `--test NAME` for each `tests/NAME.rs` and `tests/NAME/main.rs` of a package.
fn test_targets(package: &Path) -> Result<Vec<String>, Failure> {
    let folder = package.join("tests");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(Failure::file("list", &folder))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "rs") || path.join("main.rs").is_file());
    paths.sort();
    let names = paths.iter().filter_map(|path| path.file_stem().and_then(|stem| stem.to_str()));
    Ok(names.flat_map(|name| ["--test".to_string(), name.to_string()]).collect())
}

/// A failure of one kind of tests does not keep the other from running; both are told.
fn finish(parts: &Parts, outcomes: Result<(), Failure>) -> Result<ExitCode, Failure> {
    for (name, reason) in &parts.missing {
        eprintln!("skipped: the tests that need {name}: {reason}");
    }
    outcomes?;
    let must_be_whole = env::var_os("CI").is_some_and(|v| !v.is_empty());
    if must_be_whole && !parts.missing.is_empty() {
        return Err(Failure::Other("tests were skipped, which CI does not allow: see above".into()));
    }
    Ok(ExitCode::SUCCESS)
}

//! How long the judgement of a recording takes, beside only unpacking and parsing it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use flate2::read::GzDecoder;

use super::{TIMES, Table, median, times};
use crate::{failure::Failure, place::Place};

const RUNS: usize = 5;

/// One row a recording of `tests/recordings`.
pub fn measure(place: &Place) -> Result<Table, Failure> {
    let folder = place.root.join("tests/recordings");
    let entries = fs::read_dir(&folder).map_err(Failure::file("list", &folder))?;
    let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "gz"));
    files.sort();
    let mut table = Table::new("time to judge a recording / time to unpack and parse its JSON", &TIMES);
    for file in &files {
        let what = file.file_name().map(|n| n.to_string_lossy().replace(".jsonl.gz", "")).unwrap_or_default();
        let time = median(RUNS, || judge(&place.binary(), file))?;
        table.row(what, times(time, median(RUNS, || parse(file))?));
    }
    Ok(table)
}

/// Exit status 1 says that something severe was found, which is what most recordings are for.
fn judge(binary: &Path, recording: &Path) -> Result<(), Failure> {
    let mut command = Command::new(binary);
    command.args(["diagnose", "--format", "json", "--recording"]).arg(recording);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.map_err(|source| Failure::Program { program: binary.display().to_string(), source })?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(Failure::Other(format!("`drsquirrel diagnose --recording {}`: {status}", recording.display()))),
    }
}

fn parse(recording: &Path) -> Result<(), Failure> {
    let file = fs::File::open(recording).map_err(Failure::file("open", recording))?;
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        let line = line.map_err(Failure::file("read", recording))?;
        let value: Result<serde_json::Value, _> = serde_json::from_str(&line);
        value.map_err(|e| Failure::Other(format!("{}: {e}", recording.display())))?;
    }
    Ok(())
}

//! The events: files that are made once, by the embedded engine's own generator, and that both engines read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::query::Format;
use crate::{bench::cluster::job::Cluster, failure::Failure, place::Place};

/// The fields of the three kinds of events, in the order of the generator's columns.
const COLUMNS: &str = "event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING,
    {time} TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, {time} TIMESTAMP(3),
    expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, {time} TIMESTAMP(3), extra STRING>";

/// The folder of the one file with the first `count` events, which `engine` makes where it is not there.
pub fn made(place: &Place, engine: &Cluster, format: Format, count: u64) -> Result<PathBuf, Failure> {
    let columns = columns("`dateTime`");
    let source = format!("CREATE TABLE made ({columns}) WITH ('connector' = 'nexmark', 'events.num' = '{count}')");
    let folder = place.out("bench/events").join(format!("{}-{count}", format.name()));
    written(engine, &[("parallelism.default", "1")], source, format, folder)
}

/// The folder of a Parquet file with the events of the JSON file in the folder `json`, written by `flink`: of times within
/// rows it reads only those that it wrote itself (INT96).
pub fn by_flink(place: &Place, flink: &Cluster, json: &Path, count: u64) -> Result<PathBuf, Failure> {
    let (columns, path) = (columns("customTime"), json.display());
    let source = format!(
        "CREATE TABLE made ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json')"
    );
    let folder = place.out("bench/events").join(format!("parquet-by-flink-{count}"));
    // In batch mode, for else it would wait for a checkpoint before it gives the file its name.
    let settings = [("parallelism.default", "1"), ("execution.runtime-mode", "batch")];
    written(flink, &settings, source, Format::Parquet, folder)
}

fn written(
    cluster: &Cluster,
    settings: &[(&str, &str)],
    source: String,
    format: Format,
    folder: PathBuf,
) -> Result<PathBuf, Failure> {
    if only_file(&folder).is_ok() {
        return Ok(folder);
    }
    let new = folder.with_extension("new");
    if new.exists() {
        fs::remove_dir_all(&new).map_err(Failure::file("remove", &new))?;
    }
    let sink = format!(
        "CREATE TABLE events ({}) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = '{}', \
         'sink.rolling-policy.file-size' = '64gb', 'sink.rolling-policy.rollover-interval' = '1 d')",
        columns("customTime"),
        new.display(),
        format.name()
    );
    let script = [source, sink, "INSERT INTO events SELECT * FROM made".to_owned()];
    let job = cluster.session(settings)?.submit(&script)?;
    cluster.finish(&job, || {})?;
    only_file(&new)?;
    fs::rename(&new, &folder).map_err(Failure::file("create", &folder))?;
    Ok(folder)
}

fn columns(time: &str) -> String {
    COLUMNS.replace("{time}", time)
}

/// The only file of a folder.
pub fn only_file(folder: &Path) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    // Beside it Flink leaves an empty mark of its success.
    let files = entries.filter_map(|entry| entry.ok().map(|e| e.path()));
    let files: Vec<PathBuf> = files.filter(|file| !file.ends_with("_SUCCESS")).collect();
    match files.as_slice() {
        [file] => Ok(file.clone()),
        _ => Err(Failure::Other(format!("{} holds {} files, not one", folder.display(), files.len()))),
    }
}

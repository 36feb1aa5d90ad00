//! The fault jobs of `tests/jobs`, compiled against one Flink's own jars.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use super::{java, store};
use crate::{failure::Failure, place::Place, shell};

/// Returns the jar; it is compiled once for each content of the sources.
pub fn compile(place: &Place, flink: &Path, version: &str) -> Result<PathBuf, Failure> {
    let sources = files(&place.root.join("tests/jobs"), "java")?;
    let mut hasher = DefaultHasher::new();
    for source in &sources {
        fs::read(source).map_err(Failure::file("read", source))?.hash(&mut hasher);
    }
    let name = format!("jobs-{version}-{:016x}", hasher.finish());
    let folder = store::folder(place, &name, &name, |scratch| {
        let jars = files(&flink.join("lib"), "jar")?;
        let class_path = jars.iter().map(|jar| jar.display().to_string()).collect::<Vec<_>>().join(":");
        let mut javac = Command::new(java::program("javac"));
        javac.args(["-nowarn", "--release", "11", "-cp", &class_path, "-d"]).arg(&scratch.aside).args(&sources);
        shell::output(&mut javac)?;
        let mut jar = Command::new(java::program("jar"));
        shell::output(jar.arg("cf").arg(scratch.result.join("jobs.jar")).arg("-C").arg(&scratch.aside).arg("."))
            .map(drop)
    })?;
    Ok(folder.join("jobs.jar"))
}

/// The files of `folder` that end in `extension`, by name.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == extension));
    paths.sort();
    Ok(paths)
}

//! Files of PyPI. Only fetched: nothing of them is installed into a Python.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::apt;
use crate::{failure::Failure, shell};

/// What kind of file is wanted.
pub enum Kind {
    /// A wheel, for whatever platform: only its scripts are used.
    Wheel,
    /// A source archive.
    Source,
}

/// Fetches `package` (`name==version`) into the new folder `folder`, and unpacks it there.
pub fn fetch(package: &str, kind: &Kind, folder: &Path) -> Result<(), Failure> {
    if shell::output(python().args(["-m", "pip", "--version"])).is_err() {
        apt::install(&["python3", "python3-pip"])?;
    }
    let download = folder.join("download");
    let mut pip = python();
    pip.args(["-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "-d"]).arg(&download);
    match kind {
        Kind::Wheel => pip.args(["--only-binary=:all:", "--implementation=cp", "--python-version=3.11"]).args([
            "--platform=manylinux2014_x86_64",
            "--platform=manylinux1_x86_64",
            "--platform=any",
        ]),
        Kind::Source => pip.arg("--no-binary=:all:"),
    };
    shell::output(pip.arg(package))?;
    let archive = only_file(&download)?;
    match kind {
        Kind::Wheel => shell::output(python().args(["-m", "zipfile", "-e"]).arg(&archive).arg(folder))?,
        Kind::Source => shell::output(
            Command::new("tar").args(["--strip-components=1", "-xzf"]).arg(&archive).arg("-C").arg(folder),
        )?,
    };
    fs::remove_dir_all(&download).map_err(Failure::file("remove", &download))
}

fn python() -> Command {
    Command::new("python3")
}

fn only_file(folder: &Path) -> Result<PathBuf, Failure> {
    let mut entries = fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    match entries.next() {
        Some(Ok(entry)) => Ok(entry.path()),
        _ => Err(Failure::Other(format!("pip left nothing in {}", folder.display()))),
    }
}

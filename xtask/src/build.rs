//! `build`: the pages, then the portal with the pages inside.

use std::{fs, path::PathBuf};

use crate::{failure::Failure, pages, place::Place, say::Stages, shell};

/// How many stages [`stages`] has.
pub const STAGES: u32 = 2;

/// Builds the portal, and returns where it is.
pub fn build(place: &Place) -> Result<PathBuf, Failure> {
    let binary = stages(place, &mut Stages::new(STAGES))?;
    println!("{}", binary.display());
    Ok(binary)
}

/// Builds the portal as the next stages of a longer command.
pub fn stages(place: &Place, stages: &mut Stages) -> Result<PathBuf, Failure> {
    stages.stage("building the pages (wasm)", || pages::pages(place))?;
    stages.stage("building the portal", || portal(place))
}

/// Compiles the binary, and puts a copy where it is always to be found, wherever cargo's target folder is.
fn portal(place: &Place) -> Result<PathBuf, Failure> {
    shell::run(shell::cargo(&place.root).args([
        "build",
        "--release",
        "--locked",
        "--workspace",
        "--bin",
        "drsquirrel",
    ]))?;
    let built = place.cargo_target.join("release/drsquirrel");
    let binary = place.binary();
    if built != binary {
        replace(&built, &binary)?;
    }
    Ok(binary)
}

/// Copies through a new file: a running portal keeps the old one open, and cannot be written over.
fn replace(from: &PathBuf, to: &PathBuf) -> Result<(), Failure> {
    let new = to.with_extension("new");
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    }
    fs::copy(from, &new).map_err(Failure::file("copy", from))?;
    fs::rename(&new, to).map_err(Failure::file("write", to))
}

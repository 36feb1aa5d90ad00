//! Licences: cargo-deny, of one known version, on `deny.toml`.

use std::{path::PathBuf, process::Command};

use crate::{failure::Failure, place::Place, say::Stages, shell};

/// The version that reads this repository's `deny.toml`.
const VERSION: &str = "0.20.2";

/// How many stages [`stages`] has.
pub const STAGES: u32 = 2;

/// Fails where a dependency's licence or origin is not among those allowed; as the next stages of a longer command.
pub fn stages(place: &Place, stages: &mut Stages) -> Result<(), Failure> {
    let tool = stages.stage("finding cargo-deny", || tool(place))?;
    stages.stage("checking licences and origins", || {
        let mut deny = shell::cargo(&place.root);
        let cargo = deny.get_program().to_os_string();
        deny = Command::new(&tool);
        deny.current_dir(&place.root).env("CARGO", cargo);
        shell::run(deny.args(["--locked", "check", "licenses", "bans", "sources"]))
    })
}

/// Built once into the cache; unoptimised and without its network features, for it is compiled far longer than it runs.
fn tool(place: &Place) -> Result<PathBuf, Failure> {
    let root = place.cache.join(format!("tools/cargo-deny-{VERSION}"));
    let tool = root.join("bin/cargo-deny");
    if !tool.is_file() {
        let mut cargo = shell::cargo(&place.root);
        cargo.args([
            "install",
            "cargo-deny",
            "--version",
            VERSION,
            "--locked",
            "--debug",
            "--no-default-features",
            "--root",
        ]);
        shell::run(cargo.arg(&root).env_remove("CARGO_TARGET_DIR"))?;
    }
    Ok(tool)
}

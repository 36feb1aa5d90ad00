//! Where things are: the checkout, cargo's target folder, and the cache that outlives checkouts.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{failure::Failure, shell};

/// The folders that every command works in.
pub struct Place {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder; it may be shared with other checkouts.
    pub cargo_target: PathBuf,
    /// What is fetched once and used by all checkouts: `DRSQUIRREL_CACHE`, else `~/.cache/drsquirrel`.
    pub cache: PathBuf,
}

impl Place {
    /// Finds the checkout that this was started for.
    pub fn find() -> Result<Place, Failure> {
        let root = root()?;
        Ok(Place { cargo_target: cargo_target(&root)?, cache: cache()?, root })
    }

    /// Makes cargo's target folder this checkout's, where checkouts share it.
    ///
    /// Cargo names what it compiles by the path inside the workspace, so that checkouts which share a target folder have one
    /// name for each crate, and it goes by time stamps: what another checkout compiled later than this one's files were
    /// written would pass for compiled from them. Only the crates of the workspace are concerned; dependencies are shared.
    pub fn claim_target(&self) -> Result<(), Failure> {
        let stamp = self.cargo_target.join("drsquirrel-checkout");
        let claim = self.root.display().to_string();
        if self.cargo_target.starts_with(&self.root) || fs::read_to_string(&stamp).is_ok_and(|last| last == claim) {
            return Ok(());
        }
        for profile in [&["--release"][..], &["--profile=wasm", "--target=wasm32-unknown-unknown"]] {
            let mut clean = shell::cargo(&self.root);
            // Not this tool itself: it runs.
            let crates =
                ["app", "doctor", "engine", "model", "server", "tests"].map(|name| format!("--package={name}"));
            shell::output(clean.args(["clean", "--quiet"]).args(crates).args(profile))?;
        }
        fs::create_dir_all(&self.cargo_target).map_err(Failure::file("create", &self.cargo_target))?;
        fs::write(&stamp, claim).map_err(Failure::file("write", &stamp))
    }

    /// What is built here, wherever cargo builds: the portal, the site, benches, test artefacts.
    pub fn out(&self, name: &str) -> PathBuf {
        self.root.join("target").join(name)
    }

    /// An empty folder of that kind, whatever was in it before.
    pub fn fresh(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.out(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Failure::file("remove", &folder))?;
        }
        fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
        Ok(folder)
    }

    /// The finished portal.
    pub fn binary(&self) -> PathBuf {
        self.out("release").join("drsquirrel")
    }
}

/// Cargo says where this package is; a copy that is started by hand looks upwards from where it stands.
fn root() -> Result<PathBuf, Failure> {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    if let Some(root) = package.as_deref().and_then(Path::parent) {
        return Ok(root.to_path_buf());
    }
    let here = env::current_dir().map_err(Failure::file("find", Path::new(".")))?;
    let root = here.ancestors().find(|folder| folder.join("xtask/Cargo.toml").is_file());
    root.map(Path::to_path_buf)
        .ok_or_else(|| Failure::Other("not inside a checkout of Dr. Squirrel: change into one".into()))
}

fn cargo_target(root: &Path) -> Result<PathBuf, Failure> {
    let metadata = shell::output(shell::cargo(root).args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).map_err(|e| Failure::Other(format!("cargo metadata is not JSON: {e}")))?;
    let target = metadata["target_directory"].as_str();
    target.map(PathBuf::from).ok_or_else(|| Failure::Other("cargo metadata names no target folder".into()))
}

fn cache() -> Result<PathBuf, Failure> {
    if let Some(folder) = env::var_os("DRSQUIRREL_CACHE").filter(|v| !v.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let home = env::var_os("HOME").filter(|v| !v.is_empty());
    home.map(|home| PathBuf::from(home).join(".cache/drsquirrel"))
        .ok_or_else(|| Failure::Other("neither DRSQUIRREL_CACHE nor HOME is set: set one, for the cache".into()))
}

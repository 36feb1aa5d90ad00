//! One test's own folders: one that goes with the test, and one whose logs and pictures stay.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::parts;

/// The folders of one test.
pub struct Scene {
    /// Kept under `target/test-artefacts`.
    pub kept: PathBuf,
    scratch: TempDir,
}

impl Scene {
    /// Folders for the test called `name`; what an earlier run kept is removed.
    pub fn new(name: &str) -> Scene {
        let kept = parts::artefacts().join(name);
        let _ = fs::remove_dir_all(&kept);
        fs::create_dir_all(&kept).expect("the folder for artefacts can be made");
        let scratch = tempfile::Builder::new().prefix(&format!("drsquirrel-{name}-")).tempdir();
        Scene { kept, scratch: scratch.expect("a temporary folder can be made") }
    }

    /// A new folder that is removed with the test.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.scratch.path().join(name);
        fs::create_dir_all(&folder).expect("a folder can be made in the temporary folder");
        folder
    }

    /// A file of this name among the kept ones.
    pub fn log(&self, name: &str) -> PathBuf {
        self.kept.join(name)
    }

    /// The folder that all of [`Scene::folder`] are in.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }
}

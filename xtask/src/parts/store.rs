//! The cache's folders: each whole or absent, whoever else fetches at the same time, and whenever this is interrupted.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process,
};

use crate::{failure::Failure, place::Place, say};

/// The file in a finished folder that says what it was made from.
const RECIPE: &str = "RECIPE";

/// Returns the cache's folder `name`, made from `recipe`. `make` fills it, in a scratch folder that gets its name only when
/// it is complete; one process at a time makes a folder, the others wait and use it.
pub fn folder(
    place: &Place,
    name: &str,
    recipe: &str,
    make: impl FnOnce(&Scratch) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
    let parts = place.cache.join("parts");
    let folder = parts.join(name);
    if is_made_from(&folder, recipe) {
        return Ok(folder);
    }
    fs::create_dir_all(&parts).map_err(Failure::file("create", &parts))?;
    let lock = parts.join(format!("{name}.lock"));
    let held = File::create(&lock).map_err(Failure::file("create", &lock))?;
    held.lock().map_err(Failure::file("lock", &lock))?;
    if !is_made_from(&folder, recipe) {
        say::detail(&format!("fetching {name} into {}", parts.display()));
        let scratch = Scratch::new(&parts, name)?;
        make(&scratch)?;
        scratch.become_folder(&folder, recipe)?;
    }
    Ok(folder)
}

fn is_made_from(folder: &Path, recipe: &str) -> bool {
    fs::read_to_string(folder.join(RECIPE)).is_ok_and(|made| made == recipe)
}

/// Where a folder is made; removed when dropped.
pub struct Scratch {
    root: PathBuf,
    /// What becomes the folder.
    pub result: PathBuf,
    /// For downloads and other things that are not kept.
    pub aside: PathBuf,
}

impl Scratch {
    fn new(parts: &Path, name: &str) -> Result<Scratch, Failure> {
        let root = parts.join(format!(".{name}.{}", process::id()));
        let scratch = Scratch { result: root.join("result"), aside: root.join("aside"), root };
        for folder in [&scratch.result, &scratch.aside] {
            fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
        }
        Ok(scratch)
    }

    fn become_folder(self, folder: &Path, recipe: &str) -> Result<(), Failure> {
        let note = self.result.join(RECIPE);
        fs::write(&note, recipe).map_err(Failure::file("write", &note))?;
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(Failure::file("remove", folder))?;
        }
        fs::rename(&self.result, folder).map_err(Failure::file("create", folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A scratch folder that stays costs only disk space, and the next one has another name.
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn place(cache: &Path) -> Place {
        Place { root: cache.into(), cargo_target: cache.into(), cache: cache.into() }
    }

    #[test]
    fn a_folder_is_made_once_for_each_recipe() {
        let cache = tempfile::tempdir().unwrap();
        let place = place(cache.path());
        let made = |recipe: &str, content: &str| {
            let make =
                |s: &Scratch| fs::write(s.result.join("file"), content).map_err(Failure::file("write", &s.result));
            folder(&place, "thing", recipe, make).unwrap()
        };
        assert_eq!(fs::read_to_string(made("1", "first").join("file")).unwrap(), "first");
        assert_eq!(fs::read_to_string(made("1", "again").join("file")).unwrap(), "first");
        assert_eq!(fs::read_to_string(made("2", "second").join("file")).unwrap(), "second");
    }

    #[test]
    fn a_folder_that_could_not_be_made_is_absent() {
        let cache = tempfile::tempdir().unwrap();
        let place = place(cache.path());
        let outcome = folder(&place, "thing", "1", |s| {
            fs::write(s.result.join("half"), "x").unwrap();
            Err(Failure::Other("interrupted".into()))
        });
        assert!(outcome.is_err());
        let left: Vec<_> = fs::read_dir(cache.path().join("parts")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["thing.lock"]);
    }
}

//! Where the real parts are. `cargo xtask test` says it in environment variables, and writes the same list into the cache
//! for tests that are started by hand.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The variables that `cargo xtask test` wrote down last.
static WRITTEN_DOWN: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let text = fs::read_to_string(cache().join("parts/variables")).unwrap_or_default();
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect()
});

/// The built product.
pub fn binary() -> PathBuf {
    let binary = variable("DRSQUIRREL_BIN").map_or_else(|| root().join("target/release/drsquirrel"), PathBuf::from);
    assert!(binary.is_file(), "{} is not there: run `cargo xtask build` first", binary.display());
    binary
}

/// Where logs, screenshots and the like are kept.
pub fn artefacts() -> PathBuf {
    variable("DRSQUIRREL_ARTEFACTS").map_or_else(|| root().join("target/test-artefacts"), PathBuf::from)
}

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the checkout")
}

/// The path in `variable`, or the end of the test: a part that could not be had is told with its reason, and where `CI` is
/// set it is a failure.
pub fn part(name: &str) -> Option<PathBuf> {
    if let Some(path) = variable(name) {
        return Some(PathBuf::from(path));
    }
    let reason =
        variable(&format!("{name}_MISSING")).unwrap_or_else(|| "run `cargo xtask test`, which fetches it".into());
    assert!(env::var_os("CI").is_none(), "{name} could not be had: {reason}");
    eprintln!("skipped: {name} could not be had: {reason}");
    None
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|v| !v.is_empty()).or_else(|| WRITTEN_DOWN.get(name).cloned())
}

fn cache() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache/drsquirrel");
    env::var_os("DRSQUIRREL_CACHE").map_or_else(home, PathBuf::from)
}

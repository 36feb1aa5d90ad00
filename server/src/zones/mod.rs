//! The embedded zones: engines that the portal starts as processes of their own, adopts when they outlived it, and stops
//! when it is asked to stop.
//!
//! A zone is in a process group of its own, so that neither a Ctrl-C meant for the portal nor the portal's death reaches
//! it: jobs run on while the portal is being replaced.

mod endpoint;
mod process;
mod supervisor;

use std::path::{Path, PathBuf};

pub use supervisor::{Notice, supervise};

/// The zones that are started unless the configuration names clusters.
pub const NAMES: [&str; 2] = ["local-a", "local-b"];
/// Slots of each zone.
const SLOTS: u32 = 8;

/// One embedded zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its name, which is also its cluster's.
    pub name: String,
    /// Where its engine keeps its state.
    pub data: PathBuf,
    /// How many subtasks run at once.
    pub slots: u32,
}

impl Zone {
    /// The zone of that name under the portal's data folder.
    pub fn new(name: &str, data: &Path) -> Zone {
        Zone { name: name.to_owned(), data: data.join("zones").join(name), slots: SLOTS }
    }
}

//! Chromium and chromedriver, which must be of one version: both from the machine, or both from its packages.

use super::{Found, apt};
use crate::{failure::Failure, place::Place, shell::on_path};

/// Finds or installs both.
pub fn find(_: &Place) -> Result<Found, Failure> {
    if let Some(found) = on_this_machine() {
        return Ok(found);
    }
    apt::install(&["chromium", "chromium-driver"])?;
    on_this_machine()
        .ok_or_else(|| Failure::Other("installed, but `chromium` and `chromedriver` are not on PATH".into()))
}

fn on_this_machine() -> Option<Found> {
    let browser = on_path(&["chromium", "chromium-browser", "google-chrome"])?;
    let driver = on_path(&["chromedriver"])?;
    Some(vec![("DRSQUIRREL_CHROMIUM", browser), ("DRSQUIRREL_CHROMEDRIVER", driver)])
}

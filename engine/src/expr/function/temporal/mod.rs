//! Dates, times and timestamps.

mod clock;
pub mod extract;
mod fields;
mod format;
pub mod pattern;
pub mod round;
pub mod shift;

pub use clock::WATERMARK;

use super::registry::FunctionInfo;

/// Adds the functions of time.
pub fn register(into: &mut Vec<FunctionInfo>) {
    clock::register(into);
    fields::register(into);
    format::register(into);
}

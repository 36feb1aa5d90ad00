//! The words that every part of Dr. Squirrel shares: plain serde types with their invariants.
//!
//! Nothing here does I/O or reads a clock, and all of it compiles to wasm32, so that the browser reads exactly the types
//! that the portal writes.

mod cell;
mod cluster;
mod error;
mod example;
mod finding;
mod job;
mod snapshot;
pub mod sql;
mod time;

pub use cell::*;
pub use cluster::*;
pub use error::*;
pub use example::*;
pub use finding::*;
pub use job::*;
pub use snapshot::*;
pub use time::*;

//! From statements to jobs: the session's catalog and settings, queries as typed relations, and the graph that runs them.
//!
//! Layers: [`catalog`] and [`settings`] are what a session knows; [`connect`] is the seam to connectors.

pub mod alter;
pub mod catalog;
pub mod connect;
pub mod create;
pub mod declare;
pub mod explain;
mod factories;
pub mod graph;
pub mod insert;
pub mod joins;
pub mod optimise;
pub mod placed;
pub mod query;
pub mod rel;
pub mod script;
pub mod session;
pub mod settings;
pub mod shape;
pub mod show;
pub mod stream;
pub mod table;
pub mod times;
pub mod type_name;
pub mod windows;

#[cfg(test)]
mod tests;

pub use catalog::Catalog;
pub use connect::Connectors;
pub use query::Binder;
pub use settings::{JobConfig, Settings};
pub use table::Table;

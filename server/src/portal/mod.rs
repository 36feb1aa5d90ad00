//! The portal's services: what the pages and the public API ask for, and what they may change.
//!
//! What is shown is put together by pure functions from the board and the store (`clusters`, `rows`, `graph`, `job`); this
//! module fetches, they decide.

mod add_cluster;
mod clusters;
mod evidence;
mod find;
mod graph;
mod job;
mod output;
mod rows;
mod service;
mod sql;

#[cfg(test)]
pub(crate) mod fixtures;

pub use graph::graph;
pub use service::{FindingsQuery, Parts, PortalService, cluster_not_found};

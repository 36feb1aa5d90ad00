//! engine
pub mod bounded_file;
pub mod connectors;
pub mod formats;
pub mod ids;
pub mod options;
pub mod runtime;
pub mod sql;

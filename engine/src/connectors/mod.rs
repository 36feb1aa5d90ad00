//! Sources, sinks and formats, columnar. [`connect::BuiltIn`] is what the planner asks; [`spec`] is the table of what each
//! connector and format takes.

pub mod blackhole;
pub mod connect;
pub mod constraints;
pub mod datagen;
pub mod filesystem;
pub mod format;
mod generated;
pub mod hybrid;
pub mod kafka;
pub mod layout;
pub mod nexmark;
mod pace;
pub mod print;
mod progress;
mod random;
pub mod rest;
pub mod sink;
pub mod spec;
mod split_watermarks;

/// How many rows a source hands on at a time.
pub const BATCH_ROWS: usize = 1024;

/// The class of the exception for a record that is not a row of its table.
pub const PARSE_EXCEPTION: &str = "drsquirrel.connector.RecordParseException";

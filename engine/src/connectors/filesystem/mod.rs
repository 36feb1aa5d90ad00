//! `'connector' = 'filesystem'`

mod conform;
mod line_reader;
pub mod lines;
pub mod list;
mod parquet;
mod parquet_reader;
mod part;
pub mod sink;
#[cfg(test)]
mod sink_tests;
pub mod source;
#[cfg(test)]
mod source_tests;
pub mod splits;

//! `'connector' = 'kafka'` and `'upsert-kafka'`

pub mod client;
pub mod exactly_once;
pub mod partitions;
pub mod records;
pub mod sink;
pub mod source;
pub mod start;
#[cfg(test)]
pub mod tests;

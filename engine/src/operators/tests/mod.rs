//! Tests of the operators at the [`crate::runtime::operator::Operator`] trait.
#![allow(clippy::unwrap_used, clippy::panic)]

mod aggregates;
mod deduplicate;
mod group_aggregate;
mod over;
mod sessions;
mod simple;
mod top_n;
mod watermark;
mod window_aggregate;
mod window_top_n;

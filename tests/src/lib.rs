//! What the acceptance tests share: real parts (Flink, Kafka, Chromium, the product itself) that are started on free ports,
//! waited for by what they answer, and stopped whatever happens.
//!
//! Helpers end the test with a message where a real part does not do its own work: that is what a test is for. They never
//! judge the product; the tests do.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

pub mod browser;
pub mod bucket;
pub mod chance;
pub mod cli;
pub mod cluster;
pub mod conformance;
pub mod engine;
pub mod expect;
pub mod flink;
pub mod gateway;
pub mod http;
pub mod kafka;
pub mod ledger;
pub mod pace;
pub mod parts;
pub mod portal;
pub mod process;
pub mod scene;
pub mod wait;

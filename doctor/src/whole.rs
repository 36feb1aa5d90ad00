//! Tests of the whole: snapshots in, diagnosis out.
#![allow(clippy::unwrap_used)]

//! Checkpoints and savepoints of a job, seen from its engine.

pub mod coordinator;
pub mod history;
pub mod operations;

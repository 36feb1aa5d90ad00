//! The checks, one a file: its reference text, one pure function, its tests.

pub mod availability;
pub mod backpressure;
pub mod checkpoint_duration;
pub mod checkpoint_failures;
pub mod gc;
pub mod heap;
pub mod lag;
pub mod late_records;
pub mod restarts;
pub mod skew;
pub mod state_growth;
pub mod task_managers;
pub mod watermarks;

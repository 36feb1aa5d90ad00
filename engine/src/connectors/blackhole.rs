//! `'connector' = 'blackhole'`: rows are counted and forgotten.

use std::time::Duration;

use super::sink::{SinkTask, SinkWriter};
use crate::{
    runtime::operator::OperatorContext,
    runtime::{Stop, cancel::Cancel},
    types::Batch,
};

/// Forgets.
pub struct Blackhole {
    /// `sink.call-latency`: how long the service behind the sink takes for a row.
    pub latency: Duration,
}

impl SinkWriter for Blackhole {
    fn open(&mut self, _: &mut OperatorContext<'_>) -> Result<(), Stop> {
        Ok(())
    }

    fn write(&mut self, batch: &Batch, task: &SinkTask) -> Result<u64, Stop> {
        for _ in 0..batch.rows {
            if !call_service(self.latency, &task.cancel)? {
                break;
            }
        }
        Ok(batch.bytes() as u64)
    }
}

/// Waits as long as a service takes for one row; `false` where it takes no time.
pub fn call_service(latency: Duration, cancel: &Cancel) -> Result<bool, Stop> {
    if latency.is_zero() {
        return Ok(false);
    }
    if cancel.wait(latency) { Err(Stop::Cancelled) } else { Ok(true) }
}

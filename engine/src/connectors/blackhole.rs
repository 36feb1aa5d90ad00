//! `'connector' = 'blackhole'`: rows are counted and forgotten.

use std::time::Duration;

use super::{Sink, print::call_service};
use crate::{
    options::Options,
    runtime::{Stop, TaskContext},
    sql::{
        catalog::Table,
        value::{Row, row_bytes},
    },
};

/// Forgets.
pub struct Blackhole {
    latency: Duration,
}

impl Blackhole {
    /// Reads the options.
    pub fn open(table: &Table) -> Self {
        Self { latency: Options(&table.options).duration("sink.call-latency").unwrap_or_default() }
    }
}

impl Sink for Blackhole {
    fn write(&mut self, row: &Row, context: &TaskContext) -> Result<u64, Stop> {
        call_service(self.latency, context)?;
        Ok(row_bytes(row))
    }

    fn flush(&mut self, _: &TaskContext) -> Result<(), Stop> {
        Ok(())
    }
}

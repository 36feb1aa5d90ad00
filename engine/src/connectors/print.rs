//! `'connector' = 'print'`: rows as text, in the task manager's standard output, which keeps the last of them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Sink;
use crate::{
    bounded_file::BoundedFile,
    options::Options,
    runtime::{Failure, Stop, TaskContext, failure::io_failure},
    sql::{catalog::Table, types::DataType, value::Row},
};

/// The file that stands for the standard output of a worker.
#[derive(Debug)]
pub struct PrintLog(Mutex<BoundedFile>);

impl PrintLog {
    /// Opens it; made when the first line comes.
    pub fn new(path: PathBuf) -> Self {
        Self(Mutex::new(BoundedFile::new(path)))
    }

    fn append(&self, line: &str) -> Result<(), Failure> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.append(line.as_bytes()).map_err(|error| io_failure("write", file.path(), &error))
    }
}

/// Prints the rows of one subtask.
pub struct Print {
    log: Arc<PrintLog>,
    prefix: String,
    types: Vec<DataType>,
    latency: Duration,
}

impl Print {
    /// Reads the options.
    pub fn open(table: &Table, context: &TaskContext) -> Self {
        let options = Options(&table.options);
        // As Flink: "identifier:subtask> ", each part only where there is one.
        let mut prefix = options.get("print-identifier").unwrap_or_default().to_owned();
        if context.parallelism > 1 {
            let colon = if prefix.is_empty() { "" } else { ":" };
            prefix = format!("{prefix}{colon}{}", context.subtask + 1);
        }
        if !prefix.is_empty() {
            prefix.push_str("> ");
        }
        Self {
            log: Arc::clone(&context.print),
            prefix,
            types: table.columns.iter().map(|column| column.data_type).collect(),
            latency: options.duration("sink.call-latency").unwrap_or_default(),
        }
    }
}

impl Sink for Print {
    fn write(&mut self, row: &Row, context: &TaskContext) -> Result<u64, Stop> {
        call_service(self.latency, context)?;
        let fields: Vec<String> =
            row.iter().zip(&self.types).map(|(value, data_type)| value.display(*data_type)).collect();
        let line = format!("{}+I[{}]\n", self.prefix, fields.join(", "));
        self.log.append(&line)?;
        Ok(line.len() as u64)
    }

    fn flush(&mut self, _: &TaskContext) -> Result<(), Stop> {
        Ok(())
    }
}

/// Waits as long as the service behind a sink takes to answer. The task is busy meanwhile, as it would be in Flink.
pub fn call_service(latency: Duration, context: &TaskContext) -> Result<(), Stop> {
    if !latency.is_zero() && context.cancel.wait(latency) {
        return Err(Stop::Cancelled);
    }
    Ok(())
}

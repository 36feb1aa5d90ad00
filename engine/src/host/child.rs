//! A worker process, seen from its engine.

use std::{io, path::PathBuf, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::Host;
use crate::{
    bounded_file::BoundedFile,
    worker::protocol::{FromWorker, MAX_LINE_BYTES, Start, ToWorker},
};

/// The longest line of a worker's log that is kept.
const MAX_LOG_LINE: usize = 16 * 1024;

/// A worker.
pub struct Worker {
    child: Child,
    /// Closing it tells the worker that its engine is gone.
    orders: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts a worker and tells it what to run.
    pub async fn start(host: &Host, start: Start) -> io::Result<Self> {
        std::fs::create_dir_all(&start.directory)?;
        let log = start.directory.join("log");
        let mut child = Command::new(&host.options.worker)
            .args(&host.options.worker_args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in a terminal is for the engine, which then stops its workers in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let closed = || io::Error::other("a pipe to the worker is missing");
        let mut orders = child.stdin.take().ok_or_else(closed)?;
        let reports = BufReader::new(child.stdout.take().ok_or_else(closed)?).lines();
        if let Some(errors) = child.stderr.take() {
            tokio::spawn(keep_log(BufReader::new(errors), log));
        }
        write_order(&mut orders, &ToWorker::Start(Box::new(start))).await?;
        Ok(Self { child, orders, reports })
    }

    /// Its process id.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it says next; `None` when it has ended.
    pub async fn next(&mut self) -> Option<FromWorker> {
        let line = self.reports.next_line().await.ok().flatten().filter(|line| line.len() <= MAX_LINE_BYTES)?;
        match serde_json::from_str(&line) {
            Ok(message) => Some(message),
            Err(error) => {
                tracing::error!(error = %error, "a worker said something that is not of the protocol");
                None
            }
        }
    }

    /// Tells it something; a worker that cannot be told has ended already.
    pub async fn tell(&mut self, order: &ToWorker) {
        if let Err(error) = write_order(&mut self.orders, order).await {
            tracing::debug!(error = %error, "a worker had ended before it was told to");
        }
    }

    /// Ends it, and says how it ended.
    pub async fn end(mut self) -> String {
        // It may have ended by itself, which is what is asked here.
        let ended = self.child.try_wait().ok().flatten();
        if ended.is_none() {
            let _ = self.child.start_kill();
        }
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Waits for its end, which is near: it has closed its standard output.
    pub async fn wait(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }
}

async fn write_order(orders: &mut ChildStdin, order: &ToWorker) -> io::Result<()> {
    let mut line = serde_json::to_vec(order)?;
    line.push(b'\n');
    orders.write_all(&line).await?;
    orders.flush().await
}

/// Keeps the end of what a worker logs.
async fn keep_log(mut errors: BufReader<tokio::process::ChildStderr>, path: PathBuf) {
    let mut log = BoundedFile::new(path);
    let mut line = Vec::new();
    while errors.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        line.truncate(MAX_LOG_LINE);
        if let Err(error) = log.append(&line) {
            tracing::warn!(path = %log.path().display(), error = %error, "a worker's log cannot be kept");
            return;
        }
        line.clear();
    }
}

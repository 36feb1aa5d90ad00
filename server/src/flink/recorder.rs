//! A transport that writes every answer down before it hands it on.

use std::{
    io::Write,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{
    error::Failure,
    recording,
    transport::{Reply, Transport},
};

/// Writes a recording while a cluster is read through it.
pub struct Recorder<T, W> {
    inner: T,
    out: Mutex<Out<W>>,
}

struct Out<W> {
    to: W,
    lines: u64,
    failed: Option<std::io::Error>,
}

impl<T: Transport, W: Write + Send> Recorder<T, W> {
    /// Records what `inner` answers into `to`, one line an answer.
    pub fn new(inner: T, to: W) -> Self {
        Recorder { inner, out: Mutex::new(Out { to, lines: 0, failed: None }) }
    }

    /// Writes out what is buffered, and says how many lines have been written.
    ///
    /// # Errors
    /// The first error of writing since the last call; what came after it is not in the recording.
    pub fn flush(&self) -> std::io::Result<u64> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        match out.failed.take() {
            Some(error) => Err(error),
            None => out.to.flush().map(|()| out.lines),
        }
    }

    /// The writer, for what it needs at its end.
    pub fn into_writer(self) -> W {
        self.out.into_inner().unwrap_or_else(PoisonError::into_inner).to
    }

    fn write(&self, line: &[u8]) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if out.failed.is_none() {
            match out.to.write_all(line) {
                Ok(()) => out.lines += 1,
                Err(error) => out.failed = Some(error),
            }
        }
    }
}

#[async_trait]
impl<T: Transport, W: Write + Send> Transport for Recorder<T, W> {
    async fn get(&self, path: &str, query: &str, timeout: Duration) -> Result<Reply, Failure> {
        let reply = self.inner.get(path, query, timeout).await?;
        self.write(&recording::encode(self.inner.now_ms(), path, query, reply.status, &reply.body));
        Ok(reply)
    }

    fn now_ms(&self) -> i64 {
        self.inner.now_ms()
    }

    fn live(&self) -> bool {
        self.inner.live()
    }
}

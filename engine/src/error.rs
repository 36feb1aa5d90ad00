//! Why an engine or a worker cannot run.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why an engine or a worker cannot run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}: {error}. Choose another address with --listen")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
    /// The data directory cannot be used.
    #[error("cannot use {path}: {error}. Choose another directory with --data")]
    Data {
        /// The file or directory in question.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another engine uses the data directory.
    #[error("{path} is in use by another engine. Stop it, or choose another directory with --data")]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The server ended by itself.
    #[error("the server ended: {0}")]
    Serve(io::Error),
    /// A worker was started by something else than an engine.
    #[error("this worker cannot run: {0}")]
    Worker(String),
}

//! The one error of this tool: what failed, on what, and what would help.

use std::{io, path::Path};

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file or folder could not be read or written.
    #[error("could not {doing} {path}: {source}")]
    File { doing: &'static str, path: String, source: io::Error },
    /// A program is not installed, or could not be started.
    #[error("could not start `{program}`: {source}. Install it, or put it on PATH")]
    Program { program: String, source: io::Error },
    /// A program ran and did not succeed.
    #[error("`{command}` ended with {status}{output}")]
    Command { command: String, status: String, output: String },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// For `map_err` on file operations.
    pub fn file<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Failure + 'a {
        move |source| Failure::File { doing, path: path.display().to_string(), source }
    }
}

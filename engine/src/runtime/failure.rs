//! Why a task ended before its input did.

use serde::{Deserialize, Serialize};

/// An exception, as Flink's exception history shows one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its class: `drsquirrel.connector.RecordParseException`.
    pub class: String,
    /// What went wrong, on what.
    pub message: String,
    /// Where, innermost first: `Source: flights.deserialize(flights.csv:8123)`.
    pub frames: Vec<String>,
}

impl Failure {
    /// A failure that knows no place yet.
    pub fn new(class: &str, message: impl Into<String>) -> Self {
        Self { class: class.to_owned(), message: message.into(), frames: Vec::new() }
    }

    /// Adds the place around those that are known.
    pub fn at(mut self, frame: impl Into<String>) -> Self {
        self.frames.push(frame.into());
        self
    }

    /// As a stack trace is printed.
    pub fn stack(&self) -> String {
        let frames: String = self.frames.iter().map(|frame| format!("\tat {frame}\n")).collect();
        format!("{}: {}\n{frames}", self.class, self.message)
    }
}

impl From<crate::expr::EvalError> for Failure {
    fn from(error: crate::expr::EvalError) -> Self {
        Self::new(error.class, error.message)
    }
}

impl From<crate::expr::EvalError> for Stop {
    fn from(error: crate::expr::EvalError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<crate::types::row_codec::DecodeError> for Stop {
    fn from(error: crate::types::row_codec::DecodeError) -> Self {
        crate::state::StateError::from(error).into()
    }
}

impl From<arrow_schema::ArrowError> for Stop {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::Failed(Failure::new("drsquirrel.engine.InternalError", error.to_string()))
    }
}

/// A task stops: because it was told to, or because it cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It was cancelled.
    Cancelled,
    /// It failed.
    Failed(Failure),
}

impl Stop {
    /// Adds the place around those that a failure knows.
    pub fn at(self, frame: impl Into<String>) -> Self {
        match self {
            Self::Failed(failure) => Self::Failed(failure.at(frame)),
            Self::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A file could not be used.
pub fn io_failure(what: &str, path: &std::path::Path, error: &std::io::Error) -> Failure {
    let class = match error.kind() {
        std::io::ErrorKind::NotFound => "java.io.FileNotFoundException",
        std::io::ErrorKind::PermissionDenied => "java.nio.file.AccessDeniedException",
        _ => "java.io.IOException",
    };
    Failure::new(class, format!("Could not {what} {}: {error}", path.display()))
}

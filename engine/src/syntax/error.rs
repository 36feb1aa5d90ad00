//! What is wrong with a script, and where.

use std::fmt;

/// A place in a statement, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A statement that cannot be run, with the reason and the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The text is not a statement of the dialect.
    #[error("SQL parse failed. {message} at {at}.")]
    Parse {
        /// What was met, and what was expected.
        message: String,
        /// Where.
        at: Position,
    },
    /// The statement is well formed, but says something that cannot be.
    #[error("{at}: {message}")]
    Invalid {
        /// What is wrong, and what would be right.
        message: String,
        /// Where.
        at: Position,
    },
    /// The statement is Flink SQL that this engine does not run.
    #[error("{at}: {clause} is not supported by this engine. {supported}")]
    Unsupported {
        /// The clause in the way.
        clause: String,
        /// What can be written instead.
        supported: String,
        /// Where.
        at: Position,
    },
    /// A value of the configuration is wrong; it has no place in the statement.
    #[error("{0}")]
    Config(String),
}

impl SqlError {
    /// A parse error at `at`.
    pub fn parse(at: Position, message: impl Into<String>) -> Self {
        Self::Parse { message: message.into(), at }
    }

    /// A validation error at `at`.
    pub fn invalid(at: Position, message: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), at }
    }

    /// A refusal of `clause` at `at`, with what is `supported`.
    pub fn unsupported(at: Position, clause: impl Into<String>, supported: impl Into<String>) -> Self {
        Self::Unsupported { clause: clause.into(), supported: supported.into(), at }
    }

    /// The exception class under which Flink would report this.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Parse { .. } => "org.apache.flink.table.api.SqlParserException",
            Self::Unsupported { .. } => "org.apache.flink.table.api.TableException",
            Self::Invalid { .. } | Self::Config(_) => "org.apache.flink.table.api.ValidationException",
        }
    }
}

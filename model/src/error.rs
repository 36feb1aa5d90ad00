//! The one error that crosses the portal's edge, with whose it is and whether a retry helps.

use serde::{Deserialize, Serialize};

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// Who asked: the request is wrong.
    User,
    /// The portal.
    Platform,
    /// Something the portal talks to.
    External,
}

/// An error as the public API and the pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// A stable code in snake case, for example `job_not_found`.
    pub code: String,
    /// What failed, and on what.
    pub message: String,
    /// What would be right; begins with a verb.
    pub hint: String,
    /// Whose fault it is.
    pub owner: Owner,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

impl ApiError {
    /// The request is wrong; a retry does not help.
    pub fn user(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError { code: code.into(), message: message.into(), hint: hint.into(), owner: Owner::User, retryable: false }
    }

    /// Something the portal talks to failed; a retry may help.
    pub fn external(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError {
            code: code.into(),
            message: message.into(),
            hint: hint.into(),
            owner: Owner::External,
            retryable: true,
        }
    }

    /// The portal itself failed.
    pub fn platform(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError {
            code: code.into(),
            message: message.into(),
            hint: hint.into(),
            owner: Owner::Platform,
            retryable: false,
        }
    }
}

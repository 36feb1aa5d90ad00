//! The one error of the server functions: the portal's own, which also stands for a call that never arrived.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use model::ApiError;
use serde::{Deserialize, Serialize};

/// What a page shows when the portal refuses, fails, or is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error(transparent)]
pub struct PageError(#[from] pub ApiError);

impl FromServerFnError for PageError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        PageError(match error {
            ServerFnErrorErr::Request(cause) => ApiError {
                retryable: true,
                ..ApiError::platform(
                    "portal_unreachable",
                    format!("The portal did not answer: {cause}."),
                    "Check that `drsquirrel serve` is running, then try again.",
                )
            },
            ServerFnErrorErr::Args(cause) | ServerFnErrorErr::MissingArg(cause) => ApiError::user(
                "bad_request",
                format!("The request could not be read: {cause}."),
                "Fill in every field that is marked as needed.",
            ),
            other => ApiError::platform(
                "portal_failed",
                format!("The portal's answer could not be used: {other}."),
                "Reload the page; the portal and the page may be of different versions.",
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_never_arrived_may_be_tried_again() {
        let PageError(error) = PageError::from_server_fn_error(ServerFnErrorErr::Request("refused".into()));
        assert!(error.retryable && error.message.contains("refused"), "{error:?}");
    }

    #[test]
    fn a_missing_field_is_the_callers_and_no_retry_helps() {
        let PageError(error) = PageError::from_server_fn_error(ServerFnErrorErr::MissingArg("url".into()));
        assert!(!error.retryable && error.owner == model::Owner::User, "{error:?}");
    }
}

//! The error of everything that talks to a cluster: which cluster, which request, what came back.

use model::ApiError;

/// A request to a cluster that did not bring what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cluster {cluster}: {request}: {failure}")]
pub struct FlinkError {
    /// The cluster's name, or its URL where it has no name yet.
    pub cluster: String,
    /// The request: `GET /jobs/overview`.
    pub request: String,
    /// What came back instead.
    pub failure: Failure,
}

/// What came back instead of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody listens there, or the name is unknown.
    #[error("no connection ({0})")]
    Connect(String),
    /// No answer in time.
    #[error("no answer within {0} ms")]
    Timeout(u64),
    /// The connection broke before the answer was whole.
    #[error("the connection broke ({0})")]
    Broken(String),
    /// An answer with a status other than success; `message` is Flink's own, without the stack trace.
    #[error("answered {status}: {message}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The first words of the answer.
        message: String,
    },
    /// An answer longer than is read.
    #[error("answered with more than {0} bytes, which is the most that is read")]
    TooLarge(usize),
    /// An answer of another shape than Flink's.
    #[error("the answer is not what Flink says there ({reason}); it begins with {begin:?}")]
    Shape {
        /// What the decoder missed.
        reason: String,
        /// The first characters of the answer.
        begin: String,
    },
    /// The recording does not hold the request.
    #[error("not in the recording")]
    NotRecorded,
    /// A statement that the gateway refused or that failed; the message is the cause's, not the wrapper's.
    #[error("the statement failed: {0}")]
    Statement(String),
    /// An address that no request can be sent to.
    #[error("{0} is not an address of the form http://host:port")]
    Address(String),
}

impl Failure {
    /// Whether the cluster itself answered that the thing does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Failure::Status { status: 404, .. })
    }
}

impl From<FlinkError> for ApiError {
    fn from(error: FlinkError) -> ApiError {
        let message = error.to_string();
        match error.failure {
            Failure::Connect(_) | Failure::Timeout(_) | Failure::Broken(_) => ApiError::external(
                "cluster_unreachable",
                message,
                "Check that the cluster runs, and that this machine may connect to it",
            ),
            Failure::Status { status: 401 | 403, .. } => {
                let hint = "Give the credentials in the URL, or let this machine pass";
                ApiError { retryable: false, ..ApiError::external("cluster_forbidden", message, hint) }
            }
            Failure::Status { status, .. } => {
                let hint = "Look into the cluster's log for the request that failed";
                ApiError { retryable: status >= 500, ..ApiError::external("cluster_error", message, hint) }
            }
            Failure::TooLarge(_) | Failure::Shape { .. } | Failure::NotRecorded => ApiError {
                retryable: false,
                ..ApiError::external(
                    "not_a_cluster",
                    message,
                    "Give the address of Flink's REST API, usually port 8081",
                )
            },
            Failure::Statement(_) => ApiError::user("statement_failed", message, "Correct the statement"),
            Failure::Address(_) => {
                ApiError::user("cluster_url_invalid", message, "Give an address such as http://flink:8081")
            }
        }
    }
}

/// The first characters of an answer, on one line, for an error message.
pub fn begin(body: &[u8]) -> String {
    first(body, 120)
}

fn first(body: &[u8], shown: usize) -> String {
    let text = String::from_utf8_lossy(body.get(..4 * shown).unwrap_or(body));
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| !c.is_control()).take(shown).collect()
}

/// What an answer with a status other than success says: Flink's `{"errors": […]}` without its stack trace, or the first words.
pub fn status_message(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    let said = serde_json::from_slice::<Errors>(body).ok().and_then(|e| e.errors.into_iter().next_back());
    match said {
        // A cause lists what would have been right, so it may be longer than what only shows where one has landed.
        Some(said) => first(root_cause(&said).as_bytes(), 600),
        None if body.is_empty() => "(nothing)".to_string(),
        None => begin(body),
    }
}

/// What a gateway says is wrong with a statement: the innermost cause that says where, else the innermost.
pub fn statement_message(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    let said = serde_json::from_slice::<Errors>(body).ok().and_then(|e| e.errors.into_iter().next_back());
    let Some(said) = said else { return status_message(body) };
    let causes = causes(&said);
    let placed = causes.iter().rev().find(|cause| cause.contains("line ") && cause.contains(", column "));
    let cause = placed.or(causes.last()).map(String::as_str).unwrap_or_default();
    // A parser lists all that it would have taken, which may be a hundred words.
    let cause = cause.split(" Was expecting one of").next().unwrap_or(cause);
    first(cause.as_bytes(), 600)
}

/// The innermost cause that a Java stack trace names, with all lines of its message and none of its frames; the whole text
/// where there is no trace.
pub fn root_cause(trace: &str) -> String {
    causes(trace).pop().unwrap_or_default()
}

/// The causes that a Java stack trace names, outermost first, each with all lines of its message and none of its frames.
fn causes(trace: &str) -> Vec<String> {
    let mut causes: Vec<Vec<&str>> = vec![Vec::new()];
    let mut in_message = true;
    for line in trace.lines().map(|line| line.trim().trim_start_matches("<Exception on server side:")) {
        if let Some(message) = line.strip_prefix("Caused by: ") {
            causes.push(vec![message]);
            in_message = true;
        } else if line.starts_with("at ") || line.starts_with("... ") {
            in_message = false;
        } else if in_message && !line.is_empty() && !line.starts_with("End of exception on server side") {
            causes.last_mut().into_iter().for_each(|cause| cause.push(line));
        }
    }
    causes.into_iter().map(|lines| lines.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_cause_is_the_innermost() {
        let trace = "<Exception on server side:\norg.apache.flink.table.api.ValidationException: SQL validation failed\n\tat A.b(A.java:1)\nCaused by: org.apache.calcite.CalciteException: Object 'x' not found\n\tat C.d(C.java:2)\n";
        assert_eq!(root_cause(trace), "org.apache.calcite.CalciteException: Object 'x' not found");
        let flat = "<Exception on server side:\njava.lang.IllegalStateException: closed\n\tat A.b(A.java:1)";
        assert_eq!(root_cause(flat), "java.lang.IllegalStateException: closed");
        assert_eq!(root_cause("Job not found"), "Job not found");
        let long =
            "X: wrapper\nCaused by: Y: no factory\n\nAvailable are:\nprint\n\tat A.b(A.java:1)\n\t... 9 more\nEnd>";
        assert_eq!(root_cause(long), "Y: no factory Available are: print");
    }

    #[test]
    fn what_is_wrong_with_a_statement_is_the_cause_that_says_where() {
        let check = |trace: &str, expect: &str| {
            let body = serde_json::json!({"errors": ["Internal server error.", trace]}).to_string();
            assert_eq!(statement_message(body.as_bytes()), expect);
        };
        check(
            "<Exception on server side:\nA: failed\n\tat a.B(A.java:1)\nCaused by: o.V: SQL validation failed. From line 2, column 8 to line 2, column 10: no x\n\tat a.B(A.java:1)\nCaused by: o.C: From line 2, column 8 to line 2, column 10: no x\n\tat a.B(A.java:1)\nCaused by: o.S: no x\n\tat a.B(A.java:1)",
            "o.C: From line 2, column 8 to line 2, column 10: no x",
        );
        check(
            "A: x\nCaused by: o.P: Encountered \"o\" at line 2, column 15.\nWas expecting one of:\n    <EOF>\n    \"EXCEPT\" ...",
            "o.P: Encountered \"o\" at line 2, column 15.",
        );
        check(
            "A: x\nCaused by: o.V: no factory\n\nAvailable are:\nprint\n\nEnd of exception on server side>",
            "o.V: no factory Available are: print",
        );
    }

    #[test]
    fn the_last_of_flinks_errors_is_the_one_that_tells() {
        let body = br#"{"errors":["Internal server error.","java.io.IOException: disk full\n\tat A.b(A.java:1)"]}"#;
        assert_eq!(status_message(body), "java.io.IOException: disk full");
        assert_eq!(status_message(b"<html>\n<b>Not here</b>"), "<html> <b>Not here</b>");
        assert_eq!(status_message(b""), "(nothing)");
    }

    #[test]
    fn a_message_says_cluster_request_and_answer() {
        let failure = Failure::Status { status: 503, message: "leader election".into() };
        let error = FlinkError { cluster: "prod".into(), request: "GET /jobs/overview".into(), failure };
        assert_eq!(error.to_string(), "cluster prod: GET /jobs/overview: answered 503: leader election");
        assert!(ApiError::from(error).retryable);
    }
}

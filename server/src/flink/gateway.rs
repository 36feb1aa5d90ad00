//! The SQL Gateway: a session, statements one after another, their results whole or page by page, and the end of the session.

use std::{collections::BTreeMap, time::Duration};

use model::sql::{ChangeKind, statements};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    client::REQUEST_TIMEOUT,
    error::{Failure, FlinkError, begin, statement_message, status_message},
    live::Live,
    transport::{Reply, Transport},
};

/// How long a statement may take in all. The first one of a gateway loads classes for 5 s; the first job of a cluster takes 10 s.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a session may take to open: a gateway that has just started is slow.
const SESSION_TIMEOUT: Duration = Duration::from_secs(20);

/// The most rows that are fetched of one result; the rest is left, and [`StatementResult::truncated`] says so.
const MAX_ROWS: usize = 1000;

/// The first and the longest wait before a result that is not ready is asked for again.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

/// An SQL Gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    name: String,
    live: Live,
}

/// A session of a gateway: what one statement sets or creates, the next ones know. Close it; a gateway keeps it for minutes.
#[derive(Debug)]
pub struct Session {
    gateway: Gateway,
    path: String,
}

/// What a statement brought.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatementResult {
    /// The columns of the rows.
    pub columns: Vec<Column>,
    /// The rows; at most 1000.
    pub rows: Vec<Vec<Value>>,
    /// The job that the statement started.
    pub job_id: Option<String>,
    /// Whether there were more rows than are fetched.
    pub truncated: bool,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "ColumnLine")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in the words of SQL: `VARCHAR`.
    pub kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ColumnLine {
    name: String,
    #[serde(default)]
    logical_type: LogicalType,
}

#[derive(Deserialize, Default)]
struct LogicalType {
    #[serde(rename = "type", default)]
    kind: String,
}

impl From<ColumnLine> for Column {
    fn from(line: ColumnLine) -> Column {
        Column { name: line.name, kind: line.logical_type.kind }
    }
}

/// A statement that was taken, and whose result is fetched page by page. Close it: until then the gateway keeps its result,
/// and the cluster runs its job.
#[derive(Debug)]
pub struct Operation {
    gateway: Gateway,
    path: String,
    next: String,
}

/// A page of a result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResultPage {
    /// The columns, once they are known.
    pub columns: Vec<Column>,
    /// The rows, with what each does to the result.
    pub rows: Vec<(ChangeKind, Vec<Value>)>,
    /// The job that the statement started.
    pub job_id: Option<String>,
    /// Whether this is the last page.
    pub ended: bool,
}

/// How the values of a result are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// As JSON of their types.
    Json,
    /// As the text that Flink's clients show.
    Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    result_type: String,
    next_result_uri: Option<String>,
    #[serde(rename = "jobID")]
    job_id: Option<String>,
    results: Option<Results>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Results {
    columns: Vec<Column>,
    data: Vec<RowLine>,
}

#[derive(Deserialize)]
struct RowLine {
    kind: Option<ChangeKind>,
    #[serde(default)]
    fields: Vec<Value>,
}

impl Gateway {
    /// The gateway at `url`, for the cluster called `name` in errors. Nothing is connected yet.
    ///
    /// # Errors
    /// [`Failure::Address`] where `url` is no address.
    pub fn new(name: impl Into<String>, url: &str) -> Result<Gateway, FlinkError> {
        let name = name.into();
        match Live::new(url) {
            Ok(live) => Ok(Gateway { name, live }),
            Err(failure) => Err(FlinkError { cluster: name, request: "SQL gateway".into(), failure }),
        }
    }

    /// Opens a session with Flink options such as `parallelism.default`.
    ///
    /// # Errors
    /// [`FlinkError`]; the request is sent once.
    pub async fn open_session(&self, properties: &BTreeMap<String, String>) -> Result<Session, FlinkError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Opened {
            session_handle: String,
        }
        let body = json!({"sessionName": "drsquirrel", "properties": properties});
        let opened: Opened = self.post("/v1/sessions", &body, SESSION_TIMEOUT).await?;
        Ok(Session { gateway: self.clone(), path: format!("/v1/sessions/{}", opened.session_handle) })
    }

    /// Runs all statements of `script` in one session, and closes it however they end.
    ///
    /// # Errors
    /// The first statement that fails; those after it are not sent.
    pub async fn run_script(&self, script: &str) -> Result<Vec<StatementResult>, FlinkError> {
        let session = self.open_session(&BTreeMap::new()).await?;
        let mut results = Vec::new();
        let mut failed = None;
        for statement in statements(script) {
            match session.execute(statement.of(script)).await {
                Ok(result) => results.push(result),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        session.close().await;
        failed.map_or(Ok(results), Err)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value, timeout: Duration) -> Result<T, FlinkError> {
        let request = format!("POST {path}");
        let reply = self.live.post(path, body, timeout).await;
        self.decode(request, reply)
    }

    async fn fetch(&self, uri: &str) -> Result<Page, FlinkError> {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let reply = self.live.get(path, query, REQUEST_TIMEOUT).await;
        self.decode(format!("GET {path}"), reply)
    }

    fn decode<T: DeserializeOwned>(&self, request: String, reply: Result<Reply, Failure>) -> Result<T, FlinkError> {
        let decoded = reply.and_then(|reply| match reply.status {
            200..=299 => serde_json::from_slice(&reply.body)
                .map_err(|e| Failure::Shape { reason: e.to_string(), begin: begin(&reply.body) }),
            // The gateway answers 500 to whatever is wrong with a statement; the text tells more than the number.
            400 | 500 if request.contains("/operations/") || request.ends_with("/statements") => {
                Err(Failure::Statement(statement_message(&reply.body)))
            }
            status => Err(Failure::Status { status, message: status_message(&reply.body) }),
        });
        decoded.map_err(|failure| FlinkError { cluster: self.name.clone(), request, failure })
    }
}

impl Session {
    /// Runs one statement, and waits until its result is whole: for an `INSERT` until the job is submitted, not until it ends.
    ///
    /// # Errors
    /// [`FlinkError`]: [`Failure::Statement`] with the innermost cause where the statement is at fault, and
    /// [`Failure::Timeout`] where its result is not whole within 60 s.
    pub async fn execute(&self, statement: &str) -> Result<StatementResult, FlinkError> {
        // Which statement it was tells more than the path of its operation.
        let name = |error: FlinkError| match error.failure {
            Failure::Statement(_) => FlinkError { request: format!("`{}`", begin(statement.as_bytes())), ..error },
            _ => error,
        };
        self.submit(statement).await.map_err(name)
    }

    /// Submits one statement, whose result is then fetched page by page.
    ///
    /// # Errors
    /// [`FlinkError`]; what is wrong with the statement itself may also be told by its first page.
    pub async fn begin(&self, statement: &str, format: RowFormat) -> Result<Operation, FlinkError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Submitted {
            operation_handle: String,
        }
        let path = format!("{}/statements", self.path);
        let submitted: Submitted =
            self.gateway.post(&path, &json!({"statement": statement}), STATEMENT_TIMEOUT).await?;
        let path = format!("{}/operations/{}", self.path, submitted.operation_handle);
        let next = match format {
            RowFormat::Json => format!("{path}/result/0?rowFormat=JSON"),
            // The first version of the API knows JSON only.
            RowFormat::Text => format!("{}/result/0?rowFormat=PLAIN_TEXT", path.replacen("/v1/", "/v2/", 1)),
        };
        Ok(Operation { gateway: self.gateway.clone(), path, next })
    }

    async fn submit(&self, statement: &str) -> Result<StatementResult, FlinkError> {
        let deadline = Instant::now() + STATEMENT_TIMEOUT;
        let mut operation = self.begin(statement, RowFormat::Json).await?;
        let result = operation.collect(deadline).await;
        operation.close().await;
        result
    }

    /// Ends the session. One that cannot be ended ends by itself after a while, so a failure is only logged.
    pub async fn close(self) {
        if let Err(failure) = self.gateway.live.delete(&self.path, REQUEST_TIMEOUT).await {
            tracing::debug!(cluster = %self.gateway.name, "an SQL session could not be closed: {failure}");
        }
    }
}

impl Operation {
    /// The next page. One without rows says that there are none yet: wait before asking again.
    ///
    /// # Errors
    /// [`FlinkError`]: [`Failure::Statement`] where the statement is at fault, or the job that it started failed.
    pub async fn page(&mut self) -> Result<ResultPage, FlinkError> {
        let page = self.gateway.fetch(&self.next).await?;
        let results = page.results.unwrap_or_default();
        let rows = results.data.into_iter().map(|row| (row.kind.unwrap_or(ChangeKind::Insert), row.fields));
        let rows = rows.collect();
        // Without an address the same page is asked for again.
        if let Some(next) = page.next_result_uri.filter(|next| next.starts_with('/')) {
            self.next = next;
        }
        Ok(ResultPage { columns: results.columns, rows, job_id: page.job_id, ended: page.result_type == "EOS" })
    }

    /// Ends it: a gateway keeps an operation's result, and the job of a query runs, until it is told that nobody wants it.
    pub async fn close(&self) {
        if let Err(failure) = self.gateway.live.delete(&format!("{}/close", self.path), REQUEST_TIMEOUT).await {
            tracing::debug!(cluster = %self.gateway.name, "a statement could not be closed: {failure}");
        }
    }

    /// All pages as one result.
    async fn collect(&mut self, deadline: Instant) -> Result<StatementResult, FlinkError> {
        let mut result = StatementResult::default();
        let mut wait = WAITS.0;
        loop {
            let page = self.page().await?;
            let empty = page.rows.is_empty();
            result.job_id = result.job_id.or(page.job_id);
            if !page.columns.is_empty() {
                result.columns = page.columns;
            }
            result.rows.extend(page.rows.into_iter().map(|(_, fields)| fields));
            if result.rows.len() > MAX_ROWS {
                result.rows.truncate(MAX_ROWS);
                result.truncated = true;
                return Ok(result);
            }
            if page.ended {
                return Ok(result);
            }
            if Instant::now() >= deadline {
                let failure = Failure::Timeout(u64::try_from(STATEMENT_TIMEOUT.as_millis()).unwrap_or(u64::MAX));
                let request = format!("GET {}", self.next);
                return Err(FlinkError { cluster: self.gateway.name.clone(), request, failure });
            }
            if empty {
                sleep(wait).await;
                wait = (wait * 2).min(WAITS.1);
            } else {
                wait = WAITS.0;
            }
        }
    }
}

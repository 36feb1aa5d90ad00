//! Queries that run: each in a session of its own, its rows fetched when the page asks for them, so that a page that does
//! not keep up, or is closed, holds back or ends its query and nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use model::ApiError;
use model::sql::{SqlChange, SqlColumn, SqlFault, SqlRows, SqlRun, SqlStarted, Verb, statement_at, statements};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Stopped, check_length, fault, gateway, prepared};
use crate::flink::{FlinkError, Operation, PREVIEW_JOB, RowFormat, Session};
use crate::store::ClusterRecord;

/// At most so many queries run for the portal's pages at once.
const MAX_RUNS: usize = 16;
/// A query whose rows nobody asks for is ended after so long. A page in the background asks once a minute.
const IDLE: Duration = Duration::from_secs(90);
/// How long a statement may take until it is known to be right: planning, and for a query the submission of its job.
const START_LIMIT: Duration = Duration::from_secs(50);
/// How long a request for rows waits for the first.
const WAIT: Duration = Duration::from_secs(1);
/// How often the gateway is asked meanwhile.
const LOOK: Duration = Duration::from_millis(100);
/// At most so many changes are handed out at a time.
const MAX_CHANGES: usize = 500;
/// The longest text of a value that is handed out, in characters.
const MAX_VALUE: usize = 2000;
/// The queries that run.
#[derive(Debug, Default)]
pub struct Runs {
    running: Mutex<HashMap<String, Arc<Run>>>,
}

#[derive(Debug)]
struct Run {
    used: Mutex<Instant>,
    stop: CancellationToken,
    query: tokio::sync::Mutex<Query>,
}

#[derive(Debug)]
struct Query {
    /// `None` once it is closed.
    session: Option<Session>,
    operation: Operation,
    columns: Vec<SqlColumn>,
    job_id: Option<String>,
    /// Fetched, and not handed out yet.
    waiting: Vec<SqlChange>,
    ended: bool,
}

impl Runs {
    /// Starts the statement at `request.at`, after everything before it that prepares a session.
    ///
    /// # Errors
    /// What the gateway answered; `sql_busy`, `script_too_long`, `nothing_to_run`.
    pub async fn start(self: &Arc<Self>, cluster: &ClusterRecord, request: &SqlRun) -> Result<SqlStarted, ApiError> {
        if self.lock().len() >= MAX_RUNS {
            let busy =
                ApiError::user("sql_busy", format!("{MAX_RUNS} queries run already"), "Stop one, then try again");
            return Err(ApiError { retryable: true, ..busy });
        }
        let starting = tokio::time::timeout(START_LIMIT, begin(cluster, request)).await;
        let query = match starting.map_err(|_| too_slow(&cluster.name))?? {
            Ok(query) => query,
            Err(fault) => return Ok(SqlStarted::Refused(fault)),
        };
        let id = ulid::Ulid::generate().to_string();
        let run = Arc::new(Run {
            used: Mutex::new(Instant::now()),
            stop: CancellationToken::new(),
            query: tokio::sync::Mutex::new(query),
        });
        self.lock().insert(id.clone(), Arc::clone(&run));
        tokio::spawn(close_when_idle(Arc::downgrade(self), run, id.clone()));
        Ok(SqlStarted::Running(id))
    }

    /// What came since the last time; waits a moment where nothing did.
    ///
    /// # Errors
    /// `sql_run_not_found`: it has ended, or was ended because nobody asked for its rows.
    pub async fn rows(&self, id: &str) -> Result<SqlRows, ApiError> {
        let run = self.lock().get(id).cloned().ok_or_else(not_found)?;
        run.touch();
        let mut query = run.query.lock().await;
        let outcome = tokio::select! {
            outcome = query.fetch() => outcome,
            () = run.stop.cancelled() => { query.ended = true; Ok(()) }
        };
        run.touch();
        let error = outcome.err().map(ApiError::from);
        let now = query.waiting.len().min(MAX_CHANGES);
        let rest = query.waiting.split_off(now);
        let changes = std::mem::replace(&mut query.waiting, rest);
        let ended = error.is_some() || (query.ended && query.waiting.is_empty());
        if ended {
            query.close().await;
            self.lock().remove(id);
        }
        Ok(SqlRows { columns: query.columns.clone(), changes, job_id: query.job_id.clone(), ended, error })
    }

    /// Ends a query; one that has ended already is none.
    pub async fn stop(&self, id: &str) {
        let run = self.lock().remove(id);
        if let Some(run) = run {
            run.stop.cancel();
            run.query.lock().await.close().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Run>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run {
    fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn idle(&self) -> Duration {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

async fn close_when_idle(runs: Weak<Runs>, run: Arc<Run>, id: String) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(IDLE / 6) => {}
            () = run.stop.cancelled() => return,
        }
        let Some(runs) = runs.upgrade() else { return };
        if !runs.lock().contains_key(&id) {
            return;
        }
        if run.idle() >= IDLE {
            runs.stop(&id).await;
            return;
        }
    }
}

/// The query, or what is wrong with it.
async fn begin(cluster: &ClusterRecord, request: &SqlRun) -> Result<Result<Query, SqlFault>, ApiError> {
    let script = &request.script;
    let all = statements(script);
    check_length(script, &all)?;
    let Some(target) = statement_at(&all, request.at as usize) else {
        return Err(ApiError::user("nothing_to_run", "The script has no statement", "Write a SELECT, then run it"));
    };
    if !matches!(target.verb, Verb::Query | Verb::Look | Verb::Unknown) {
        let message =
            "This statement answers with no rows: it is started as a job, or run with the statement that needs it";
        return Ok(Err(fault::at(script, target.start, target.end, message.into())));
    }
    let session = match prepared(&gateway(cluster)?, script, &all, target.start).await {
        Ok(session) => session,
        Err(Stopped::Fault(fault)) => return Ok(Err(fault)),
        Err(Stopped::Gateway(error)) => return Err(error.into()),
    };
    preview(&session).await;
    match first_page(session, target.of(script)).await {
        Ok(query) => Ok(Ok(query)),
        Err(error) => match Stopped::by(script, target, 0, error) {
            Stopped::Fault(fault) => Ok(Err(fault)),
            Stopped::Gateway(error) => Err(error.into()),
        },
    }
}

/// Settings of a query that somebody watches. A gateway that does not know one goes without.
async fn preview(session: &Session) {
    for (key, value) in [
        // So that it is not taken for the job that the script names, nor watched.
        ("pipeline.name", PREVIEW_JOB),
        // Else Flink hands out rows only with each checkpoint, which may be minutes apart.
        ("execution.checkpointing.mode", "AT_LEAST_ONCE"),
    ] {
        if let Err(error) = session.execute(&format!("SET '{key}' = '{value}'")).await {
            tracing::debug!("a query goes without a setting: {error}");
        }
    }
}

/// Submits the statement and waits until it is known to be right.
async fn first_page(session: Session, statement: &str) -> Result<Query, FlinkError> {
    let operation = match session.begin(statement, RowFormat::Text).await {
        Ok(operation) => operation,
        Err(error) => {
            session.close().await;
            return Err(error);
        }
    };
    let (columns, waiting) = (Vec::new(), Vec::new());
    let mut query = Query { session: Some(session), operation, columns, job_id: None, waiting, ended: false };
    while query.columns.is_empty() && !query.ended {
        if let Err(error) = query.page().await {
            query.close().await;
            return Err(error);
        }
        if query.columns.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    }
    Ok(query)
}

impl Query {
    /// Fetches until there is something to hand out, the end, or [`WAIT`] is over.
    async fn fetch(&mut self) -> Result<(), FlinkError> {
        let deadline = Instant::now() + WAIT;
        while self.waiting.is_empty() && !self.ended && self.session.is_some() {
            self.page().await?;
            if !self.waiting.is_empty() || Instant::now() >= deadline {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn page(&mut self) -> Result<(), FlinkError> {
        let page = self.operation.page().await?;
        self.ended = page.ended;
        self.job_id = self.job_id.take().or(page.job_id);
        if self.columns.is_empty() {
            self.columns = page.columns.into_iter().map(|c| SqlColumn { name: c.name, kind: c.kind }).collect();
        }
        let change = |(kind, fields): (_, Vec<Value>)| SqlChange { kind, fields: fields.iter().map(text).collect() };
        self.waiting.extend(page.rows.into_iter().map(change));
        Ok(())
    }

    async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            self.operation.close().await;
            session.close().await;
        }
    }
}

/// A value as it is shown; `None` is NULL.
fn text(value: &Value) -> Option<String> {
    let cut = |text: &str| match text.char_indices().nth(MAX_VALUE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    };
    match value {
        Value::Null => None,
        Value::String(text) if text == "<NULL>" => None,
        Value::String(text) => Some(cut(text)),
        other => Some(cut(&other.to_string())),
    }
}

fn not_found() -> ApiError {
    ApiError::user("sql_run_not_found", "The query does not run any more", "Run it again")
}

fn too_slow(cluster: &str) -> ApiError {
    ApiError::external(
        "gateway_too_slow",
        format!("{cluster} did not start the query within {} s", START_LIMIT.as_secs()),
        "Check that the cluster has free slots, then run it again",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MAX_VALUE, text};

    #[test]
    fn values_are_text_null_is_none_and_long_ones_are_cut() {
        assert_eq!(text(&json!("a")).as_deref(), Some("a"));
        assert_eq!(text(&json!(1.5)).as_deref(), Some("1.5"));
        assert_eq!((text(&json!(null)), text(&json!("<NULL>"))), (None, None));
        assert_eq!(text(&json!("ü".repeat(MAX_VALUE + 9))).map(|t| t.chars().count()), Some(MAX_VALUE + 1));
    }
}

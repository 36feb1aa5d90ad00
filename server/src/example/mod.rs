//! The shipped example: a job on the first embedded zone that a visitor can make sick and well again.
//!
//! Nothing about it is staged. Each condition is another script, submitted through the SQL gateway as anybody would submit
//! one, and diagnosed on the path of every other job.

mod dataset;
mod deploy;
mod script;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{ApiError, Condition, ExampleView};
use tokio::sync::Mutex;

pub use script::JOB;

use crate::collect::{Board, Collectors};
use crate::store::Store;
use crate::watch::is_ended;

/// The zone that the example runs on.
pub const CLUSTER: &str = "local-a";
/// Where the store keeps what the example suffers from.
const SETTING: &str = "example.condition";

/// How long a submitted job takes to run, more or less; the page shows it then instead of at the next regular reading.
const COMES_UP: std::time::Duration = std::time::Duration::from_millis(1500);

/// The example job and its controls.
pub struct Example {
    folder: PathBuf,
    store: Arc<Store>,
    board: Arc<Board>,
    collectors: Arc<Collectors>,
    /// What it suffers from, as last deployed. Held while that is being changed: one change at a time.
    condition: Mutex<Condition>,
    /// The same, for whoever only looks.
    shown: std::sync::RwLock<Condition>,
}

impl Example {
    /// The example with its data unpacked under `data`.
    ///
    /// # Errors
    /// Where the data cannot be written, or the store cannot be read.
    pub async fn new(
        data: &Path,
        store: Arc<Store>,
        board: Arc<Board>,
        collectors: Arc<Collectors>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let folder = std::path::absolute(data.join("example"))?;
        let unpacked = folder.clone();
        tokio::task::spawn_blocking(move || dataset::unpack(&unpacked)).await??;
        let stored = store.setting(SETTING).await?;
        let condition = stored.and_then(|s| serde_json::from_str(&s).ok()).unwrap_or(Condition::Well);
        let shown = std::sync::RwLock::new(condition);
        Ok(Example { folder, store, board, collectors, condition: Mutex::new(condition), shown })
    }

    /// The file of flights.
    pub fn flights(&self) -> PathBuf {
        self.folder.join(dataset::GOOD)
    }

    /// The controls as they are shown.
    pub fn view(&self) -> ExampleView {
        let condition = *self.shown.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let state = self.board.get(CLUSTER);
        let runs =
            state.is_some_and(|s| s.jobs.get(JOB).is_some_and(|j| j.gone_since.is_none() && !is_ended(&j.status)));
        ExampleView {
            job: JOB.to_owned(),
            cluster: CLUSTER.to_owned(),
            condition: runs.then_some(condition),
            question: script::QUESTION.to_owned(),
            script: script::script(condition, &self.folder),
        }
    }

    /// Deploys the example where its zone knows no such job. One that somebody stopped is known, and stays stopped.
    pub async fn deploy_if_absent(&self) {
        let mut changes = self.board.changes();
        loop {
            let state = self.board.get(CLUSTER);
            if let Some(snapshot) = state.as_ref().and_then(|s| s.latest()) {
                if snapshot.jobs.iter().any(|job| job.name == JOB) {
                    return;
                }
                break;
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
        let condition = *self.condition.lock().await;
        match self.set(condition).await {
            Ok(()) => tracing::info!(job = JOB, cluster = CLUSTER, "deployed the example job"),
            Err(error) => {
                tracing::error!(job = JOB, cluster = CLUSTER, "the example job could not be deployed: {error}")
            }
        }
    }

    /// Stops what runs of the example and submits the script that makes it so.
    ///
    /// # Errors
    /// `example_busy` while another change is under way; else what the zone answered.
    pub async fn set(&self, condition: Condition) -> Result<(), ApiError> {
        let Ok(mut current) = self.condition.try_lock() else {
            let busy =
                ApiError::user("example_busy", "The example is being changed already", "Try again in a few seconds");
            return Err(ApiError { retryable: true, ..busy });
        };
        let state = self.board.get(CLUSTER).ok_or_else(absent)?;
        let script = script::script(condition, &self.folder);
        deploy::replace(&state.record, JOB, &script).await?;
        *current = condition;
        *self.shown.write().unwrap_or_else(std::sync::PoisonError::into_inner) = condition;
        let word = serde_json::to_string(&condition).unwrap_or_default();
        if let Err(error) = self.store.set_setting(SETTING, &word).await {
            tracing::error!("the example's condition could not be stored: {error}");
        }
        self.board.touch();
        // Once now, and once when the new instance has had the time to come up.
        self.collectors.wake(CLUSTER);
        let collectors = Arc::clone(&self.collectors);
        tokio::spawn(async move {
            tokio::time::sleep(COMES_UP).await;
            collectors.wake(CLUSTER);
        });
        Ok(())
    }
}

/// There is no zone to run the example on.
pub fn absent() -> ApiError {
    ApiError::user(
        "example_absent",
        "The example job is not installed: the portal has no embedded zone to run it on",
        "Start the portal without `clusters` in its configuration, and without `example: false`",
    )
}

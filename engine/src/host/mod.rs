//! The job manager: what jobs there are, what they are to do, and the processes that do it.

mod attempt;
pub mod checkpoints;
mod child;
pub mod command;
mod driver;
pub mod job;
pub mod record;
pub mod restart;
mod restore;
pub mod rows;
pub mod shape;
pub mod status;
mod store;
mod supervise;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::store::Store;
use crate::{
    EngineError, EngineOptions,
    clock::now_ms,
    ids,
    planner::script::JobScript,
    state::{StateError, manifest::Manifest, storage::Directory, store as checkpoint_store},
    syntax::SqlError,
};
use checkpoints::operations::Operations;
pub use job::Job;
use record::JobRecord;

/// Ended jobs that are kept to be looked at; the oldest are forgotten first. Flink keeps an hour's.
const MAX_ENDED_JOBS: usize = 50;
/// Jobs that can be under way at once.
const MAX_ACTIVE_JOBS: usize = 200;

/// The job manager of one engine.
pub struct Host {
    /// What the engine was started with.
    pub options: EngineOptions,
    store: Store,
    /// What was asked of it over REST beside its jobs.
    pub operations: Operations,
    jobs: Mutex<Vec<Arc<Job>>>,
    slots_used: watch::Sender<u32>,
    /// Ends every driver, and leaves the jobs as they are.
    shutdown: CancellationToken,
    drivers: TaskTracker,
}

/// Why a job was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The script cannot be run.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// It could not be written down, so it was not begun.
    #[error("the job could not be stored: {0}")]
    Store(#[from] std::io::Error),
    /// Too many already.
    #[error("{MAX_ACTIVE_JOBS} jobs are under way, which is the most; stop one first")]
    TooMany,
}

impl Host {
    /// Opens the store, and starts again what was running when the engine last stopped.
    pub fn open(options: EngineOptions) -> Result<Arc<Self>, EngineError> {
        let store = Store::open(&options.data)?;
        let records = store.load()?;
        let host = Arc::new(Self {
            store,
            operations: Operations::default(),
            jobs: Mutex::new(Vec::new()),
            slots_used: watch::Sender::new(0),
            shutdown: CancellationToken::new(),
            drivers: TaskTracker::new(),
            options,
        });
        for record in records {
            let ended = record.status.is_terminal();
            let job = Arc::new(Job::new(record));
            if !ended {
                job.update(|state| state.record.resume(now_ms()));
                host.save(&job);
            }
            host.add(&job);
            if !job.status().is_terminal() {
                tracing::info!(job.id = job.id, job.name = job.name, "the job is started again");
                host.begin(&job);
            }
        }
        Ok(host)
    }

    /// Accepts a job, once it is written down, and begins it.
    pub fn submit(self: &Arc<Self>, script: JobScript) -> Result<Arc<Job>, SubmitError> {
        let name = shape::outline_of(&script, &BTreeMap::new())?.name;
        if self.jobs().iter().filter(|job| !job.status().is_terminal()).count() >= MAX_ACTIVE_JOBS {
            return Err(SubmitError::TooMany);
        }
        let record = JobRecord::new(ids::random(), name, script, now_ms());
        self.store.save(&record)?;
        let job = Arc::new(Job::new(record));
        tracing::info!(job.id = job.id, job.name = job.name, "a job was submitted");
        self.add(&job);
        self.begin(&job);
        self.forget_old();
        Ok(job)
    }

    fn add(&self, job: &Arc<Job>) {
        self.lock_jobs().push(Arc::clone(job));
    }

    fn begin(self: &Arc<Self>, job: &Arc<Job>) {
        self.drivers.spawn(driver::drive(Arc::clone(self), Arc::clone(job)));
    }

    /// All jobs, oldest first.
    pub fn jobs(&self) -> Vec<Arc<Job>> {
        self.lock_jobs().clone()
    }

    /// The job of this id.
    pub fn job(&self, id: &str) -> Option<Arc<Job>> {
        self.lock_jobs().iter().find(|job| job.id == id).cloned()
    }

    fn lock_jobs(&self) -> MutexGuard<'_, Vec<Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Slots that no job holds.
    pub fn free_slots(&self) -> u32 {
        self.options.slots.saturating_sub(*self.slots_used.borrow())
    }

    /// Takes slots, until the answer is dropped; `None` where there are too few.
    fn take_slots(self: &Arc<Self>, wanted: u32) -> Option<Slots> {
        let taken = self.slots_used.send_if_modified(|used| {
            let fits = wanted <= self.options.slots.saturating_sub(*used);
            *used += if fits { wanted } else { 0 };
            fits
        });
        taken.then(|| Slots { host: Arc::clone(self), count: wanted })
    }

    /// Takes slots as soon as there are as many.
    async fn await_slots(self: &Arc<Self>, wanted: u32) -> Slots {
        let mut used = self.slots_used.subscribe();
        loop {
            if let Some(slots) = self.take_slots(wanted) {
                return slots;
            }
            // The sender is the host's own, so it is there.
            let _ = used.changed().await;
        }
    }

    /// Where the worker of a job keeps its log and its output.
    pub fn worker_directory(&self, job_id: &str) -> PathBuf {
        self.options.data.join("workers").join(job_id)
    }

    /// Writes a job down as it is now. A failure is logged: the job goes on, and may be older after a restart.
    fn save(&self, job: &Job) {
        let record = job.read(|state| state.record.clone());
        if let Err(error) = self.store.save(&record) {
            tracing::error!(job.id = job.id, error = %error, "the job could not be stored");
        }
    }

    /// Deletes a savepoint.
    ///
    /// # Errors
    /// What is wrong with the path, or what the storage answered.
    pub async fn dispose_savepoint(&self, url: &str) -> Result<(), String> {
        let url = url.to_owned();
        let deleted = tokio::task::spawn_blocking(move || {
            let directory = Directory::at(&url, false)?;
            // Only what is a savepoint is deleted.
            Manifest::read(&directory)?;
            checkpoint_store::delete(&directory)
        });
        match deleted.await {
            Ok(deleted) => deleted.map_err(|error: StateError| error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn forget_old(&self) {
        let mut jobs = self.lock_jobs();
        let ended: Vec<Arc<Job>> = jobs.iter().filter(|job| job.status().is_terminal()).cloned().collect();
        for job in ended.iter().take(ended.len().saturating_sub(MAX_ENDED_JOBS)) {
            jobs.retain(|kept| kept.id != job.id);
            self.store.remove(&job.id);
            // It may never have had one.
            let _ = std::fs::remove_dir_all(self.worker_directory(&job.id));
        }
    }

    /// Stops every worker, and remembers which jobs to start again.
    pub async fn stop(&self) {
        self.shutdown.cancel();
        self.drivers.close();
        self.drivers.wait().await;
    }
}

/// Slots that a job holds.
struct Slots {
    host: Arc<Host>,
    count: u32,
}

impl Drop for Slots {
    fn drop(&mut self) {
        self.host.slots_used.send_modify(|used| *used = used.saturating_sub(self.count));
    }
}

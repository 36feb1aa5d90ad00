//! The services themselves.

use std::sync::Arc;

use app::Portal;
use async_trait::async_trait;
use model::sql::{
    SqlCheck, SqlChecked, SqlCluster, SqlDraft, SqlDrafted, SqlRows, SqlRun, SqlStarted, SqlSubmit, SqlSubmitted,
    SqlView,
};
use model::{
    ApiError, ClusterView, Condition, Evidence, ExampleView, ExceptionEntry, Finding, FindingState, Graph, GridRow,
    HomeView, JobRow, JobView, NewCluster, Point,
};

use super::output::Output;
use super::{add_cluster, clusters, evidence, find, graph, job, rows, sql};
use crate::clock;
use crate::collect::{Board, Collectors};
use crate::example::{self, Example};
use crate::store::{ClusterRecord, Origin, Page, Store, StoreError};

/// How long a submitted job takes to run, more or less.
const COMES_UP: std::time::Duration = std::time::Duration::from_millis(1500);

/// What the services are made of.
#[derive(Clone)]
pub struct Parts {
    /// What is known of every cluster now.
    pub board: Arc<Board>,
    /// What must not be forgotten.
    pub store: Arc<Store>,
    /// Who reads the clusters.
    pub collectors: Arc<Collectors>,
    /// The example job, where there is a zone for it.
    pub example: Option<Arc<Example>>,
}

/// The portal's services.
pub struct PortalService {
    /// What they are made of.
    pub parts: Parts,
    output: Output,
    editors: Arc<sql::Editors>,
    runs: Arc<sql::Runs>,
}

/// Which of a job's findings are asked for.
#[derive(Debug, Clone, Default)]
pub struct FindingsQuery {
    /// Those of one cluster.
    pub cluster: Option<String>,
    /// Those in one state.
    pub state: Option<FindingState>,
    /// Those after this id.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl PortalService {
    /// Services over these parts.
    pub fn new(parts: Parts) -> Self {
        PortalService { parts, output: Output::default(), editors: Arc::default(), runs: Arc::default() }
    }

    /// Every job, worst first.
    pub fn jobs(&self) -> Vec<JobRow> {
        let states = self.parts.board.all();
        rows::all(states.iter().map(AsRef::as_ref), clock::now())
    }

    /// A job's findings from the store, newest first; also of a job that is long gone.
    pub async fn findings(&self, job: &str, query: &FindingsQuery) -> Result<Page, ApiError> {
        let page =
            self.parts.store.findings(job, query.cluster.as_deref(), query.state, query.after.as_deref(), query.limit);
        let page = page.await.map_err(store_failed)?;
        if page.items.is_empty() && query.after.is_none() {
            // Nothing found is an answer only for a job that exists.
            find::job(&self.parts.board.all(), job, query.cluster.as_deref(), clock::now())?;
        }
        Ok(page)
    }

    /// A job's open findings as the page shows them: worst first, each root cause before its consequences.
    pub fn open_findings(&self, name: &str, cluster: Option<&str>) -> Result<Vec<Finding>, ApiError> {
        Ok(find::job(&self.parts.board.all(), name, cluster, clock::now())?.1.findings())
    }

    /// A job's hour grid, of one check or of all.
    pub fn cells(&self, name: &str, cluster: Option<&str>, check: Option<&str>) -> Result<Vec<GridRow>, ApiError> {
        let states = self.parts.board.all();
        let now = clock::now();
        let (_, job) = find::job(&states, name, cluster, now)?;
        Ok(job::grid(job, now).into_iter().filter(|row| check.is_none_or(|check| row.check == check)).collect())
    }

    /// A job's exceptions, newest first.
    pub fn exceptions(&self, name: &str, cluster: Option<&str>) -> Result<Vec<ExceptionEntry>, ApiError> {
        let states = self.parts.board.all();
        let (state, job) = find::job(&states, name, cluster, clock::now())?;
        Ok(job::exceptions(state, job))
    }

    /// A job's graph with its load.
    pub fn graph(&self, name: &str, cluster: Option<&str>) -> Result<Graph, ApiError> {
        let states = self.parts.board.all();
        let (state, job) = find::job(&states, name, cluster, clock::now())?;
        Ok(graph(&state.history, &job.id, &job.findings()))
    }

    /// One signal of a job over the last minutes.
    pub fn signal(&self, name: &str, cluster: Option<&str>, signal: &Evidence) -> Result<Vec<Point>, ApiError> {
        let states = self.parts.board.all();
        let (state, job) = find::job(&states, name, cluster, clock::now())?;
        Ok(evidence::points(&state.history, &job.id, signal))
    }

    /// The example's controls.
    ///
    /// # Errors
    /// `example_absent`.
    pub fn example(&self) -> Result<ExampleView, ApiError> {
        self.parts.example.as_ref().map(|e| e.view()).ok_or_else(example::absent)
    }

    fn cluster(&self, name: &str) -> Result<ClusterRecord, ApiError> {
        let state = self.parts.board.get(name).ok_or_else(|| cluster_not_found(&self.parts.board, name))?;
        Ok(state.record.clone())
    }

    fn example_view(&self) -> Option<ExampleView> {
        self.parts.example.as_ref().map(|e| e.view())
    }
}

#[async_trait]
impl Portal for PortalService {
    async fn home(&self) -> Result<HomeView, ApiError> {
        let states = self.parts.board.all();
        let now = clock::now();
        let jobs = rows::all(states.iter().map(AsRef::as_ref), now);
        Ok(HomeView {
            as_of: states.iter().filter_map(|state| state.seen_at).max().unwrap_or(now),
            counts: rows::counts(&jobs),
            clusters: states.iter().map(|state| clusters::view(state)).collect(),
            jobs,
            example: self.example_view(),
        })
    }

    async fn job(&self, name: &str, cluster: Option<&str>) -> Result<JobView, ApiError> {
        let states = self.parts.board.all();
        let now = clock::now();
        let (state, job) = find::job(&states, name, cluster, now)?;
        let mut view = job::view(state, job, self.example_view(), now);
        view.output = self.output.lines(state, &job.id).await;
        Ok(view)
    }

    async fn clusters(&self) -> Result<Vec<ClusterView>, ApiError> {
        Ok(self.parts.board.all().iter().map(|state| clusters::view(state)).collect())
    }

    async fn add_cluster(&self, new: NewCluster) -> Result<ClusterView, ApiError> {
        add_cluster::add(&self.parts, new).await
    }

    async fn remove_cluster(&self, name: &str) -> Result<(), ApiError> {
        let state = self.parts.board.get(name).ok_or_else(|| cluster_not_found(&self.parts.board, name))?;
        let owner = match state.record.origin {
            Origin::User => None,
            Origin::Zone => Some((
                "an embedded zone that the portal runs",
                "Name clusters in the configuration to run without zones",
            )),
            Origin::Config => {
                Some(("named in the configuration file", "Take it out of the configuration file and start again"))
            }
        };
        if let Some((what, hint)) = owner {
            return Err(ApiError::user("cluster_in_use", format!("The cluster {name} is {what}"), hint));
        }
        // Off the board first: once its collector has ended, nobody writes about it any more.
        let Some(last) = self.parts.collectors.forget(name).await else {
            return Err(cluster_not_found(&self.parts.board, name));
        };
        let mut watch = crate::watch::ClusterWatch { jobs: last.jobs.clone() };
        let closed = watch.close_all(clock::now(), "its cluster was removed from the portal");
        self.parts.store.put_findings(name, &closed).await.map_err(store_failed)?;
        self.parts.store.delete_cluster(name).await.map_err(store_failed)
    }

    async fn set_example(&self, condition: Condition) -> Result<ExampleView, ApiError> {
        let example = self.parts.example.clone().ok_or_else(example::absent)?;
        // Carried through even if the visitor's browser hangs up: half a change would leave no job at all.
        let changing = Arc::clone(&example);
        carried(async move { changing.set(condition).await }).await?;
        Ok(example.view())
    }

    async fn sql(&self) -> Result<SqlView, ApiError> {
        let cluster = |state: &ClusterView| SqlCluster {
            name: state.name.clone(),
            embedded: state.kind == model::ClusterKind::Embedded,
            version: state.version.clone().unwrap_or_default(),
            trouble: state.error.as_ref().map(|error| error.message.clone()),
        };
        let all = self.clusters().await?;
        let flights = self.parts.example.as_ref().map(|example| example.flights());
        Ok(SqlView {
            clusters: all.iter().filter(|state| state.gateway_url.is_some()).map(cluster).collect(),
            examples: sql::examples(flights.as_deref()),
        })
    }

    async fn check_sql(&self, check: SqlCheck) -> Result<SqlChecked, ApiError> {
        self.editors.check(&self.cluster(&check.cluster)?, &check).await
    }

    async fn run_sql(&self, run: SqlRun) -> Result<SqlStarted, ApiError> {
        let (runs, cluster) = (Arc::clone(&self.runs), self.cluster(&run.cluster)?);
        // Carried through even if the visitor's browser hangs up: else its session would stay open.
        carried(async move { runs.start(&cluster, &run).await }).await
    }

    async fn sql_rows(&self, run: &str) -> Result<SqlRows, ApiError> {
        self.runs.rows(run).await
    }

    async fn stop_sql(&self, run: &str) -> Result<(), ApiError> {
        self.runs.stop(run).await;
        Ok(())
    }

    async fn draft_sql(&self, draft: SqlDraft) -> Result<SqlDrafted, ApiError> {
        let cluster = self.cluster(&draft.cluster)?;
        carried(async move { sql::draft(&cluster, &draft).await }).await
    }

    async fn submit_sql(&self, submit: SqlSubmit) -> Result<SqlSubmitted, ApiError> {
        let cluster = self.cluster(&submit.cluster)?;
        let name = cluster.name.clone();
        let submitted = carried(async move { sql::submit(&cluster, &submit).await }).await?;
        // Once now, and once when the jobs have had the time to come up.
        self.parts.collectors.wake(&name);
        let collectors = Arc::clone(&self.parts.collectors);
        tokio::spawn(async move {
            tokio::time::sleep(COMES_UP).await;
            collectors.wake(&name);
        });
        Ok(submitted)
    }
}

/// Runs something to its end even if whoever asked for it hangs up.
async fn carried<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::spawn(work).await;
    done.map_err(|e| ApiError::platform("portal_failed", e.to_string(), "Report this with the portal's log"))?
}

/// `cluster_not_found`, with the nearest name.
pub fn cluster_not_found(board: &Board, name: &str) -> ApiError {
    let states = board.all();
    let known: Vec<&str> = states.iter().map(|s| s.record.name.as_str()).collect();
    let hint = match crate::words::nearest(name, known.iter().copied()) {
        Some(nearest) => format!("Ask for `{nearest}`, if that is what was meant"),
        None => format!("Ask for one of: {}", known.join(", ")),
    };
    ApiError::user("cluster_not_found", format!("There is no cluster named {name}"), hint)
}

/// The store's failure is the portal's own; its details are for the log.
pub fn store_failed(error: StoreError) -> ApiError {
    tracing::error!("the store failed: {error}");
    let failed = ApiError::platform("store_failed", "The portal's database failed", "Look into the portal's log");
    ApiError { retryable: true, ..failed }
}

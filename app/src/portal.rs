//! The one door between the pages and the portal's services.

use async_trait::async_trait;
use model::sql::{
    SqlCheck, SqlChecked, SqlDraft, SqlDrafted, SqlRows, SqlRun, SqlStarted, SqlSubmit, SqlSubmitted, SqlView,
};
use model::{ApiError, ClusterView, Condition, ExampleView, HomeView, JobView, NewCluster};

/// What the pages ask of the portal. `server` implements it; server functions and the handlers of the public API are thin
/// adapters over the same functions, and roles are checked behind it, not in front of it.
#[async_trait]
pub trait Portal: Send + Sync + 'static {
    /// The home page: jobs, worst first.
    async fn home(&self) -> Result<HomeView, ApiError>;

    /// One job's page. `cluster` tells jobs of one name on several clusters apart; without it the worst live one is meant.
    ///
    /// # Errors
    /// `job_not_found`, with the nearest known name.
    async fn job(&self, name: &str, cluster: Option<&str>) -> Result<JobView, ApiError>;

    /// The clusters, in the order of their names.
    async fn clusters(&self) -> Result<Vec<ClusterView>, ApiError>;

    /// Tries the URL and adds the cluster.
    ///
    /// # Errors
    /// `cluster_name_invalid`, `cluster_exists`, `cluster_unreachable`, or `not_a_cluster` with what was found at the URL.
    async fn add_cluster(&self, new: NewCluster) -> Result<ClusterView, ApiError>;

    /// Forgets a cluster; its jobs run on, and its findings are kept.
    ///
    /// # Errors
    /// `cluster_not_found`.
    async fn remove_cluster(&self, name: &str) -> Result<(), ApiError>;

    /// Makes the shipped example job sick, or well again, by deploying the script that does so.
    ///
    /// # Errors
    /// `example_absent` where the portal has no embedded zone to run it on; `cluster_unreachable`.
    async fn set_example(&self, condition: Condition) -> Result<ExampleView, ApiError>;

    /// The clusters that take SQL, and examples to start from.
    async fn sql(&self) -> Result<SqlView, ApiError>;

    /// Checks a script while it is typed: nothing is started by it.
    ///
    /// # Errors
    /// `cluster_not_found`, `cluster_without_gateway`, `cluster_unreachable`, `script_too_long`. What is wrong with the script
    /// is no error but the answer.
    async fn check_sql(&self, check: SqlCheck) -> Result<SqlChecked, ApiError>;

    /// Runs a query of a script.
    ///
    /// # Errors
    /// As [`Portal::check_sql`]; `sql_busy`.
    async fn run_sql(&self, run: SqlRun) -> Result<SqlStarted, ApiError>;

    /// The rows of a running query since they were asked for last; waits a moment where there are none.
    ///
    /// # Errors
    /// `sql_run_not_found`.
    async fn sql_rows(&self, run: &str) -> Result<SqlRows, ApiError>;

    /// Ends a running query.
    async fn stop_sql(&self, run: &str) -> Result<(), ApiError>;

    /// Writes the script of a job out of a query.
    ///
    /// # Errors
    /// As [`Portal::check_sql`]; `nothing_to_save`.
    async fn draft_sql(&self, draft: SqlDraft) -> Result<SqlDrafted, ApiError>;

    /// Starts the jobs of a script.
    ///
    /// # Errors
    /// As [`Portal::check_sql`]; `nothing_to_start`.
    async fn submit_sql(&self, submit: SqlSubmit) -> Result<SqlSubmitted, ApiError>;
}

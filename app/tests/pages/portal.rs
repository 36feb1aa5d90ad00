//! A portal that answers with fixed views.

use app::Portal;
use async_trait::async_trait;
use model::sql::{
    SqlCheck, SqlChecked, SqlDraft, SqlDrafted, SqlRows, SqlRun, SqlStarted, SqlSubmit, SqlSubmitted, SqlView,
};
use model::{ApiError, ClusterView, Condition, ExampleView, HomeView, JobView, NewCluster};

use crate::fixtures;

pub struct FixedPortal {
    pub home: HomeView,
    pub job: JobView,
    pub sql: SqlView,
}

impl Default for FixedPortal {
    fn default() -> Self {
        FixedPortal { home: fixtures::home(), job: fixtures::sick_job(), sql: fixtures::sql() }
    }
}

#[async_trait]
impl Portal for FixedPortal {
    async fn home(&self) -> Result<HomeView, ApiError> {
        Ok(self.home.clone())
    }

    async fn job(&self, name: &str, _: Option<&str>) -> Result<JobView, ApiError> {
        if name == "late-departure" {
            let message = "No job is called late-departure; did you mean late-departures?";
            return Err(ApiError::user("job_not_found", message, "Open the list of jobs."));
        }
        Ok(self.job.clone())
    }

    async fn clusters(&self) -> Result<Vec<ClusterView>, ApiError> {
        Ok(self.home.clusters.clone())
    }

    async fn add_cluster(&self, _: NewCluster) -> Result<ClusterView, ApiError> {
        Ok(fixtures::lost_cluster())
    }

    async fn remove_cluster(&self, _: &str) -> Result<(), ApiError> {
        Ok(())
    }

    async fn set_example(&self, condition: Condition) -> Result<ExampleView, ApiError> {
        Ok(fixtures::example(condition))
    }

    async fn sql(&self) -> Result<SqlView, ApiError> {
        Ok(self.sql.clone())
    }

    async fn check_sql(&self, _: SqlCheck) -> Result<SqlChecked, ApiError> {
        Ok(SqlChecked::superseded())
    }

    async fn run_sql(&self, _: SqlRun) -> Result<SqlStarted, ApiError> {
        Ok(SqlStarted::Running("1".into()))
    }

    async fn sql_rows(&self, _: &str) -> Result<SqlRows, ApiError> {
        Err(ApiError::user("sql_run_not_found", "The query does not run any more", "Run it again"))
    }

    async fn stop_sql(&self, _: &str) -> Result<(), ApiError> {
        Ok(())
    }

    async fn draft_sql(&self, _: SqlDraft) -> Result<SqlDrafted, ApiError> {
        Ok(SqlDrafted { added: String::new(), script: String::new(), fault: None })
    }

    async fn submit_sql(&self, _: SqlSubmit) -> Result<SqlSubmitted, ApiError> {
        Ok(SqlSubmitted::Started(Vec::new()))
    }
}

//! A portal that answers with fixed views.

use app::Portal;
use async_trait::async_trait;
use model::{ApiError, ClusterView, Condition, ExampleView, HomeView, JobView, NewCluster};

use crate::fixtures;

pub struct FixedPortal {
    pub home: HomeView,
    pub job: JobView,
}

impl Default for FixedPortal {
    fn default() -> Self {
        FixedPortal { home: fixtures::home(), job: fixtures::sick_job() }
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
}

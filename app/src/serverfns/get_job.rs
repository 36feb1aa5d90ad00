use leptos::{
    prelude::server,
    server_fn::codec::{GetUrl, Json},
};
use model::JobView;

use crate::PageError;

/// One job's page; `cluster` tells jobs of one name apart.
#[server(name = GetJob, prefix = "/api/ui", endpoint = "job", input = GetUrl, output = Json)]
pub async fn get_job(name: String, cluster: Option<String>) -> Result<JobView, PageError> {
    super::answer(super::portal()?.job(&name, cluster.as_deref()).await)
}

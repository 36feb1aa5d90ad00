use leptos::{
    prelude::server,
    server_fn::codec::{GetUrl, Json},
};
use model::ClusterView;

use crate::PageError;

/// The clusters, in the order of their names.
#[server(name = ListClusters, prefix = "/api/ui", endpoint = "clusters", input = GetUrl, output = Json)]
pub async fn list_clusters() -> Result<Vec<ClusterView>, PageError> {
    super::answer(super::portal()?.clusters().await)
}

use leptos::prelude::server;

use crate::PageError;

/// Forgets a cluster; its jobs run on.
#[server(name = RemoveCluster, prefix = "/api/ui", endpoint = "remove-cluster")]
pub async fn remove_cluster(name: String) -> Result<(), PageError> {
    super::answer(super::portal()?.remove_cluster(&name).await)
}

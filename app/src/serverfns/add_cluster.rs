use leptos::prelude::server;
use model::ClusterView;

use crate::PageError;

/// Tries the URL and adds the cluster. A form sends fields that were left out as empty text, which is the same as absent.
#[server(name = AddCluster, prefix = "/api/ui", endpoint = "add-cluster")]
pub async fn add_cluster(
    name: String,
    url: String,
    gateway_url: Option<String>,
    zone: Option<String>,
) -> Result<ClusterView, PageError> {
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let new = model::NewCluster {
        name: name.trim().to_owned(),
        url: url.trim().to_owned(),
        gateway_url: given(gateway_url),
        zone: given(zone),
    };
    super::answer(super::portal()?.add_cluster(new).await)
}

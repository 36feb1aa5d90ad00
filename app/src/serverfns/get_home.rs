use leptos::{
    prelude::server,
    server_fn::codec::{GetUrl, Json},
};
use model::HomeView;

use crate::PageError;

/// The home page: jobs, worst first.
#[server(name = GetHome, prefix = "/api/ui", endpoint = "home", input = GetUrl, output = Json)]
pub async fn get_home() -> Result<HomeView, PageError> {
    super::answer(super::portal()?.home().await)
}

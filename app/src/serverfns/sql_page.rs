use leptos::{
    prelude::server,
    server_fn::codec::{GetUrl, Json},
};
use model::sql::SqlView;

use crate::PageError;

/// The clusters that take SQL, and examples to start from.
#[server(name = SqlPageCall, prefix = "/api/ui", endpoint = "sql", input = GetUrl, output = Json)]
pub async fn sql_page() -> Result<SqlView, PageError> {
    super::answer(super::portal()?.sql().await)
}

use leptos::{prelude::server, server_fn::codec::Json};
use model::sql::SqlRows;

use crate::PageError;

/// The rows of a running query since they were asked for last. Asking takes them: it is no read.
#[server(name = SqlRowsCall, prefix = "/api/ui", endpoint = "sql-rows", input = Json, output = Json)]
pub async fn sql_rows(run: String) -> Result<SqlRows, PageError> {
    super::answer(super::portal()?.sql_rows(&run).await)
}

use leptos::{prelude::server, server_fn::codec::Json};

use crate::PageError;

/// Ends a running query.
#[server(name = SqlStopCall, prefix = "/api/ui", endpoint = "sql-stop", input = Json, output = Json)]
pub async fn sql_stop(run: String) -> Result<(), PageError> {
    super::answer(super::portal()?.stop_sql(&run).await)
}

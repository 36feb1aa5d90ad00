use leptos::{prelude::server, server_fn::codec::Json};
use model::sql::{SqlRun, SqlStarted};

use crate::PageError;

/// Runs a query of a script.
#[server(name = SqlRunCall, prefix = "/api/ui", endpoint = "sql-run", input = Json, output = Json)]
pub async fn sql_run(run: SqlRun) -> Result<SqlStarted, PageError> {
    super::answer(super::portal()?.run_sql(run).await)
}

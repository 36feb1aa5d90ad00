use leptos::{prelude::server, server_fn::codec::Json};
use model::sql::{SqlSubmit, SqlSubmitted};

use crate::PageError;

/// Starts the jobs of a script.
#[server(name = SqlSubmitCall, prefix = "/api/ui", endpoint = "sql-submit", input = Json, output = Json)]
pub async fn sql_submit(submit: SqlSubmit) -> Result<SqlSubmitted, PageError> {
    super::answer(super::portal()?.submit_sql(submit).await)
}

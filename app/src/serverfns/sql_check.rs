use leptos::{prelude::server, server_fn::codec::Json};
use model::sql::{SqlCheck, SqlChecked};

use crate::PageError;

/// Checks a script while it is typed.
#[server(name = SqlCheckCall, prefix = "/api/ui", endpoint = "sql-check", input = Json, output = Json)]
pub async fn sql_check(check: SqlCheck) -> Result<SqlChecked, PageError> {
    super::answer(super::portal()?.check_sql(check).await)
}

use leptos::{prelude::server, server_fn::codec::Json};
use model::sql::{SqlDraft, SqlDrafted};

use crate::PageError;

/// Writes the script of a job out of a query.
#[server(name = SqlDraftCall, prefix = "/api/ui", endpoint = "sql-draft", input = Json, output = Json)]
pub async fn sql_draft(draft: SqlDraft) -> Result<SqlDrafted, PageError> {
    super::answer(super::portal()?.draft_sql(draft).await)
}

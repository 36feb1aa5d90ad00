//! The calls from the browser to the portal: thin adapters, one a file. Reads are GET, changes are POST.

mod add_cluster;
mod get_home;
mod get_job;
mod list_clusters;
mod remove_cluster;
mod set_example;
mod sql_check;
mod sql_draft;
mod sql_page;
mod sql_rows;
mod sql_run;
mod sql_stop;
mod sql_submit;

pub use add_cluster::AddCluster;
pub use get_home::get_home;
pub use get_job::get_job;
pub use list_clusters::list_clusters;
pub use remove_cluster::RemoveCluster;
pub use set_example::SetExample;
pub use sql_check::sql_check;
pub use sql_draft::sql_draft;
pub use sql_page::sql_page;
pub use sql_rows::sql_rows;
pub use sql_run::sql_run;
pub use sql_stop::sql_stop;
pub use sql_submit::sql_submit;

#[cfg(feature = "ssr")]
mod door {
    use std::sync::Arc;

    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use model::{ApiError, Owner};

    use crate::{PageError, Portal};

    /// The portal's services, as the server put them into the context of the request.
    pub fn portal() -> Result<Arc<dyn Portal>, PageError> {
        use_context::<Arc<dyn Portal>>().ok_or_else(|| {
            PageError(ApiError::platform(
                "portal_absent",
                "The page was rendered without the portal's services.",
                "Report this: the server must provide `Arc<dyn Portal>` as context.",
            ))
        })
    }

    /// Turns the portal's answer into the page's, with a fitting HTTP status.
    pub fn answer<T>(result: Result<T, ApiError>) -> Result<T, PageError> {
        result.map_err(|error| {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(status(&error));
            }
            PageError(error)
        })
    }

    fn status(error: &ApiError) -> axum::http::StatusCode {
        use axum::http::StatusCode;
        match error.owner {
            _ if error.code.ends_with("_not_found") => StatusCode::NOT_FOUND,
            _ if error.code.ends_with("_exists") => StatusCode::CONFLICT,
            Owner::User => StatusCode::UNPROCESSABLE_ENTITY,
            Owner::External => StatusCode::BAD_GATEWAY,
            Owner::Platform => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
#[cfg(feature = "ssr")]
use door::{answer, portal};

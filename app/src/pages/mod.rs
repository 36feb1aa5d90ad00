//! The pages: they fetch, follow the live data, and lay out components.

mod clusters;
mod home;
mod job;
mod not_found;
mod sql;

pub use clusters::ClustersPage;
pub use home::HomePage;
pub use job::JobPage;
pub use not_found::NotFoundPage;
pub use sql::SqlPage;

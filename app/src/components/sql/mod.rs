//! The SQL page's parts: the editor, what is beside it, and what comes out of it.

mod caret;
mod catalog;
mod check;
mod desk;
mod dialog;
mod editor;
mod highlight;
mod job_form;
mod plan;
mod results;
mod run;
mod state_line;
mod storage;
mod toolbar;

pub use catalog::CatalogPanel;
pub use desk::Desk;
pub use dialog::JobDialog;
pub use editor::Editor;
pub use plan::PlanPreview;
pub use results::Results;
pub use state_line::StateLine;
pub use toolbar::{Choices, Toolbar};

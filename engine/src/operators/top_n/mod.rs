//! `ROW_NUMBER() OVER (PARTITION BY … ORDER BY …)` where only some of the first are kept.

mod buffer;
mod rank;

pub(super) use buffer::{Place, WindowPlace, buffer};
pub use rank::TopN;

//! The operators of SQL: one file each. [`spec`] says what the planner hands to each of them.

pub mod aggregate;
pub mod calc;
mod cells;
pub mod deduplicate;
pub mod drop_update_before;
mod eval;
pub mod expand;
pub mod group_aggregate;
pub mod join;
mod keyed;
mod late;
pub mod limit;
pub mod normalize;
pub mod over;
mod rows;
pub mod sort;
pub mod spec;
pub mod step;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod top_n;
pub mod unnest;
pub mod values;
pub mod watermark;
pub mod window;

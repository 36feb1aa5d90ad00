//! Joins: of all rows, of rows whose times are near, of rows of one window, and with the version of a row at a time.

mod candidates;
mod condition;
mod failure;
mod interval;
mod keys;
mod lookup;
pub(in crate::operators) mod pairs;
mod regular;
mod side;
mod temporal;
#[cfg(test)]
pub(in crate::operators) mod testing;
mod times;
mod window;

pub use interval::IntervalJoin;
pub use lookup::LookupJoin;
pub use regular::RegularJoin;
pub use temporal::TemporalJoin;
pub use window::WindowJoin;

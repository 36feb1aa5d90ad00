//! Aggregate functions: which there are, and their accumulators, in columns by slot.

mod accumulator;
mod count;
mod counted;
mod decimal_sum;
mod distinct;
mod extreme;
mod first_last;
mod make;
mod percentile;
mod ranks;
pub mod resolve;
mod retracted_extreme;
mod sequence;
mod set;
mod sort_value;
mod sum;
mod variance;

pub use accumulator::{At, Rows, grow};
pub use resolve::resolve;
pub use set::{AggregateSet, Arguments};

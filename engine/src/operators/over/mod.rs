//! OVER aggregates: of each row, over the rows before it.

mod forget;
mod frames;
mod operator;
mod sorted;

pub use operator::Over;
pub use sorted::SortedOver;

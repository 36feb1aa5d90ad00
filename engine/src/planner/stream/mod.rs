//! Relations as operators of streams: which operator computes what, by which key rows are brought together, and what
//! changes its results carry.

mod aggregate;
mod changes;
mod convert;
pub mod describe;
mod join;
mod lookup;
mod monotonic;
mod node;
mod over;
mod rank;
mod rows;
mod scan;
mod sink;
mod temporal;
pub mod text;

pub use convert::{Converter, union};
pub use node::{Distribution, Input, Node, Op};
pub use sink::Target;
pub use text::expr_text;

//! The dialect in tables: what is taken, what is refused and how, and that nothing makes the parser fall.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod accepted;
mod bounds;
mod fuzz;
mod places;
mod refused;

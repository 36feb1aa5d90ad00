//! The state of keyed operators: keys numbered, values in columns.

mod removed;
mod slots;
mod small_key;

pub use removed::Removed;
pub use slots::{Found, KeyLayout, SKIP, Slot, Slots};
pub use small_key::SmallKey;

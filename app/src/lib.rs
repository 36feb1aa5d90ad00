//! The portal's pages, rendered on the server and brought to life in the browser.
//!
//! The pages read view types of `model` and nothing else; they hold no business rules. On the server the portal's services
//! are reached through [`Portal`], in the browser through the server functions and the event stream that stand before it.

mod charts;
mod components;
mod error;
mod filter;
mod format;
mod group;
mod href;
mod keyed;
mod keys;
mod live;
mod pages;
#[cfg(feature = "ssr")]
mod portal;
mod root;
mod serverfns;
mod theme;

pub use error::PageError;
#[cfg(feature = "ssr")]
pub use portal::Portal;
pub use root::{App, shell};

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}

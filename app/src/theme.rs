//! Light and dark. Without a choice the system's is followed; a choice is kept in the browser and set before the first paint.

use leptos::prelude::*;

/// Runs in the head, so that no page is ever painted in the wrong theme first.
pub const BEFORE_PAINT: &str = "try{const t=localStorage.getItem('theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}";

/// The button that switches between light and dark.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    view! {
        <button type="button" class="icon-button" id="theme-toggle" aria-label="Switch between light and dark" on:click=|_| toggle()>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <circle class="theme-ring" cx="8" cy="8" r="6" />
                <path class="theme-half" d="M8 2a6 6 0 0 1 0 12z" />
            </svg>
        </button>
    }
}

#[cfg(not(feature = "hydrate"))]
fn toggle() {}

#[cfg(feature = "hydrate")]
fn toggle() {
    let Some(root) = document().document_element() else { return };
    let system_is_dark = || {
        let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        query.is_some_and(|query| query.matches())
    };
    let dark = match root.get_attribute("data-theme") {
        Some(theme) => theme == "dark",
        None => system_is_dark(),
    };
    let theme = if dark { "light" } else { "dark" };
    // A browser that keeps nothing (private windows) still switches this page.
    let _ = root.set_attribute("data-theme", theme);
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item("theme", theme);
    }
}

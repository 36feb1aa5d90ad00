//! Moving through the home page by keyboard: `j` and `k` to the next and the previous job, Enter to open it, `/` to search.

/// Listens for as long as the page is shown; does nothing on the server.
pub fn listen() {
    #[cfg(feature = "hydrate")]
    browser::listen();
}

/// Where `j` or `k` leads from the row at `current`, of `count` rows.
#[cfg(any(feature = "hydrate", test))]
fn step(key: &str, current: Option<u32>, count: u32) -> Option<u32> {
    let last = count.checked_sub(1)?;
    match (key, current) {
        ("j", None) => Some(0),
        ("j", Some(row)) => Some(row.saturating_add(1).min(last)),
        ("k", None) => Some(last),
        ("k", Some(row)) => Some(row.saturating_sub(1)),
        _ => None,
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    pub fn listen() {
        let handle = window_event_listener(ev::keydown, on_key);
        on_cleanup(move || handle.remove());
    }

    fn on_key(event: KeyboardEvent) {
        let active = document().active_element();
        let types =
            active.as_ref().is_some_and(|element| matches!(&*element.tag_name(), "INPUT" | "SELECT" | "TEXTAREA"));
        if types || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let target = match event.key().as_str() {
            "/" => document().query_selector("[data-search]").ok().flatten(),
            key => next_row(key, active),
        };
        if let Some(target) = target.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            event.prevent_default();
            let _ = target.focus();
        }
    }

    fn next_row(key: &str, active: Option<Element>) -> Option<Element> {
        let rows = document().query_selector_all("[data-job-link]").ok()?;
        let is_active =
            |index: &u32| rows.get(*index).zip(active.as_ref()).is_some_and(|(row, at)| row.is_same_node(Some(at)));
        let current = (0..rows.length()).find(is_active);
        rows.get(super::step(key, current, rows.length())?)?.dyn_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn steps_stay_within_the_list() {
        for (key, current, count, expect) in [
            ("j", None, 3, Some(0)),
            ("j", Some(1), 3, Some(2)),
            ("j", Some(2), 3, Some(2)),
            ("k", None, 3, Some(2)),
            ("k", Some(0), 3, Some(0)),
            ("j", None, 0, None),
            ("x", Some(1), 3, None),
        ] {
            assert_eq!(step(key, current, count), expect, "{key} {current:?} of {count}");
        }
    }
}

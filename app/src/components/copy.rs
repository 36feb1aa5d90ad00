use leptos::prelude::*;

/// A command, or a key and its value, with a button that copies it.
#[component]
pub fn Copyable(
    /// The text.
    text: String,
) -> impl IntoView {
    let (copied, set_copied) = signal(false);
    let copy = {
        let text = text.clone();
        move |_| to_clipboard(&text, set_copied)
    };
    view! {
        <div class="command">
            <pre tabindex="0"><code>{text}</code></pre>
            <button type="button" class="copy" data-copy on:click=copy>{move || if copied.get() { "copied" } else { "copy" }}</button>
        </div>
    }
}

#[cfg(not(feature = "hydrate"))]
fn to_clipboard(_: &str, _: WriteSignal<bool>) {}

#[cfg(feature = "hydrate")]
fn to_clipboard(text: &str, copied: WriteSignal<bool>) {
    use std::time::Duration;

    const SHOWN_FOR: Duration = Duration::from_millis(1500);
    let clipboard = window().navigator().clipboard();
    // Pages that came over plain HTTP from another host have no clipboard; there the text is selected by a click on it.
    if wasm_bindgen::JsValue::from(clipboard.clone()).is_undefined() {
        return;
    }
    let _ = clipboard.write_text(text);
    copied.set(true);
    set_timeout(
        move || {
            copied.try_set(false);
        },
        SHOWN_FOR,
    );
}

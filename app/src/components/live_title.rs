use leptos::prelude::*;
use leptos_meta::Title;

/// The title of a page whose data change while it is open.
///
/// The server renders a page's body anew once its data are there, and writes the title at the very end: by then `text` may
/// be gone with the first rendering. The title is then what it was at first.
#[component]
pub fn LiveTitle(text: Memo<String>) -> impl IntoView {
    let first = text.get_untracked();
    view! { <Title text=move || text.try_get().unwrap_or_else(|| first.clone()) /> }
}

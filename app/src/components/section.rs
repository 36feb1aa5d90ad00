use leptos::prelude::*;

/// A part of a page with its heading.
#[component]
pub fn Section(
    /// The heading's id, by which the part is named and linked to.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// What the part says, in a few words.
    #[prop(optional)]
    note: Option<&'static str>,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby=id>
            <h2 id=id>{title}{note.map(|note| view! { <span class="note">{note}</span> })}</h2>
            {children()}
        </section>
    }
}

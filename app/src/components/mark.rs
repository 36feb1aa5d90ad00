use leptos::prelude::*;

/// The portal's mark: an acorn.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path class="mark-stem" d="M10 4.6C10 3 10.9 1.8 12.4 1.4" />
            <path class="mark-cap" d="M2.6 9.4C2.6 6 5.8 4.2 10 4.2s7.4 1.8 7.4 5.2c0 .5-.4.8-.9.8h-13c-.5 0-.9-.3-.9-.8z" />
            <path class="mark-nut" d="M4.2 11.4h11.6c-.2 3.4-2.4 5.6-5.8 7.4-3.4-1.8-5.6-4-5.8-7.4z" />
        </svg>
    }
}

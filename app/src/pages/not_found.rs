use leptos::prelude::*;
use leptos_meta::Title;

/// What is shown where there is no page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="No such page" />
        <div class="empty">
            <h1>"There is no page at this address."</h1>
            <p>
                "Jobs are found by their name in "<a href="/">"the list of jobs"</a>"; the clusters are under "
                <a href="/clusters">"Clusters"</a>"."
            </p>
        </div>
    }
}

use leptos::prelude::*;
use model::{ApiError, Owner};

/// What failed, what would be right, and the next step.
#[component]
pub fn ErrorNotice(
    /// The error.
    error: ApiError,
    /// Whether the whole page failed: then loading it again is offered.
    #[prop(optional)]
    page: bool,
) -> impl IntoView {
    let whose = match error.owner {
        Owner::User => "the request",
        Owner::Platform => "the portal",
        Owner::External => "something the portal talks to",
    };
    view! {
        <div class="error" role="alert" data-error=error.code.clone()>
            <p class="error-message">{error.message}</p>
            <p class="error-hint">{error.hint}</p>
            <p class="quiet">{format!("{} · it lies with {whose}", error.code)}{error.retryable.then_some(" · may work if tried again")}</p>
            {page.then(|| view! {
                <p class="error-next">
                    // A plain load of the same address, past the router: it also picks up a newer page.
                    <a class="button" href="" rel="external">"Try again"</a>
                    <a href="/">"All jobs"</a>
                </p>
            })}
        </div>
    }
}

/// Holds the page's place while data is on its way.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <div class="loading" role="status" aria-label="Loading">
            <div class="bone bone-title"></div>
            <div class="bone"></div>
            <div class="bone"></div>
            <div class="bone"></div>
        </div>
    }
}

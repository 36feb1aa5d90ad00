//! The document, the routes, and what every page has around it.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{A, Route, Router, Routes},
    path,
};

use crate::{
    components::Mark,
    pages::{ClustersPage, HomePage, JobPage, NotFoundPage, SqlPage},
    theme,
};

/// The HTML document around [`App`].
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content="What is wrong with which stream-processing job, why, and what to do." />
                <script nonce=use_nonce()>{theme::BEFORE_PAINT}</script>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href="/style.css" />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The whole application. Each page is sent complete, so that it can be read where scripts do not run.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Dr. Squirrel".into() } else { format!("{page} · Dr. Squirrel") } />
        <Router>
            <a class="skip" href="#main">"Skip to the content"</a>
            <Patterns />
            <Header />
            <main id="main" tabindex="-1">
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                    <Route path=path!("/jobs/:name") view=JobPage ssr=SsrMode::Async />
                    <Route path=path!("/sql") view=SqlPage ssr=SsrMode::Async />
                    <Route path=path!("/clusters") view=ClustersPage ssr=SsrMode::Async />
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn Header() -> impl IntoView {
    view! {
        <header class="top">
            <a class="brand" href="/"><Mark />"Dr. Squirrel"</a>
            <nav aria-label="Main">
                <A href="/" exact=true>"Jobs"</A>
                <A href="/sql">"SQL"</A>
                <A href="/clusters">"Clusters"</A>
            </nav>
            <theme::ThemeToggle />
        </header>
    }
}

/// The hatching that stands for "unknown" in every strip and bar.
#[component]
fn Patterns() -> impl IntoView {
    view! {
        <svg class="patterns" width="0" height="0" aria-hidden="true">
            <defs>
                <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect class="hatch-line" width="1.4" height="4" />
                </pattern>
            </defs>
        </svg>
    }
}

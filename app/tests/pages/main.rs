//! The pages as the server renders them, read as a browser without scripts would.
//!
//! With `DRSQUIRREL_PREVIEW=DIR` the rendered pages are also written to DIR, with the style, to be looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fixtures;
mod portal;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use leptos::prelude::*;
use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use portal::FixedPortal;

/// Renders the page at `path`, as the portal does.
async fn get(portal: FixedPortal, path: &str) -> (StatusCode, String) {
    // Listing the routes is also what tells Leptos to run its tasks on tokio. While it does, no page in the process loads its
    // data: so once, as the portal does.
    static ROUTES: LazyLock<()> = LazyLock::new(|| drop(leptos_axum::generate_route_list(app::App)));
    LazyLock::force(&ROUTES);
    let portal: Arc<dyn app::Portal> = Arc::new(portal);
    let options = LeptosOptions::builder().output_name("drsquirrel").build();
    let handler = leptos_axum::render_app_async_with_context(
        move || provide_context(portal.clone()),
        move || app::shell(options.clone()),
    );
    let response = handler(Request::builder().uri(path).body(Body::empty()).unwrap()).await;
    let status = response.status();
    let html = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    (status, html)
}

/// Checks that a page holds `present` and not `absent`, and keeps it for a look.
async fn check(name: &str, portal: FixedPortal, path: &str, present: &[&str], absent: &[&str]) {
    let (status, html) = get(portal, path).await;
    keep(name, &html);
    assert_eq!(status, StatusCode::OK, "{path}");
    for needle in present {
        assert!(html.contains(needle), "{path} lacks {needle:?}:\n{html}");
    }
    for needle in absent {
        assert!(!html.contains(needle), "{path} has {needle:?}");
    }
}

fn keep(name: &str, html: &str) {
    let Some(dir) = std::env::var_os("DRSQUIRREL_PREVIEW") else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sheets: Vec<_> =
        std::fs::read_dir(root.join("style")).unwrap().map(|entry| entry.unwrap().path()).collect();
    sheets.sort();
    let style: String = sheets.iter().map(|sheet| std::fs::read_to_string(sheet).unwrap()).collect();
    let html = html.replace("<link rel=\"stylesheet\" href=\"/style.css\">", &format!("<style>{style}</style>"));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(Path::new(&dir).join(format!("{name}.html")), html).unwrap();
}

#[tokio::test]
async fn home_shows_the_worst_first_with_its_sentence() {
    let present = [
        "waits on its service (99 % busy, 3 % CPU)",
        "href=\"/jobs/late-departures?cluster=local-a\"",
        "data-verdict=\"critical\"",
        "14 min",
        "2 min 10 s",
        "4,012",
        "11:13:20",
        "was not answered within 5 s",
        "last hour: 12 min bad since 11:02 UTC, 3 min warning since 10:59 UTC",
        "2 critical · 1 degraded · 6 healthy · 1 unknown · Dr. Squirrel",
    ];
    check("home", FixedPortal::default(), "/", &present, &["No job matches"]).await;
}

#[tokio::test]
async fn home_filters_by_the_url() {
    let path = "/?q=flink&status=critical";
    check(
        "home-filtered",
        FixedPortal::default(),
        path,
        &["data-job=\"orders-pipeline\""],
        &["data-job=\"late-departures\""],
    )
    .await;
    check("home-none", FixedPortal::default(), "/?cause=nothing", &["No job matches"], &["data-job="]).await;
}

#[tokio::test]
async fn an_empty_home_says_what_to_do_first() {
    let portal = FixedPortal { home: fixtures::empty_home(), ..FixedPortal::default() };
    check(
        "home-empty",
        portal,
        "/",
        &["No jobs yet", "No cluster is watched yet", "href=\"/clusters\""],
        &["data-job="],
    )
    .await;
}

#[tokio::test]
async fn a_sick_job_has_its_cause_evidence_and_steps() {
    let present = [
        "departure_board cannot keep up",
        "data-cause=\"slow-external-call\"",
        "994 ms/s",
        "threshold 500 ms/s",
        "raise the parallelism of departure_board",
        "parallelism.default",
        "2 consequences",
        "data-cause=\"configuration-no-restart\"",
        "Checkpointing is not switched on",
        "data-row=\"Backpressure\"",
        "data-vertex=\"departure_board: Writer\"",
        "RUNNING on local-a",
        "embedded 0.1.0",
        fixtures::QUESTION,
        "critical · late-departures · Dr. Squirrel",
    ];
    check("job-sick", FixedPortal::default(), "/jobs/late-departures", &present, &["Nothing is wrong"]).await;
}

#[tokio::test]
async fn consequences_are_folded_under_their_cause_and_are_no_cards() {
    let absent = ["data-cause=\"backpressured\"", "data-cause=\"lag-growing\""];
    let present = ["data-consequence=\"backpressured\"", "data-consequence=\"lag-growing\""];
    check("job-sick-2", FixedPortal::default(), "/jobs/late-departures", &present, &absent).await;
}

#[tokio::test]
async fn a_healthy_job_says_so_with_the_same_proof() {
    let portal = FixedPortal { job: fixtures::healthy_job(), ..FixedPortal::default() };
    let present =
        ["Nothing is wrong.", "6 checks looked at this job", "data-row=\"Backpressure\"", "+I[UA, 1539, ORD, 100]"];
    check("job-healthy", portal, "/jobs/late-departures", &present, &["data-cause="]).await;
}

#[tokio::test]
async fn a_job_without_data_is_unknown_and_not_healthy() {
    let portal = FixedPortal { job: fixtures::bare_job(), ..FixedPortal::default() };
    let present =
        ["Too little is known to judge.", "has not answered for 9 minutes", "did not say what this job is made of"];
    check("job-bare", portal, "/jobs/clicks-eu", &present, &["Nothing is wrong"]).await;
}

#[tokio::test]
async fn the_tabs_are_in_the_url() {
    let job = "/jobs/late-departures?cluster=local-a&tab=";
    let exceptions = ["NumberFormatException", "&lt;script&gt;alert(1)", "Integer.java:652", "Source: flights (1/4)"];
    check(
        "job-exceptions",
        FixedPortal::default(),
        &format!("{job}exceptions"),
        &exceptions,
        &["data-cause=", "<script>alert"],
    )
    .await;
    check("job-output", FixedPortal::default(), &format!("{job}output"), &["+I[UA, 1500, ORD, 61]"], &["data-cause="])
        .await;
    check(
        "job-history",
        FixedPortal::default(),
        &format!("{job}history"),
        &["Busy time stayed below", "lasted 6 min"],
        &[],
    )
    .await;
    let portal = FixedPortal { job: fixtures::joining_job(), ..FixedPortal::default() };
    check(
        "job-graph",
        portal,
        &format!("{job}graph"),
        &["data-vertex=\"Join[5]\"", "load not known"],
        &["data-cause="],
    )
    .await;
}

#[tokio::test]
async fn clusters_are_listed_with_a_form_to_add_one() {
    let present = [
        "http://flink-prod:8081 · gateway http://flink-prod:8083",
        "Flink 2.3.0",
        "Remove flink-eu",
        "/api/ui/add-cluster",
    ];
    check("clusters", FixedPortal::default(), "/clusters", &present, &[]).await;
}

#[tokio::test]
async fn the_sql_page_has_its_script_in_colours_and_says_what_to_do_first() {
    let present = [
        "tok-keyword\">SELECT<",
        "aria-label=\"SQL script\"",
        "Nothing has been run yet",
        "generated; made up",
        "href=\"/sql?cluster=flink-prod&amp;example=orders\"",
        "SQL · Dr. Squirrel",
    ];
    check("sql", FixedPortal::default(), "/sql", &present, &["No cluster takes SQL"]).await;
}

#[tokio::test]
async fn an_example_that_only_embedded_engines_run_is_opened_on_one() {
    let present = ["Start as a job", "&lt;b&gt;", "example=flights", "cluster=local-a"];
    check("sql-example", FixedPortal::default(), "/sql?example=flights", &present, &["'<b>'"]).await;
}

#[tokio::test]
async fn without_a_gateway_the_sql_page_says_where_to_add_one() {
    let portal = FixedPortal {
        sql: model::sql::SqlView { clusters: Vec::new(), examples: Vec::new() },
        ..FixedPortal::default()
    };
    check("sql-none", portal, "/sql", &["No cluster takes SQL yet", "href=\"/clusters\""], &["<textarea"]).await;
}

#[tokio::test]
async fn what_is_not_there_is_a_404_that_says_so() {
    let (status, html) = get(FixedPortal::default(), "/nowhere").await;
    keep("not-found", &html);
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("There is no page at this address"), "{html}");

    let (status, html) = get(FixedPortal::default(), "/jobs/late-departure").await;
    keep("job-not-found", &html);
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("data-error=\"job_not_found\"") && html.contains("did you mean late-departures"), "{html}");
}

#[tokio::test]
async fn pages_carry_no_inline_style_or_handler_so_that_a_strict_policy_holds() {
    for path in ["/", "/jobs/late-departures", "/clusters", "/sql"] {
        let (_, html) = get(FixedPortal::default(), path).await;
        for forbidden in [" style=\"", " onclick=", " onload=", "javascript:"] {
            assert!(!html.contains(forbidden), "{path} has {forbidden}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_readers_at_once_all_get_their_page() {
    let readers: Vec<_> = (0..400)
        .map(|n| tokio::spawn(get(FixedPortal::default(), if n % 2 == 0 { "/" } else { "/jobs/late-departures" })))
        .collect();
    for reader in readers {
        let (status, html) = reader.await.unwrap();
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("critical · "), "a page without its title:\n{html}");
    }
}

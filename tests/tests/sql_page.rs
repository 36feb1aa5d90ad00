//! The SQL page in a real Chromium, on an embedded zone and on a real Flink with its gateway.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use serde_json::json;
use tests::{
    browser::Browser,
    cluster::{Cluster, Version},
    portal::Portal,
    scene::Scene,
};

/// A check takes a second; the first of a Flink gateway, and a job's start, take ten.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_underlined_as_one_types_and_a_script_becomes_a_job() {
    let scene = Scene::new("sql-page");
    let Some(browser) = Browser::start(&scene).await else { return };
    let portal = Portal::start(&scene).await;
    browser.open(&format!("{}/sql?cluster=local-a&example=late-flights", portal.url)).await;
    browser.wait_for("[data-check='right']", SOON).await;
    browser.wait_for("[data-table='flights']", SOON).await;
    assert!(browser.text("#sql-data").await.contains("flights"), "the example does not say where its data comes from");
    pictures(&browser, &scene, "sql").await;

    let script = browser.script("return document.querySelector('#sql-script').value").await;
    let script = script.as_str().unwrap();
    replace(&browser, &script.replace("WHERE dep_delay", "WHERE dep_delai")).await;
    browser.wait_for("[data-check='wrong']", SOON).await;
    assert_eq!(browser.text(".sql-code .fault").await, "dep_delai");
    let said = browser.text("#sql-state").await;
    assert!(said.starts_with("Line ") && said.contains("dep_delai"), "{said}");
    pictures(&browser, &scene, "sql-wrong").await;

    replace(&browser, script).await;
    browser.wait_for("[data-check='right']", SOON).await;
    browser.click("#sql-job").await;
    browser.wait_for("dialog[open] input[name='job-name']", SOON).await;
    pictures(&browser, &scene, "sql-start").await;
    browser.click("#sql-start").await;
    browser.wait_for("[data-started]", SOON).await;
    browser.click("[data-started]").await;
    browser.wait_for(".job-head h1", SOON).await;
    assert_eq!(browser.text(".job-head h1").await, "late-flights");
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flink_answers_a_query_with_live_rows_and_makes_a_job_of_it() {
    let scene = Scene::new("sql-page-flink");
    let Some(browser) = Browser::start(&scene).await else { return };
    let Some(cluster) = Cluster::start(&scene, Version::V2_3, true).await else { return };
    let portal = Portal::start(&scene).await;
    let new = json!({"name": "flink", "url": cluster.flink.url, "gateway_url": cluster.gateway});
    let added = portal.post("clusters", &new).await.unwrap();
    assert_eq!(added.status, 201, "{}", added.text);

    browser.open(&format!("{}/sql?cluster=flink&example=running-count", portal.url)).await;
    browser.wait_for("[data-check='right']", SOON).await;
    browser.wait_for(".sql-functions", SOON).await;
    browser.click("#sql-run").await;
    browser.wait_for(".sql-results[data-phase='running'] .sql-table tbody tr:nth-child(5)", SOON).await;
    pictures(&browser, &scene, "sql-rows").await;
    browser.click(".toggle button:last-child").await;
    browser.wait_for(".sql-table tr[data-kind='update-after']", SOON).await;
    pictures(&browser, &scene, "sql-changes").await;
    browser.click("#sql-stop").await;
    browser.wait_for(".sql-results[data-phase='stopped']", SOON).await;
    assert!(browser.count(".sql-table tbody tr").await > 0, "the rows went with the query");

    browser.click("#sql-job").await;
    browser.wait_for("dialog[open] .sql-added", SOON).await;
    assert!(browser.text(".sql-added").await.contains("INSERT INTO"), "the draft is not shown");
    pictures(&browser, &scene, "sql-save").await;
    browser.click("#sql-start:not([disabled])").await;
    browser.wait_for("[data-started]", SOON).await;
    assert_eq!(browser.text("[data-started]").await, "sql-job");
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

/// Replaces the script as somebody would who selects all of it and types.
async fn replace(browser: &Browser, script: &str) {
    let set = format!(
        "const field = document.querySelector('#sql-script'); field.focus(); field.select(); \
         document.execCommand('insertText', false, {}); return true",
        json!(script)
    );
    browser.script(&set).await;
}

async fn pictures(browser: &Browser, scene: &Scene, page: &str) {
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 390)] {
        browser.picture(scene, page, scheme, width).await;
    }
    browser.widen().await;
}

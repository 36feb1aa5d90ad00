//! A visitor with a real Chromium: home, the worst job, its cause card, and a change that arrives by itself.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use tests::{browser::Browser, pace, portal::Portal, scene::Scene, wait};

const JOB: &str = "late-departures";
/// A verdict is there, and on the page, within half a minute.
const VERDICT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_finds_the_worst_job_reads_its_cause_and_sees_it_clear() {
    let scene = Scene::new("browser");
    let Some(browser) = Browser::start(&scene).await else { return };
    let portal = Portal::start(&scene).await;
    browser.open(&portal.url).await;
    browser.alive().await;
    wait::must(JOB, pace::patience(VERDICT), async || portal.is_healthy(JOB).await).await;

    // Made sick on the page itself; the page is never loaded again, so what it shows then has come by itself.
    browser.script("window.neverLoadedAgain = true").await;
    browser.click("[data-condition] button[value='slow-sink']").await;
    let sick = format!("tr[data-job='{JOB}'][data-verdict='degraded'], tr[data-job='{JOB}'][data-verdict='critical']");
    browser.wait_for(&sick, VERDICT).await;
    assert_eq!(browser.text("table.jobs tbody tr:first-child [data-job-link]").await, JOB, "the worst job is first");
    pictures(&browser, &scene, "home").await;

    browser.click("table.jobs tbody tr:first-child [data-job-link]").await;
    let card = "[data-cause='slow-external-call']";
    browser.wait_for(card, VERDICT).await;
    let text = browser.text(card).await;
    assert!(text.contains("departure_board"), "the card does not name the operator:\n{text}");
    assert!(browser.count(&format!("{card} [data-signal]")).await > 0, "the card draws no evidence");
    assert!(browser.count(&format!("{card} ol li")).await > 0, "the card has no numbered steps");
    assert!(browser.count("[data-vertex]").await >= 2, "the job graph is not drawn");
    pictures(&browser, &scene, "job").await;

    browser.click("[data-condition] button[value='well']").await;
    browser.gone(card, VERDICT).await;
    browser.click("[data-tab='history']").await;
    browser.wait_for("[data-closed='slow-external-call']", VERDICT).await;
    assert_eq!(browser.script("return window.neverLoadedAgain").await, true, "the page was loaded again");
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_cluster_is_refused_on_the_page_with_what_was_found() {
    let scene = Scene::new("browser-clusters");
    let Some(browser) = Browser::start(&scene).await else { return };
    let portal = Portal::start(&scene).await;
    browser.open(&portal.url).await;
    browser.alive().await;
    browser.click("nav a[href='/clusters']").await;
    browser.wait_for("input[name='url']", VERDICT).await;
    browser.write("form:has(input[name='url']) input[name='name']", "itself").await;
    browser.write("input[name='url']", &portal.url).await;
    browser.click("form:has(input[name='url']) button[type='submit']").await;
    browser.wait_for("[data-error='not_a_cluster']", VERDICT).await;
    pictures(&browser, &scene, "clusters").await;
}

async fn pictures(browser: &Browser, scene: &Scene, page: &str) {
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 390)] {
        browser.picture(scene, page, scheme, width).await;
    }
    browser.widen().await;
}

//! The portal over a real socket, on a real store, with clusters on its board that nobody polls.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use model::{Severity, Verdict};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{AppState, router, serve};
use crate::collect::{Board, Collectors, FlinkSource, Shared};
use crate::portal::fixtures::{NOW, finding, record, state};
use crate::portal::{Parts, PortalService};
use crate::store::Store;
use crate::watch::{Changes, Open};

struct Fixture {
    address: SocketAddr,
    client: reqwest::Client,
    parts: Parts,
    shutdown: CancellationToken,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(folder.path()).await.unwrap());
    let board = Arc::new(Board::default());
    let shutdown = CancellationToken::new();
    let collectors = Arc::new(
        Collectors::start(Shared {
            board: board.clone(),
            store: store.clone(),
            connect: Arc::new(FlinkSource),
            interval: Duration::from_secs(60),
            shutdown: shutdown.clone(),
        })
        .unwrap(),
    );
    let parts = Parts { board, store, collectors, example: None };
    let portal = Arc::new(PortalService::new(parts.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router(AppState::new(portal, shutdown.clone(), vec!["portal.example".into()]));
    let serving = tokio::spawn(serve(listener, router, shutdown.clone()));
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let fixture = Fixture { address, client, parts, shutdown, serving, _folder: folder };
    fixture.put_jobs();
    fixture
}

impl Fixture {
    fn put_jobs(&self) {
        let mut flink = state("flink", &[("ads", Verdict::Critical), ("orders", Verdict::Healthy)]);
        let root = finding("01A", "root", Severity::Critical);
        flink.jobs.get_mut("ads").unwrap().open.insert(root.key(), Open::new(root, NOW));
        self.parts.board.put(flink);
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    /// Posts a body that is refused; answers with the error.
    async fn refused(&self, path: &str, body: &Value, status: u16) -> Value {
        let (got, answer) = answer(self.request(Method::POST, path).json(body)).await;
        assert_eq!(got.as_u16(), status, "{answer}");
        answer["error"].clone()
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[tokio::test]
async fn jobs_come_worst_first_and_can_be_narrowed_down() {
    let portal = fixture().await;
    let names = |answer: Value| {
        answer["items"].as_array().unwrap().iter().map(|j| j["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(portal.get("/api/v1/jobs").await.1), ["ads", "orders"]);
    assert_eq!(names(portal.get("/api/v1/jobs?health=healthy").await.1), ["orders"]);
    assert_eq!(names(portal.get("/api/v1/jobs?q=AD").await.1), ["ads"]);
    assert_eq!(names(portal.get("/api/v1/jobs?status=running&sort=name").await.1), ["ads", "orders"]);
    assert!(names(portal.get("/api/v1/jobs?cluster=other").await.1).is_empty());
    let (status, answer) = portal.get("/api/v1/jobs?helth=healthy").await;
    assert_eq!(status, 400);
    assert!(answer["error"]["message"].as_str().unwrap().contains("helth"), "{answer}");
}

#[tokio::test]
async fn a_job_answers_with_its_findings_and_an_unknown_one_with_the_nearest_name() {
    let portal = fixture().await;
    let (status, job) = portal.get("/api/v1/jobs/ads").await;
    assert_eq!((status.as_u16(), job["findings"][0]["id"].as_str()), (200, Some("01A")));
    assert_eq!(portal.get("/api/v1/jobs/ads/findings").await.1["items"][0]["title"], "About root");
    assert_eq!(portal.get("/api/v1/jobs/ads/findings?state=closed").await.1["items"], json!([]));
    for path in ["cells", "exceptions", "exceptions?view=unique", "graph", "signals?metric=busyTimeMsPerSecond"] {
        assert_eq!(portal.get(&format!("/api/v1/jobs/ads/{path}")).await.0, 200, "{path}");
    }
    let (status, error) = portal.get("/api/v1/jobs/oders").await;
    assert_eq!((status.as_u16(), error["error"]["code"].as_str()), (404, Some("job_not_found")));
    assert!(error["error"]["hint"].as_str().unwrap().contains("`orders`"));
    assert_eq!(portal.get("/api/v1/jobs/oders/findings?state=all").await.0, 404);
}

#[tokio::test]
async fn errors_have_one_shape_whoever_makes_them() {
    let portal = fixture().await;
    let (status, error) = portal.get("/api/v1/nothing").await;
    assert_eq!((status.as_u16(), error["error"]["code"].as_str()), (404, Some("route_not_found")));
    let (status, error) = answer(portal.request(Method::PUT, "/api/v1/jobs")).await;
    assert_eq!((status.as_u16(), error["error"]["code"].as_str()), (405, Some("method_not_allowed")));
    let (status, error) = answer(portal.request(Method::POST, "/api/v1/clusters").body("x=1")).await;
    assert_eq!((status.as_u16(), error["error"]["code"].as_str()), (415, Some("body_not_json")));
    let json = portal.request(Method::POST, "/api/v1/clusters").header("content-type", "application/json");
    assert_eq!(answer(json.body("{")).await.0, 400);
    let huge = json!({"name": "x".repeat(2 << 20), "url": "http://x"});
    assert_eq!(portal.refused("/api/v1/clusters", &huge, 413).await["code"], "body_too_large");
}

#[tokio::test]
async fn a_wrong_body_is_refused_with_the_field() {
    let portal = fixture().await;
    let error = portal.refused("/api/v1/clusters", &json!({"name": "a"}), 422).await;
    assert!(error["message"].as_str().unwrap().contains("`url`"), "{error}");
    let error = portal.refused("/api/v1/clusters", &json!({"name": "a", "url": 1}), 422).await;
    assert!(error["message"].as_str().unwrap().contains("url: invalid type"), "{error}");
    let error = portal.refused("/api/v1/clusters", &json!({"name": "a", "url": "http://x", "color": 1}), 422).await;
    assert!(error["message"].as_str().unwrap().contains("`color`"), "{error}");
    let error = portal.refused("/api/v1/clusters", &json!({"name": "A b", "url": "http://x"}), 422).await;
    assert_eq!(error["code"], "cluster_name_invalid");
    let error = portal.refused("/api/v1/clusters", &json!({"name": "flink", "url": "http://x"}), 409).await;
    assert_eq!(error["code"], "cluster_exists");
    let error = portal.refused("/api/v1/example", &json!({"condition": "sad"}), 422).await;
    assert!(error["message"].as_str().unwrap().contains("slow-sink"), "{error}");
    assert_eq!(portal.refused("/api/v1/example", &json!({"condition": "well"}), 404).await["code"], "example_absent");
}

#[tokio::test]
async fn a_url_that_is_no_cluster_is_refused_with_what_was_found_there() {
    let portal = fixture().await;
    let own = format!("http://{}", portal.address);
    let error = portal.refused("/api/v1/clusters", &json!({"name": "me", "url": own}), 422).await;
    assert_eq!(error["code"], "not_a_cluster");
    assert!(error["message"].as_str().unwrap().contains("found"), "{error}");
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error =
        portal.refused("/api/v1/clusters", &json!({"name": "gone", "url": format!("http://{nobody}")}), 502).await;
    assert_eq!((error["code"].as_str(), error["retryable"].as_bool()), (Some("cluster_unreachable"), Some(true)));
}

#[tokio::test]
async fn a_cluster_is_added_watched_and_removed_with_its_findings_kept() {
    let portal = fixture().await;
    let store = &portal.parts.store;
    store.put_cluster(&record("flink"), NOW).await.unwrap();
    let job = state("flink", &[("ads", Verdict::Critical)]).jobs["ads"].clone();
    let findings = vec![finding("01A", "root", Severity::Critical)];
    store.apply("flink", &Changes { jobs: vec![job], findings, ..Changes::default() }, NOW).await.unwrap();
    portal.parts.board.remove("flink");
    portal.parts.collectors.watch(record("flink")).await.unwrap();
    let (status, _) = answer(portal.request(Method::DELETE, "/api/v1/clusters/flink")).await;
    assert_eq!(status, 204);
    assert_eq!(portal.get("/api/v1/clusters/flink").await.0, 404);
    let closed = portal.get("/api/v1/jobs/ads/findings?state=closed").await.1;
    assert_eq!(closed["items"][0]["close_reason"], "its cluster was removed from the portal");
    assert_eq!(answer(portal.request(Method::DELETE, "/api/v1/clusters/flink")).await.0, 404);
}

#[tokio::test]
async fn strangers_are_kept_out() {
    let portal = fixture().await;
    let from = |name: &str, value: &str| {
        let request = portal.request(Method::POST, "/api/v1/clusters").header(name, value);
        answer(request.json(&json!({"name": "A b", "url": "http://x"})))
    };
    let code = |answer: Value| answer["error"]["code"].as_str().unwrap().to_owned();
    assert_eq!(code(from("origin", "http://evil.example").await.1), "origin_refused");
    assert_eq!(code(from("origin", "null").await.1), "origin_refused");
    assert_eq!(code(from("sec-fetch-site", "cross-site").await.1), "origin_refused");
    assert_eq!(code(from("origin", &format!("http://{}", portal.address)).await.1), "cluster_name_invalid");
    let rebound = portal.request(Method::GET, "/api/v1/jobs").header("host", "evil.example");
    let (status, error) = answer(rebound).await;
    assert_eq!((status.as_u16(), code(error)), (421, "host_refused".to_owned()));
    assert_eq!(answer(portal.request(Method::GET, "/api/v1/jobs").header("host", "portal.example")).await.0, 200);
}

#[tokio::test]
async fn pages_are_rendered_with_what_protects_them() {
    let portal = fixture().await;
    let response = portal.request(Method::GET, "/").send().await.unwrap();
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let html = response.text().await.unwrap();
    assert!(html.contains("About root") && html.contains("orders"), "{html}");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(!policy.contains("script-src 'self' 'unsafe-inline'"));
    for script in html.split("<script").skip(1) {
        assert!(script.split('>').next().unwrap().contains(nonce), "a script that would not run: {script}");
    }
    let missing = portal.request(Method::GET, "/no/such/page").send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.unwrap().contains("<html"));
    assert_eq!(portal.request(Method::GET, "/jobs/nobody").send().await.unwrap().status(), 404);
    assert_eq!(portal.request(Method::GET, "/jobs/ads").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn probes_and_figures() {
    let portal = fixture().await;
    for path in ["/healthz", "/readyz", "/api/v1/healthz", "/api/v1/openapi.json"] {
        assert_eq!(portal.get(path).await.0, 200, "{path}");
    }
    let (_, text) = portal.get("/metrics").await;
    let text = text.as_str().unwrap();
    assert!(text.contains("drsquirrel_jobs{verdict=\"critical\"} 1"), "{text}");
    assert!(text.contains("drsquirrel_findings_open{severity=\"critical\"} 1"), "{text}");
    assert!(text.contains("drsquirrel_cluster_up{cluster=\"flink\"} 1"), "{text}");
}

#[tokio::test]
async fn events_tell_of_changes_and_end_with_the_portal() {
    let portal = fixture().await;
    let response =
        portal.request(Method::GET, "/api/v1/events?job=ads").header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert!(!response.headers().contains_key("content-encoding"), "a packed stream would arrive in lumps");
    let mut stream = response.bytes_stream();
    let mut text = String::new();
    while text.matches("\n\n").count() < 2 {
        text.push_str(&String::from_utf8_lossy(&stream.next().await.unwrap().unwrap()));
    }
    assert!(text.contains("event: home\n") && text.contains("event: job\n"), "{text}");
    portal.parts.board.put(state("flink", &[("late", Verdict::Degraded)]));
    let mut later = String::new();
    while !later.contains("\"late\"") {
        later.push_str(&String::from_utf8_lossy(&stream.next().await.unwrap().unwrap()));
    }
    portal.shutdown.cancel();
    let ended = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(5), ended).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), portal.serving).await.unwrap().unwrap().unwrap();
}

//! The services against a gateway on loopback that answers each statement as told.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use model::sql::{ChangeKind, SqlCheck, SqlDraft, SqlRun, SqlSink, SqlStarted, SqlSubmit, SqlSubmitted};
use serde_json::{Value, json};

use super::{Editors, Runs, draft, submit};
use crate::portal::fixtures::record;
use crate::store::ClusterRecord;

/// What a statement answers: rows of text, or the error.
type Told = Result<Value, &'static str>;

/// A gateway whose operations are the numbers of the statements that it was sent.
#[derive(Clone)]
struct Fake {
    answer: fn(&str) -> Told,
    sent: Arc<Mutex<Vec<String>>>,
    closed: Arc<Mutex<u32>>,
}

/// A running fake, and the cluster that it belongs to.
async fn start(answer: fn(&str) -> Told) -> (Fake, ClusterRecord) {
    let fake = Fake { answer, sent: Arc::default(), closed: Arc::default() };
    let one = Router::new()
        .route("/sessions", post(|| async { Json(json!({"sessionHandle": "s"})) }))
        .route("/sessions/s", delete(close))
        .route("/sessions/s/statements", post(statement))
        .route("/sessions/s/operations/{operation}/result/{token}", get(result))
        .route("/sessions/s/operations/{operation}/close", delete(|| async { Json(json!({})) }));
    let router = Router::new().nest("/v1", one.clone()).nest("/v2", one).with_state(fake.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (fake, ClusterRecord { gateway_url: Some(url.clone()), url, ..record("test") })
}

async fn close(State(fake): State<Fake>) -> Json<Value> {
    *fake.closed.lock().unwrap() += 1;
    Json(json!({"status": "CLOSED"}))
}

async fn statement(State(fake): State<Fake>, Json(body): Json<Value>) -> Json<Value> {
    let mut sent = fake.sent.lock().unwrap();
    sent.push(body["statement"].as_str().unwrap().to_owned());
    Json(json!({"operationHandle": (sent.len() - 1).to_string()}))
}

async fn result(State(fake): State<Fake>, Path((operation, token)): Path<(usize, u32)>) -> Response {
    let statement = fake.sent.lock().unwrap()[operation].clone();
    match (fake.answer)(&statement) {
        Err(message) => {
            let trace = format!("a.B: failed\nCaused by: {message}\n\tat a.B(A.java:1)");
            (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"errors": ["Internal server error.", trace]})))
                .into_response()
        }
        Ok(rows) => {
            let data: Vec<Value> = match (&rows, token) {
                (Value::Array(rows), 0) => rows.clone(),
                _ => Vec::new(),
            };
            Json(json!({
                "resultType": if token == 0 { "PAYLOAD" } else { "EOS" },
                "nextResultUri": format!("/v2/sessions/s/operations/{operation}/result/1"),
                "jobID": if statement.starts_with("INSERT") { json!("j1") } else { Value::Null },
                "results": {"columns": [{"name": "x", "logicalType": {"type": "VARCHAR"}}], "data": data},
            }))
            .into_response()
        }
    }
}

fn row(fields: Value) -> Value {
    json!({"kind": "INSERT", "fields": fields})
}

fn ok() -> Told {
    Ok(json!([row(json!(["OK"]))]))
}

/// A gateway with one table `t`, that finds fault with the column `nope`.
fn usual(statement: &str) -> Told {
    match statement {
        s if s.contains("nope") => Err("o.V: From line 2, column 8 to line 2, column 11: Column 'nope' not found"),
        s if s.starts_with("EXPLAIN") => Ok(json!([row(json!(["== Physical Execution Plan ==\nScan"]))])),
        "SHOW CURRENT CATALOG" => Ok(json!([row(json!(["default_catalog"]))])),
        "SHOW TABLES" => Ok(json!([row(json!(["t"]))])),
        "SHOW FUNCTIONS" => Err("o.P: not a statement"),
        s if s.starts_with("DESCRIBE") => {
            Ok(json!([row(json!(["a", "INT", "TRUE"])), row(json!(["b", "STRING", "TRUE"]))]))
        }
        "SHOW VIEWS" => Ok(json!([])),
        _ => ok(),
    }
}

fn check(script: &str) -> SqlCheck {
    SqlCheck { cluster: "test".into(), editor: "e".into(), script: script.into(), catalog: None }
}

#[tokio::test]
async fn what_prepares_is_run_once_and_what_reads_or_writes_is_only_explained() {
    let (fake, cluster) = start(usual).await;
    let editors = Arc::new(Editors::default());
    let script = "CREATE TABLE t (a INT);\nSELECT nope FROM t;";
    let checked = editors.check(&cluster, &check(script)).await.unwrap();
    let fault = checked.fault.unwrap();
    assert_eq!((&script[fault.start as usize..fault.end as usize], fault.line, fault.column), ("nope", 2, 8));
    let catalog = checked.catalog.unwrap();
    assert_eq!((catalog.tables[0].name.as_str(), catalog.tables[0].columns.len()), ("t", 2));

    let script = "CREATE TABLE t (a INT);\nSELECT a FROM t; INSERT INTO t SELECT 1; STOP JOB 'x';";
    let known = SqlCheck { catalog: Some(catalog.revision), ..check(script) };
    let checked = editors.check(&cluster, &known).await.unwrap();
    assert_eq!((checked.fault, checked.catalog), (None, None));
    assert!(checked.plan.unwrap().contains("Scan"));
    let sent = fake.sent.lock().unwrap().clone();
    assert_eq!(sent.iter().filter(|s| s.starts_with("CREATE")).count(), 1, "{sent:?}");
    assert!(
        !sent.iter().any(|s| s.starts_with("SELECT") || s.starts_with("INSERT") || s.starts_with("STOP")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_changed_table_gets_a_fresh_session() {
    let (fake, cluster) = start(usual).await;
    let editors = Arc::new(Editors::default());
    for script in ["CREATE TABLE t (a INT)", "CREATE TABLE t (a INT, b INT)"] {
        assert_eq!(editors.check(&cluster, &check(script)).await.unwrap().fault, None);
    }
    assert_eq!(*fake.closed.lock().unwrap(), 1);
}

#[tokio::test]
async fn what_reaches_outside_of_the_session_is_not_tried() {
    let (fake, cluster) = start(usual).await;
    let editors = Arc::new(Editors::default());
    let script = "CREATE CATALOG c WITH ('type' = 'jdbc');\nDROP TABLE c.d.t;";
    let checked = editors.check(&cluster, &check(script)).await.unwrap();
    assert!(checked.note.unwrap().contains("line 1"));
    assert!(!fake.sent.lock().unwrap().iter().any(|s| s.starts_with("CREATE") || s.starts_with("DROP")));
}

#[tokio::test]
async fn a_newer_text_ends_the_check_of_an_older_one() {
    let (_, cluster) = start(usual).await;
    let editors = Arc::new(Editors::default());
    let (old, new) = (check("SELECT 1"), check("SELECT 2"));
    let (old, new) = tokio::join!(editors.check(&cluster, &old), editors.check(&cluster, &new));
    assert!(old.unwrap().superseded && !new.unwrap().superseded);
}

#[tokio::test]
async fn a_cluster_without_a_gateway_and_a_script_too_long_are_refused() {
    let editors = Arc::new(Editors::default());
    let refused = editors.check(&record("bare"), &check("SELECT 1")).await.unwrap_err();
    assert_eq!(refused.code, "cluster_without_gateway");
    let long = check(&"x".repeat(model::sql::SCRIPT_LIMIT + 1));
    assert_eq!(editors.check(&record("bare"), &long).await.unwrap_err().code, "script_too_long");
}

#[tokio::test]
async fn a_query_hands_out_its_changes_and_closes_its_session_at_the_end() {
    fn answer(statement: &str) -> Told {
        match statement {
            s if s.starts_with("SELECT") => Ok(json!([
                {"kind": "INSERT", "fields": ["1", null]},
                {"kind": "UPDATE_AFTER", "fields": ["2", "<NULL>"]},
            ])),
            s if s.contains("AT_LEAST_ONCE") => Err("o.V: an unknown key"),
            _ => ok(),
        }
    }
    let (fake, cluster) = start(answer).await;
    let runs = Arc::new(Runs::default());
    let request = SqlRun { cluster: "test".into(), script: "SET 'a' = 'b'; SELECT x; SELECT y".into(), at: 18 };
    let SqlStarted::Running(id) = runs.start(&cluster, &request).await.unwrap() else { panic!("refused") };
    let first = runs.rows(&id).await.unwrap();
    assert_eq!((first.columns[0].name.as_str(), first.ended), ("x", false));
    let kinds: Vec<ChangeKind> = first.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Insert, ChangeKind::UpdateAfter]);
    assert!(first.changes.iter().all(|change| change.fields[1].is_none()));
    assert!(runs.rows(&id).await.unwrap().ended);
    assert_eq!(runs.rows(&id).await.unwrap_err().code, "sql_run_not_found");
    assert_eq!(*fake.closed.lock().unwrap(), 1);
    let sent = fake.sent.lock().unwrap().clone();
    assert!(sent.contains(&"SET 'a' = 'b'".to_owned()) && !sent.contains(&"SELECT y".to_owned()), "{sent:?}");
}

#[tokio::test]
async fn a_wrong_query_is_refused_with_its_place_and_leaves_no_session() {
    fn answer(statement: &str) -> Told {
        if statement.starts_with("SELECT") { Err("o.V: line 1, column 8: Column 'nope' not found") } else { ok() }
    }
    let (fake, cluster) = start(answer).await;
    let request = SqlRun { cluster: "test".into(), script: "-- x\nSELECT nope".into(), at: 0 };
    let SqlStarted::Refused(fault) = Arc::new(Runs::default()).start(&cluster, &request).await.unwrap() else {
        panic!("it runs")
    };
    assert_eq!((fault.line, fault.column, fault.start, fault.end), (2, 8, 12, 16));
    assert_eq!(*fake.closed.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_query_becomes_a_job_with_its_table() {
    let (fake, cluster) = start(usual).await;
    let script = "SET 'a' = 'b';\nSELECT a, b FROM t;\nSELECT nope";
    let request =
        SqlDraft { cluster: "test".into(), script: script.into(), at: 20, sink: SqlSink::Print("out".into()) };
    let drafted = draft(&cluster, &request).await.unwrap();
    let table = "CREATE TABLE `out` (\n  `a` INT,\n  `b` STRING\n) WITH (\n  'connector' = 'print'\n)";
    assert_eq!(drafted.added, format!("{table};\n\nINSERT INTO `out`\nSELECT a, b FROM t;\n"));
    assert_eq!(drafted.script, format!("SET 'a' = 'b';\n\n{}", drafted.added));
    assert_eq!(drafted.fault, None);
    assert!(!fake.sent.lock().unwrap().iter().any(|s| s.starts_with("INSERT")));
}

#[tokio::test]
async fn a_script_is_started_without_its_queries_and_under_its_name() {
    let (fake, cluster) = start(usual).await;
    let submitting =
        |script: &str| SqlSubmit { cluster: "test".into(), script: script.into(), name: Some("it's".into()) };
    let script = "CREATE TABLE t (a INT); SELECT a FROM t; INSERT INTO t SELECT 1;";
    let SqlSubmitted::Started(jobs) = submit(&cluster, &submitting(script)).await.unwrap() else { panic!("refused") };
    assert_eq!((jobs.len(), jobs[0].id.as_str()), (1, "j1"));
    let sent = fake.sent.lock().unwrap().clone();
    assert_eq!(sent, ["CREATE TABLE t (a INT)", "SET 'pipeline.name' = 'it''s'", "INSERT INTO t SELECT 1"]);
    let script = "INSERT INTO t SELECT 1; INSERT INTO t\nSELECT nope";
    let SqlSubmitted::Refused { fault, started } = submit(&cluster, &submitting(script)).await.unwrap() else {
        panic!("started")
    };
    assert_eq!((fault.line, fault.column, started.len()), (2, 8, 1));
    assert_eq!(submit(&cluster, &submitting("SELECT 1")).await.unwrap_err().code, "nothing_to_start");
}

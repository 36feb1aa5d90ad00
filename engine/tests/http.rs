//! An engine in this process, with real workers, driven over HTTP as any Flink cluster is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Engine, PATIENCE};

const PRINT: &str = "CREATE TABLE o (k INT, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'print')";
const DATAGEN: &str = "CREATE TABLE g (k INT, v INT) WITH ('connector' = 'datagen', 'rows-per-second' = '500')";

const BOUNDED: &str = "CREATE TABLE g (k INT, v INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000', \
                       'number-of-rows' = '5000')";
const INSERT: &str = "INSERT INTO o SELECT k, v FROM g";
const SET_EIGHT: &str = "SET 'parallelism.default' = '8'";

#[test]
fn a_job_is_submitted_watched_and_cancelled_as_on_flink() {
    let engine = Engine::start();
    let job = engine.submit(&[
        "SET 'pipeline.name' = 'orders'",
        "SET 'parallelism.default' = '2'",
        "SET 'table.exec.sink.keyed-shuffle' = 'FORCE'",
        DATAGEN,
        PRINT,
        "INSERT INTO o SELECT k, v FROM g WHERE k <> 0",
    ]);
    engine.await_state(&job, "RUNNING");
    let detail = engine.get(&format!("/jobs/{job}"));
    assert_eq!(detail["name"], "orders");
    let names: Vec<&str> = detail["vertices"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Source: g[1] -> Calc[2]", "Sink: o[4]"]);
    let plan = engine.get(&format!("/jobs/{job}/plan"));
    assert_eq!(plan["plan"]["nodes"][1]["inputs"][0]["ship_strategy"], "HASH");
    assert_eq!(engine.get(&format!("/jobs/{job}/config"))["execution-config"]["job-parallelism"], 2);

    let source = detail["vertices"][0]["id"].as_str().unwrap();
    let metrics = format!("/jobs/{job}/vertices/{source}/subtasks/metrics");
    let counted = engine.await_json(&format!("{metrics}?get=numRecordsIn&agg=sum,skew"), |answer| {
        answer[0]["sum"].as_f64().is_some_and(|sum| sum > 100.0)
    });
    assert!(counted[0]["skew"].is_number() && counted[0]["max"].is_null());
    let one = engine.get(&format!("/jobs/{job}/vertices/{source}/subtasks/1/metrics?get=busyTimeMsPerSecond,nothing"));
    assert!(one.as_array().unwrap().len() == 1 && one[0]["value"].as_str().unwrap().contains('.'), "{one}");
    let listed = engine.get(&metrics);
    assert!(listed.as_array().unwrap().contains(&json!({"id": "Source__g[1].numRecordsOut"})));
    let pressure = engine.get(&format!("/jobs/{job}/vertices/{source}/backpressure"));
    assert_eq!(pressure["subtasks"].as_array().unwrap().len(), 2);

    let manager = engine.get("/taskmanagers")["taskmanagers"][0]["id"].as_str().unwrap().to_owned();
    let process = engine.get(&format!("/taskmanagers/{manager}/metrics?get=Process.ResidentBytes"));
    assert!(process[0]["value"].as_str().unwrap().parse::<u64>().unwrap() > 1_000_000);
    let printed = engine.text(&format!("/taskmanagers/{manager}/stdout"));
    assert!(printed.lines().all(|line| line.starts_with("1> +I[") || line.starts_with("2> +I[")), "{printed}");
    assert_eq!(engine.get("/overview")["slots-available"], 6);

    let told = Instant::now();
    assert_eq!(engine.request("PATCH", &format!("/jobs/{job}?mode=cancel"), None).0, 202);
    engine.await_state(&job, "CANCELED");
    assert!(told.elapsed() < Duration::from_secs(1));
    assert_eq!(engine.get("/overview")["slots-available"], 8);
    assert_eq!(engine.request("GET", &format!("/taskmanagers/{manager}"), None).0, 404);
}

#[test]
fn a_bounded_job_finishes_with_its_counts() {
    let engine = Engine::start();
    let job = engine.submit(&[BOUNDED, PRINT, INSERT]);
    engine.await_state(&job, "FINISHED");
    let detail = engine.get(&format!("/jobs/{job}"));
    assert_eq!(detail["vertices"][0]["metrics"]["read-records"], 5000);
    assert_eq!(detail["vertices"][0]["status"], "FINISHED");
    let (status, refusal) = engine.request("PATCH", &format!("/jobs/{job}?mode=cancel"), None);
    assert!(status == 409 && refusal.contains("(FINISHED)"), "{refusal}");
    let result = engine.get(&format!("/jobs/{job}/execution-result"));
    assert_eq!(result["job-execution-result"]["application-status"], "SUCCEEDED");
}

#[test]
fn a_bad_record_restarts_the_job_until_its_attempts_are_used_up() {
    let engine = Engine::start();
    let path = engine.data.path().join("bad.csv");
    std::fs::write(&path, "1,1\nx,2\n").unwrap();
    let source = format!(
        "CREATE TABLE g (k INT, v INT) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '{}')",
        path.display()
    );
    let job = engine.submit(&[
        "SET 'restart-strategy.type' = 'fixed-delay'",
        "SET 'restart-strategy.fixed-delay.attempts' = '2'",
        "SET 'restart-strategy.fixed-delay.delay' = '10 ms'",
        &source,
        PRINT,
        INSERT,
    ]);
    engine.await_state(&job, "FAILED");
    let history = engine.get(&format!("/jobs/{job}/exceptions"));
    let entries = history["exceptionHistory"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0]["exceptionName"], "drsquirrel.connector.RecordParseException");
    assert_eq!(entries[0]["taskName"], "Source: g[1] -> Sink: o[2] (1/1) - execution #2");
    let metrics = engine.get(&format!("/jobs/{job}/metrics?get=numRestarts"));
    assert_eq!(metrics, json!([{"id": "numRestarts", "value": "2"}]));
    assert_eq!(engine.get(&format!("/jobs/{job}"))["vertices"][0]["status"], "FAILED");
}

#[test]
fn a_killed_worker_is_noticed_and_replaced() {
    let engine = Engine::start();
    let job = engine.submit(&[
        "SET 'restart-strategy.type' = 'fixed-delay'",
        "SET 'restart-strategy.fixed-delay.attempts' = '5'",
        "SET 'restart-strategy.fixed-delay.delay' = '10 ms'",
        DATAGEN,
        PRINT,
        INSERT,
    ]);
    engine.await_state(&job, "RUNNING");
    let process = engine.get("/taskmanagers")["taskmanagers"][0]["processId"].as_i64().unwrap();
    // SAFETY: a signal to a process that this test started.
    assert_eq!(unsafe { libc::kill(i32::try_from(process).unwrap(), libc::SIGKILL) }, 0);
    engine.await_json(&format!("/jobs/{job}/metrics?get=numRestarts"), |answer| answer[0]["value"] == "1");
    engine.await_state(&job, "RUNNING");
    let history = engine.get(&format!("/jobs/{job}/exceptions"));
    let stack = history["exceptionHistory"]["entries"][0]["stacktrace"].as_str().unwrap();
    assert!(stack.contains("is no longer reachable. Its process ended: signal: 9"), "{stack}");
}

#[test]
fn too_few_slots_are_said_so() {
    let engine = Engine::start();
    let job = engine.submit(&["SET 'parallelism.default' = '9'", DATAGEN, PRINT, INSERT]);
    engine.await_state(&job, "FAILED");
    let history = engine.get(&format!("/jobs/{job}/exceptions"));
    let stack = history["exceptionHistory"]["entries"][0]["stacktrace"].as_str().unwrap();
    assert!(
        stack.contains("NoResourceAvailableException") && stack.contains("needs 9 slots, 8 of 8 are free"),
        "{stack}"
    );
}

#[test]
fn a_job_waits_for_slots_that_another_holds() {
    let engine = Engine::start();
    let all = [SET_EIGHT, DATAGEN, PRINT, INSERT];
    let first = engine.submit(&all);
    engine.await_state(&first, "RUNNING");
    let second = engine.submit(&all);
    let impatient = engine.submit(&[&["SET 'slot.request.timeout' = '10 ms'"], &all[..]].concat());
    engine.await_state(&impatient, "FAILED");
    assert_eq!(engine.get(&format!("/jobs/{second}/status"))["status"], "CREATED");
    engine.request("PATCH", &format!("/jobs/{first}?mode=cancel"), None);
    engine.await_state(&second, "RUNNING");
}

#[test]
fn a_statement_that_waits_for_its_job_has_the_session_wait() {
    let engine = Engine::start();
    let session = engine.open_session();
    for statement in ["SET 'table.dml-sync' = 'true'", BOUNDED, PRINT] {
        engine.execute(&session, statement).unwrap();
    }
    let insert = engine.begin(&session, INSERT);
    // Its answer comes when it had its turn.
    let jobs = engine.execute(&session, "SHOW JOBS").unwrap();
    assert_eq!(jobs["results"]["data"][0]["fields"][2], "FINISHED");
    assert_eq!(engine.get(&format!("{insert}/status"))["status"], "FINISHED");
    let page = engine.get(&format!("{insert}/result/0?rowFormat=JSON"));
    assert_eq!(page["results"]["data"][0]["fields"][0], page["jobID"]);

    let endless = engine.begin(&engine.session_of(&["SET 'table.dml-sync' = 'true'", DATAGEN, PRINT]), INSERT);
    assert_eq!(engine.get(&format!("{endless}/status"))["status"], "RUNNING");
    assert_eq!(engine.get(&format!("{endless}/result/0?rowFormat=JSON"))["resultType"], "NOT_READY");
    engine.request("POST", &format!("{endless}/cancel"), None);
    engine.await_json("/jobs/overview", |jobs| {
        jobs["jobs"].as_array().unwrap().iter().all(|job| job["state"] != "RUNNING" && job["state"] != "CREATED")
    });
}

#[test]
fn a_restarted_engine_goes_on_with_its_jobs() {
    let mut engine = Engine::start();
    let running = engine.submit(&[DATAGEN, PRINT, INSERT]);
    let stopped = engine.submit(&[DATAGEN, PRINT, "INSERT INTO o SELECT k, v FROM g WHERE k > 0"]);
    engine.await_state(&running, "RUNNING");
    engine.await_state(&stopped, "RUNNING");
    engine.request("PATCH", &format!("/jobs/{stopped}?mode=cancel"), None);
    engine.await_state(&stopped, "CANCELED");
    engine.stop();
    engine.run();
    engine.await_state(&running, "RUNNING");
    assert_eq!(engine.get(&format!("/jobs/{stopped}/status"))["status"], "CANCELED");
    let script = engine.get(&format!("/jobs/{running}/config"));
    let script = script["execution-config"]["user-config"]["drsquirrel.script"].as_str().unwrap().to_owned();
    assert!(script.contains(".`g` (\n") && script.ends_with("INSERT INTO o SELECT k, v FROM g;\n"), "{script}");
}

#[test]
fn statements_are_answered_in_the_gateways_shapes() {
    let engine = Engine::start();
    let session = engine.open_session();
    let created = engine.execute(&session, DATAGEN).unwrap();
    assert_eq!(created["resultKind"], "SUCCESS");
    assert_eq!(created["results"]["data"][0], json!({"kind": "INSERT", "fields": ["OK"]}));
    let next = created["nextResultUri"].as_str().unwrap();
    let end = engine.get(next);
    assert_eq!((&end["resultType"], end.get("nextResultUri")), (&json!("EOS"), None));
    let tables = engine.execute(&session, "SHOW TABLES").unwrap();
    assert_eq!(tables["results"]["data"][0]["fields"], json!(["g"]));
    assert_eq!(tables["results"]["columns"][0]["name"], "table name");
    let described = engine.execute(&session, "DESCRIBE g").unwrap();
    assert_eq!(described["results"]["data"][1]["fields"], json!(["v", "INT", true, null, null, null]));
    engine.execute(&session, PRINT).unwrap();
    let submitted = engine.execute(&session, INSERT).unwrap();
    assert_eq!(submitted["results"]["columns"][0]["name"], "job id");
    assert_eq!(submitted["results"]["data"][0]["fields"][0], submitted["jobID"]);
    let id = submitted["jobID"].as_str().unwrap();
    engine.await_state(id, "RUNNING");
    engine.execute(&session, &format!("STOP JOB '{id}'")).unwrap();
    engine.await_state(id, "CANCELED");
}

#[test]
fn wrong_statements_and_requests_are_answered_with_what_is_wrong() {
    let engine = Engine::start();
    let session = engine.open_session();
    engine.execute(&session, DATAGEN).unwrap();
    engine.execute(&session, PRINT).unwrap();
    let refused = |statement: &str, expect: &str| {
        let error = engine.execute(&session, statement).unwrap_err();
        assert!(error.contains(expect), "{statement}\n got {error}\nwant {expect}");
    };
    refused(
        "INSERT INTO o\nSELECT kk, v FROM g",
        "ValidationException: line 2, column 8: Column 'kk' not found in any table. Did you mean 'k'?",
    );
    refused("INSERT INTO o SELECT k, v FROM gg", "Object 'gg' not found. Did you mean 'g'?");
    refused("INSERT INTO g SELECT k, v FROM g", "Connector 'datagen' can only be used as a source");
    refused("INSERT INTO o SELECT k, CUBED(v) FROM g", "column 25: No match found for function CUBED. Known: ABS");
    refused("SELEKT 1", "SqlParserException: SQL parse failed.");
    refused("SET 'parallelism.default' = 'many'", "Could not parse value 'many' for key 'parallelism.default'");

    let fails = |method: &str, path: &str, body: Option<Value>, status: u16, expect: &str| {
        let (got, answer) = engine.request(method, path, body);
        assert!(got == status && answer.contains(expect), "{method} {path}: {got} {answer}");
    };
    let unknown = "0".repeat(32);
    fails(
        "GET",
        &format!("/jobs/{unknown}"),
        None,
        404,
        "{\"errors\":[\"Job 00000000000000000000000000000000 not found\"]}",
    );
    fails("GET", "/jobs/nonsense", None, 400, "Cannot resolve path parameter (jobid)");
    fails("GET", "/nowhere", None, 404, "{\"errors\":[\"Not found: /nowhere\"]}");
    fails("GET", "/taskmanagers/none/thread-dump", None, 404, "errors");
    fails(
        "POST",
        "/v1/sessions/none/statements",
        Some(json!({"statement": "SET"})),
        500,
        "Session 'none' does not exist",
    );
    fails(
        "POST",
        &format!("/v1/sessions/{session}/statements"),
        Some(json!({"sql": 1})),
        400,
        "missing field `statement`",
    );
    let long = json!({"statement": "x".repeat(2 << 20)});
    fails("POST", &format!("/v1/sessions/{session}/statements"), Some(long), 400, "length limit exceeded");
}

/// An engine that is killed leaves no worker behind.
#[test]
fn a_worker_ends_with_its_engine() {
    let mut worker = std::process::Command::new(env!("CARGO_BIN_EXE_engine-alone"))
        .arg("worker")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let start = json!({"start": {
        "script": {
            "settings": {},
            "namespace": ["default_catalog", "default_database"],
            "definitions": [
                {"catalog": "default_catalog", "database": "default_database", "statement": DATAGEN},
            ],
            "statement": "SELECT k, v FROM g",
        },
        "attempt_id": "a",
        "directory": directory.path(),
        "parallelism": {},
        "checkpoints": false,
        "restore": null,
    }});
    let mut orders = worker.stdin.take().unwrap();
    std::io::Write::write_all(&mut orders, format!("{start}\n").as_bytes()).unwrap();
    let mut reports = std::io::BufRead::lines(std::io::BufReader::new(worker.stdout.take().unwrap()));
    assert!(reports.any(|report| report.unwrap() == "{\"event\":\"running\"}"), "it ended before it ran");
    drop(orders);
    let closed = Instant::now();
    while worker.try_wait().unwrap().is_none() {
        assert!(closed.elapsed() < Duration::from_secs(1), "it outlives its engine");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(closed.elapsed() < PATIENCE);
}

//! Liveness, readiness, and figures for Prometheus.

use std::fmt::Write as _;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::{Severity, Verdict};
use serde_json::json;

use super::AppState;
use crate::collect::ClusterState;

/// At the root, where probes look for them; the public API has them too.
pub fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics))
}

/// The process answers.
pub async fn healthz() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

/// The process can do its work: the database answers.
pub async fn readyz(State(state): State<AppState>) -> Response {
    match state.portal.parts.store.clusters().await {
        Ok(_) => Json(json!({"status": "ready"})).into_response(),
        Err(error) => {
            tracing::error!("not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "the database does not answer"}))).into_response()
        }
    }
}

/// Figures about the portal and what it watches, in Prometheus' text format.
pub async fn metrics(State(state): State<AppState>) -> Response {
    let states = state.portal.parts.board.all();
    let mut text = String::new();
    jobs(&mut text, &state.portal.jobs());
    findings(&mut text, &states);
    clusters(&mut text, &states);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn jobs(text: &mut String, rows: &[model::JobRow]) {
    family(text, "drsquirrel_jobs", "gauge", "Jobs by the doctor's verdict.");
    let verdicts = [
        (Verdict::Critical, "critical"),
        (Verdict::Degraded, "degraded"),
        (Verdict::Unknown, "unknown"),
        (Verdict::Healthy, "healthy"),
    ];
    for (verdict, word) in verdicts {
        let count = rows.iter().filter(|row| row.verdict == verdict).count();
        let _ = writeln!(text, "drsquirrel_jobs{{verdict=\"{word}\"}} {count}");
    }
}

fn findings(text: &mut String, states: &[std::sync::Arc<ClusterState>]) {
    family(text, "drsquirrel_findings_open", "gauge", "Open findings by severity.");
    let open = || states.iter().flat_map(|s| s.jobs.values()).flat_map(|job| job.open.values());
    let severities = [
        (Severity::Critical, "critical"),
        (Severity::Severe, "severe"),
        (Severity::Moderate, "moderate"),
        (Severity::Low, "low"),
    ];
    for (severity, word) in severities {
        let count = open().filter(|o| o.finding.severity == severity).count();
        let _ = writeln!(text, "drsquirrel_findings_open{{severity=\"{word}\"}} {count}");
    }
}

fn clusters(text: &mut String, states: &[std::sync::Arc<ClusterState>]) {
    type Figure = fn(&ClusterState) -> f64;
    let figures: [(&str, &str, &str, Figure); 4] = [
        ("drsquirrel_cluster_up", "gauge", "Whether the cluster could be read the last time.", |s| {
            f64::from(u8::from(s.error.is_none() && s.seen_at.is_some()))
        }),
        ("drsquirrel_cluster_polls_total", "counter", "Readings of the cluster.", |s| s.polls as f64),
        ("drsquirrel_cluster_poll_failures_total", "counter", "Readings of the cluster that failed.", |s| {
            s.failures as f64
        }),
        ("drsquirrel_cluster_poll_seconds", "gauge", "How long the last reading took.", |s| s.poll_time.as_secs_f64()),
    ];
    for (name, kind, help, figure) in figures {
        family(text, name, kind, help);
        for state in states {
            // Names of clusters are letters, digits and hyphens: nothing to escape.
            let _ = writeln!(text, "{name}{{cluster=\"{}\"}} {}", state.record.name, figure(state));
        }
    }
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

//! The first minute: the visitor makes the example sick and well again, and each time the portal says so within a minute.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use tests::{expect::brief, pace, portal::Portal, scene::Scene, wait};

const JOB: &str = "late-departures";
const PROMISE: Duration = Duration::from_secs(60);

/// Each condition with the cause that must be named, and a word of the operator that must be.
const CONDITIONS: [(&str, &str, &str); 3] = [
    ("slow-sink", "slow-external-call", "departure_board"),
    ("hot-key", "data-skew", "departure_board"),
    ("bad-record", "poison-record", "flights"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_example_is_diagnosed_and_cleared_within_a_minute_each() {
    let scene = Scene::new("first-minute");
    let portal = Portal::start(&scene).await;
    let limit = pace::at_this_pace(PROMISE);
    let mut problems = Vec::new();
    told("healthy after the start", healthy(&portal, limit).await, &mut problems);
    for (condition, cause, operator) in CONDITIONS {
        portal.make_example(condition).await;
        told(&format!("{condition}: {cause} named"), named(&portal, cause, operator, limit).await, &mut problems);
        portal.make_example("well").await;
        told(&format!("{condition}: cleared"), healthy(&portal, limit).await, &mut problems);
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    closed_with_reasons(&portal).await;
}

fn told(what: &str, outcome: Result<Duration, String>, problems: &mut Vec<String>) {
    match outcome {
        Ok(time) => eprintln!("  {what} after {time:.1?}"),
        Err(problem) => problems.push(format!("{what}: {problem}")),
    }
}

async fn healthy(portal: &Portal, limit: Duration) -> Result<Duration, String> {
    wait::until(JOB, limit, async || portal.is_healthy(JOB).await).await.map(|((), time)| time)
}

async fn named(portal: &Portal, cause: &str, operator: &str, limit: Duration) -> Result<Duration, String> {
    let probe = async || {
        let findings = portal.open_findings(JOB).await?;
        let first = findings.as_array().and_then(|list| list.iter().find(|f| f["caused_by"].is_null()));
        let right = |f: &serde_json::Value| {
            f["cause"] == cause && f["subject"]["name"].as_str().is_some_and(|name| name.contains(operator))
        };
        if first.is_some_and(right) { Ok(()) } else { Err(brief(&findings)) }
    };
    wait::until(JOB, limit, probe).await.map(|((), time)| time)
}

/// No finding is lost when it closes, and each says how it is known to be over.
async fn closed_with_reasons(portal: &Portal) {
    let list = portal.get(&format!("jobs/{JOB}/findings?state=closed")).await.unwrap();
    for (_, cause, _) in CONDITIONS {
        let closed = list["items"].as_array().into_iter().flatten().find(|finding| finding["cause"] == cause);
        let closed =
            closed.unwrap_or_else(|| panic!("{cause} is not among the closed findings: {}", brief(&list["items"])));
        assert!(closed["close_reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{closed}");
        assert!(closed["closed_at"].is_string(), "{closed}");
    }
}

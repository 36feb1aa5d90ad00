//! Running all cases, and saying how it went.

use std::{
    collections::BTreeMap,
    env, fs,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use super::{
    case::{self, Case},
    compare, nexmark,
    run::Target,
};
use crate::{flink::Flink, pace, scene::Scene};

/// Each case takes a second or two; Nexmark's largest take five on Flink.
const LIMIT: Duration = Duration::from_secs(30);

/// The events that Nexmark's queries read.
const EVENTS: u64 = 20_000;

/// After how many cases a line of progress is written.
const PROGRESS: usize = 50;

/// Whose answers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Real Flink's: they are what is recorded, or are recorded now.
    Flink,
    /// The embedded engine's: they are what Flink's are, but for what is pending or different on purpose.
    Engine,
}

/// How a case went.
#[derive(Debug)]
enum Outcome {
    Same,
    Recorded,
    Differs(String),
    /// Known not to work yet.
    Pending,
    /// Works, though it is said to be pending.
    NoLongerPending,
}

/// A place for cases to run: the gateway and the REST API of one cluster, and new folders in `scene`.
pub fn target(scene: &Scene, gateway: &str, flink: Flink) -> Target {
    let nexmark = scene.folder("nexmark");
    fs::write(nexmark.join("events.json"), nexmark::events(EVENTS)).expect("the events can be written");
    Target { gateway: gateway.into(), flink, out: scene.folder("out"), nexmark }
}

/// Runs the cases that `DRSQUIRREL_CONFORMANCE` names (parts of names; all by default), `sessions` at a time, and returns
/// what went wrong. Where `UPDATE_CONFORMANCE` is set, Flink's answers are recorded instead.
pub async fn run(target: &Target, whose: Whose, sessions: usize) -> Result<(), String> {
    let cases = case::cases(&env::var("DRSQUIRREL_CONFORMANCE").unwrap_or_default());
    let started = Instant::now();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let worker = async || {
        let mut outcomes = Vec::new();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = outcome(target, whose, case).await;
            if let Outcome::Differs(how) = &outcome {
                eprintln!("  {}: {how}", case.name);
            }
            outcomes.push((case, outcome));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done % PROGRESS == 0 {
                eprintln!("{done} of {} cases, {:.0} s", cases.len(), started.elapsed().as_secs_f64());
            }
        }
        outcomes
    };
    let mut outcomes: Vec<_> = side_by_side(sessions, worker).await;
    outcomes.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    summary(&outcomes, started.elapsed())
}

/// Runs `sessions` of the same worker at once on this task.
async fn side_by_side<T>(sessions: usize, worker: impl AsyncFn() -> Vec<T>) -> Vec<T> {
    let mut workers: Vec<_> = (0..sessions).map(|_| Box::pin(worker())).collect();
    let mut results = Vec::new();
    std::future::poll_fn(|context| {
        workers.retain_mut(|worker| match worker.as_mut().poll(context) {
            std::task::Poll::Ready(result) => {
                results.extend(result);
                false
            }
            std::task::Poll::Pending => true,
        });
        if workers.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    results
}

async fn outcome(target: &Target, whose: Whose, case: &Case) -> Outcome {
    let answer = target.answer(case, pace::at_this_pace(LIMIT)).await;
    if whose == Whose::Flink && env::var_os("UPDATE_CONFORMANCE").is_some() {
        return match answer {
            Ok(answer) if case.expected().as_ref() == Some(&answer) => Outcome::Same,
            Ok(answer) => {
                case.record(&answer);
                Outcome::Recorded
            }
            Err(problem) => Outcome::Differs(problem),
        };
    }
    let ours = if whose == Whose::Engine { case.expected_of_engine() } else { None };
    let is_ours = ours.is_some();
    let Some(expected) = ours.or_else(|| case.expected()) else {
        return Outcome::Differs("nothing is recorded: run it on Flink with UPDATE_CONFORMANCE=1".into());
    };
    let difference = match answer {
        Ok(answer) => compare::difference(case.mode, &expected, &answer),
        // A difference on purpose may be that one of the two refuses what the other answers.
        Err(problem) if is_ours && problem.starts_with(expected.trim_end()) => None,
        Err(problem) => Some(problem),
    };
    match (difference, whose == Whose::Engine && is_pending(&case.name)) {
        (None, false) => Outcome::Same,
        (None, true) => Outcome::NoLongerPending,
        (Some(how), false) => Outcome::Differs(how),
        (Some(_), true) => Outcome::Pending,
    }
}

/// Whether `tests/conformance/pending.txt` names the case, or its area as `joins/*`, or all as `*`.
fn is_pending(name: &str) -> bool {
    let list = fs::read_to_string(case::root().join("pending.txt")).unwrap_or_default();
    let entries = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    entries.into_iter().any(|entry| entry.strip_suffix('*').map_or(entry == name, |start| name.starts_with(start)))
}

/// Writes how many cases of each area went how; an error names those that differ.
fn summary(outcomes: &[(&Case, Outcome)], took: Duration) -> Result<(), String> {
    let mut areas: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (case, outcome) in outcomes {
        let column = match outcome {
            Outcome::Same | Outcome::NoLongerPending => 0,
            Outcome::Recorded => 1,
            Outcome::Pending => 2,
            Outcome::Differs(_) => 3,
        };
        areas.entry(case.area()).or_default()[column] += 1;
    }
    eprintln!("{:14} {:>6} {:>9} {:>8} {:>8}", "area", "same", "recorded", "pending", "differs");
    for (area, [same, recorded, pending, differs]) in &areas {
        eprintln!("{area:14} {same:6} {recorded:9} {pending:8} {differs:8}");
    }
    eprintln!("{} cases, {:.0} s", outcomes.len(), took.as_secs_f64());
    let of = |wanted: fn(&Outcome) -> bool| {
        let names = outcomes.iter().filter(|(_, outcome)| wanted(outcome)).map(|(case, _)| case.name.as_str());
        names.collect::<Vec<_>>()
    };
    let done = of(|outcome| matches!(outcome, Outcome::NoLongerPending));
    if !done.is_empty() {
        eprintln!("no longer pending, take them out of tests/conformance/pending.txt:\n  {}", done.join("\n  "));
    }
    let differing = of(|outcome| matches!(outcome, Outcome::Differs(_)));
    if differing.is_empty() { Ok(()) } else { Err(format!("{} differ: {}", differing.len(), differing.join(", "))) }
}

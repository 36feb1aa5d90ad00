//! **Heap.** Does memory run out?
//!
//! An `OutOfMemoryError` in the job's exceptions is the cause itself. Before it comes to that, a leak shows in the heap: in
//! use more after every interval although the collector ran in each, by a quarter of the heap in all, and more than half
//! full. A heap that grows without a collection in between is a saw's tooth going up, and says nothing. A heap that grows by
//! what the checkpoints grow by is state, not a leak, and the state check names it.

use std::collections::BTreeSet;

use model::{Confidence, Severity};

use crate::case::Moment;
use crate::catalogue::Speaker;
use crate::checks::gc::heap_evidence;
use crate::exceptions;
use crate::jvm;
use crate::load::{most, to_f64};
use crate::outcome::{Draft, Facts, Outcome, brief, of_task_manager, of_vertex, run, step};
use crate::signals::{number, text};
use crate::thresholds::{HEAP_SEVERE, LEAK_GROWTH, LEAK_HORIZON, LEAK_LEVEL};

/// A leak grows steadily: no interval by less than this share of what the fastest grew by.
const STEADY: f64 = 0.4;
/// When the checkpoints grew by at least this share of what the heap grew by, it is state.
const STATE_EXPLAINS: f64 = 0.3;

/// Does memory run out?
pub fn check(facts: &Facts) -> Outcome {
    let error = out_of_memory(facts);
    let now = facts.case.now();
    if now.cluster.embedded {
        return Outcome::lacking("a Java process: the embedded engine has no heap of that kind").with(error);
    }
    let hosts = jvm::hosts(&facts.case);
    let shares = hosts.iter().map(|id| jvm::heap_share(&jvm::task_manager(&now, id)?.metrics));
    let worst = most(shares);
    // Task managers that are gone by now are judged by what they last said.
    let moments = facts.case.moments();
    let listed = moments.iter().flat_map(|m| m.cluster.task_managers.iter().flatten());
    let seen: BTreeSet<&str> = listed.map(|tm| tm.id.as_str()).filter(|id| hosted(moments, id)).collect();
    let drafts: Vec<Draft> = match error {
        Some(error) => vec![error],
        None => seen.into_iter().filter_map(|id| leak(facts, id)).collect(),
    };
    if worst.is_none() && drafts.is_empty() {
        return Outcome::lacking("Heap.Used and Heap.Max of the task managers that run the job");
    }
    Outcome { drafts, ..Outcome::read(worst) }
}

fn hosted(moments: &[Moment], id: &str) -> bool {
    let subtasks = moments.iter().flat_map(|m| &m.job.vertices).flat_map(|vertex| &vertex.subtasks);
    subtasks.filter_map(|subtask| subtask.task_manager.as_deref()).any(|host| host == id)
}

/// Memory ran out, by an exception's own word.
fn out_of_memory(facts: &Facts) -> Option<Draft> {
    let (entry, meaning) = facts.failures.iter().rev().find(|(_, meaning)| meaning.speaker == Speaker::Memory)?;
    let place = exceptions::vertex_of(&facts.case, entry, meaning).filter(|_| meaning.in_user_code);
    let subject = match (&place, &entry.task_manager) {
        (Some((vertex, _)), _) => of_vertex(vertex),
        (None, Some(id)) => of_task_manager(id),
        _ => facts.subject(),
    };
    let what = format!("{}: {}", meaning.class, brief(&meaning.message, 120));
    let frame = meaning.frame.as_ref().map_or_else(String::new, |frame| format!(" in {}", frame.short()));
    Some(Draft {
        cause: meaning.cause,
        severity: Severity::Critical,
        confidence: Confidence::High,
        title: format!("Memory ran out in {}", subject.name),
        subject,
        why: format!("{what}, thrown{frame} at {}: {}.", entry.at.clock(), meaning.meaning.unwrap_or("memory ran out")),
        evidence: vec![text("exception", &facts.case.job().name, what)],
        instructions: instructions(None),
    })
}

/// A heap that collections no longer empty.
fn leak(facts: &Facts, id: &str) -> Option<Draft> {
    let trend = Trend::of(facts.case.moments(), id)?;
    let (first, last) = (trend.used.first()?, trend.used.last()?);
    let grown = last - first;
    let steady = trend.steps.iter().all(|s| *s >= STEADY * trend.steps.iter().copied().fold(0.0, f64::max));
    if !steady || grown < LEAK_GROWTH.value * trend.max || *last < LEAK_LEVEL.value * trend.max {
        return None;
    }
    if state_grown(facts) >= STATE_EXPLAINS * grown {
        return None;
    }
    let per_minute = 60.0 * grown / trend.seconds;
    let minutes = (trend.max - last) / per_minute.max(f64::MIN_POSITIVE);
    let metrics = &facts.case.moments().iter().rev().find_map(|m| jvm::task_manager(m, id))?.metrics;
    let mut evidence: Vec<_> = heap_evidence(metrics, id).into_iter().collect();
    evidence.push(number("heap growth", id, per_minute, "B/min", None));
    evidence.push(number("time to a full heap", id, minutes, "min", Some(&LEAK_HORIZON)));
    Some(Draft {
        cause: "heap-leak",
        severity: match minutes {
            soon if soon <= IMMINENT => Severity::Critical,
            soon if soon <= LEAK_HORIZON.value => Severity::Severe,
            _ => Severity::Moderate,
        },
        confidence: if trend.steps.len() > 2 { Confidence::High } else { Confidence::Medium },
        subject: of_task_manager(id),
        title: format!("Task manager {id} leaks memory: its heap is full in {}", duration(minutes)),
        why: format!(
            "Its heap went from {:.0} to {:.0} % in {:.0} seconds and did not shrink although the collector ran {:.0} times \
             meanwhile; the checkpoints did not grow with it.",
            100.0 * first / trend.max,
            100.0 * last / trend.max,
            trend.seconds,
            trend.collections
        ),
        evidence,
        instructions: instructions(Some(id)),
    })
}

fn duration(minutes: f64) -> String {
    if minutes < 2.0 { format!("{:.0} seconds", 60.0 * minutes) } else { format!("{minutes:.0} minutes") }
}

/// A heap that is full in so few minutes calls for somebody now.
const IMMINENT: f64 = 2.0;
/// With at most this many snapshots, two intervals must do.
const FEW: usize = 4;

/// How a heap grew over the collections of the last snapshots.
struct Trend {
    used: Vec<f64>,
    steps: Vec<f64>,
    max: f64,
    seconds: f64,
    collections: f64,
}

impl Trend {
    /// The longest stretch up to the last snapshot of this task manager in which every interval had a collection and ended
    /// higher; `None` where that is too short to say anything.
    fn of(moments: &[Moment], id: &str) -> Option<Trend> {
        let known: Vec<(&Moment, f64, f64)> = moments
            .iter()
            .filter_map(|m| {
                let metrics = &jvm::task_manager(m, id)?.metrics;
                Some((m, *metrics.get(jvm::HEAP_USED)?, jvm::collections(metrics)?))
            })
            .collect();
        let rises = |pair: &[(&Moment, f64, f64)]| matches!(pair, [a, b] if b.1 > a.1 && b.2 > a.2);
        let length = known.windows(2).rev().take_while(|pair| rises(pair)).count();
        // The more snapshots there are, the more of them must agree: chance makes a short climb now and then.
        let needed = if known.len() > FEW { 4 } else { 2 };
        let stretch = known.get(known.len().saturating_sub(length + 1)..)?;
        let (first, last) = (stretch.first()?, stretch.last()?);
        let max = *jvm::task_manager(last.0, id)?.metrics.get(jvm::HEAP_MAX)?;
        let used: Vec<f64> = stretch.iter().map(|(_, used, _)| *used).collect();
        let steps = used.windows(2).filter_map(|pair| Some(pair.get(1)? - pair.first()?)).collect();
        let seconds = to_f64(last.0.at().since_ms(first.0.at())) / 1000.0;
        (length >= needed && max > 0.0 && seconds > 0.0).then_some(Trend {
            used,
            steps,
            max,
            seconds,
            collections: last.2 - first.2,
        })
    }
}

/// By how many bytes the checkpoints grew over the snapshots.
fn state_grown(facts: &Facts) -> f64 {
    let sizes = |m: &Moment| m.job.checkpoints.as_ref()?.history.iter().find(|c| c.status == "COMPLETED")?.state_bytes;
    let known: Vec<f64> = facts.case.moments().iter().filter_map(sizes).map(to_f64).collect();
    match (known.first(), known.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0.0,
    }
}

fn instructions(id: Option<&str>) -> Vec<model::Instruction> {
    let dump = id.map_or_else(
        || {
            run(
                "Let the next one leave a heap dump.",
                "env.java.opts.taskmanager: -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/tmp",
            )
        },
        |id| run(format!("Take a heap dump of {id} before it dies."), "jcmd PID GC.heap_dump /tmp/heap.hprof"),
    );
    vec![
        dump,
        step(
            "Look in it for what the job's functions keep in fields: lists, maps and caches that only grow. Keep such things in \
              Flink's state with a time-to-live, or bound them.",
        ),
        run("To gain time only, give the tasks more heap.", "taskmanager.memory.task.heap.size: 1024m"),
        step(format!(
            "Expect the heap to fall back below {:.0} % after collections. If it climbs again at the same pace, stop and call the \
             job's owner: memory only postpones it.",
            100.0 * HEAP_SEVERE.value
        )),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::JobSnapshot;

    use crate::build::{JobBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::jvm::{HEAP_MAX, HEAP_USED};
    use crate::outcome::Facts;

    const COUNT: &str = "Status.JVM.GarbageCollector.All.Count";

    /// The causes found with this heap in use and this many collections by second, of a heap of 1000.
    fn check(
        at: &[i64],
        used: impl Fn(i64) -> f64,
        count: impl Fn(i64) -> f64,
        job: impl Fn(i64) -> JobSnapshot,
        expect: &[&str],
    ) {
        let history = history(at, |s| {
            let metrics = [(HEAP_USED, used(s)), (HEAP_MAX, 1000.0), (COUNT, count(s))];
            cluster(s).task_manager("tm-1", &metrics).job(job(s))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.iter().map(|d| d.cause).collect::<Vec<_>>(), expect);
    }

    fn number(second: i64) -> f64 {
        f64::from(i32::try_from(second).unwrap())
    }

    fn plain(_: i64) -> JobSnapshot {
        job("j").vertex(vertex("v", 1))
    }

    #[test]
    fn a_heap_that_grows_over_collections_leaks() {
        check(&[10, 20, 30], |s| 20.0 * number(s), number, plain, &["heap-leak"]);
    }

    #[test]
    fn a_saws_tooth_does_not_leak() {
        check(&[10, 20, 30], |s| 20.0 * number(s), |_| 7.0, plain, &[]);
        check(&[10, 20, 30, 40], |s| if s == 30 { 100.0 } else { 20.0 * number(s) }, number, plain, &[]);
    }

    #[test]
    fn a_small_or_slow_growth_is_left_alone() {
        check(&[10, 20, 30], |s| 10.0 * number(s), number, plain, &[]);
        check(&[10, 20, 30], |s| 700.0 + number(s), number, plain, &[]);
    }

    #[test]
    fn a_heap_that_grows_with_the_state_is_state() {
        let growing = |s| {
            let mut job = plain(s).checkpoint(1, "COMPLETED", s, 20, None);
            job.checkpoints.as_mut().unwrap().history[0].state_bytes = Some(15 * s);
            job
        };
        check(&[10, 20, 30], |s| 20.0 * number(s), number, growing, &[]);
    }

    #[test]
    fn an_error_is_the_cause_itself() {
        let thrown =
            |_| plain(0).exception(5, "java.lang.OutOfMemoryError", "Java heap space", &["Orders$V.flatMap(O.java:1)"]);
        check(&[10, 20], |_| 10.0, |_| 1.0, thrown, &["out-of-memory"]);
    }
}

//! **Garbage collection.** Does the collector take the time that the job needs?
//!
//! Old-generation collection time between snapshots, per task manager that runs the job: above 500 ms a minute warns, above
//! 5 % of the time in every judged interval is severe, above 30 % critical (AWS, Tencent). One long collection is no finding.
//! Collections of any generation above 2 % of the time are moderate where the heap stays more than 70 % full all the while: what
//! lives there hardly fits, and the old generation is next.
//! An embedded engine has no collector; there this is not assessed.

use model::{Confidence, Evidence, Severity};

use crate::case::Moment;
use crate::jvm;
use crate::load::{most, seconds};
use crate::outcome::{Draft, Facts, Outcome, of_task_manager, run, step};
use crate::signals::number;
use crate::thresholds::{
    ALL_GC_SEVERE, ALL_GC_WARN, HEAP_FLOOR, HEAP_SEVERE, OLD_GC_CRITICAL, OLD_GC_SEVERE, OLD_GC_WARN,
};

/// How many intervals must agree.
const INTERVALS: usize = 2;
/// For how long the heap must stay full, in seconds: a young collection empties it more often than that.
const FLOOR_SECONDS: f64 = 40.0;

/// Does the collector take the time that the job needs?
pub fn check(facts: &Facts) -> Outcome {
    let now = facts.case.now();
    if now.cluster.embedded {
        return Outcome::lacking("a Java process: the embedded engine has no garbage collector");
    }
    let hosts = jvm::hosts(&facts.case);
    if now.cluster.task_managers.is_none() || hosts.is_empty() {
        return Outcome::lacking("the task managers that run the job");
    }
    let spent: Vec<(String, Spent)> =
        hosts.into_iter().filter_map(|id| Some((id.clone(), Spent::of(facts.case.moments(), &id)?))).collect();
    if spent.is_empty() {
        return Outcome::lacking("collection times of a task manager in two snapshots");
    }
    let worst = most(spent.iter().map(|(_, spent)| spent.old.last().copied()));
    let mut outcome = Outcome::judged(worst, Some(&OLD_GC_WARN), &OLD_GC_SEVERE);
    outcome.drafts.extend(spent.iter().filter_map(|(id, spent)| draft(facts, id, spent)));
    outcome
}

/// Collection time of one task manager in ms a minute, by interval, newest last.
#[derive(Debug, Clone, PartialEq)]
pub struct Spent {
    metric: String,
    old: Vec<f64>,
    all: Vec<f64>,
}

impl Spent {
    /// The last intervals; `None` where there is none.
    fn of(moments: &[Moment], id: &str) -> Option<Spent> {
        let metric = jvm::old_gc_metric(&jvm::task_manager(moments.last()?, id)?.metrics)?.to_owned();
        let pace = |counter: &str| -> Vec<f64> {
            let pairs = moments.iter().zip(moments.iter().skip(1));
            let known: Vec<f64> = pairs.filter_map(|(a, b)| jvm::per_minute(a, b, id, counter)).collect();
            known.get(known.len().saturating_sub(INTERVALS)..).unwrap_or_default().to_vec()
        };
        let old = pace(&metric);
        (!old.is_empty()).then(|| Spent { old, all: pace(jvm::ALL_GC_TIME), metric })
    }

    /// Whether every judged interval was above; a lone interval needs the cluster's own one-minute mean as a second witness.
    fn throughout(values: &[f64], threshold: f64, minute_mean: Option<f64>) -> bool {
        let enough = values.len() >= INTERVALS || minute_mean.is_some_and(|mean| mean > threshold);
        enough && !values.is_empty() && values.iter().all(|value| *value > threshold)
    }
}

fn draft(facts: &Facts, id: &str, spent: &Spent) -> Option<Draft> {
    let now = facts.case.now();
    let metrics = &jvm::task_manager(&now, id)?.metrics;
    let mean = |time: &str| metrics.get(&format!("{time}MsPerSecond")).map(|per_second| 60.0 * per_second);
    let old_above = |t: f64| Spent::throughout(&spent.old, t, mean(&spent.metric));
    let all_above = Spent::throughout(&spent.all, ALL_GC_SEVERE.value, mean(jvm::ALL_GC_TIME));
    let crowded = Spent::throughout(&spent.all, ALL_GC_WARN.value, None).then(|| floor(facts, id)).flatten();
    let suffers = old_above(OLD_GC_SEVERE.value) || all_above;
    if !suffers && crowded.is_none() {
        return None;
    }
    let old = spent.old.last().copied().unwrap_or(0.0);
    let all = spent.all.last().copied().unwrap_or(old);
    let heap = jvm::heap_share(metrics);
    let critical = old_above(OLD_GC_CRITICAL.value);
    let mut evidence = vec![number(&spent.metric, id, old, "ms/min", Some(&OLD_GC_SEVERE))];
    evidence.push(number(jvm::ALL_GC_TIME, id, all, "ms/min", Some(&ALL_GC_SEVERE)));
    evidence.extend(heap_evidence(metrics, id));
    let full = heap.filter(|share| *share > 0.5).map_or_else(String::new, |share| {
        format!(" Its heap is {:.0} % full even so: what lives there hardly fits.", 100.0 * share.min(1.0))
    });
    Some(Draft {
        cause: "gc-pressure",
        severity: match (critical, suffers) {
            (true, _) => Severity::Critical,
            (false, true) => Severity::Severe,
            (false, false) => Severity::Moderate,
        },
        confidence: if heap.is_some_and(|share| share > HEAP_SEVERE.value) {
            Confidence::High
        } else {
            Confidence::Medium
        },
        subject: of_task_manager(id),
        title: format!("Garbage collection takes {:.0} % of the time of task manager {id}", all / 600.0),
        why: match crowded.filter(|_| !suffers) {
            Some(lowest) => format!(
                "It is collected for {:.1} s of every minute, and its heap was never less than {:.0} % full meanwhile: what lives \
                 there hardly fits. While it collects, {} stand still.",
                all / 1000.0,
                100.0 * lowest,
                tenants(facts, id)
            ),
            None => format!(
                "The old generation alone is collected for {:.1} s of every minute.{full} While it collects, {} stand still.",
                old / 1000.0,
                tenants(facts, id)
            ),
        },
        evidence,
        instructions: instructions(facts, metrics),
    })
}

/// The lowest share of the heap in use over the last [`FLOOR_SECONDS`], where enough was seen of them and it is above the floor.
fn floor(facts: &Facts, id: &str) -> Option<f64> {
    let now = facts.case.now();
    let recent = facts.case.moments().iter().filter(|moment| seconds(moment, &now) <= FLOOR_SECONDS);
    let seen: Vec<f64> = recent.filter_map(|m| jvm::heap_share(&jvm::task_manager(m, id)?.metrics)).collect();
    let lowest = seen.iter().copied().fold(1.0, f64::min);
    (seen.len() > INTERVALS && lowest >= HEAP_FLOOR.value).then_some(lowest)
}

/// The heap in use as evidence, against 80 % of its bound.
pub fn heap_evidence(metrics: &model::Metrics, id: &str) -> Option<Evidence> {
    let (used, max) = (metrics.get(jvm::HEAP_USED)?, metrics.get(jvm::HEAP_MAX)?);
    let mut evidence = number(jvm::HEAP_USED, id, *used, "B", None);
    evidence.threshold = Some((HEAP_SEVERE.value * max).round());
    Some(evidence)
}

/// The names of the busiest vertices on a task manager, at most three.
fn tenants(facts: &Facts, id: &str) -> String {
    let here =
        facts.case.job().vertices.iter().filter(|v| v.subtasks.iter().any(|s| s.task_manager.as_deref() == Some(id)));
    let names: Vec<&str> = here.take(3).map(|vertex| vertex.name.as_str()).collect();
    if names.is_empty() { "its subtasks".to_owned() } else { names.join(", ") }
}

fn instructions(facts: &Facts, metrics: &model::Metrics) -> Vec<model::Instruction> {
    let max = metrics.get(jvm::HEAP_MAX).copied().unwrap_or(0.0) / (1024.0 * 1024.0);
    let size = if max > 0.0 { format!("{:.0}m", max * 1.5) } else { "1024m".to_owned() };
    let busiest = facts.flow.as_ref().and_then(|flow| {
        let busy = |l: &crate::load::VertexLoad| l.busy().unwrap_or(0.0);
        flow.loads.iter().filter(|l| !l.vertex.inputs.is_empty()).max_by(|a, b| busy(a).total_cmp(&busy(b)))
    });
    let suspect = busiest.map_or_else(|| "the operators there".to_owned(), |load| load.vertex.name.clone());
    vec![
        run("Give the tasks half as much heap again.", format!("taskmanager.memory.task.heap.size: {size}")),
        run("Or, where the state is what is big, keep it outside the heap.", "state.backend.type: rocksdb"),
        step(format!(
            "See what fills it: objects that {suspect} keeps or makes for each record. A heap histogram tells: jmap -histo:live PID."
        )),
        step(
            "Fewer slots on a task manager leave more heap for each. Expect old-generation collection below 500 ms a minute \
              within two minutes of the restart.",
        ),
        step(
            "If the heap fills up again at the same pace, something leaks: take a heap dump and call the job's owner; more \
              memory only postpones it.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::Severity;

    use crate::build::{JobBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::jvm::{ALL_GC_TIME, HEAP_MAX, HEAP_USED};
    use crate::outcome::Facts;

    const OLD: &str = "Status.JVM.GarbageCollector.G1_Old_Generation.Time";

    /// The severity found with this collection time in ms by second.
    fn check(seconds: &[i64], old: impl Fn(i64) -> f64, expect: Option<Severity>) {
        check_heap(seconds, |s| (old(s), old(s), 9e8), expect);
    }

    /// The severity found with this collection time of the old and of all generations, and this heap in use of 1e9, by second.
    fn check_heap(seconds: &[i64], of: impl Fn(i64) -> (f64, f64, f64), expect: Option<Severity>) {
        let history = history(seconds, |s| {
            let (old, all, used) = of(s);
            let metrics = [(OLD, old), (ALL_GC_TIME, all), (HEAP_USED, used), (HEAP_MAX, 1e9)];
            cluster(s).task_manager("tm-1", &metrics).job(job("j").vertex(vertex("v", 1)))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.first().map(|d| d.severity), expect);
    }

    fn ms(second: i64) -> f64 {
        f64::from(i32::try_from(second).unwrap())
    }

    #[test]
    fn judges_by_its_share_of_the_time() {
        check(&[20, 30, 40], |s| 100.0 * ms(s), Some(Severity::Severe));
        check(&[20, 30, 40], |s| 400.0 * ms(s), Some(Severity::Critical));
        check(&[20, 30, 40], |s| 5.0 * ms(s), None);
    }

    #[test]
    fn one_long_collection_is_none() {
        check(&[20, 30, 40], |s| if s == 40 { 3000.0 } else { 0.0 }, None);
        check(&[20, 30], |s| 100.0 * ms(s), None);
    }

    #[test]
    fn a_heap_that_stays_full_under_collection_is_moderate() {
        let seen = [10, 20, 30, 40];
        check_heap(&seen, |s| (0.0, 70.0 * ms(s), 8.6e8), Some(Severity::Moderate));
        check_heap(&seen, |s| (0.0, 15.0 * ms(s), 8.6e8), None);
        check_heap(&seen, |s| (0.0, 70.0 * ms(s), if s == 30 { 4e8 } else { 8.6e8 }), None);
        check_heap(&[30, 40], |s| (0.0, 70.0 * ms(s), 8.6e8), None);
    }

    #[test]
    fn an_embedded_engine_has_none_to_assess() {
        let mut cluster = cluster(40).job(job("j").vertex(vertex("v", 1)));
        cluster.embedded = true;
        let outcome = super::check(&Facts::of(Case::new(&[&cluster], "j").unwrap()));
        assert!(outcome.drafts.is_empty() && outcome.missing.len() == 1);
    }
}

//! What the hour grid shows: one reading a check, then one a vertex, then one a task manager.

use model::{CellVerdict, Reading};

use crate::jvm;
use crate::outcome::{Facts, Outcome, judge, of_task_manager, of_vertex};
use crate::registry::CheckInfo;
use crate::thresholds::{
    BACKPRESSURE_BAD, BACKPRESSURE_WARN, BUSY_SATURATED, BUSY_WARN, OLD_GC_SEVERE, OLD_GC_WARN, Threshold,
};

/// The reading of one check, with the job as its subject.
pub fn of_check(facts: &Facts, check: &CheckInfo, outcome: &Outcome) -> Reading {
    Reading {
        check: check.name.to_owned(),
        subject: facts.subject(),
        value: outcome.value,
        unit: check.unit.to_owned(),
        threshold: check.thresholds.first().filter(|t| t.unit == check.unit).map(|threshold| threshold.value),
        verdict: outcome.verdict(),
    }
}

/// Backpressure and busy time of each vertex, and the old generation's collection of each task manager.
pub fn of_parts(facts: &Facts) -> Vec<Reading> {
    let mut readings = Vec::new();
    for vertex in &facts.case.job().vertices {
        let load = facts.flow.as_ref().and_then(|flow| flow.load(&vertex.id));
        let pressed = load.and_then(crate::load::VertexLoad::pressed);
        let busy = load.and_then(crate::load::VertexLoad::busy);
        let row = |check: &str, value: Option<f64>, warn: &Threshold, bad: &Threshold| Reading {
            check: check.to_owned(),
            subject: of_vertex(vertex),
            value,
            unit: "ms/s".to_owned(),
            threshold: Some(bad.value),
            verdict: judge(value, Some(warn), bad),
        };
        readings.push(row("backpressure", pressed, &BACKPRESSURE_WARN, &BACKPRESSURE_BAD));
        readings.push(row("busy", busy, &BUSY_WARN, &BUSY_SATURATED));
    }
    if !facts.case.now().cluster.embedded {
        readings.extend(jvm::hosts(&facts.case).iter().map(|id| collection(facts, id)));
    }
    readings
}

/// Old-generation collection of one task manager over the last interval, in ms a minute.
fn collection(facts: &Facts, id: &str) -> Reading {
    let moments = facts.case.moments();
    let value = match moments {
        [.., before, now] => {
            let metric = jvm::task_manager(now, id).and_then(|tm| jvm::old_gc_metric(&tm.metrics));
            metric.and_then(|metric| jvm::per_minute(before, now, id, metric))
        }
        _ => None,
    };
    let verdict = if value.is_some() { judge(value, Some(&OLD_GC_WARN), &OLD_GC_SEVERE) } else { CellVerdict::Unknown };
    Reading {
        check: "garbage-collection".to_owned(),
        subject: of_task_manager(id),
        value,
        unit: "ms/min".to_owned(),
        threshold: Some(OLD_GC_WARN.value),
        verdict,
    }
}

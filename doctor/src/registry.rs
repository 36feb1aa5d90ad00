//! The one table of checks: it drives the evaluation, the hour grid's rows, and the documentation.

use crate::checks;
use crate::outcome::{Facts, Outcome};
use crate::thresholds::{self as t, Threshold};

/// One check.
#[derive(Debug, Clone, Copy)]
pub struct CheckInfo {
    /// Its name, as in findings, readings and the API: `garbage-collection`.
    pub name: &'static str,
    /// The section of the rule catalogue.
    pub category: &'static str,
    /// Its name for people: the row of the hour grid.
    pub title: &'static str,
    /// What it asks, in one sentence.
    pub asks: &'static str,
    /// The unit of its reading; empty for a plain number. The first threshold is the reading's own, where it has this unit.
    pub unit: &'static str,
    /// The signals it needs.
    pub needs: &'static [&'static str],
    /// The thresholds it holds them against, each with its source.
    pub thresholds: &'static [Threshold],
    pub(crate) run: fn(&Facts) -> Outcome,
}

/// Every check, in the order of the hour grid.
pub static CHECKS: &[CheckInfo] = &[
    CheckInfo {
        name: "availability",
        category: "availability",
        title: "Availability",
        asks: "Does the job run?",
        unit: "",
        needs: &["state"],
        thresholds: &[t::NOT_RUNNING],
        run: checks::availability::check,
    },
    CheckInfo {
        name: "restarts",
        category: "availability",
        title: "Restarts",
        asks: "Does the job fail and start again, and what of?",
        unit: "",
        needs: &["exceptions", "numRestarts"],
        thresholds: &[t::RESTARTS_LOOP, t::RESTARTS_WARN],
        run: checks::restarts::check,
    },
    CheckInfo {
        name: "task-managers",
        category: "availability",
        title: "Task managers",
        asks: "Has a task manager been lost under the job?",
        unit: "",
        needs: &["taskmanagers", "exceptions"],
        thresholds: &[],
        run: checks::task_managers::check,
    },
    CheckInfo {
        name: "backpressure",
        category: "throughput",
        title: "Backpressure",
        asks: "Which operator holds the others up?",
        unit: "ms/s",
        needs: &["backPressuredTimeMsPerSecond", "busyTimeMsPerSecond"],
        thresholds: &[t::BACKPRESSURE_BAD, t::BACKPRESSURE_WARN, t::BUSY_CULPRIT, t::CPU_WAITS, t::CPU_COMPUTES],
        run: checks::backpressure::check,
    },
    CheckInfo {
        name: "skew",
        category: "throughput",
        title: "Skew",
        asks: "Does one subtask do the work of all?",
        unit: "x",
        needs: &["numRecordsIn", "busyTimeMsPerSecond"],
        thresholds: &[t::SKEW_RATIO, t::SKEW_OTHERS, t::BUSY_SATURATED],
        run: checks::skew::check,
    },
    CheckInfo {
        name: "lag",
        category: "throughput",
        title: "Lag",
        asks: "Does the job fall behind its input?",
        unit: "ms",
        needs: &["watermarkLag", "currentEmitEventTimeLag"],
        thresholds: &[t::LAG],
        run: checks::lag::check,
    },
    CheckInfo {
        name: "garbage-collection",
        category: "memory",
        title: "Garbage collection",
        asks: "Does the collector take the time that the job needs?",
        unit: "ms/min",
        needs: &["Status.JVM.GarbageCollector.*.Time"],
        thresholds: &[t::OLD_GC_WARN, t::OLD_GC_SEVERE, t::OLD_GC_CRITICAL, t::ALL_GC_SEVERE],
        run: checks::gc::check,
    },
    CheckInfo {
        name: "heap",
        category: "memory",
        title: "Heap",
        asks: "Does memory run out?",
        unit: "",
        needs: &["Status.JVM.Memory.Heap.Used", "Status.JVM.Memory.Heap.Max", "exceptions"],
        thresholds: &[t::HEAP_SEVERE, t::LEAK_GROWTH, t::LEAK_LEVEL, t::LEAK_HORIZON],
        run: checks::heap::check,
    },
    CheckInfo {
        name: "checkpoint-failures",
        category: "checkpoints",
        title: "Checkpoint failures",
        asks: "Do checkpoints fail, and where?",
        unit: "",
        needs: &["checkpoints", "exceptions"],
        thresholds: &[t::CHECKPOINTS_FAILED],
        run: checks::checkpoint_failures::check,
    },
    CheckInfo {
        name: "checkpoint-duration",
        category: "checkpoints",
        title: "Checkpoint duration",
        asks: "Do checkpoints take too long?",
        unit: "ms",
        needs: &["checkpoints", "checkpointStartDelayNanos"],
        thresholds: &[t::CHECKPOINT_DURATION, t::CHECKPOINT_SLOW, t::START_DELAY],
        run: checks::checkpoint_duration::check,
    },
    CheckInfo {
        name: "state-growth",
        category: "state",
        title: "State growth",
        asks: "Does the state grow without end?",
        unit: "B",
        needs: &["checkpoints"],
        thresholds: &[t::STATE_GROWTH],
        run: checks::state_growth::check,
    },
    CheckInfo {
        name: "watermarks",
        category: "event-time",
        title: "Watermarks",
        asks: "Does event time stand still?",
        unit: "",
        needs: &["currentOutputWatermark", "currentInputWatermark", "numRecordsIn"],
        thresholds: &[t::WATERMARK_BEHIND],
        run: checks::watermarks::check,
    },
    CheckInfo {
        name: "late-records",
        category: "event-time",
        title: "Late records",
        asks: "Does the job drop records because they came too late?",
        unit: "",
        needs: &["numLateRecordsDropped", "numRecordsIn"],
        thresholds: &[t::LATE_RATIO],
        run: checks::late_records::check,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CHECKS;

    #[test]
    fn every_check_has_a_name_of_its_own_and_is_documented() {
        let names: BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
        let titles: BTreeSet<&str> = CHECKS.iter().map(|check| check.title).collect();
        assert_eq!((names.len(), titles.len()), (CHECKS.len(), CHECKS.len()));
        for check in CHECKS {
            assert!(
                check.asks.ends_with('?') && !check.needs.is_empty() && !check.category.is_empty(),
                "{}",
                check.name
            );
            assert!(check.thresholds.iter().all(|t| !t.source.is_empty() && t.value > 0.0), "{}", check.name);
        }
    }
}

//! What a task manager's Java process says of its memory, collector and processor.

use model::{Metrics, TaskManagerSnapshot};

use crate::case::{Case, Moment};
use crate::load::seconds;

const COLLECTORS: &str = "Status.JVM.GarbageCollector.";
/// Collectors of the old generation, by the words in their names: G1, serial and parallel, concurrent mark-sweep.
const OLD: [&str; 4] = ["Old", "MarkSweep", "Tenured", "Major"];
/// Heap in use.
pub const HEAP_USED: &str = "Status.JVM.Memory.Heap.Used";
/// The most the heap can be.
pub const HEAP_MAX: &str = "Status.JVM.Memory.Heap.Max";
/// Processor time of the whole process, in nanoseconds.
pub const CPU_TIME: &str = "Status.JVM.CPU.Time";

/// The task manager with this id at this moment.
pub fn task_manager<'a>(moment: &Moment<'a>, id: &str) -> Option<&'a TaskManagerSnapshot> {
    moment.cluster.task_managers.as_ref()?.iter().find(|tm| tm.id == id)
}

/// The ids of the task managers that the job's subtasks were last seen on, without repetition.
pub fn hosts(case: &Case) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let subtasks = case.job().vertices.iter().flat_map(|vertex| &vertex.subtasks);
    for id in subtasks.filter_map(|subtask| subtask.task_manager.clone()) {
        if !ids.contains(&id) && !id.is_empty() && id != "(unassigned)" {
            ids.push(id);
        }
    }
    ids
}

/// Whether a metric is the time a collector of the old generation has taken.
pub fn is_old_gc_time(metric: &str) -> bool {
    metric
        .strip_prefix(COLLECTORS)
        .and_then(|rest| rest.strip_suffix(".Time"))
        .is_some_and(|collector| OLD.iter().any(|word| collector.contains(word)))
}

/// The name of the old generation's collection-time metric, where there is one.
pub fn old_gc_metric(metrics: &Metrics) -> Option<&str> {
    metrics.keys().find(|name| is_old_gc_time(name)).map(String::as_str)
}

/// The metric that counts the time of all collectors.
pub const ALL_GC_TIME: &str = "Status.JVM.GarbageCollector.All.Time";

/// Collections of any kind so far: the total where the cluster gives it, else the sum.
pub fn collections(metrics: &Metrics) -> Option<f64> {
    if let Some(all) = metrics.get("Status.JVM.GarbageCollector.All.Count") {
        return Some(*all);
    }
    let counts: Vec<f64> = metrics
        .iter()
        .filter(|(name, _)| name.starts_with(COLLECTORS) && name.ends_with(".Count"))
        .map(|(_, count)| *count)
        .collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

/// The pace of a counter of milliseconds, in milliseconds a minute; `None` where it is absent, fell, or was read twice from
/// the same old sample (then not even the process' own processor time moved).
pub fn per_minute(before: &Moment, after: &Moment, id: &str, counter: &str) -> Option<f64> {
    let (old, new) = (&task_manager(before, id)?.metrics, &task_manager(after, id)?.metrics);
    if old.get(CPU_TIME).is_some() && old.get(CPU_TIME) == new.get(CPU_TIME) {
        return None;
    }
    let spent = new.get(counter)? - old.get(counter)?;
    let seconds = seconds(before, after);
    (spent >= 0.0 && seconds > 0.0).then(|| 60.0 * spent / seconds)
}

/// How many cores the process kept busy between two moments.
pub fn cores(before: &Moment, after: &Moment, id: &str) -> Option<f64> {
    let (old, new) = (task_manager(before, id)?, task_manager(after, id)?);
    let nanos = new.metrics.get(CPU_TIME)? - old.metrics.get(CPU_TIME)?;
    let seconds = seconds(before, after);
    (nanos > 0.0 && seconds > 0.0).then(|| nanos / 1e9 / seconds)
}

/// Share of the heap in use, 0 to 1.
pub fn heap_share(metrics: &Metrics) -> Option<f64> {
    let max = metrics.get(HEAP_MAX).copied().filter(|max| *max > 0.0)?;
    Some(metrics.get(HEAP_USED)? / max)
}

#[cfg(test)]
mod tests {
    use super::is_old_gc_time;

    #[test]
    fn knows_the_old_generation_by_any_collectors_name() {
        for name in ["G1_Old_Generation", "G1 Old Generation", "PS_MarkSweep", "ConcurrentMarkSweep"] {
            assert!(is_old_gc_time(&format!("Status.JVM.GarbageCollector.{name}.Time")), "{name}");
        }
        assert!(!is_old_gc_time("Status.JVM.GarbageCollector.G1_Young_Generation.Time"));
        assert!(!is_old_gc_time("Status.JVM.GarbageCollector.G1_Old_Generation.Count"));
        assert!(!is_old_gc_time("Status.JVM.GarbageCollector.All.Time"));
    }
}

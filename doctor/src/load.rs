//! What subtasks do with their time and records between two snapshots.
//!
//! Times come from the accumulated counters where both snapshots have them: an average over the whole interval, which no
//! spike and no stale gauge can bend. Record rates come from counters too, never from `…PerSecond`, which is a mean over the
//! last minute. A counter that fell means a restart, and gives no rate.

use model::{Metrics, SubtaskSnapshot, VertexSnapshot};

use crate::case::{Moment, Window};

/// What one subtask did with its time, in milliseconds a second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Load {
    /// At work, which includes waiting inside user code.
    pub busy: Option<f64>,
    /// Without input.
    pub idle: Option<f64>,
    /// With input, but without room for output.
    pub pressed: Option<f64>,
}

const ACCUMULATED: [&str; 3] = ["accumulateBusyTimeMs", "accumulateIdleTimeMs", "accumulateBackPressuredTimeMs"];
const GAUGES: [&str; 3] = ["busyTimeMsPerSecond", "idleTimeMsPerSecond", "backPressuredTimeMsPerSecond"];
/// The three counters together run as fast as the clock; where they ran at less than this share of it, they are stale.
const FRESH: f64 = 0.2;

impl Load {
    /// The load between two readings of one subtask, `seconds` apart.
    pub fn between(before: &Metrics, after: &Metrics, seconds: f64) -> Load {
        let delta = |name: &str| Some((after.get(name)? - before.get(name)?).max(0.0));
        let [busy, idle, pressed] = ACCUMULATED.map(delta);
        if let (Some(busy), Some(idle), Some(pressed)) = (busy, idle, pressed) {
            let all = busy + idle + pressed;
            if all > FRESH * seconds * 1000.0 && grew(before, after) {
                let share = |part: f64| Some(1000.0 * part / all);
                return Load { busy: share(busy), idle: share(idle), pressed: share(pressed) };
            }
        }
        Load::gauges(after)
    }

    /// The load as the gauges say it.
    pub fn gauges(metrics: &Metrics) -> Load {
        let [busy, idle, pressed] = GAUGES.map(|name| metrics.get(name).copied().filter(|value| *value >= 0.0));
        Load { busy, idle, pressed }
    }
}

/// Whether none of the accumulated times fell by more than a rounding: busy time is computed, and may lose a few hundred ms.
fn grew(before: &Metrics, after: &Metrics) -> bool {
    ACCUMULATED.iter().all(|name| match (before.get(*name), after.get(*name)) {
        (Some(before), Some(after)) => after - before > -1_000.0,
        _ => false,
    })
}

/// The events a second that a counter counted; `None` where it is absent or fell.
pub fn rate(before: &Metrics, after: &Metrics, seconds: f64, counter: &str) -> Option<f64> {
    let counted = after.get(counter)? - before.get(counter)?;
    (counted >= 0.0 && seconds > 0.0).then(|| counted / seconds)
}

/// Seconds between two moments.
pub fn seconds(before: &Moment, after: &Moment) -> f64 {
    to_f64(after.at().since_ms(before.at())) / 1000.0
}

/// Milliseconds as a number to calculate with; exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
pub fn to_f64(ms: i64) -> f64 {
    ms as f64
}

/// One subtask over a window.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SubtaskLoad {
    /// Its index, counted from 0.
    pub index: u32,
    /// The mean over the window.
    pub mean: Load,
    /// The least of the window's intervals: what held all the time.
    pub least: Load,
    /// Records taken in a second.
    pub records_in: Option<f64>,
    /// Records given out a second.
    pub records_out: Option<f64>,
    /// Processor time in milliseconds a second, where the cluster measures it by thread.
    pub cpu: Option<f64>,
    /// The task manager it runs on.
    pub task_manager: Option<String>,
}

/// One vertex over a window.
#[derive(Debug, Clone)]
pub struct VertexLoad<'a> {
    /// The vertex as it is now.
    pub vertex: &'a VertexSnapshot,
    /// Its subtasks, by index.
    pub subtasks: Vec<SubtaskLoad>,
}

impl<'a> VertexLoad<'a> {
    /// The load of one vertex over the window.
    pub fn over(window: &Window<'a>, vertex: &'a VertexSnapshot) -> VertexLoad<'a> {
        let subtasks = vertex.subtasks.iter().map(|subtask| subtask_load(window, &vertex.id, subtask)).collect();
        VertexLoad { vertex, subtasks }
    }

    /// Backpressured time of the worst subtask over the window, in ms/s.
    pub fn pressed(&self) -> Option<f64> {
        most(self.subtasks.iter().map(|s| s.mean.pressed))
    }

    /// Backpressured time of the worst subtask in the mildest interval, in ms/s.
    pub fn pressed_throughout(&self) -> Option<f64> {
        most(self.subtasks.iter().map(|s| s.least.pressed))
    }

    /// Busy time of the busiest subtask over the window, in ms/s.
    pub fn busy(&self) -> Option<f64> {
        most(self.subtasks.iter().map(|s| s.mean.busy))
    }

    /// Busy time of the subtask that was busiest all the time, in ms/s.
    pub fn busy_throughout(&self) -> Option<f64> {
        most(self.subtasks.iter().map(|s| s.least.busy))
    }

    /// The busiest subtask.
    pub fn busiest(&self) -> Option<&SubtaskLoad> {
        let busy = |s: &SubtaskLoad| s.mean.busy.unwrap_or(-1.0);
        self.subtasks.iter().max_by(|a, b| busy(a).total_cmp(&busy(b)))
    }

    /// Records taken in a second, over all subtasks.
    pub fn records_in(&self) -> Option<f64> {
        self.subtasks.iter().map(|s| s.records_in).sum()
    }

    /// Whether anything at all is known of its load.
    pub fn known(&self) -> bool {
        self.subtasks.iter().any(|s| s.mean.busy.is_some() || s.mean.pressed.is_some())
    }
}

/// The greatest of what is known.
pub fn most(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().max_by(f64::total_cmp)
}

/// The middle of what is known; of an even number the mean of the two middle ones.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*values.get(half - 1)?, upper)) }
}

fn subtask_load(window: &Window, vertex: &str, now: &SubtaskSnapshot) -> SubtaskLoad {
    let mut loads = Vec::new();
    for (before, after) in window.intervals() {
        let pair = (metrics(&before, vertex, now.index), metrics(&after, vertex, now.index));
        if let (Some(old), Some(new)) = pair {
            loads.push(Load::between(old, new, seconds(&before, &after)));
        }
    }
    let ends = window.moments().first().zip(window.moments().last());
    let counted = |counter: &str| {
        let (first, last) = ends?;
        let old = metrics(first, vertex, now.index)?;
        rate(old, metrics(last, vertex, now.index)?, seconds(first, last), counter)
    };
    SubtaskLoad {
        index: now.index,
        mean: Load {
            busy: mean(&loads, |l| l.busy),
            idle: mean(&loads, |l| l.idle),
            pressed: mean(&loads, |l| l.pressed),
        },
        least: Load {
            busy: least(&loads, |l| l.busy),
            idle: least(&loads, |l| l.idle),
            pressed: least(&loads, |l| l.pressed),
        },
        records_in: counted("numRecordsIn"),
        records_out: counted("numRecordsOut"),
        cpu: mean_cpu(window, vertex, now.index),
        task_manager: now.task_manager.clone(),
    }
}

/// The thread's processor time over the window; the first moment's value is of the time before it.
fn mean_cpu(window: &Window, vertex: &str, subtask: u32) -> Option<f64> {
    let values =
        window.moments().iter().skip(1).map(|m| metrics(m, vertex, subtask)?.get("cpuTimeMsPerSecond").copied());
    let known: Option<Vec<f64>> = values.collect();
    let known = known.filter(|values| !values.is_empty())?;
    Some(known.iter().sum::<f64>() / f64::from(u32::try_from(known.len()).ok()?))
}

/// The metrics of one subtask at one moment.
pub fn metrics<'a>(moment: &Moment<'a>, vertex: &str, subtask: u32) -> Option<&'a Metrics> {
    let vertex = moment.job.vertices.iter().find(|v| v.id == vertex)?;
    vertex.subtasks.iter().find(|s| s.index == subtask).map(|s| &s.metrics)
}

/// The mean of one part; unknown unless every interval knows it.
fn mean(loads: &[Load], part: impl Fn(&Load) -> Option<f64>) -> Option<f64> {
    let known: Option<Vec<f64>> = loads.iter().map(part).collect();
    let known = known.filter(|values| !values.is_empty())?;
    let count = u32::try_from(known.len()).ok()?;
    Some(known.iter().sum::<f64>() / f64::from(count))
}

/// The least of one part; unknown unless every interval knows it.
fn least(loads: &[Load], part: impl Fn(&Load) -> Option<f64>) -> Option<f64> {
    let known: Option<Vec<f64>> = loads.iter().map(part).collect();
    known?.into_iter().min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::Metrics;

    use super::{Load, median, rate};

    fn metrics(pairs: &[(&str, f64)]) -> Metrics {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    fn accumulated(busy: f64, idle: f64, pressed: f64, gauge: f64) -> Metrics {
        metrics(&[
            ("accumulateBusyTimeMs", busy),
            ("accumulateIdleTimeMs", idle),
            ("accumulateBackPressuredTimeMs", pressed),
            ("busyTimeMsPerSecond", gauge),
        ])
    }

    #[test]
    fn prefers_the_counters_to_a_gauge_that_caught_a_spike() {
        let load = Load::between(&accumulated(0.0, 0.0, 0.0, 0.0), &accumulated(1e3, 9e3, 0.0, 990.0), 10.0);
        assert_eq!(load.busy, Some(100.0));
        assert_eq!(load.idle, Some(900.0));
    }

    #[test]
    fn falls_back_to_the_gauge_where_counters_stand_still_or_fell() {
        let stale = Load::between(&accumulated(5e3, 5e3, 0.0, 0.0), &accumulated(5e3, 5e3, 0.0, 420.0), 10.0);
        assert_eq!(stale.busy, Some(420.0));
        let restarted = Load::between(&accumulated(9e6, 5e3, 0.0, 0.0), &accumulated(5e3, 9e3, 0.0, 430.0), 10.0);
        assert_eq!(restarted.busy, Some(430.0));
    }

    #[test]
    fn knows_nothing_without_signals() {
        assert_eq!(Load::between(&Metrics::new(), &Metrics::new(), 10.0), Load::default());
    }

    #[test]
    fn a_counter_that_fell_gives_no_rate() {
        let (low, high) = (metrics(&[("n", 10.0)]), metrics(&[("n", 30.0)]));
        assert_eq!(rate(&low, &high, 10.0, "n"), Some(2.0));
        assert_eq!(rate(&high, &low, 10.0, "n"), None);
        assert_eq!(rate(&low, &high, 10.0, "absent"), None);
    }

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}

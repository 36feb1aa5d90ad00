//! A task's counters, and the sampler that makes Flink's metrics of them.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::clock::{TaskClock, Times};

/// Values by name.
pub type Values = BTreeMap<String, f64>;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to it.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// What it has grown to.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A point in event time that a task or an operator has come to: milliseconds, as Flink shows it.
#[derive(Debug)]
pub struct Mark(AtomicI64);

impl Default for Mark {
    /// Flink's value before there is a watermark.
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl Mark {
    /// Moves it.
    pub fn set(&self, watermark: i64) {
        self.0.store(watermark, Ordering::Relaxed);
    }

    /// Where it is.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The four counters that Flink keeps for a task and for an operator.
#[derive(Debug, Default)]
pub struct Flow {
    /// Records in.
    pub records_in: Counter,
    /// Records out.
    pub records_out: Counter,
    /// Bytes in.
    pub bytes_in: Counter,
    /// Bytes out.
    pub bytes_out: Counter,
    /// Records that came too late and were dropped.
    pub late_dropped: Counter,
    /// The watermark that came in.
    pub watermark_in: Mark,
    /// The watermark that went out.
    pub watermark_out: Mark,
}

impl Flow {
    fn counters(&self) -> [(&'static str, u64); 4] {
        [
            ("numRecordsIn", self.records_in.get()),
            ("numRecordsOut", self.records_out.get()),
            ("numBytesIn", self.bytes_in.get()),
            ("numBytesOut", self.bytes_out.get()),
        ]
    }
}

/// One task's counters.
#[derive(Default)]
pub struct TaskMetrics {
    /// The task's own.
    pub task: Flow,
    /// Its operators', in order, by the name that metrics call them.
    pub operators: Vec<(String, Flow)>,
    /// What connectors report beside, by full name.
    gauges: Mutex<Values>,
    /// What is read when it is asked for, by full name.
    probes: Mutex<Vec<(String, Probe)>>,
}

/// Reads a value.
type Probe = Box<dyn Fn() -> f64 + Send>;

impl fmt::Debug for TaskMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskMetrics")
            .field("task", &self.task)
            .field("operators", &self.operators)
            .finish_non_exhaustive()
    }
}

impl TaskMetrics {
    /// Counters for operators of these names.
    pub fn new<'a>(operators: impl Iterator<Item = &'a str>) -> Self {
        let operators = operators.map(|name| (metric_scope(name), Flow::default())).collect();
        Self { operators, ..Self::default() }
    }

    /// Sets a gauge of the task.
    pub fn task_gauge(&self, name: &str, value: f64) {
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value);
    }

    /// Adds a value of the task that is read when metrics are sampled.
    pub fn probe(&self, name: &str, probe: impl Fn() -> f64 + Send + 'static) {
        self.probes.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), Box::new(probe)));
    }

    /// Sets a gauge of the operator at `operator`.
    pub fn gauge(&self, operator: usize, name: &str, value: f64) {
        let Some((scope, _)) = self.operators.get(operator) else { return };
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner).insert(format!("{scope}.{name}"), value);
    }
}

/// An operator's name as Flink writes it into the names of metrics: `Source: flights` is `Source__flights`.
fn metric_scope(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_[]()".contains(c) { c } else { '_' }).collect()
}

/// Rates over less than this are noise; until then the last ones stand.
const MIN_INTERVAL: Duration = Duration::from_millis(250);

/// Reads one task's counters and clock again and again, and makes rates of the differences.
#[derive(Debug)]
pub struct Sampler {
    clock: Arc<TaskClock>,
    metrics: Arc<TaskMetrics>,
    sampled: Instant,
    times: Times,
    cpu: Duration,
    counters: BTreeMap<String, u64>,
    rates: Values,
}

impl Sampler {
    /// A sampler of a task that begins now.
    pub fn new(clock: Arc<TaskClock>, metrics: Arc<TaskMetrics>) -> Self {
        Self {
            clock,
            metrics,
            sampled: Instant::now(),
            times: Times::default(),
            cpu: Duration::ZERO,
            counters: BTreeMap::new(),
            rates: Values::new(),
        }
    }

    /// All values now; rates are over the time since they were last made.
    pub fn sample(&mut self) -> Values {
        let counters = self.counters();
        let times = self.clock.times();
        let elapsed = self.sampled.elapsed();
        if elapsed >= MIN_INTERVAL {
            self.sampled = Instant::now();
            self.make_rates(&counters, times, elapsed.as_secs_f64());
        }
        let mut values = self.metrics.gauges.lock().unwrap_or_else(PoisonError::into_inner).clone();
        values.extend(self.watermarks());
        for (name, probe) in self.metrics.probes.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            values.insert(name.clone(), probe());
        }
        values.extend(self.rates.clone());
        values.extend(counters.into_iter().map(|(name, value)| (name, value as f64)));
        for (name, time) in [
            ("accumulateBusyTimeMs", times.busy),
            ("accumulateIdleTimeMs", times.idle),
            ("accumulateBackPressuredTimeMs", times.backpressured),
        ] {
            values.insert(name.to_owned(), time.as_millis() as f64);
        }
        values
    }

    /// The counters of the task under their names, and of its operators under theirs.
    fn counters(&self) -> BTreeMap<String, u64> {
        let task = self.metrics.task.counters().map(|(name, value)| (name.to_owned(), value));
        let operators = self
            .metrics
            .operators
            .iter()
            .flat_map(|(scope, flow)| flow.counters().map(|(name, value)| (format!("{scope}.{name}"), value)));
        task.into_iter().chain(operators).collect()
    }

    /// The watermarks of the operators, and what they dropped as late.
    fn watermarks(&self) -> Values {
        let mut values = Values::new();
        for (scope, flow) in &self.metrics.operators {
            values.insert(format!("{scope}.currentInputWatermark"), flow.watermark_in.get() as f64);
            values.insert(format!("{scope}.currentOutputWatermark"), flow.watermark_out.get() as f64);
            values.insert(format!("{scope}.numLateRecordsDropped"), flow.late_dropped.get() as f64);
        }
        values
    }

    fn make_rates(&mut self, counters: &BTreeMap<String, u64>, times: Times, seconds: f64) {
        let (busy, idle, backpressured) = times.rates_since(&self.times);
        let cpu = self.clock.cpu_time().unwrap_or(self.cpu);
        let computing = cpu.saturating_sub(self.cpu).as_secs_f64() * 1000.0 / seconds;
        for (name, rate) in [
            ("busyTimeMsPerSecond", busy as f64),
            ("idleTimeMsPerSecond", idle as f64),
            ("backPressuredTimeMsPerSecond", backpressured as f64),
            ("softBackPressuredTimeMsPerSecond", backpressured as f64),
            ("hardBackPressuredTimeMsPerSecond", 0.0),
            ("cpuTimeMsPerSecond", computing),
        ] {
            self.rates.insert(name.to_owned(), rate);
        }
        for (name, value) in counters {
            let before = self.counters.get(name).copied().unwrap_or(0);
            self.rates.insert(format!("{name}PerSecond"), (value - before) as f64 / seconds);
        }
        self.times = times;
        self.cpu = cpu;
        self.counters.clone_from(counters);
    }
}

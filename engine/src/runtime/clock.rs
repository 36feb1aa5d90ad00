//! Accounts of a task's time: every nanosecond since it began is busy, idle or backpressured, and is counted once.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
    time::{Duration, Instant},
};

/// What a task is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Computing, or waiting for the service behind its sink.
    Busy,
    /// Waiting for input, or for the time at which a paced source may go on.
    Idle,
    /// Waiting for room in the queue of a task after it.
    BackPressured,
}

/// Times by activity since the task began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// Time spent busy.
    pub busy: Duration,
    /// Time spent idle.
    pub idle: Duration,
    /// Time spent backpressured.
    pub backpressured: Duration,
}

impl Times {
    /// All of it.
    pub fn total(&self) -> Duration {
        self.busy + self.idle + self.backpressured
    }

    fn add(&mut self, activity: Activity, time: Duration) {
        match activity {
            Activity::Busy => self.busy += time,
            Activity::Idle => self.idle += time,
            Activity::BackPressured => self.backpressured += time,
        }
    }

    /// Milliseconds a second spent busy, idle and backpressured since `before`; they add up to 1000.
    pub fn rates_since(&self, before: &Times) -> (u64, u64, u64) {
        let total = (self.total().saturating_sub(before.total())).as_nanos();
        if total == 0 {
            return (0, 1000, 0);
        }
        let share = |now: Duration, then: Duration| {
            ((now.saturating_sub(then).as_nanos() * 1000 + total / 2) / total).min(1000) as u64
        };
        let idle = share(self.idle, before.idle);
        let backpressured = share(self.backpressured, before.backpressured).min(1000 - idle);
        (1000 - idle - backpressured, idle, backpressured)
    }
}

/// The account of one task: written by its thread, read by the sampler.
#[derive(Debug)]
pub struct TaskClock {
    state: Mutex<State>,
    /// The thread's id in the kernel; 0 before it runs.
    thread: AtomicI32,
}

#[derive(Debug)]
struct State {
    activity: Activity,
    since: Instant,
    times: Times,
    /// A task that has ended no longer spends time.
    ended: bool,
}

impl TaskClock {
    /// A clock that begins now, idle until the task runs.
    pub fn start() -> Self {
        let state = State { activity: Activity::Idle, since: Instant::now(), times: Times::default(), ended: false };
        Self { state: Mutex::new(state), thread: AtomicI32::new(0) }
    }

    /// The calling thread is the task's.
    pub fn adopt_thread(&self) {
        // SAFETY: gettid takes no arguments and cannot fail.
        self.thread.store(unsafe { libc::gettid() }, Ordering::Relaxed);
    }

    /// Begins another activity; answers the one before.
    pub fn switch(&self, activity: Activity) -> Activity {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settle();
        std::mem::replace(&mut state.activity, activity)
    }

    /// Runs `wait` as `activity`, then goes back to the activity before.
    pub fn during<T>(&self, activity: Activity, wait: impl FnOnce() -> T) -> T {
        let before = self.switch(activity);
        let result = wait();
        self.switch(before);
        result
    }

    /// Stops the account: the task has ended.
    pub fn end(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settle();
        state.ended = true;
    }

    /// The times up to now, the activity under way included.
    pub fn times(&self) -> Times {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settle();
        state.times
    }

    /// The processor time that the task's thread has used; `None` where the thread has ended or has not begun.
    pub fn cpu_time(&self) -> Option<Duration> {
        let thread = self.thread.load(Ordering::Relaxed);
        if thread == 0 {
            return None;
        }
        // The kernel's encoding of a thread's processor clock: the complement of its id, and CPUCLOCK_SCHED | PERTHREAD.
        let clock = (!thread << 3) | 6;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is valid for writing; an id that is no longer a thread's makes the call fail, no more.
        let failed = unsafe { libc::clock_gettime(clock, &raw mut time) } != 0;
        (!failed).then(|| Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32))
    }
}

impl State {
    fn settle(&mut self) {
        let now = Instant::now();
        if !self.ended {
            self.times.add(self.activity, now - self.since);
        }
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_moment_is_counted_once() {
        let begun = Instant::now();
        let clock = TaskClock::start();
        clock.switch(Activity::Busy);
        clock.during(Activity::BackPressured, || std::thread::sleep(Duration::from_millis(20)));
        clock.during(Activity::Idle, || std::thread::sleep(Duration::from_millis(10)));
        let (times, elapsed) = (clock.times(), begun.elapsed());
        assert!(times.total() <= elapsed && elapsed - times.total() < Duration::from_millis(5));
        assert!(times.backpressured >= Duration::from_millis(20) && times.idle >= Duration::from_millis(10));
        let (busy, idle, backpressured) = times.rates_since(&Times::default());
        assert_eq!(busy + idle + backpressured, 1000);
    }

    #[test]
    fn processor_time_is_that_of_the_thread() {
        let clock = TaskClock::start();
        assert_eq!(clock.cpu_time(), None);
        clock.adopt_thread();
        let before = clock.cpu_time().unwrap();
        std::thread::sleep(Duration::from_millis(30));
        assert!(clock.cpu_time().unwrap() - before < Duration::from_millis(20), "sleeping is not computing");
    }
}

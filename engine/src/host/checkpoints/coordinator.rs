//! When a checkpoint is begun, and what becomes of it: a pure state machine, driven by the clock and by what tasks say.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// A task: the index of its vertex, and its index among the vertex' subtasks.
pub type TaskId = (usize, u32);

/// How a job is checkpointed, under Flink's names for the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// `execution.checkpointing.interval`; `None`: only on demand.
    pub interval: Option<Duration>,
    /// `execution.checkpointing.timeout`
    pub timeout: Duration,
    /// `execution.checkpointing.min-pause`: from the end of one to the begin of the next.
    pub min_pause: Duration,
    /// `execution.checkpointing.tolerable-failed-checkpoints`: more in a row fail the job.
    pub tolerable_failures: u32,
}

/// What a snapshot is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To recover from.
    Checkpoint,
    /// The end of a job whose input ended: sinks commit with it.
    Final,
    /// To keep, wanted by the operation `request`, in `directory`.
    Savepoint {
        /// The operation that asked.
        request: u64,
        /// Where it is to be.
        directory: String,
        /// Whether the job stops with it.
        stop: Option<StopMode>,
    },
}

/// How a job stops with a savepoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// To go on later: windows stay open.
    Suspend,
    /// For good: event time ends, and windows fire.
    Drain,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Action<A> {
    /// Tell the worker to take a snapshot.
    Trigger {
        /// Its number.
        id: u64,
        /// What for.
        purpose: Purpose,
    },
    /// Every task has answered: write the manifest, then tell the worker.
    Complete {
        /// Its number.
        id: u64,
        /// What for.
        purpose: Purpose,
        /// When it was begun.
        begun_ms: i64,
        /// The answers.
        answers: BTreeMap<TaskId, A>,
    },
    /// It will not be: tell the worker, and whoever asked.
    Abort {
        /// Its number; 0 where it was not begun.
        id: u64,
        /// What for.
        purpose: Purpose,
        /// When it was begun.
        begun_ms: i64,
        /// How many tasks had answered.
        answered: usize,
        /// Why, in Flink's words.
        reason: String,
    },
    /// More failed in a row than is tolerated: the job fails.
    FailJob(String),
}

/// A snapshot under way.
struct Pending<A> {
    id: u64,
    purpose: Purpose,
    begun_ms: i64,
    /// The answers so far, by task.
    answers: BTreeMap<TaskId, A>,
}

/// One attempt's coordinator. At most one snapshot is under way; savepoints that are asked for meanwhile wait.
pub struct Coordinator<A> {
    policy: Policy,
    next_id: u64,
    tasks: usize,
    pending: Option<Pending<A>>,
    waiting: VecDeque<Purpose>,
    /// When the next periodic one is due; `None` before the job runs, or where there are none.
    due_ms: Option<i64>,
    failures_in_a_row: u32,
    /// The input has ended: the next periodic one is the last, and is tried until it succeeds.
    ending: bool,
    /// Nothing is begun any more: the job stops with its savepoint, or its last checkpoint is under way.
    closing: bool,
}

/// Savepoints that wait for the snapshot before them. At this bound more are refused.
const MAX_WAITING: usize = 16;
/// How long after a failure the last checkpoint of a job is tried again, at the least.
const RETRY: Duration = Duration::from_millis(50);

impl<A> Coordinator<A> {
    /// A coordinator of a job of so many tasks, whose next snapshot has this number.
    pub fn new(policy: Policy, tasks: usize, next_id: u64) -> Self {
        Self {
            policy,
            next_id,
            tasks,
            pending: None,
            waiting: VecDeque::new(),
            due_ms: None,
            failures_in_a_row: 0,
            ending: false,
            closing: false,
        }
    }

    /// All tasks run: periodic checkpoints begin an interval from now.
    pub fn running(&mut self, now_ms: i64) {
        self.due_ms = self.policy.interval.map(|interval| now_ms + millis(interval));
    }

    /// When [`Coordinator::tick`] is to be called next.
    pub fn next_tick_ms(&self) -> Option<i64> {
        match &self.pending {
            Some(pending) => Some(pending.begun_ms + millis(self.policy.timeout)),
            None => self.due_ms.filter(|_| !self.closing),
        }
    }

    /// The clock has moved.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Action<A>> {
        let mut actions = Vec::new();
        if let Some(pending) = self.pending.take_if(|pending| now_ms >= pending.begun_ms + millis(self.policy.timeout))
        {
            actions.extend(self.failed(pending, "Checkpoint expired before completing.", now_ms));
        }
        actions.extend(self.begin(now_ms));
        actions
    }

    /// A snapshot is wanted now, or after the one under way.
    pub fn request(&mut self, purpose: Purpose, now_ms: i64) -> Vec<Action<A>> {
        self.ending |= purpose == Purpose::Final;
        let refused = |reason: &str| {
            vec![Action::Abort {
                id: 0,
                purpose: purpose.clone(),
                begun_ms: now_ms,
                answered: 0,
                reason: reason.to_owned(),
            }]
        };
        if self.closing {
            return refused("The job is stopping.");
        }
        if self.due_ms.is_none() && self.policy.interval.is_some() {
            return refused("Not all required tasks are currently running.");
        }
        if self.waiting.len() >= MAX_WAITING && purpose != Purpose::Final {
            return refused("Too many checkpoint requests are queued; try again when they are done.");
        }
        self.waiting.push_back(purpose);
        self.begin(now_ms).into_iter().collect()
    }

    /// A task has written its part.
    pub fn answered(&mut self, id: u64, task: TaskId, answer: A, now_ms: i64) -> Vec<Action<A>> {
        let Some(pending) = self.pending.as_mut().filter(|pending| pending.id == id) else { return Vec::new() };
        pending.answers.insert(task, answer);
        if pending.answers.len() < self.tasks {
            return Vec::new();
        }
        let Some(Pending { id, purpose, begun_ms, answers }) = self.pending.take() else { return Vec::new() };
        self.failures_in_a_row = 0;
        self.closing |= matches!(purpose, Purpose::Final | Purpose::Savepoint { stop: Some(_), .. });
        self.paused(now_ms);
        let mut actions = vec![Action::Complete { id, purpose, begun_ms, answers }];
        actions.extend(self.begin(now_ms));
        actions
    }

    /// A task could not write its part, or the manifest could not be written.
    pub fn declined(&mut self, id: u64, reason: &str, now_ms: i64) -> Vec<Action<A>> {
        let Some(pending) = self.pending.take_if(|pending| pending.id == id) else { return Vec::new() };
        let mut actions = self.failed(pending, reason, now_ms);
        actions.extend(self.begin(now_ms));
        actions
    }

    /// One that every task had answered could not be made complete: its manifest could not be written.
    pub fn lost(&mut self, purpose: &Purpose, reason: &str) -> Option<Action<A>> {
        self.closing = false;
        self.counted(purpose, reason)
    }

    fn counted(&mut self, purpose: &Purpose, reason: &str) -> Option<Action<A>> {
        if matches!(purpose, Purpose::Savepoint { .. }) {
            return None;
        }
        self.failures_in_a_row += 1;
        (self.failures_in_a_row > self.policy.tolerable_failures).then(|| {
            Action::FailJob(format!(
                "Exceeded checkpoint tolerable failure threshold. The latest checkpoint failed due to {reason}"
            ))
        })
    }

    /// The attempt is over: whoever waits is told.
    pub fn stopped(&mut self, reason: &str, now_ms: i64) -> Vec<Action<A>> {
        self.closing = true;
        let mut actions = Vec::new();
        if let Some(Pending { id, purpose, begun_ms, answers }) = self.pending.take() {
            let reason = reason.to_owned();
            actions.push(Action::Abort { id, purpose, begun_ms, answered: answers.len(), reason });
        }
        for purpose in self.waiting.drain(..) {
            actions.push(Action::Abort { id: 0, purpose, begun_ms: now_ms, answered: 0, reason: reason.to_owned() });
        }
        actions
    }

    fn failed(&mut self, pending: Pending<A>, reason: &str, now_ms: i64) -> Vec<Action<A>> {
        let Pending { id, purpose, begun_ms, answers } = pending;
        let over = self.counted(&purpose, reason);
        self.paused(now_ms);
        let aborted = Action::Abort { id, purpose, begun_ms, answered: answers.len(), reason: reason.to_owned() };
        std::iter::once(aborted).chain(over).collect()
    }

    /// One has ended: the next periodic one keeps its distance. The last one need not wait for its beat.
    fn paused(&mut self, now_ms: i64) {
        let earliest = now_ms + millis(self.policy.min_pause);
        let last = earliest.max(now_ms + millis(RETRY));
        self.due_ms = self.due_ms.map(|due| if self.ending { last } else { due.max(earliest) });
    }

    fn begin(&mut self, now_ms: i64) -> Option<Action<A>> {
        if self.pending.is_some() || self.closing {
            return None;
        }
        let purpose = match self.waiting.pop_front() {
            Some(purpose) => purpose,
            None => {
                let due = self.due_ms.filter(|due| now_ms >= *due)?;
                let interval = millis(self.policy.interval?);
                // Beats that were missed are not made up for.
                self.due_ms = Some((due + interval).max(now_ms + 1));
                if self.ending { Purpose::Final } else { Purpose::Checkpoint }
            }
        };
        let id = self.next_id;
        self.next_id += 1;
        self.pending = Some(Pending { id, purpose: purpose.clone(), begun_ms: now_ms, answers: BTreeMap::new() });
        Some(Action::Trigger { id, purpose })
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coordinator(interval_ms: Option<u64>, tolerable_failures: u32) -> Coordinator<()> {
        let policy = Policy {
            interval: interval_ms.map(Duration::from_millis),
            timeout: Duration::from_millis(500),
            min_pause: Duration::from_millis(50),
            tolerable_failures,
        };
        let mut coordinator = Coordinator::new(policy, 2, 7);
        coordinator.running(0);
        coordinator
    }

    fn said(actions: &[Action<()>]) -> Vec<String> {
        let word = |action: &Action<()>| match action {
            Action::Trigger { id, .. } => format!("trigger {id}"),
            Action::Complete { id, .. } => format!("complete {id}"),
            Action::Abort { id, reason, .. } => format!("abort {id}: {reason}"),
            Action::FailJob(_) => "fail".to_owned(),
        };
        actions.iter().map(word).collect()
    }

    fn savepoint(stop: Option<StopMode>) -> Purpose {
        Purpose::Savepoint { request: 1, directory: "s".to_owned(), stop }
    }

    #[test]
    fn checkpoints_are_periodic_and_keep_their_distance() {
        let mut c = coordinator(Some(100), 0);
        assert!(c.tick(99).is_empty());
        assert_eq!(said(&c.tick(100)), ["trigger 7"]);
        assert!(c.answered(7, (0, 0), (), 190).is_empty());
        assert_eq!(said(&c.answered(7, (0, 1), (), 195)), ["complete 7"]);
        assert_eq!(c.next_tick_ms(), Some(245), "the pause is longer than the beat");
        assert!(c.tick(244).is_empty());
        assert_eq!(said(&c.tick(245)), ["trigger 8"]);
    }

    #[test]
    fn one_that_takes_too_long_is_given_up_and_its_late_answers_are_ignored() {
        let mut c = coordinator(Some(100), 1);
        c.tick(100);
        assert_eq!(said(&c.tick(600)), ["abort 7: Checkpoint expired before completing."]);
        assert!(c.answered(7, (0, 0), (), 610).is_empty());
        assert_eq!(said(&c.tick(650)), ["trigger 8"]);
        let over = c.declined(8, "disk full", 660);
        assert_eq!(said(&over), ["abort 8: disk full", "fail"], "the second failure in a row is one too many");
    }

    #[test]
    fn a_savepoint_waits_for_the_one_under_way_and_its_failure_is_its_own() {
        let mut c = coordinator(Some(100), 0);
        c.tick(100);
        assert!(c.request(savepoint(None), 110).is_empty());
        assert_eq!(said(&c.declined(7, "x", 120)), ["abort 7: x", "fail", "trigger 8"]);
        assert_eq!(said(&c.declined(8, "y", 130)), ["abort 8: y"]);
    }

    #[test]
    fn nothing_is_begun_after_a_stop() {
        let mut c = coordinator(None, 0);
        assert_eq!(said(&c.request(savepoint(Some(StopMode::Drain)), 5)), ["trigger 7"]);
        c.answered(7, (0, 0), (), 6);
        assert_eq!(said(&c.answered(7, (1, 0), (), 7)), ["complete 7"]);
        assert_eq!(c.next_tick_ms(), None);
        assert_eq!(said(&c.request(savepoint(None), 8)), ["abort 0: The job is stopping."]);
    }

    #[test]
    fn the_last_one_is_tried_again() {
        let mut c = coordinator(Some(100), 1);
        assert_eq!(said(&c.request(Purpose::Final, 10)), ["trigger 7"]);
        assert_eq!(said(&c.declined(7, "disk full", 20)), ["abort 7: disk full"]);
        let again = c.tick(100);
        assert_eq!(again, [Action::Trigger { id: 8, purpose: Purpose::Final }]);
        c.answered(8, (0, 0), (), 110);
        assert_eq!(said(&c.answered(8, (1, 0), (), 120)), ["complete 8"]);
        assert!(c.tick(200).is_empty());
    }

    #[test]
    fn whoever_waits_is_told_when_the_attempt_is_over() {
        let mut c = coordinator(Some(100), 0);
        c.tick(100);
        c.request(savepoint(None), 110);
        assert_eq!(said(&c.stopped("The job failed.", 120)), ["abort 7: The job failed.", "abort 0: The job failed."]);
    }
}

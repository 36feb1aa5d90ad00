//! The watcher of one job: its open findings, its last closed ones, its hour of cells.

use std::collections::{BTreeMap, VecDeque};

use doctor::Examination;
use model::{Finding, JobSnapshot, Timestamp, Unknown, Verdict};

use super::{CellChange, Changes, GONE_AFTER_MS, Grid, Open, reconcile};

/// Closed findings are shown for a day, in milliseconds.
pub const CLOSED_SHOWN_MS: i64 = 24 * 3_600_000;
/// At most so many closed findings are shown.
pub const CLOSED_SHOWN: usize = 20;

/// A job over all its instances.
#[derive(Debug, Clone)]
pub struct JobWatch {
    /// The name it is listed under.
    pub name: String,
    /// The id of its newest instance.
    pub id: String,
    /// Its state in Flink's words, when it was last seen.
    pub status: String,
    /// The doctor's last judgement.
    pub verdict: Verdict,
    /// The doctor's last score.
    pub score: Option<u32>,
    /// When the newest instance was submitted.
    pub started_at: Option<Timestamp>,
    /// When the cluster last listed it.
    pub seen_at: Timestamp,
    /// Since when the cluster does not know it any more.
    pub gone_since: Option<Timestamp>,
    /// What could not be assessed the last time.
    pub unknown: Vec<Unknown>,
    /// Open findings by key.
    pub open: BTreeMap<String, Open>,
    /// Closed findings, newest first.
    pub closed: VecDeque<Finding>,
    /// The hour of cells.
    pub grid: Grid,
}

impl JobWatch {
    /// A job that was never seen before.
    pub fn new(name: &str, job: &JobSnapshot, at: Timestamp) -> Self {
        JobWatch {
            name: name.to_owned(),
            id: job.id.clone(),
            status: job.state.clone(),
            verdict: Verdict::Unknown,
            score: None,
            started_at: job.start,
            seen_at: at,
            gone_since: None,
            unknown: Vec::new(),
            open: BTreeMap::new(),
            closed: VecDeque::new(),
            grid: Grid::default(),
        }
    }

    /// Takes in what was seen of the job.
    pub fn observe(
        &mut self,
        at: Timestamp,
        job: &JobSnapshot,
        examination: Option<&Examination>,
        new_id: &mut dyn FnMut() -> String,
        changes: &mut Changes,
    ) {
        if self.id != job.id {
            for open in self.open.values_mut() {
                open.replaced_at = Some(at);
            }
        }
        self.id.clone_from(&job.id);
        self.status.clone_from(&job.state);
        self.started_at = job.start;
        self.seen_at = at;
        self.gone_since = None;
        let closed = match examination {
            Some(examination) => self.judge(at, job, examination, new_id, changes),
            None => {
                self.verdict = Verdict::Unknown;
                self.score = None;
                self.unknown = vec![unexamined()];
                Vec::new()
            }
        };
        self.record(at, closed, changes);
    }

    fn judge(
        &mut self,
        at: Timestamp,
        job: &JobSnapshot,
        examination: &Examination,
        new_id: &mut dyn FnMut() -> String,
        changes: &mut Changes,
    ) -> Vec<Finding> {
        let diagnosis = &examination.diagnosis;
        let mut closed = reconcile::reconcile(&mut self.open, &self.name, diagnosis, at, new_id);
        if let Some(reason) = ended_on_purpose(job) {
            closed.extend(self.close_unseen(at, reason));
        }
        self.score = diagnosis.score;
        self.unknown.clone_from(&diagnosis.unknown);
        self.verdict = match worst_unseen(&self.open, at) {
            // The doctor is content, but not for long enough yet to be believed.
            Some(held) if urgency(held) > urgency(diagnosis.verdict) => held,
            _ => diagnosis.verdict,
        };
        let cells = self.grid.fold(at, &examination.readings);
        let name = &self.name;
        changes.cells.extend(cells.into_iter().map(|(row, cell)| CellChange { job: name.clone(), row, cell }));
        closed
    }

    /// The cluster answered, and does not know the job.
    pub fn missing(&mut self, at: Timestamp, changes: &mut Changes) {
        let since = *self.gone_since.get_or_insert(at);
        self.verdict = Verdict::Unknown;
        self.score = None;
        if at.since_ms(since) >= GONE_AFTER_MS {
            changes.forgotten.push(self.name.clone());
            let closed =
                self.close_all(at, &format!("its cluster does not know the job any more since {} UTC", since.clock()));
            changes.findings.extend(closed);
        } else {
            self.record(at, Vec::new(), changes);
        }
    }

    /// Closes every open finding.
    pub fn close_all(&mut self, at: Timestamp, reason: &str) -> Vec<Finding> {
        let closed = self.open.values().map(|open| open.close(at, reason.to_owned())).collect();
        self.open.clear();
        closed
    }

    /// Closes what this evaluation did not see.
    fn close_unseen(&mut self, at: Timestamp, reason: &str) -> Vec<Finding> {
        let unseen = |open: &Open| open.seen_at != at;
        let closed = self.open.values().filter(|o| unseen(o)).map(|o| o.close(at, reason.to_owned())).collect();
        self.open.retain(|_, open| !unseen(open));
        closed
    }

    fn record(&mut self, at: Timestamp, closed: Vec<Finding>, changes: &mut Changes) {
        for finding in &closed {
            self.closed.push_front(finding.clone());
        }
        self.closed.truncate(CLOSED_SHOWN);
        self.closed.retain(|f| f.closed_at.is_some_and(|closed| at.since_ms(closed) < CLOSED_SHOWN_MS));
        changes.findings.extend(self.open.values().map(|open| open.finding.clone()));
        changes.findings.extend(closed);
        changes.jobs.push(self.header());
    }

    /// The job without its findings and cells, which are written down on their own.
    fn header(&self) -> JobWatch {
        JobWatch {
            name: self.name.clone(),
            id: self.id.clone(),
            unknown: self.unknown.clone(),
            status: self.status.clone(),
            open: BTreeMap::new(),
            closed: VecDeque::new(),
            grid: Grid::default(),
            ..*self
        }
    }

    /// Open findings, worst root first, each followed by its consequences.
    pub fn findings(&self) -> Vec<Finding> {
        reconcile::in_order(&self.open)
    }
}

fn unexamined() -> Unknown {
    Unknown { check: "all".to_owned(), missing: "the doctor has not examined this job yet".to_owned() }
}

/// Why an ended job's findings are over, where it was ended by somebody and not by a failure.
fn ended_on_purpose(job: &JobSnapshot) -> Option<&'static str> {
    match job.state.as_str() {
        "CANCELED" => Some("the job was cancelled"),
        "FINISHED" => Some("the job finished"),
        _ => None,
    }
}

/// The verdict that open findings not seen this time would still call for.
fn worst_unseen(open: &BTreeMap<String, Open>, at: Timestamp) -> Option<Verdict> {
    use model::Severity::{Critical, Low, Moderate, Severe};
    let worst = open.values().filter(|o| o.seen_at != at).map(|o| o.finding.severity).max()?;
    match worst {
        Critical => Some(Verdict::Critical),
        Severe | Moderate => Some(Verdict::Degraded),
        Low => None,
    }
}

/// The order of verdicts by urgency.
fn urgency(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Healthy => 0,
        Verdict::Unknown => 1,
        Verdict::Degraded => 2,
        Verdict::Critical => 3,
    }
}

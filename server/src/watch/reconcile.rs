//! What is open, held against what the doctor sees now.
//!
//! A finding opens at its first sighting and closes after [`MISSES_TO_CLOSE`] evaluations that *could* have seen it and did
//! not. An evaluation that could not judge its check proves nothing and closes nothing.

use std::collections::{BTreeMap, BTreeSet};

use model::{Diagnosis, Evidence, Finding, FindingState, Timestamp};

/// So many clean evaluations close a finding: one could be luck between two polls.
pub const MISSES_TO_CLOSE: u32 = 3;
/// And they must span at least this long, in milliseconds: a cluster that was just changed is read several times at once.
const MISSES_SPAN_MS: i64 = 10_000;
/// After a job was replaced, a finding about the old instance is not kept longer than this, in milliseconds, for the sake of
/// a check that cannot judge the new one: what it was about no longer runs.
const REPLACED_GRACE_MS: i64 = 45_000;

/// An open finding, and how long it has not been seen.
#[derive(Debug, Clone)]
pub struct Open {
    /// The finding as last seen.
    pub finding: Finding,
    /// The evaluation that last saw it.
    pub seen_at: Timestamp,
    /// Evaluations in a row that could have seen it and did not.
    pub missed: u32,
    /// When the first of these was.
    pub missed_since: Option<Timestamp>,
    /// When the instance that it was last seen on was replaced; `None` while that instance runs.
    pub replaced_at: Option<Timestamp>,
}

impl Open {
    /// An open finding, seen at `seen_at`.
    pub fn new(finding: Finding, seen_at: Timestamp) -> Self {
        Open { finding, seen_at, missed: 0, missed_since: None, replaced_at: None }
    }

    /// Closes it.
    pub fn close(&self, at: Timestamp, reason: String) -> Finding {
        let mut finding = self.finding.clone();
        finding.state = FindingState::Closed;
        finding.closed_at = Some(at);
        finding.close_reason = Some(reason);
        finding
    }
}

/// Brings `open` (by [`Finding::key`]) up to what `diagnosis` says at `at`, and answers with what closed. Findings carry the
/// job's listed name, `job`.
pub fn reconcile(
    open: &mut BTreeMap<String, Open>,
    job: &str,
    diagnosis: &Diagnosis,
    at: Timestamp,
    new_id: &mut dyn FnMut() -> String,
) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    for finding in &diagnosis.findings {
        let key = finding.key();
        if seen.insert(key.clone()) {
            sight(open, key, Finding { job: job.to_owned(), ..finding.clone() }, at, new_id);
        }
    }
    let mut closed = Vec::new();
    open.retain(|key, entry| {
        let reason = if seen.contains(key) { None } else { miss(entry, diagnosis, at) };
        closed.extend(reason.map(|reason| entry.close(at, reason)));
        closed.last().is_none_or(|c| c.id != entry.finding.id)
    });
    link(open);
    closed
}

/// One sighting: keeps id and opening time of a finding that is open already.
fn sight(
    open: &mut BTreeMap<String, Open>,
    key: String,
    seen: Finding,
    at: Timestamp,
    new_id: &mut dyn FnMut() -> String,
) {
    let (id, opened_at) = match open.get(&key) {
        Some(entry) => (entry.finding.id.clone(), entry.finding.opened_at),
        None => (new_id(), at),
    };
    let mut finding = Finding { id, opened_at, state: FindingState::Open, closed_at: None, close_reason: None, ..seen };
    for evidence in finding.evidence.iter_mut().filter(|e| e.value.is_some()) {
        evidence.series = Some(series_path(&finding.job, evidence));
    }
    open.insert(key, Open::new(finding, at));
}

/// Where the values of a piece of evidence over time are to be had.
fn series_path(job: &str, evidence: &Evidence) -> String {
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (job, metric, subject) = (encode(job), encode(&evidence.signal), encode(&evidence.subject));
    format!("/api/v1/jobs/{job}/signals?metric={metric}&subject={subject}")
}

/// One evaluation without a sighting; answers with the reason to close, if there is one.
fn miss(entry: &mut Open, diagnosis: &Diagnosis, at: Timestamp) -> Option<String> {
    if diagnosis.unknown.iter().any(|u| u.check == entry.finding.check) {
        let replaced_at = entry.replaced_at.filter(|replaced| at.since_ms(*replaced) >= REPLACED_GRACE_MS)?;
        return Some(format!(
            "the instance it was seen on was replaced at {} UTC, and it was not seen on the new one",
            replaced_at.clock()
        ));
    }
    entry.missed += 1;
    let since = *entry.missed_since.get_or_insert(at);
    if entry.missed < MISSES_TO_CLOSE || at.since_ms(since) < MISSES_SPAN_MS {
        return None;
    }
    let last = format!("not seen in {} evaluations since {} UTC", entry.missed, since.clock());
    Some(match entry.replaced_at {
        Some(replaced) => format!("{last}; a new instance of the job runs since {} UTC", replaced.clock()),
        None => last,
    })
}

/// The doctor links findings by key; the links of stored ones are ids. A link to what is not open is dropped.
fn link(open: &mut BTreeMap<String, Open>) {
    let ids: BTreeMap<String, String> = open.iter().map(|(key, o)| (key.clone(), o.finding.id.clone())).collect();
    let known: BTreeSet<&String> = ids.values().collect();
    let resolve = |link: &String| ids.get(link).or_else(|| known.contains(link).then_some(link)).cloned();
    for entry in open.values_mut() {
        entry.finding.caused_by = entry.finding.caused_by.as_ref().and_then(resolve);
        entry.finding.consequences = entry.finding.consequences.iter().filter_map(resolve).collect();
    }
}

/// Worst root first, each followed by its consequences, worst first.
pub fn in_order(open: &BTreeMap<String, Open>) -> Vec<Finding> {
    let mut all: Vec<&Finding> = open.values().map(|o| &o.finding).collect();
    all.sort_by_key(|f| (std::cmp::Reverse(f.severity), f.opened_at, f.id.clone()));
    let (roots, rest): (Vec<&Finding>, Vec<&Finding>) = all.into_iter().partition(|f| f.caused_by.is_none());
    let mut ordered = Vec::with_capacity(open.len());
    let mut left = rest;
    for root in roots {
        ordered.push(root.clone());
        let (mine, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|f| f.caused_by.as_ref() == Some(&root.id));
        ordered.extend(mine.into_iter().cloned());
        left = others;
    }
    // What hangs on another consequence still comes after every root.
    ordered.extend(left.into_iter().cloned());
    ordered
}

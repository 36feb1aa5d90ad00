//! The judgement in one word and one number.

use std::collections::BTreeMap;

use model::{Finding, Severity, Verdict};

/// What a finding takes off a hundred, by severity; correlated findings of a category take off at most [`CATEGORY_MOST`].
const DEDUCTIONS: [(Severity, u32); 4] =
    [(Severity::Critical, 40), (Severity::Severe, 20), (Severity::Moderate, 8), (Severity::Low, 2)];
/// The most that one category takes off.
const CATEGORY_MOST: u32 = 40;
/// A job that does not run, or restarts over and over, is no better than this.
const NOT_RUNNING_MOST: u32 = 30;

/// The judgement in one word. Without findings a job is healthy only if the core signals were there to say so.
pub fn verdict(findings: &[Finding], core_known: bool) -> Verdict {
    match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Critical) => Verdict::Critical,
        Some(Severity::Severe | Severity::Moderate) => Verdict::Degraded,
        _ if !core_known => Verdict::Unknown,
        Some(Severity::Low) | None => Verdict::Healthy,
    }
}

/// 0 to 100; `None` where too little is known. Consequences take nothing off: their cause has.
pub fn score(findings: &[Finding], verdict: Verdict) -> Option<u32> {
    if verdict == Verdict::Unknown {
        return None;
    }
    let mut off: BTreeMap<&str, u32> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.caused_by.is_none()) {
        let deduction =
            DEDUCTIONS.iter().find(|(severity, _)| *severity == finding.severity).map_or(0, |(_, off)| *off);
        *off.entry(&finding.category).or_default() += deduction;
    }
    let off: u32 = off.values().map(|sum| (*sum).min(CATEGORY_MOST)).sum();
    let score = 100_u32.saturating_sub(off);
    let down = findings.iter().any(|f| f.category == "availability" && f.severity == Severity::Critical);
    Some(if down { score.min(NOT_RUNNING_MOST) } else { score })
}

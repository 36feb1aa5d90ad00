//! Which finding is a consequence of which, and the order in which they are told.

use std::cmp::Reverse;

use model::Finding;

/// Operators that hold the others up.
const BOTTLENECKS: [&str; 4] = ["data-skew", "slow-external-call", "cpu-bound-operator", "undetermined"];
/// Memory that runs out.
const MEMORY: [&str; 5] = ["heap-leak", "out-of-memory", "container-killed", "metaspace", "direct-memory"];
/// Exceptions that make a job restart.
const EXCEPTIONS: [&str; 5] =
    ["poison-record", "user-exception", "external-exception", "platform-exception", "broker-unreachable"];

/// What each consequence may come from, the likelier cause first; causes before anything that is a consequence itself.
const RULES: &[(&str, &[&[&str]])] = &[
    ("gc-pressure", &[&["heap-leak", "out-of-memory"]]),
    ("task-manager-lost", &[&MEMORY, &["gc-pressure"]]),
    ("no-slots", &[&MEMORY, &["task-manager-lost"]]),
    (
        "restart-loop",
        &[
            &MEMORY,
            &[
                "task-manager-lost",
                "checkpoint-snapshot-failing",
                "checkpoint-snapshot-slow",
                "checkpoint-storage",
                "checkpoint-barriers-delayed",
            ],
        ],
    ),
    (
        "job-not-running",
        &[&MEMORY, &["task-manager-lost", "checkpoint-snapshot-failing"], &EXCEPTIONS, &["no-slots", "restart-loop"]],
    ),
    ("backpressured", &[&["gc-pressure"], &BOTTLENECKS, &["checkpoint-snapshot-slow"]]),
    ("checkpoint-barriers-delayed", &[&["gc-pressure"], &BOTTLENECKS]),
    ("checkpoint-snapshot-slow", &[&["gc-pressure"]]),
    ("lag-growing", &[&["gc-pressure"], &BOTTLENECKS, &EXCEPTIONS, &["task-manager-lost"]]),
    ("watermark-stalled", &[&BOTTLENECKS]),
    ("state-growth", &[&["watermark-stalled"]]),
];

/// Ties each consequence to its cause, raises a cause to the urgency of its consequences, and puts all in order: the worst
/// root first, each followed by what comes of it.
pub fn fold(mut findings: Vec<Finding>) -> Vec<Finding> {
    let links: Vec<Option<usize>> = (0..findings.len()).map(|at| root_of(&findings, at)).collect();
    for (at, root) in links.iter().enumerate() {
        let Some(root) = *root else { continue };
        let (id, severity) = (findings[at].id.clone(), findings[at].severity);
        findings[at].caused_by = Some(findings[root].id.clone());
        let cause = &mut findings[root];
        cause.consequences.push(id);
        cause.severity = cause.severity.max(severity);
    }
    let mut roots: Vec<usize> = (0..findings.len()).filter(|at| links[*at].is_none()).collect();
    roots.sort_by_key(|at| order(&findings[*at]));
    let mut told = Vec::new();
    for root in roots {
        told.push(findings[root].clone());
        let mut below: Vec<usize> = (0..findings.len()).filter(|at| links[*at] == Some(root)).collect();
        below.sort_by_key(|at| order(&findings[*at]));
        told.extend(below.into_iter().map(|at| findings[at].clone()));
    }
    told
}

/// The finding that is at the root of this one, if another is; the chain is followed to its end.
fn root_of(findings: &[Finding], start: usize) -> Option<usize> {
    let mut at = start;
    // No chain is longer than there are findings: the rules have no cycle, and this ends even if one got in.
    for _ in 0..findings.len() {
        match cause_of(findings, at) {
            Some(next) => at = next,
            None => break,
        }
    }
    (at != start).then_some(at)
}

fn cause_of(findings: &[Finding], at: usize) -> Option<usize> {
    let finding = findings.get(at)?;
    let (_, groups) = RULES.iter().find(|(consequence, _)| *consequence == finding.cause)?;
    let candidates = groups.iter().flat_map(|group| group.iter());
    candidates.into_iter().find_map(|cause| {
        findings.iter().enumerate().position(|(other, f)| other != at && f.cause == *cause && f.cause != finding.cause)
    })
}

/// Worst first; of equals the deeper layer, for it explains the others; then the surer.
fn order(finding: &Finding) -> (Reverse<model::Severity>, usize, Reverse<model::Confidence>, String) {
    const LAYERS: [&str; 6] = ["memory", "availability", "checkpoints", "throughput", "event-time", "state"];
    let layer = LAYERS.iter().position(|layer| *layer == finding.category).unwrap_or(LAYERS.len());
    (Reverse(finding.severity), layer, Reverse(finding.confidence), finding.id.clone())
}

#[cfg(test)]
mod tests {
    use model::{Confidence, Finding, FindingState, Severity, Subject, SubjectKind, Timestamp};

    use super::{RULES, fold};

    fn finding(cause: &str, category: &str, severity: Severity) -> Finding {
        Finding {
            id: cause.into(),
            job: "j".into(),
            check: "c".into(),
            category: category.into(),
            cause: cause.into(),
            severity,
            state: FindingState::Open,
            opened_at: Timestamp(0),
            closed_at: None,
            close_reason: None,
            subject: Subject::new(SubjectKind::Job, "j", "j"),
            title: String::new(),
            why: String::new(),
            confidence: Confidence::High,
            evidence: Vec::new(),
            caused_by: None,
            consequences: Vec::new(),
            instructions: Vec::new(),
            actions: Vec::new(),
        }
    }

    #[test]
    fn folds_a_chain_under_its_root_and_raises_it() {
        let told = fold(vec![
            finding("restart-loop", "availability", Severity::Critical),
            finding("task-manager-lost", "availability", Severity::Severe),
            finding("heap-leak", "memory", Severity::Severe),
        ]);
        let causes: Vec<_> = told.iter().map(|f| (f.cause.as_str(), f.caused_by.as_deref())).collect();
        assert_eq!(
            causes,
            [("heap-leak", None), ("restart-loop", Some("heap-leak")), ("task-manager-lost", Some("heap-leak"))]
        );
        assert_eq!(told[0].severity, Severity::Critical);
        assert_eq!(told[0].consequences, ["restart-loop", "task-manager-lost"]);
    }

    #[test]
    fn a_consequence_without_its_cause_stands_alone() {
        let told = fold(vec![finding("checkpoint-barriers-delayed", "checkpoints", Severity::Moderate)]);
        assert_eq!(told[0].caused_by, None);
    }

    #[test]
    fn the_worst_root_comes_first() {
        let told = fold(vec![
            finding("state-growth", "state", Severity::Moderate),
            finding("data-skew", "throughput", Severity::Severe),
        ]);
        assert_eq!(told[0].cause, "data-skew");
    }

    #[test]
    fn no_cause_is_its_own_consequence() {
        fn reaches(from: &str, to: &str, depth: usize) -> bool {
            let groups =
                RULES.iter().find(|(consequence, _)| *consequence == from).map_or(&[][..], |(_, groups)| groups);
            depth > 0 && groups.iter().flat_map(|g| g.iter()).any(|cause| *cause == to || reaches(cause, to, depth - 1))
        }
        assert!(RULES.iter().all(|(consequence, _)| !reaches(consequence, consequence, RULES.len())));
    }
}

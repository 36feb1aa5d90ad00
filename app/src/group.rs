//! Findings, each root cause with what follows from it.

use std::collections::BTreeMap;

use model::Finding;

/// A root cause and its consequences, as one card shows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The root cause.
    pub root: Finding,
    /// What follows from it, directly or through another consequence; in the order of the list.
    pub consequences: Vec<Finding>,
}

/// Groups findings under their roots, in the order of the roots. A finding whose cause is not in the list is a root itself:
/// better shown once too often than folded away under nothing.
pub fn group(findings: &[Finding]) -> Vec<Group> {
    let by_id: BTreeMap<&str, &Finding> = findings.iter().map(|finding| (finding.id.as_str(), finding)).collect();
    let roots: Vec<&str> = findings.iter().map(|finding| root_of(finding, &by_id)).collect();
    let consequences_of = |id: &str| {
        let pairs = findings.iter().zip(&roots);
        pairs.filter(|(finding, root)| **root == id && finding.id != id).map(|(finding, _)| finding.clone()).collect()
    };
    let is_root = |finding: &&Finding| roots.contains(&finding.id.as_str());
    findings
        .iter()
        .filter(is_root)
        .map(|root| Group { root: root.clone(), consequences: consequences_of(&root.id) })
        .collect()
}

/// The id of the finding that `finding` follows from in the end; its own where nothing is known above it.
fn root_of<'a>(finding: &'a Finding, by_id: &BTreeMap<&'a str, &'a Finding>) -> &'a str {
    let mut current = finding;
    // A chain is never longer than the list; the bound ends a circle, which no doctor should draw.
    for _ in 0..by_id.len() {
        match current.caused_by.as_deref().and_then(|id| by_id.get(id)) {
            Some(above) => current = above,
            None => return &current.id,
        }
    }
    &finding.id
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Confidence, FindingState, Severity, Subject, SubjectKind, Timestamp};

    fn finding(id: &str, caused_by: Option<&str>) -> Finding {
        Finding {
            id: id.into(),
            job: "j".into(),
            check: "c".into(),
            category: "throughput".into(),
            cause: "x".into(),
            severity: Severity::Severe,
            state: FindingState::Open,
            opened_at: Timestamp(0),
            closed_at: None,
            close_reason: None,
            subject: Subject::new(SubjectKind::Job, "j", "j"),
            title: id.into(),
            why: String::new(),
            confidence: Confidence::High,
            evidence: Vec::new(),
            caused_by: caused_by.map(str::to_owned),
            consequences: Vec::new(),
            instructions: Vec::new(),
            actions: Vec::new(),
        }
    }

    fn check(findings: &[(&str, Option<&str>)], expect: &[(&str, &[&str])]) {
        let findings: Vec<Finding> = findings.iter().map(|(id, above)| finding(id, *above)).collect();
        let groups = group(&findings);
        let found: Vec<(&str, Vec<&str>)> = groups
            .iter()
            .map(|group| (group.root.id.as_str(), group.consequences.iter().map(|f| f.id.as_str()).collect()))
            .collect();
        let expect: Vec<(&str, Vec<&str>)> = expect.iter().map(|(root, rest)| (*root, rest.to_vec())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn consequences_of_consequences_go_under_the_root() {
        check(&[("a", None), ("b", Some("a")), ("c", Some("b")), ("d", None)], &[("a", &["b", "c"]), ("d", &[])]);
    }

    #[test]
    fn a_finding_whose_cause_is_gone_stands_alone() {
        check(&[("b", Some("gone"))], &[("b", &[])]);
    }

    #[test]
    fn a_circle_hides_nothing() {
        check(&[("a", Some("b")), ("b", Some("a"))], &[("a", &[]), ("b", &[])]);
    }
}

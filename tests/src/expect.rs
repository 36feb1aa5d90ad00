//! What is known to be wrong in a recording, or with a fault job, and whether a diagnosis says so: `recordings/expect.tsv`.

use std::fs;

use serde_json::Value;

use crate::parts;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The recording, without its ending.
    pub name: String,
    /// The causes that are right; none for a healthy job.
    pub causes: Vec<String>,
    /// Right subjects: each a list of words that stand in this order in `KIND NAME`.
    subjects: Vec<Vec<String>>,
    /// The verdicts that are right.
    pub verdicts: Vec<String>,
}

/// The whole table.
pub fn table() -> Vec<Expected> {
    let path = parts::root().join("tests/recordings/expect.tsv");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(Expected::read).collect()
}

/// What is expected of the fault job with this `--fault`.
pub fn of_fault(fault: &str) -> Expected {
    let name = format!("flink-2.3.0-{fault}");
    table().into_iter().find(|row| row.name == name).unwrap_or_else(|| panic!("expect.tsv has no line {name}"))
}

impl Expected {
    fn read(line: &str) -> Expected {
        let mut columns = line.split('\t');
        let mut column = || columns.next().unwrap_or_else(|| panic!("too few columns: {line}")).trim();
        let (name, causes, subject, verdicts) = (column(), column(), column(), column());
        let list = |text: &str| text.split('|').map(String::from).collect::<Vec<_>>();
        Expected {
            name: name.into(),
            causes: if causes == "-" { Vec::new() } else { list(causes) },
            subjects: subject.split('|').map(|s| s.to_lowercase().split(".*").map(String::from).collect()).collect(),
            verdicts: list(verdicts),
        }
    }

    /// Whether a diagnosis (one of `jobs` of `diagnose --format json`) is right; else what is wrong with it.
    pub fn check_job(&self, job: &Value) -> Result<(), String> {
        let verdict = job["verdict"].as_str().unwrap_or("none");
        if !self.verdicts.iter().any(|v| v == verdict) {
            return Err(format!("verdict {verdict}, not {}: {}", self.verdicts.join(" or "), brief(&job["findings"])));
        }
        self.check_findings(&job["findings"])
    }

    /// Whether open findings are right: for a sick job the first root cause, for a healthy one that there is no alarm.
    pub fn check_findings(&self, findings: &Value) -> Result<(), String> {
        let findings = findings.as_array().ok_or("no list of findings")?;
        if self.causes.is_empty() {
            return match findings.iter().find(|finding| is_severe(finding)) {
                Some(alarm) => Err(format!("false alarm: {}", brief(alarm))),
                None => Ok(()),
            };
        }
        let root = findings.iter().find(|f| f["caused_by"].is_null()).ok_or("nothing found")?;
        let right_cause = self.causes.iter().any(|cause| root["cause"] == cause.as_str());
        if !right_cause || !self.is_right_subject(&root["subject"]) {
            return Err(format!("first cause is {}, not {}", brief(root), self.causes.join(" or ")));
        }
        let explained =
            ["instructions", "evidence"].iter().all(|key| root[key].as_array().is_some_and(|a| !a.is_empty()));
        let why = root["why"].as_str().is_some_and(|why| !why.is_empty());
        if explained && why { Ok(()) } else { Err(format!("no instructions, evidence or why: {root}")) }
    }

    fn is_right_subject(&self, subject: &Value) -> bool {
        let text = |key: &str| subject[key].as_str().unwrap_or_default().to_lowercase();
        let subject = format!("{} {}", text("kind"), text("name"));
        self.subjects.iter().any(|words| {
            let mut rest = subject.as_str();
            words.iter().all(|word| rest.split_once(word.as_str()).map(|(_, after)| rest = after).is_some())
        })
    }
}

/// Whether a finding is one that somebody is woken by.
pub fn is_severe(finding: &Value) -> bool {
    finding["severity"] == "severe" || finding["severity"] == "critical"
}

/// A finding, or a list of them, in a few words.
pub fn brief(findings: &Value) -> String {
    let one = |f: &Value| {
        let text = |v: &Value| v.as_str().unwrap_or("?").to_string();
        let subject = format!("{} {}", text(&f["subject"]["kind"]), text(&f["subject"]["name"]));
        format!("{} ({}) on {subject}: {}", text(&f["cause"]), text(&f["severity"]), text(&f["title"]))
    };
    match findings.as_array() {
        Some(list) => format!("[{}]", list.iter().map(one).collect::<Vec<_>>().join("; ")),
        None => one(findings),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finding(cause: &str, kind: &str, name: &str) -> Value {
        json!({"cause": cause, "severity": "severe", "subject": {"kind": kind, "name": name}, "title": "t", "why": "w",
               "caused_by": null, "evidence": [{}], "instructions": [{}]})
    }

    #[test]
    fn the_first_root_cause_and_its_subject_decide() {
        let row = Expected::read("x\tgc-pressure|heap-leak\ttask-manager|vertex.*enrich-state\tdegraded");
        let mut consequence = finding("data-skew", "vertex", "source");
        consequence["caused_by"] = json!("another");
        let right = finding("gc-pressure", "vertex", "Enrich-State -> Sink");
        assert_eq!(row.check_findings(&json!([consequence, right])), Ok(()));
        assert_eq!(row.check_findings(&json!([finding("heap-leak", "task-manager", "tm-1")])), Ok(()));
        assert!(row.check_findings(&json!([finding("gc-pressure", "vertex", "parse")])).is_err());
        assert!(row.check_findings(&json!([finding("data-skew", "vertex", "enrich-state")])).is_err());
        assert!(row.check_findings(&json!([])).is_err());
    }

    #[test]
    fn a_healthy_job_may_have_small_findings_only() {
        let row = Expected::read("x\t-\t-\thealthy");
        let mut small = finding("over-provisioned", "vertex", "parse");
        small["severity"] = json!("low");
        assert_eq!(row.check_findings(&json!([small])), Ok(()));
        assert!(row.check_findings(&json!([finding("data-skew", "vertex", "parse")])).is_err());
    }

    #[test]
    fn the_table_has_the_five_faults_and_the_healthy_ones() {
        for fault in ["none", "slow-sink", "skew", "gc", "exception-loop", "checkpoint-fail"] {
            assert_eq!(of_fault(fault).causes.is_empty(), fault == "none");
        }
    }
}

//! What the doctor says: findings with their cause, evidence and instructions.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How bad a finding is; the order is the order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look during the day.
    Moderate,
    /// The job does not do what it is for.
    Severe,
    /// Somebody should act now.
    Critical,
}

/// How sure the doctor is of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Only the symptom was seen.
    Low,
    /// Metrics corroborate the cause.
    Medium,
    /// The cause itself was seen.
    High,
}

/// Whether a finding still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingState {
    /// It holds.
    Open,
    /// It held, and no longer does; `close_reason` says how that is known.
    Closed,
}

/// What kind of thing a finding, a signal or a cell is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// A whole job.
    Job,
    /// A vertex of the job graph, or one of its subtasks.
    Vertex,
    /// A task manager (an embedded engine's worker is one).
    TaskManager,
    /// The job manager.
    JobManager,
    /// An operating-system process.
    Process,
    /// A topic.
    Topic,
    /// A partition of a topic.
    Partition,
    /// A checkpoint.
    Checkpoint,
    /// A cluster.
    Cluster,
    /// A configuration key.
    Configuration,
}

/// What a finding, a signal or a cell is about. A subtask is a vertex with `subtask` set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// What kind of thing it is.
    pub kind: SubjectKind,
    /// Its id on its cluster.
    pub id: String,
    /// Its name; for a vertex its own, or that of the operator in it that is to blame.
    pub name: String,
    /// The subtask's index, counted from 0.
    pub subtask: Option<u32>,
}

impl Subject {
    /// A subject without a subtask.
    pub fn new(kind: SubjectKind, id: impl Into<String>, name: impl Into<String>) -> Self {
        Subject { kind, id: id.into(), name: name.into(), subtask: None }
    }

    /// The same subject, narrowed to one of its subtasks.
    pub fn at(self, subtask: u32) -> Self {
        Subject { subtask: Some(subtask), ..self }
    }
}

/// One measured value that a finding rests on, beside the threshold it was held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The signal's name in Flink's own spelling, where Flink has one.
    pub signal: String,
    /// Whose value it is: the name of a vertex, task manager, or the job.
    pub subject: String,
    /// The value, in `unit`; `None` where the evidence is a text.
    pub value: Option<f64>,
    /// A text that is the evidence: an exception's class and message, a stack frame.
    pub text: Option<String>,
    /// The unit of `value` and `threshold`; empty for a plain number.
    pub unit: String,
    /// The threshold that was in force.
    pub threshold: Option<f64>,
    /// Where the values over time are to be had: a path of the public API.
    pub series: Option<String>,
}

/// One numbered step of what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// What to do, in plain words, with this job's own names and numbers.
    pub step: String,
    /// A command, or a configuration key and value, to copy.
    pub command: Option<String>,
    /// Where to look.
    pub link: Option<String>,
}

/// Something the portal can do itself: one request of the public API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// What kind of operation it is: `rescale`, `restart`, ….
    pub kind: String,
    /// The button's words.
    pub label: String,
    /// The request behind the button.
    pub request: ActionRequest,
}

/// The request behind an action's button.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionRequest {
    /// The HTTP method.
    pub method: String,
    /// The path under the portal's address.
    pub path: String,
    /// The JSON body.
    pub body: serde_json::Value,
}

/// A problem about a subject. It opens and closes with a reason, and is never deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Unique for all time once the portal has stored it. Straight from the doctor it is [`Finding::key`].
    pub id: String,
    /// The job's name.
    pub job: String,
    /// The check that found it.
    pub check: String,
    /// The section of the rule catalogue: `availability`, `throughput`, `checkpoints`, `memory`, ….
    pub category: String,
    /// The verdict in one code of the contract's list.
    pub cause: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it still holds.
    pub state: FindingState,
    /// When it was first seen.
    pub opened_at: Timestamp,
    /// When it was seen to be over.
    pub closed_at: Option<Timestamp>,
    /// How it is known to be over.
    pub close_reason: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// One sentence a person could say aloud.
    pub title: String,
    /// One or two plain sentences.
    pub why: String,
    /// How sure the doctor is of the cause.
    pub confidence: Confidence,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
    /// The id of the finding that this one is a consequence of.
    pub caused_by: Option<String>,
    /// The ids of the findings that are consequences of this one.
    pub consequences: Vec<String>,
    /// What to do, in order.
    pub instructions: Vec<Instruction>,
    /// What the portal can do by itself.
    pub actions: Vec<Action>,
}

impl Finding {
    /// What makes two sightings the same problem: check, cause and subject (its kind and id, not the subtask, which may wander).
    pub fn key(&self) -> String {
        let kind = serde_json::to_value(self.subject.kind).ok();
        let kind = kind.as_ref().and_then(|v| v.as_str()).unwrap_or_default();
        format!("{}/{}/{}/{}", self.check, self.cause, kind, self.subject.name)
    }
}

/// The doctor's judgement of a job in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Somebody should act now.
    Critical,
    /// Something is wrong.
    Degraded,
    /// Too little is known to judge.
    Unknown,
    /// Nothing is wrong.
    Healthy,
}

/// A check that could not answer, and what it lacked. Missing data is not health.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unknown {
    /// The check.
    pub check: String,
    /// What was missing, in plain words.
    pub missing: String,
}

/// All that the doctor says of one job at one instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The job's name.
    pub name: String,
    /// The job's id on its cluster.
    pub id: String,
    /// The job's state in Flink's words.
    pub status: String,
    /// 0 (worst) to 100; `None` where too little is known.
    pub score: Option<u32>,
    /// The judgement in one word.
    pub verdict: Verdict,
    /// Worst first, each root cause before its consequences.
    pub findings: Vec<Finding>,
    /// What could not be assessed.
    pub unknown: Vec<Unknown>,
}

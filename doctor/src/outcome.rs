//! What a check is given and what it answers.

use model::{
    CellVerdict, Confidence, Evidence, ExceptionEntry, Finding, FindingState, Instruction, Severity, Subject,
    SubjectKind, VertexSnapshot,
};

use crate::case::{Case, Window};
use crate::exceptions::{self, Meaning};
use crate::flow::Flow;
use crate::thresholds::Threshold;

/// All that is known of a job now, derived once for every check.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The job's history.
    pub case: Case<'a>,
    /// The snapshots that throughput is judged by, where there are enough.
    pub window: Option<Window<'a>>,
    /// How records flow in that window.
    pub flow: Option<Flow<'a>>,
    /// The failures of the last minutes, newest first.
    pub failures: Vec<(&'a ExceptionEntry, Meaning)>,
}

impl<'a> Facts<'a> {
    /// Derives the facts of one job.
    pub fn of(case: Case<'a>) -> Facts<'a> {
        let window = case.window();
        let flow = window.as_ref().map(|window| Flow::of(&case, window));
        let failures = exceptions::recent(&case);
        Facts { case, window, flow, failures }
    }

    /// Why throughput cannot be judged now, for checks that need it.
    pub fn too_early(&self) -> &'static str {
        if self.case.running() {
            "two snapshots of the present run, some seconds apart and past its first 15 seconds"
        } else {
            "a running job"
        }
    }

    /// The job as a subject.
    pub fn subject(&self) -> Subject {
        Subject::new(SubjectKind::Job, &self.case.job().id, &self.case.job().name)
    }
}

/// A vertex as a subject, under its own name.
pub fn of_vertex(vertex: &VertexSnapshot) -> Subject {
    Subject::new(SubjectKind::Vertex, &vertex.id, &vertex.name)
}

/// A task manager as a subject.
pub fn of_task_manager(id: &str) -> Subject {
    Subject::new(SubjectKind::TaskManager, id, id)
}

/// A finding before it is tied to its job.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The verdict in one code.
    pub cause: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the cause is.
    pub confidence: Confidence,
    /// What it is about.
    pub subject: Subject,
    /// One sentence.
    pub title: String,
    /// One or two sentences.
    pub why: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub instructions: Vec<Instruction>,
}

/// What a check answers.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What it found.
    pub drafts: Vec<Draft>,
    /// What it lacked.
    pub missing: Vec<String>,
    /// Its reading for the hour grid.
    pub value: Option<f64>,
    /// The verdict on that value, where it is worse than the drafts say.
    pub level: CellVerdict,
}

impl Outcome {
    /// The check could not answer, for want of this.
    pub fn lacking(what: impl Into<String>) -> Outcome {
        Outcome { missing: vec![what.into()], ..Default::default() }
    }

    /// The check answered with this reading.
    pub fn read(value: Option<f64>) -> Outcome {
        Outcome { value, level: CellVerdict::Ok, ..Default::default() }
    }

    /// The same, judged against the thresholds from which it warns and is bad.
    pub fn judged(value: Option<f64>, warn: Option<&Threshold>, bad: &Threshold) -> Outcome {
        Outcome { value, level: judge(value, warn, bad), ..Default::default() }
    }

    /// The same with one more finding.
    pub fn with(mut self, draft: Option<Draft>) -> Outcome {
        self.drafts.extend(draft);
        self
    }

    /// The verdict for the hour grid: the worst of the reading and the findings; unknown only where nothing answered.
    pub fn verdict(&self) -> CellVerdict {
        let found = self.drafts.iter().map(|draft| match draft.severity {
            Severity::Low => CellVerdict::Ok,
            Severity::Moderate => CellVerdict::Warn,
            Severity::Severe | Severity::Critical => CellVerdict::Bad,
        });
        found.chain([self.level]).max().unwrap_or_default()
    }
}

/// The verdict on a value; unknown where there is none.
pub fn judge(value: Option<f64>, warn: Option<&Threshold>, bad: &Threshold) -> CellVerdict {
    match value {
        None => CellVerdict::Unknown,
        Some(value) if value > bad.value => CellVerdict::Bad,
        Some(value) if warn.is_some_and(|warn| value > warn.value) => CellVerdict::Warn,
        Some(_) => CellVerdict::Ok,
    }
}

impl Draft {
    /// The finding, as of now. Its id is its key; the portal replaces it by one that is unique for all time.
    pub fn finding(self, facts: &Facts, check: &str, category: &str) -> Finding {
        let mut finding = Finding {
            id: String::new(),
            job: facts.case.job().name.clone(),
            check: check.to_owned(),
            category: category.to_owned(),
            cause: self.cause.to_owned(),
            severity: self.severity,
            state: FindingState::Open,
            opened_at: facts.case.now().at(),
            closed_at: None,
            close_reason: None,
            subject: self.subject,
            title: self.title,
            why: self.why,
            confidence: self.confidence,
            evidence: self.evidence,
            caused_by: None,
            consequences: Vec::new(),
            instructions: self.instructions,
            actions: Vec::new(),
        };
        finding.id = finding.key();
        finding
    }
}

/// A step without a command.
pub fn step(words: impl Into<String>) -> Instruction {
    Instruction { step: words.into(), command: None, link: None }
}

/// A step with a command or a configuration line to copy.
pub fn run(words: impl Into<String>, command: impl Into<String>) -> Instruction {
    Instruction { step: words.into(), command: Some(command.into()), link: None }
}

/// `1 time`, `2 times`.
pub fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// A text cut to what fits a sentence.
pub fn brief(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most {
        return text;
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{brief, times};

    #[test]
    fn words_for_counts_and_long_texts() {
        assert_eq!((times(1).as_str(), times(7).as_str()), ("once", "7 times"));
        assert_eq!(brief("a  b\nc", 10), "a b c");
        assert_eq!(brief("abcdefgh", 4), "abc…");
    }
}

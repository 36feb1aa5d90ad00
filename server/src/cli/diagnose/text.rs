//! The report for a terminal: the cause first, its reasons under it, consequences folded.

use model::{Diagnosis, Evidence, Finding, Severity, Verdict};

use super::report::{Cause, Report, causes, lower, measured, missing, plain, subject, threshold, verdict};

/// How wide the text is set, in characters.
const WIDTH: usize = 96;

/// How far what belongs to a finding is set in.
const INDENT: &str = "  ";

/// The report; `colour` where a terminal shows it.
pub fn render(report: &Report, colour: bool) -> String {
    let mut page = Page { text: String::new(), colour };
    for job in report.judged() {
        page.job(job, report);
        page.line("");
    }
    if let Some(ended) = report.ended() {
        page.wrapped("", &ended, Some(Ink::Dim));
    }
    page.text
}

struct Page {
    text: String,
    colour: bool,
}

/// Colours of the terminal's own palette, so that they fit light and dark.
#[derive(Clone, Copy)]
enum Ink {
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
    Blue,
}

impl Page {
    fn job(&mut self, job: &Diagnosis, report: &Report) {
        let ink = match job.verdict {
            Verdict::Critical => Ink::Red,
            Verdict::Degraded => Ink::Yellow,
            Verdict::Unknown => Ink::Blue,
            Verdict::Healthy => Ink::Green,
        };
        let name = self.ink(Ink::Bold, &plain(&job.name).replace('\n', " "));
        let verdict = self.ink(ink, &verdict(job));
        self.line(&format!("{name}  {verdict}"));
        let summary = format!("{}, {} · {}", job.status, job.id, report.cluster.summary());
        let summary = self.ink(Ink::Dim, &plain(&summary));
        self.line(&summary);
        for cause in causes(job) {
            self.cause(&cause);
        }
        if job.findings.is_empty() && job.verdict == Verdict::Healthy {
            self.line("");
            self.line("Nothing is wrong.");
        }
        self.unknown(job);
    }

    fn cause(&mut self, cause: &Cause<'_>) {
        let finding = cause.finding;
        self.line("");
        let (mark, title) =
            (self.ink(severity_ink(finding.severity), "●"), self.ink(Ink::Bold, &plain(&finding.title)));
        self.line(&format!("{mark} {title}"));
        let about = format!(
            "{} · {} · {} · {} confidence",
            lower(&finding.severity),
            finding.cause,
            subject(&finding.subject),
            lower(&finding.confidence)
        );
        self.wrapped(INDENT, &about, Some(Ink::Dim));
        self.line("");
        self.wrapped(INDENT, &finding.why, None);
        self.evidence(finding);
        self.steps(finding);
        self.consequences(&cause.consequences);
    }

    fn evidence(&mut self, finding: &Finding) {
        if finding.evidence.is_empty() {
            return;
        }
        self.line("");
        self.heading("Evidence");
        let values: Vec<String> = finding.evidence.iter().map(amount).collect();
        let width = values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
        for (evidence, value) in finding.evidence.iter().zip(&values) {
            let first = format!("{INDENT}{value:>width$}  ");
            self.hanging(&first, &reading(evidence));
        }
    }

    fn steps(&mut self, finding: &Finding) {
        if finding.instructions.is_empty() {
            return;
        }
        self.line("");
        self.heading("What to do");
        for (n, instruction) in finding.instructions.iter().enumerate() {
            let number = format!("{INDENT}{}. ", n + 1);
            let under = " ".repeat(number.chars().count());
            self.hanging(&number, &instruction.step);
            for extra in instruction.command.iter().chain(&instruction.link) {
                for line in plain(extra).lines() {
                    let line = self.ink(Ink::Blue, line);
                    self.line(&format!("{under}{line}"));
                }
            }
        }
    }

    fn consequences(&mut self, consequences: &[&Finding]) {
        if consequences.is_empty() {
            return;
        }
        self.line("");
        self.heading("What follows from it");
        for finding in consequences {
            self.hanging("  – ", &format!("{} ({})", finding.title, subject(&finding.subject)));
        }
    }

    fn unknown(&mut self, job: &Diagnosis) {
        if job.unknown.is_empty() {
            return;
        }
        self.line("");
        let heading = self.ink(Ink::Dim, "Not assessed");
        self.line(&heading);
        for (what, checks) in missing(job) {
            self.hanging("  – ", &format!("{checks}: it needs {what}"));
        }
    }

    fn heading(&mut self, text: &str) {
        let text = self.ink(Ink::Bold, text);
        self.line(&format!("{INDENT}{text}"));
    }

    /// Text that begins after `first` and goes on under its own beginning.
    fn hanging(&mut self, first: &str, text: &str) {
        let under = " ".repeat(first.chars().count());
        for (n, line) in wrap(&plain(text), WIDTH.saturating_sub(under.len())).into_iter().enumerate() {
            self.line(&format!("{}{line}", if n == 0 { first } else { &under }));
        }
    }

    fn wrapped(&mut self, indent: &str, text: &str, ink: Option<Ink>) {
        for line in wrap(&plain(text), WIDTH - indent.len()) {
            let line = ink.map_or_else(|| line.clone(), |ink| self.ink(ink, &line));
            self.line(&format!("{indent}{line}"));
        }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn ink(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Bold => "1",
            Ink::Dim => "2",
            Ink::Red => "1;31",
            Ink::Yellow => "1;33",
            Ink::Green => "1;32",
            Ink::Blue => "36",
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// The measured number; empty where the evidence is a text.
fn amount(evidence: &Evidence) -> String {
    if evidence.value.is_some() {
        plain(&measured(&Evidence { text: None, ..evidence.clone() }))
    } else {
        String::new()
    }
}

/// What was measured on what, against which threshold, and the text that is the evidence.
fn reading(evidence: &Evidence) -> String {
    let limit = threshold(evidence);
    let limit = if limit.is_empty() { limit } else { format!(" (threshold {limit})") };
    let text = evidence.text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    format!("{} of {}{limit}{text}", evidence.signal, evidence.subject)
}

fn severity_ink(severity: Severity) -> Ink {
    match severity {
        Severity::Critical | Severity::Severe => Ink::Red,
        Severity::Moderate => Ink::Yellow,
        Severity::Low => Ink::Blue,
    }
}

/// Breaks `text` at spaces into lines of at most `width` characters; a longer word keeps a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(last) if line == 0 => last.push_str(word),
            Some(last) if line + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

#[cfg(test)]
mod unit {
    use super::wrap;

    #[test]
    fn wraps_at_spaces() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable x", 4), ["unbreakable", "x"]);
        assert_eq!(wrap("", 4), [""]);
    }
}

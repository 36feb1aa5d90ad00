//! The report for a ticket.

use std::fmt::Write;

use model::{Diagnosis, Finding};

use super::report::{Cause, Report, causes, lower, measured, missing, plain, subject, threshold, verdict};

/// The report in Markdown.
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    for job in report.judged() {
        // Writing to a string cannot fail.
        let _ = render_job(&mut out, job, report);
    }
    if let Some(ended) = report.ended() {
        let _ = writeln!(out, "{}", escape(&ended));
    }
    out
}

fn render_job(out: &mut String, job: &Diagnosis, report: &Report) -> std::fmt::Result {
    writeln!(out, "# {}: {}\n", escape(&job.name), verdict(job))?;
    writeln!(
        out,
        "{}, `{}`. {}, from {}.\n",
        escape(&job.status),
        code(&job.id),
        escape(&report.cluster.summary()),
        escape(&report.cluster.source)
    )?;
    for cause in causes(job) {
        render_cause(out, &cause)?;
    }
    if job.findings.is_empty() && job.verdict == model::Verdict::Healthy {
        writeln!(out, "Nothing is wrong.\n")?;
    }
    if !job.unknown.is_empty() {
        writeln!(out, "Not assessed:\n")?;
        for (what, checks) in missing(job) {
            writeln!(out, "- {}: it needs {}", escape(&checks), escape(what))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn render_cause(out: &mut String, cause: &Cause<'_>) -> std::fmt::Result {
    let finding = cause.finding;
    writeln!(out, "## {}\n", escape(&finding.title))?;
    let (severity, confidence) = (lower(&finding.severity), lower(&finding.confidence));
    let about = escape(&subject(&finding.subject));
    writeln!(out, "**{severity}** · `{}` · {about} · {confidence} confidence\n", code(&finding.cause))?;
    writeln!(out, "{}\n", escape(&finding.why))?;
    render_evidence(out, finding)?;
    if !finding.instructions.is_empty() {
        writeln!(out, "What to do:\n")?;
        for (n, instruction) in finding.instructions.iter().enumerate() {
            writeln!(out, "{}. {}", n + 1, escape(&instruction.step))?;
            if let Some(command) = &instruction.command {
                let command = plain(command).replace("```", "'''").replace('\n', "\n   ");
                writeln!(out, "\n   ```\n   {command}\n   ```\n")?;
            }
            if let Some(link) = &instruction.link {
                writeln!(out, "   {}", escape(link))?;
            }
        }
        writeln!(out)?;
    }
    if !cause.consequences.is_empty() {
        writeln!(out, "What follows from it:\n")?;
        for finding in &cause.consequences {
            writeln!(out, "- {} ({})", escape(&finding.title), escape(&subject(&finding.subject)))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn render_evidence(out: &mut String, finding: &Finding) -> std::fmt::Result {
    writeln!(out, "| signal | of | measured | threshold |\n| --- | --- | --- | --- |")?;
    for evidence in &finding.evidence {
        let cells = [evidence.signal.clone(), evidence.subject.clone(), measured(evidence), threshold(evidence)];
        writeln!(out, "| {} |", cells.map(|cell| escape(&cell)).join(" | "))?;
    }
    writeln!(out)
}

/// Text that Markdown shows as it is, on one line.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in plain(text).replace('\n', " ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Text that may stand between backticks.
fn code(text: &str) -> String {
    plain(text).replace(['`', '\n'], "'")
}

#[cfg(test)]
mod unit {
    use super::escape;

    #[test]
    fn names_are_shown_and_not_rendered() {
        assert_eq!(escape("a|b <img src=x> [l](u)\n# h"), "a\\|b \\<img src=x\\> \\[l\\](u) \\# h");
    }
}

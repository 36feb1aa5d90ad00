//! The report as a page that needs nothing else: to attach to a ticket or to mail.

use std::fmt::Write;

use model::{Diagnosis, Finding, Instruction};

use super::report::{Cause, Report, causes, lower, measured, missing, plain, subject, threshold, verdict};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --line: #d9d9e0; --ground: #fcfcfd; --raised: #fff;
  --critical: #ce2c31; --severe: #ce2c31; --degraded: #ad5700; --moderate: #ad5700; --low: #0d74ce; --unknown: #60646c; --healthy: #218358; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --soft: #b0b4ba; --line: #363a3f; --ground: #111113; --raised: #18191b;
  --critical: #ff9592; --severe: #ff9592; --degraded: #ffa057; --moderate: #ffa057; --low: #70b8ff; --unknown: #b0b4ba; --healthy: #3dd68c; } }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 46rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
h1 { font-size: 1.4rem; margin: 2rem 0 0; } h2 { font-size: 1.15rem; margin: 0; } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
.soft { color: var(--soft); margin: 0; } .verdict { font-weight: 600; }
.critical { color: var(--critical); } .severe { color: var(--severe); } .degraded { color: var(--degraded); } .moderate { color: var(--moderate); }
.low { color: var(--low); } .unknown { color: var(--unknown); } .healthy { color: var(--healthy); }
section { margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { padding: .25rem .5rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
pre { margin: .25rem 0; padding: .5rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; }
";

/// The page.
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = page(&mut out, report);
    out
}

fn page(out: &mut String, report: &Report) -> std::fmt::Result {
    let title = report.jobs.first().map(|job| format!("{}: {}", job.name, lower(&job.verdict))).unwrap_or_default();
    write!(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
    write!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<title>{}</title><style>{STYLE}</style></head><body>", escape(&title))?;
    for job in report.judged() {
        render_job(out, job, report)?;
    }
    if let Some(ended) = report.ended() {
        writeln!(out, "<p class=\"soft\">{}</p>", escape(&ended))?;
    }
    writeln!(out, "</body></html>")
}

fn render_job(out: &mut String, job: &Diagnosis, report: &Report) -> std::fmt::Result {
    writeln!(out, "<article><h1>{}</h1>", escape(&job.name))?;
    writeln!(out, "<p class=\"soft\"><span class=\"verdict {}\">{}</span></p>", lower(&job.verdict), verdict(job))?;
    let about = format!("{}, {}. {}, from {}.", job.status, job.id, report.cluster.summary(), report.cluster.source);
    writeln!(out, "<p class=\"soft\">{}</p>", escape(&about))?;
    for cause in causes(job) {
        render_cause(out, &cause)?;
    }
    if job.findings.is_empty() && job.verdict == model::Verdict::Healthy {
        writeln!(out, "<p>Nothing is wrong.</p>")?;
    }
    if !job.unknown.is_empty() {
        writeln!(out, "<details><summary>Not assessed ({})</summary><ul>", job.unknown.len())?;
        for (what, checks) in missing(job) {
            writeln!(out, "<li>{}: it needs {}</li>", escape(&checks), escape(what))?;
        }
        writeln!(out, "</ul></details>")?;
    }
    writeln!(out, "</article>")
}

fn render_cause(out: &mut String, cause: &Cause<'_>) -> std::fmt::Result {
    let finding = cause.finding;
    let severity = lower(&finding.severity);
    writeln!(out, "<section><h2>{}</h2>", escape(&finding.title))?;
    let about =
        format!("{} · {} · {} confidence", finding.cause, subject(&finding.subject), lower(&finding.confidence));
    writeln!(out, "<p class=\"soft\"><span class=\"verdict {severity}\">{severity}</span> · {}</p>", escape(&about))?;
    writeln!(out, "<p>{}</p>", escape(&finding.why))?;
    render_evidence(out, finding)?;
    if !finding.instructions.is_empty() {
        writeln!(out, "<h3>What to do</h3><ol>")?;
        for instruction in &finding.instructions {
            render_step(out, instruction)?;
        }
        writeln!(out, "</ol>")?;
    }
    if !cause.consequences.is_empty() {
        writeln!(out, "<details><summary>What follows from it ({})</summary><ul>", cause.consequences.len())?;
        for finding in &cause.consequences {
            writeln!(out, "<li>{} ({})</li>", escape(&finding.title), escape(&subject(&finding.subject)))?;
        }
        writeln!(out, "</ul></details>")?;
    }
    writeln!(out, "</section>")
}

fn render_evidence(out: &mut String, finding: &Finding) -> std::fmt::Result {
    writeln!(
        out,
        "<table><thead><tr><th>Signal</th><th>Of</th><th>Measured</th><th>Threshold</th></tr></thead><tbody>"
    )?;
    for evidence in &finding.evidence {
        let cells = [evidence.signal.clone(), evidence.subject.clone(), measured(evidence), threshold(evidence)];
        writeln!(out, "<tr>{}</tr>", cells.map(|cell| format!("<td>{}</td>", escape(&cell))).concat())?;
    }
    writeln!(out, "</tbody></table>")
}

fn render_step(out: &mut String, instruction: &Instruction) -> std::fmt::Result {
    write!(out, "<li>{}", escape(&instruction.step))?;
    if let Some(command) = &instruction.command {
        write!(out, "<pre>{}</pre>", escape(command))?;
    }
    if let Some(link) = &instruction.link {
        // Shown as text: a link out of a cluster's own words is not for clicking.
        write!(out, "<br>{}", escape(link))?;
    }
    writeln!(out, "</li>")
}

/// Text that HTML shows as it is, in elements and attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in plain(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod unit {
    use super::escape;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(escape("<script>'&\"</script>"), "&lt;script&gt;&#39;&amp;&quot;&lt;/script&gt;");
    }
}

//! `drsquirrel diagnose`: what is wrong with the jobs of a cluster or a recording, why, and what to do.

mod html;
mod json;
mod markdown;
mod report;
mod text;
mod watch;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use model::{ClusterSnapshot, Diagnosis, Verdict};

pub(super) use self::report::quantity;
use self::report::{Report, over};
use super::duration;
use crate::{flink::recording, words::did_you_mean};

/// What to judge, and how to say it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// The one job to judge, by name or id; without it every job is judged
    #[arg(long, value_name = "NAME_OR_ID")]
    job: Option<String>,
    /// How long to watch a live cluster; Ctrl-C ends it earlier and judges what was seen
    #[arg(long = "for", value_name = "TIME", default_value = "30s", value_parser = duration::parse)]
    length: Duration,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Where the snapshots come from.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// The cluster's monitoring REST API, such as http://flink:8081
    #[arg(long, value_name = "URL")]
    flink: Option<String>,
    /// A recording: JSON lines, plain, .gz or .zst
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// One document for programs
    Json,
    /// For a ticket
    Markdown,
    /// A page that needs nothing else
    Html,
}

/// Diagnoses; 0 where nothing is severe, 1 where something is, 2 where nothing could be assessed.
pub async fn run(args: Args) -> ExitCode {
    let said = match diagnose(&args).await {
        Ok(report) => say(&report, args.format).map(|()| report),
        Err(problem) => Err(problem),
    };
    match said {
        Ok(report) if !report.assessed() => {
            eprintln!("drsquirrel diagnose: nothing could be assessed; the report says what is missing");
            ExitCode::from(2)
        }
        Ok(report) => ExitCode::from(u8::from(report.severe())),
        Err(problem) => {
            eprintln!("drsquirrel diagnose: {problem}");
            ExitCode::from(2)
        }
    }
}

async fn diagnose(args: &Args) -> Result<Report, String> {
    let (source, history) = match (&args.source.flink, &args.source.recording) {
        (Some(url), _) => watch::watch(url, args.length).await?,
        (None, Some(file)) => (file.display().to_string(), recording::read(file).await.map_err(|e| e.to_string())?),
        (None, None) => return Err("give --flink URL or --recording FILE".into()),
    };
    let jobs = examine(&history, args.job.as_deref(), &source)?;
    Ok(Report::new(source, &history, jobs))
}

/// The jobs, worst first.
fn examine(history: &[ClusterSnapshot], wanted: Option<&str>, source: &str) -> Result<Vec<Diagnosis>, String> {
    let history: Vec<&ClusterSnapshot> = history.iter().collect();
    let mut jobs: Vec<Diagnosis> = doctor::examine(&history).into_iter().map(|examined| examined.diagnosis).collect();
    if jobs.is_empty() {
        return Err(format!("{source} has no job; start one, or look at another cluster"));
    }
    if let Some(wanted) = wanted {
        let names: Vec<String> = jobs.iter().map(|job| job.name.clone()).collect();
        jobs.retain(|job| job.name == wanted || job.id == wanted);
        if jobs.is_empty() {
            let names = names.iter().map(String::as_str);
            let known = did_you_mean(wanted, names.clone());
            let count = names.count();
            return Err(format!("{source} has no job with the name or id `{wanted}`{known} (jobs there: {count})"));
        }
    }
    jobs.sort_by_key(|job| (over(job), verdict_rank(job.verdict), job.score.unwrap_or(u32::MAX)));
    Ok(jobs)
}

fn verdict_rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Critical => 0,
        Verdict::Degraded => 1,
        Verdict::Unknown => 2,
        Verdict::Healthy => 3,
    }
}

fn say(report: &Report, format: Format) -> Result<(), String> {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = match format {
        Format::Text => text::render(report, colour),
        Format::Json => json::render(report)?,
        Format::Markdown => markdown::render(report),
        Format::Html => html::render(report),
    };
    // A reader that has seen enough (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests;

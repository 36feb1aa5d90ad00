//! Running a case at a gateway.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    case::{self, Case, Mode},
    client::{Answer, Problem, Session},
    json, script, sink,
};
use crate::flink::Flink;

/// What every script starts with; it may set what it needs itself.
const SETTINGS: [(&str, &str); 3] =
    [("parallelism.default", "1"), ("table.local-time-zone", "UTC"), ("execution.runtime-mode", "streaming")];

/// How many rows of a large result are shown in full.
const SHOWN_OF_DIGEST: usize = 10;

/// How often a job's end is looked for.
const POLL: Duration = Duration::from_millis(20);

/// Where cases run.
#[derive(Debug, Clone)]
pub struct Target {
    /// The SQL gateway.
    pub gateway: String,
    /// The monitoring REST API of the same cluster.
    pub flink: Flink,
    /// Where scripts may write; a folder for each case is made in it.
    pub out: PathBuf,
    /// The folder of the generated Nexmark events.
    pub nexmark: PathBuf,
}

impl Target {
    /// What the case gives, in the text that is recorded of it; else what kept it from giving anything.
    pub async fn answer(&self, case: &Case, limit: Duration) -> Result<String, String> {
        let out = self.out.join(case.name.replace('/', "-"));
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(&out).map_err(|e| format!("{}: {e}", out.display()))?;
        let data = case::root().join("data");
        let places = [("${data}", &data), ("${out}", &out), ("${nexmark}", &self.nexmark)];
        let fill = |text: String, (name, path): &(&str, &PathBuf)| text.replace(name, &path.display().to_string());
        let statements = script::statements(&places.iter().fold(case.script.clone(), fill));
        let session = Session::open(&self.gateway, &SETTINGS).await.map_err(told)?;
        let ran = self.run_all(&session, &statements, case.mode, Instant::now() + limit).await;
        session.close().await;
        let answer = match ran {
            Ok(answer) => shown(case, &answer, &out),
            Err(problem) => Err(problem),
        }?;
        Ok(answer.replace(&data.display().to_string(), "${data}"))
    }

    /// Runs the statements, of which only the last may be refused; a refusal's text is an answer.
    async fn run_all(
        &self,
        session: &Session,
        statements: &[String],
        mode: Mode,
        deadline: Instant,
    ) -> Result<Answer, String> {
        let mut last = Answer::default();
        for (number, statement) in statements.iter().enumerate() {
            let ran = self.run_one(session, statement, mode, deadline).await;
            let expects_refusal = matches!(mode, Mode::Error | Mode::Failure) && number + 1 == statements.len();
            last = match (ran, expects_refusal) {
                (Err(Problem::Refused(said)), true) => {
                    Answer { columns: Vec::new(), changes: vec![("", refusal(&said))] }
                }
                (Ok(answer), true) => return Err(format!("not refused, but answered: {:?}", answer.changes)),
                (Ok(answer), false) => answer,
                (Err(problem), _) => return Err(told(problem)),
            };
        }
        Ok(last)
    }

    async fn run_one(
        &self,
        session: &Session,
        statement: &str,
        mode: Mode,
        deadline: Instant,
    ) -> Result<Answer, Problem> {
        let answer = session.run(statement, deadline).await?;
        if let (Mode::Files | Mode::Failure, Some(job)) = (mode, answer.job()) {
            self.end_of(job, deadline).await?;
        }
        Ok(answer)
    }

    async fn end_of(&self, job: &str, deadline: Instant) -> Result<(), Problem> {
        while Instant::now() < deadline {
            let seen = self.flink.job(job).await.map_err(Problem::Broken)?;
            match seen["state"].as_str() {
                Some("FINISHED") => return Ok(()),
                Some("FAILED" | "CANCELED") => return Err(Problem::Refused(self.flink.failure(job).await)),
                _ => tokio::time::sleep(POLL).await,
            }
        }
        Err(Problem::Broken(format!("job {job} did not end in time")))
    }
}

fn told(problem: Problem) -> String {
    match problem {
        Problem::Refused(said) => format!("refused: {}", cause(&said)),
        Problem::Broken(what) => what,
    }
}

/// The text that is recorded of an answer.
fn shown(case: &Case, answer: &Answer, out: &Path) -> Result<String, String> {
    let mut lines: Vec<String> = answer.columns.iter().map(|column| format!("# {column}")).collect();
    match case.mode {
        Mode::Error | Mode::Failure => lines = answer.changes.iter().map(|(_, said)| said.clone()).collect(),
        Mode::Files => lines = sink::lines(out),
        Mode::Columns => {}
        Mode::Changelog => lines.extend(answer.changes.iter().map(|(kind, row)| format!("{kind} {row}"))),
        Mode::Ordered => lines.extend(answer.changes.iter().map(|(_, row)| row.clone())),
        Mode::Rows => lines.extend(left_over(answer, &case.key)?),
        Mode::Digest => {
            let rows = left_over(answer, &case.key)?;
            lines.extend(rows.iter().take(SHOWN_OF_DIGEST).cloned());
            lines.push(format!("... {} rows, digest {:016x}", rows.len(), digest(&rows)));
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// The rows that are left when all changes are applied, sorted by their text. Where the case says the `key` of its rows, a
/// new row takes the place of the one with its key: Flink does not take back the old row of a result whose key it knows.
fn left_over(answer: &Answer, key: &[String]) -> Result<Vec<String>, String> {
    if !key.is_empty() {
        return left_over_by_key(answer, key);
    }
    // A join passes on the kind of its input's change: what first matches may be the new row of an update.
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (kind, row) in &answer.changes {
        let count = counts.entry(row).or_default();
        *count += if matches!(*kind, "+I" | "+U") { 1 } else { -1 };
        if *count < 0 {
            return Err(format!("{kind} of a row that is not there: {row}"));
        }
    }
    let rows = counts.into_iter().flat_map(|(row, count)| (0..count).map(move |_| row.to_string()));
    Ok(rows.collect())
}

fn left_over_by_key(answer: &Answer, key: &[String]) -> Result<Vec<String>, String> {
    let names: Vec<&str> = answer.columns.iter().filter_map(|column| column.split(' ').next()).collect();
    let place = |name: &String| names.iter().position(|column| column == name).ok_or(format!("no column {name}"));
    let places = key.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let mut rows = BTreeMap::new();
    for (kind, row) in &answer.changes {
        let fields = json::parse(row)?;
        let key: Vec<String> = places.iter().map(|place| json::show(&fields[*place])).collect();
        match *kind {
            "+I" | "+U" => drop(rows.insert(key, row.clone())),
            _ => drop(rows.remove(&key)),
        }
    }
    let mut rows: Vec<String> = rows.into_values().collect();
    rows.sort();
    Ok(rows)
}

/// FNV-1a over the lines.
fn digest(rows: &[String]) -> u64 {
    let bytes = rows.iter().flat_map(|row| row.bytes().chain([b'\n']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A refusal's two lines: where, as far as that is said, and why. Only the first is compared.
fn refusal(said: &str) -> String {
    let place = position(said).map(|place| format!(" at {place}")).unwrap_or_default();
    let why: String = cause(said).chars().take(300).collect();
    format!("refused{place}\n  {why}")
}

/// `line 1, column 8`, the first that is named.
fn position(said: &str) -> Option<String> {
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    said.match_indices("ine ").find_map(|(at, word)| {
        let line = number(&said[at + word.len()..]);
        let rest = said[at + word.len() + line.len()..].strip_prefix(", column ")?;
        let column = number(rest);
        (!line.is_empty() && !column.is_empty()).then(|| format!("line {line}, column {column}"))
    })
}

/// The innermost cause in a stack trace, without its class; what is no stack trace is its first line.
fn cause(said: &str) -> String {
    let is_frame = |line: &str| line.starts_with("at ") || line.starts_with("... ") || line.starts_with("End of ");
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty() && !is_frame(line)).collect();
    let inner = lines.iter().rev().find_map(|line| line.strip_prefix("Caused by: "));
    let text = inner.or_else(|| lines.last().copied()).unwrap_or_default();
    match text.split_once(": ") {
        Some((class, why)) if class.contains('.') && !class.contains(' ') => why.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_applied() {
        let row = |kind, row: &str| (kind, row.to_string());
        let changes = vec![row("+I", "[1]"), row("+I", "[1]"), row("-U", "[1]"), row("+U", "[0]"), row("-D", "[0]")];
        let answer = Answer { columns: vec!["a INT".into()], changes };
        assert_eq!(left_over(&answer, &[]).unwrap(), ["[1]"]);
        let wrong = Answer { columns: Vec::new(), changes: vec![row("-D", "[1]")] };
        assert!(left_over(&wrong, &[]).is_err());
    }

    #[test]
    fn a_new_row_takes_the_place_of_the_one_with_its_key() {
        let row = |kind, row: &str| (kind, row.to_string());
        let changes = vec![row("+I", "[1,2]"), row("+U", "[1,3]"), row("+I", "[2,2]"), row("-D", "[2,2]")];
        let answer = Answer { columns: vec!["a INT".into(), "b INT".into()], changes };
        assert_eq!(left_over(&answer, &["a".into()]).unwrap(), ["[1,3]"]);
        assert_eq!(left_over(&answer, &[]).unwrap(), ["[1,2]", "[1,3]"]);
    }

    #[test]
    fn a_refusal_says_where_and_why() {
        let check = |said: &str, expect: &str| assert_eq!(refusal(said), expect);
        check(
            "Internal server error.\n<Exception on server side:\na.B: x\n\tat c.D(E.java:1)\nCaused by: a.b.C: \
             From line 1, column 8 to line 1, column 10: no\n\t... 7 more\nCaused by: a.b.D: Column 'x' not found\n\t... 9 \
             more\nEnd of exception on server side>",
            "refused at line 1, column 8\n  Column 'x' not found",
        );
        check(
            "SQL failed. Line 2, column 3: no such table",
            "refused at line 2, column 3\n  SQL failed. Line 2, column 3: no such table",
        );
        check("no such table", "refused\n  no such table");
    }
}

//! The last lines that a job printed: fetched when somebody looks, and not more often than they change.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::JobSnapshot;

use crate::collect::{ClusterState, client};

/// At most so many lines are shown.
const LINES: usize = 40;
/// At most so many characters of one line are shown.
const LINE_CHARS: usize = 400;
/// The output of at most so many task managers is read for one page.
const TASK_MANAGERS: usize = 4;
/// What was fetched is good for this long: as many pages may be open as there are readers.
const FRESH: Duration = Duration::from_secs(2);
/// At most so many task managers' output is kept; beyond that all of it is fetched anew.
const KEPT: usize = 64;

/// A cluster's address and a task manager's id.
type Place = (String, String);

/// What was fetched lately.
#[derive(Debug, Default)]
pub struct Output {
    kept: Mutex<HashMap<Place, (Instant, Vec<String>)>>,
}

impl Output {
    /// The last lines of the job, oldest first. Of a Flink cluster nothing is read: its task managers are shared by jobs,
    /// and their files may be of any size.
    pub async fn lines(&self, state: &ClusterState, job_id: &str) -> Vec<String> {
        let Some(snapshot) = state.latest().filter(|s| s.embedded) else { return Vec::new() };
        let Some(job) = snapshot.jobs.iter().find(|j| j.id == job_id) else { return Vec::new() };
        let mut lines = Vec::new();
        for id in task_managers(job) {
            lines.extend(self.of(&state.record.name, &state.record.url, id).await);
        }
        lines.split_off(lines.len().saturating_sub(LINES))
    }

    async fn of(&self, cluster: &str, url: &str, task_manager: &str) -> Vec<String> {
        let key = (url.to_owned(), task_manager.to_owned());
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((at, lines)) = kept.as_ref()
            && at.elapsed() < FRESH
        {
            return lines.clone();
        }
        let Ok(client) = client(cluster, url) else { return Vec::new() };
        let Ok(text) = client.text(&format!("/taskmanagers/{task_manager}/stdout")).await else {
            return kept.map(|(_, lines)| lines).unwrap_or_default();
        };
        let lines = last_lines(&text);
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(key, (Instant::now(), lines.clone()));
        lines
    }
}

fn task_managers(job: &JobSnapshot) -> impl Iterator<Item = &str> {
    let ids: BTreeSet<&str> =
        job.vertices.iter().flat_map(|v| &v.subtasks).filter_map(|s| s.task_manager.as_deref()).collect();
    ids.into_iter().take(TASK_MANAGERS)
}

fn last_lines(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    last.iter().map(|line| line.chars().take(LINE_CHARS).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{LINE_CHARS, LINES, last_lines};

    #[test]
    fn only_the_last_lines_are_kept_and_long_ones_are_cut() {
        let text: String = (0..100).map(|i| format!("{i}\n")).collect();
        let lines = last_lines(&text);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (LINES, Some("99")));
        assert_eq!(last_lines(&"ü".repeat(1000))[0].chars().count(), LINE_CHARS);
        assert!(last_lines("").is_empty());
    }
}

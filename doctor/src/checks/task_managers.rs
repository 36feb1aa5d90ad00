//! **Task managers.** Has one been lost under the job?
//!
//! Lost is a task manager that ran this job's subtasks and is no longer in the cluster's list, or that an exception says
//! stopped answering. Why it went is another question: memory that ran out before is its cause, where that was seen.

use model::{Confidence, Severity};

use crate::catalogue::Speaker;
use crate::jvm;
use crate::outcome::{Draft, Facts, Outcome, brief, of_task_manager, run, step};
use crate::signals::text;

/// Has a task manager been lost under the job?
pub fn check(facts: &Facts) -> Outcome {
    let Some(now) = &facts.case.now().cluster.task_managers else {
        return Outcome::lacking("the list of task managers");
    };
    let left = left(facts);
    let said = facts.failures.iter().find(|(_, meaning)| meaning.speaker == Speaker::TaskManagers);
    let outcome = Outcome::read(u32::try_from(now.len()).ok().map(f64::from));
    let draft = match (left, said) {
        (_, Some((entry, meaning))) => {
            let words = format!("{}: {}", meaning.class, brief(&meaning.message, 160));
            let id = left_of(&meaning.message).or_else(|| entry.task_manager.clone());
            Some(draft(facts, id, Some(words), entry.at.clock()))
        }
        // An embedded engine gives every attempt a worker of its own: that one is gone says no more than that it failed.
        (Some(id), None)
            if !facts.case.now().cluster.embedded && (!facts.failures.is_empty() || !facts.case.running()) =>
        {
            Some(draft(facts, Some(id), None, facts.case.now().at().clock()))
        }
        _ => None,
    };
    outcome.with(draft)
}

/// A task manager that ran the job's subtasks in an earlier snapshot, and is gone now.
fn left(facts: &Facts) -> Option<String> {
    let now = facts.case.now();
    let earlier = facts.case.moments().iter().flat_map(|m| &m.job.vertices).flat_map(|v| &v.subtasks);
    earlier
        .filter_map(|s| s.task_manager.as_deref())
        .find(|id| {
            let known = facts.case.moments().iter().any(|m| jvm::task_manager(m, id).is_some());
            known && jvm::task_manager(&now, id).is_none()
        })
        .map(str::to_owned)
}

/// The id in `Heartbeat of TaskManager with id tm-1 timed out` or `The TaskManager with id tm-1 is no longer reachable`.
fn left_of(message: &str) -> Option<String> {
    let rest = message.split_once("with id ")?.1;
    let id = rest.split([' ', '(']).next()?;
    (!id.is_empty()).then(|| id.trim_end_matches('.').to_owned())
}

fn draft(facts: &Facts, id: Option<String>, words: Option<String>, at: String) -> Draft {
    let name = id.unwrap_or_else(|| "unknown".to_owned());
    let job = &facts.case.job().name;
    let evidence = match words {
        Some(words) => text("exception", job, words),
        None => text("task managers", job, format!("{name} ran subtasks of this job, and is no longer listed")),
    };
    let embedded = facts.case.now().cluster.embedded;
    let mut instructions = vec![step(format!(
        "See how {name} ended: exit code 137 or a line of the kernel's about memory means it was killed for its memory; an \
         OutOfMemoryError as its last line means its heap; nothing at all means its machine or network."
    ))];
    if embedded {
        instructions.push(step("The engine starts a worker anew by itself; expect the job RUNNING within a minute."));
    } else {
        instructions.push(run("Start one in its place.", "bin/taskmanager.sh start"));
        instructions.push(run(
            "Only when it was alive and just slow to answer, wait longer for it.",
            "heartbeat.timeout: 50 s",
        ));
    }
    instructions.push(step("Expect the job RUNNING with all its slots within two minutes. If the next one goes the same way, stop and call the platform's owners."));
    Draft {
        cause: "task-manager-lost",
        severity: if facts.case.running() { Severity::Severe } else { Severity::Critical },
        confidence: Confidence::High,
        subject: of_task_manager(&name),
        title: format!("Task manager {name} was lost"),
        why: format!(
            "It stopped answering at {at}; everything that ran on it had to start again elsewhere, or waits for slots."
        ),
        evidence: vec![evidence],
        instructions,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::build::{JobBuilder, cluster, job, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    #[test]
    fn reads_the_id_from_the_exception() {
        let message = "Heartbeat of TaskManager with id tm-7(host:1) timed out.";
        let job = job("j").vertex(vertex("v", 1)).exception(20, "java.util.concurrent.TimeoutException", message, &[]);
        let cluster = cluster(30).task_manager("tm-1", &[]).job(job);
        let outcome = super::check(&Facts::of(Case::new(&[&cluster], "j").unwrap()));
        assert_eq!(outcome.drafts[0].subject.name, "tm-7");
    }

    #[test]
    fn one_that_left_while_the_job_failed_is_lost() {
        let before = cluster(20).task_manager("tm-1", &[]).job(job("j").vertex(vertex("v", 1)));
        let mut failing = job("j").vertex(vertex("v", 1));
        failing.state = "RESTARTING".into();
        let mut after = cluster(30).job(failing);
        after.task_managers = Some(Vec::new());
        let outcome = super::check(&Facts::of(Case::new(&[&before, &after], "j").unwrap()));
        assert_eq!(outcome.drafts[0].cause, "task-manager-lost");
    }

    #[test]
    fn a_worker_of_an_embedded_engine_ends_with_its_attempt() {
        let mut before = cluster(20).task_manager("w-1", &[]).job(job("j").vertex(vertex("v", 1)));
        let mut failing = job("j").vertex(vertex("v", 1));
        failing.state = "RESTARTING".into();
        let mut after = cluster(30).job(failing);
        after.task_managers = Some(Vec::new());
        (before.embedded, after.embedded) = (true, true);
        let outcome = super::check(&Facts::of(Case::new(&[&before, &after], "j").unwrap()));
        assert!(outcome.drafts.is_empty());
    }

    #[test]
    fn all_present_is_none_and_no_list_is_unknown() {
        let present = cluster(20).task_manager("tm-1", &[]).job(job("j").vertex(vertex("v", 1)));
        assert!(super::check(&Facts::of(Case::new(&[&present], "j").unwrap())).drafts.is_empty());
        let blind = cluster(20).job(job("j").vertex(vertex("v", 1)));
        assert_eq!(super::check(&Facts::of(Case::new(&[&blind], "j").unwrap())).missing.len(), 1);
    }
}

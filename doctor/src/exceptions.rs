//! From a stack trace to what it means: the cause chain, the deepest specific cause, and the operator it was thrown in.

use model::{ExceptionEntry, VertexSnapshot};

use crate::case::Case;
use crate::catalogue::{self, Owner, Role, Speaker};
use crate::names::{self, Frame};
use crate::thresholds::RESTART_WINDOW_MS;

/// One link of a cause chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `java.io.IOException`
    pub class: String,
    /// The rest of its first line.
    pub message: String,
    /// Its own frames, innermost first.
    pub frames: Vec<Frame>,
}

/// Takes a stack trace apart, outermost first. Lines that are neither a frame nor a cause belong to the message.
pub fn links(stack: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for line in stack.lines() {
        let text = line.trim();
        if let Some(frame) = text.strip_prefix("at ") {
            if let (Some(link), Some(frame)) = (links.last_mut(), Frame::parse(frame)) {
                link.frames.push(frame);
            }
        } else if let Some(head) = text.strip_prefix("Caused by: ") {
            links.push(head_of(head));
        } else if links.is_empty() && !text.is_empty() {
            links.push(head_of(text));
        }
    }
    links
}

fn head_of(line: &str) -> Link {
    let (class, message) = line.split_once(": ").unwrap_or((line, ""));
    Link { class: class.trim_end_matches(':').to_owned(), message: message.to_owned(), frames: Vec::new() }
}

/// What an exception means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// The cause in the contract's words.
    pub cause: &'static str,
    /// What part it plays.
    pub role: Role,
    /// Who can do something about it.
    pub owner: Owner,
    /// Whether a restart may get past it.
    pub transient: bool,
    /// Which check speaks for it.
    pub speaker: Speaker,
    /// What it means in one clause, where the catalogue knows.
    pub meaning: Option<&'static str>,
    /// The class of the deepest specific cause, without its package.
    pub class: String,
    /// Its message.
    pub message: String,
    /// The innermost frame of the user's code or of a connector.
    pub frame: Option<Frame>,
    /// Every frame, those of the deepest cause first.
    pub frames: Vec<Frame>,
    /// The operator it names itself: `… for operator enrich-state (1/2)#3`.
    pub operator: Option<String>,
    /// The user's code is in the stack.
    pub in_user_code: bool,
}

/// Reads one exception.
pub fn read(entry: &ExceptionEntry) -> Meaning {
    let mut chain = links(&entry.stack);
    if chain.is_empty() {
        chain.push(Link { class: entry.class.clone(), message: entry.message.clone(), frames: Vec::new() });
    }
    let text = |link: &Link| format!("{}: {}", link.class, link.message);
    let hits: Vec<(usize, &catalogue::Entry)> =
        chain.iter().enumerate().filter_map(|(depth, link)| Some((depth, catalogue::find(&text(link))?))).collect();
    // What another check speaks for is recognised wherever it is in the chain; otherwise the deepest trigger counts.
    let spoken = [Speaker::Memory, Speaker::Checkpoints, Speaker::TaskManagers]
        .iter()
        .find_map(|speaker| hits.iter().find(|(_, entry)| entry.speaker == *speaker));
    let trigger = hits.iter().rev().find(|(_, entry)| entry.role == Role::Trigger);
    let hit = spoken.or(trigger).or(hits.last());
    let users = chain.iter().rposition(|link| link.frames.iter().any(Frame::is_users));
    let deepest = chain.len() - 1;
    let link = match hit {
        // The catalogue names the kind; the words that help are those of the deepest cause.
        Some((_, entry)) if entry.speaker != Speaker::Restarts => &chain[deepest],
        Some((depth, _)) => &chain[*depth],
        None => &chain[users.unwrap_or(deepest)],
    };
    let frames: Vec<Frame> = chain.iter().rev().flat_map(|link| link.frames.iter().cloned()).collect();
    let (cause, role) = match hit {
        Some((_, entry)) => (entry.cause, entry.role),
        None if chain.iter().any(|link| catalogue::blames_the_record(&link.message)) => {
            ("poison-record", Role::Trigger)
        }
        None if users.is_some() => ("user-exception", Role::Trigger),
        None if frames.is_empty() => ("undetermined", Role::Symptom),
        None => ("platform-exception", Role::Symptom),
    };
    Meaning {
        cause,
        role,
        owner: hit.map_or(if users.is_some() { Owner::User } else { Owner::Platform }, |(_, entry)| entry.owner),
        transient: hit.is_some_and(|(_, entry)| entry.transient),
        speaker: hit.map_or(Speaker::Restarts, |(_, entry)| entry.speaker),
        meaning: hit.map(|(_, entry)| entry.meaning),
        class: link.class.rsplit('.').next().unwrap_or(&link.class).to_owned(),
        message: link.message.trim().to_owned(),
        // An embedded engine's frames name the operator and the place in the input instead of code.
        frame: frames.iter().find(|f| f.is_users() || f.class.contains([' ', '['])).cloned(),
        operator: chain.iter().find_map(|link| named_operator(&link.message)),
        in_user_code: users.is_some(),
        frames,
    }
}

/// The operator in `… for operator enrich-state (1/2)#3.`
fn named_operator(message: &str) -> Option<String> {
    let rest = message.split_once("for operator ")?.1;
    let name = rest.rsplit_once(" (").map_or(rest, |(name, _)| name);
    // A second parenthesis may follow further on; the subtask's is the first one that opens with a digit.
    let name = rest.find(" (").map_or(name, |_| cut_at_subtask(rest));
    (!name.is_empty()).then(|| name.to_owned())
}

fn cut_at_subtask(text: &str) -> &str {
    text.match_indices(" (")
        .find(|(at, _)| text.get(at + 2..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

/// The vertex an exception was thrown in, and the operator within it where that is known.
pub fn vertex_of<'a>(
    case: &Case<'a>,
    entry: &ExceptionEntry,
    meaning: &Meaning,
) -> Option<(&'a VertexSnapshot, Option<String>)> {
    let vertices = &case.job().vertices;
    let operator_in = |v: &VertexSnapshot| names::operator_of(&names::operators(&v.name), &meaning.frames);
    if let Some(operator) = &meaning.operator
        && let Some(vertex) =
            vertices.iter().find(|v| v.name == *operator || names::operators(&v.name).contains(operator))
    {
        return Some((vertex, Some(operator.clone())));
    }
    if let Some(task) = &entry.task
        && let Some(vertex) = vertices.iter().find(|v| task.starts_with(&v.name))
    {
        return Some((vertex, operator_in(vertex)));
    }
    if let Some(found) = names::vertex_of(vertices, &meaning.frames) {
        return Some(found);
    }
    let vertex = failed_vertex(case).or_else(|| sampled_vertex(case, meaning))?;
    Some((vertex, operator_in(vertex)))
}

/// The one vertex whose sampled stacks have shown the user's class that the exception was thrown in.
fn sampled_vertex<'a>(case: &Case<'a>, meaning: &Meaning) -> Option<&'a VertexSnapshot> {
    let class = &meaning.frames.iter().find(|frame| frame.is_users())?.class;
    let shows = |vertex: &VertexSnapshot| {
        let lines = vertex.stacks.iter().flat_map(|sample| &sample.top).flat_map(|stack| &stack.frames);
        lines.filter_map(|line| Frame::parse(line)).any(|frame| frame.class == *class)
    };
    let sampled = case.moments().iter().flat_map(|m| &m.job.vertices).filter(|v| shows(v));
    let ids: std::collections::BTreeSet<&str> = sampled.map(|vertex| vertex.id.as_str()).collect();
    match ids.iter().collect::<Vec<_>>().as_slice() {
        [id] => case.vertex(id),
        _ => None,
    }
}

/// The one vertex that was caught in the state `FAILED`, in the newest snapshot that caught exactly one.
fn failed_vertex<'a>(case: &Case<'a>) -> Option<&'a VertexSnapshot> {
    let caught = case.moments().iter().rev().find_map(|moment| {
        let mut failed = moment.job.vertices.iter().filter(|vertex| vertex.state == "FAILED");
        let first = failed.next()?;
        failed.next().is_none().then_some(first)
    })?;
    case.vertex(&caught.id)
}

/// The failures that matter now, newest first: those of the last ten minutes, side effects left out; each with its meaning.
pub fn recent<'a>(case: &Case<'a>) -> Vec<(&'a ExceptionEntry, Meaning)> {
    let now = case.now().at();
    let entries = case.job().exceptions.as_deref().unwrap_or_default();
    let mut found: Vec<(&ExceptionEntry, Meaning)> = entries
        .iter()
        .filter(|entry| now.since_ms(entry.at) <= RESTART_WINDOW_MS)
        .map(|entry| (entry, read(entry)))
        .filter(|(_, meaning)| meaning.role != Role::SideEffect)
        .collect();
    found.sort_by_key(|(entry, _)| std::cmp::Reverse(entry.at));
    found
}

/// The failure to report of several: a trigger before a symptom, then the most frequent kind, then the one that began first.
/// Of that kind it is the first occurrence: later ones are the loop's iterations. Beside it, how often the kind occurred.
pub fn onset<'a, 'b>(
    failures: &'b [(&'a ExceptionEntry, Meaning)],
) -> Option<(&'a ExceptionEntry, &'b Meaning, usize)> {
    let kind = |meaning: &Meaning| (meaning.cause, meaning.class.clone());
    let count = |meaning: &Meaning| failures.iter().filter(|(_, other)| kind(other) == kind(meaning)).count();
    let best = failures
        .iter()
        .max_by_key(|(entry, meaning)| (meaning.role == Role::Trigger, count(meaning), std::cmp::Reverse(entry.at)))?;
    Some((best.0, &best.1, count(&best.1)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{ExceptionEntry, Timestamp};

    use super::{links, onset, read};
    use crate::catalogue::{Role, Speaker};

    fn entry(stack: &str) -> ExceptionEntry {
        ExceptionEntry { stack: stack.to_owned(), ..Default::default() }
    }

    const CHECKPOINT: &str = "java.io.IOException: Could not perform checkpoint 14 for operator enrich-state (2/2)#6.
\tat org.apache.flink.streaming.runtime.tasks.StreamTask.triggerCheckpointOnBarrier(StreamTask.java:1450)
Caused by: org.apache.flink.runtime.checkpoint.CheckpointException: Could not complete snapshot 14 for operator enrich-state (2/2)#6.
\tat org.apache.flink.streaming.api.operators.StreamOperatorStateHandler.snapshotState(StreamOperatorStateHandler.java:318)
\t... 21 more
Caused by: java.io.IOException: could not flush state to backend (checkpoint 14)
\tat OrdersPipeline$Agg.snapshotState(OrdersPipeline.java:105)
\t... 32 more";

    #[test]
    fn takes_a_chain_apart() {
        let chain = links(CHECKPOINT);
        assert_eq!(chain.iter().map(|l| l.frames.len()).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(chain[2].message, "could not flush state to backend (checkpoint 14)");
        assert!(links("").is_empty());
    }

    #[test]
    fn a_failed_checkpoint_is_spoken_for_and_names_its_operator() {
        let meaning = read(&entry(CHECKPOINT));
        assert_eq!((meaning.cause, meaning.speaker), ("checkpoint-snapshot-failing", Speaker::Checkpoints));
        assert_eq!(meaning.operator.as_deref(), Some("enrich-state"));
        assert_eq!(meaning.message, "could not flush state to backend (checkpoint 14)");
    }

    fn check(stack: &str, cause: &str, role: Role) {
        let meaning = read(&entry(stack));
        assert_eq!((meaning.cause, meaning.role), (cause, role), "{stack}");
    }

    #[test]
    fn tells_whose_it_is() {
        check(
            "java.lang.IllegalStateException: malformed record at seq 1\n\tat a.Parse.flatMap(A.java:1)",
            "poison-record",
            Role::Trigger,
        );
        check(
            "java.lang.NullPointerException\n\tat com.shop.Enrich.map(Enrich.java:7)",
            "user-exception",
            Role::Trigger,
        );
        check(
            "java.lang.RuntimeException: x\n\tat com.shop.Sink.map(S.java:7)\nCaused by: java.net.ConnectException: Connection refused",
            "external-exception",
            Role::Trigger,
        );
        check(
            "drsquirrel.connector.RecordParseException: dep_delay: '1O5' is no INT\n\tat Source: flights.deserialize(flights.csv:8123)",
            "poison-record",
            Role::Trigger,
        );
        check(
            "java.util.concurrent.TimeoutException: Heartbeat of TaskManager with id tm-1 timed out.",
            "task-manager-lost",
            Role::Symptom,
        );
        check(
            "org.apache.flink.util.FlinkException: x\n\tat org.apache.flink.A.b(A.java:1)",
            "platform-exception",
            Role::Symptom,
        );
        check("", "undetermined", Role::Symptom);
    }

    #[test]
    fn reports_the_first_of_the_most_frequent_trigger() {
        let mut poison = entry("java.lang.NumberFormatException: x\n\tat a.Parse.map(A.java:1)");
        let lost = ExceptionEntry {
            at: Timestamp(1),
            ..entry("TimeoutException: Heartbeat of TaskManager with id x timed out")
        };
        poison.at = Timestamp(10);
        let again = ExceptionEntry { at: Timestamp(20), ..poison.clone() };
        let failures: Vec<_> = [&again, &poison, &lost].into_iter().map(|e| (e, read(e))).collect();
        let (first, meaning, count) = onset(&failures).unwrap();
        assert_eq!((first.at, meaning.cause, count), (Timestamp(10), "poison-record", 2));
    }
}

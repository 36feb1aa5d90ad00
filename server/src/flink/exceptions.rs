//! A job's exceptions, in the shapes of 2.3 and 1.20 and, for a job that never ran, out of its result.

use model::{ExceptionEntry, Timestamp};

use super::{
    client::Reader,
    rest::{ExceptionLine, Exceptions, ExecutionResult, FailureCause, instant},
};

/// The most entries that are asked for.
const MAX_EXCEPTIONS: usize = 20;

/// The longest stack trace that is kept, in bytes; the innermost cause of a longer one is lost with its end.
const MAX_STACK: usize = 32 * 1024;

/// The exceptions of `job`, newest first; `None` where they could not be read. `failed_at` is when the job failed, if it did:
/// what kept it from running is then only in its result.
pub(super) async fn read(reader: Reader<'_>, job: &str, failed_at: Option<Timestamp>) -> Option<Vec<ExceptionEntry>> {
    let path = format!("/jobs/{job}/exceptions");
    let history: Option<Exceptions> = reader.optional(&path, &format!("maxExceptions={MAX_EXCEPTIONS}")).await;
    let mut entries = history.map(entries);
    if let Some(at) = failed_at {
        let result: Option<ExecutionResult> = reader.optional(&format!("/jobs/{job}/execution-result"), "").await;
        let cause = result.and_then(|r| r.job_execution_result).and_then(|r| r.failure_cause);
        if let Some(cause) = cause.and_then(|cause| of_result(cause, at)) {
            let known = entries.get_or_insert_default();
            if !known.iter().any(|entry| (&entry.class, &entry.message) == (&cause.class, &cause.message)) {
                known.push(cause);
                known.sort_by_key(|entry| std::cmp::Reverse(entry.at));
            }
        }
    }
    entries
}

fn entries(answer: Exceptions) -> Vec<ExceptionEntry> {
    let mut entries = Vec::new();
    for mut line in answer.history.unwrap_or_default().entries.into_iter().take(MAX_EXCEPTIONS) {
        let concurrent = line.concurrent_exceptions.take().unwrap_or_default();
        entries.push(entry(line));
        entries.extend(concurrent.into_iter().take(MAX_EXCEPTIONS).map(entry));
    }
    if entries.is_empty()
        && let Some(root) = answer.root_exception
    {
        entries.push(entry(ExceptionLine {
            stacktrace: Some(root),
            timestamp: answer.timestamp,
            ..Default::default()
        }));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries
}

fn entry(line: ExceptionLine) -> ExceptionEntry {
    let stack = shorten(line.stacktrace.unwrap_or_default());
    let (class, message) = class_and_message(&stack);
    ExceptionEntry {
        at: instant(line.timestamp).unwrap_or_default(),
        class: line.exception_name.filter(|name| !name.is_empty()).unwrap_or(class),
        message,
        stack,
        task: line.task_name.filter(|name| !name.is_empty()),
        task_manager: line.task_manager_id.filter(|id| id != "(unassigned)"),
    }
}

fn of_result(cause: FailureCause, at: Timestamp) -> Option<ExceptionEntry> {
    let stacktrace = Some(cause.stack_trace?);
    Some(entry(ExceptionLine {
        exception_name: cause.class,
        stacktrace,
        timestamp: Some(at.ms()),
        ..Default::default()
    }))
}

/// Splits `java.lang.IllegalStateException: malformed record`, the first line of a stack trace.
fn class_and_message(stack: &str) -> (String, String) {
    let first = stack.lines().next().unwrap_or_default().trim();
    match first.split_once(": ") {
        Some((class, message)) if !class.contains(' ') => (class.to_string(), message.to_string()),
        _ if !first.contains(' ') => (first.trim_end_matches(':').to_string(), String::new()),
        _ => (String::new(), first.to_string()),
    }
}

fn shorten(mut stack: String) -> String {
    if stack.len() > MAX_STACK {
        let end = (0..=MAX_STACK).rev().find(|end| stack.is_char_boundary(*end)).unwrap_or_default();
        stack.truncate(end);
    }
    stack
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(json: &str) -> Vec<ExceptionEntry> {
        entries(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn of_2_3() {
        let found = parse(
            r#"{"exceptionHistory": {"truncated": false, "entries": [
                {"exceptionName": "java.lang.IllegalStateException", "timestamp": 5, "failureLabels": {},
                 "stacktrace": "java.lang.IllegalStateException: malformed record: 7\n\tat A.b(A.java:1)\n",
                 "concurrentExceptions": [{"exceptionName": "java.io.IOException", "timestamp": 6, "stacktrace": "java.io.IOException\n\tat X"}]},
                {"exceptionName": "E", "timestamp": 9, "stacktrace": "E: newer", "taskName": "parse (1/2)", "taskManagerId": "tm-1"}]}}"#,
        );
        let seen: Vec<_> =
            found.iter().map(|e| (e.at.ms(), e.class.as_str(), e.message.as_str(), e.task.as_deref())).collect();
        let expect = [
            (9, "E", "newer", Some("parse (1/2)")),
            (6, "java.io.IOException", "", None),
            (5, "java.lang.IllegalStateException", "malformed record: 7", None),
        ];
        assert_eq!(seen, expect);
        assert_eq!(found[0].task_manager.as_deref(), Some("tm-1"));
    }

    #[test]
    fn of_1_20_with_only_a_root_exception() {
        let root = r#"{"root-exception": "org.apache.flink.util.FlinkException: no state\n\tat A", "timestamp": 7,
            "all-exceptions": [], "truncated": false, "exceptionHistory": {"entries": [], "truncated": false}}"#;
        let found = parse(root);
        assert_eq!(
            (found[0].class.as_str(), found[0].message.as_str()),
            ("org.apache.flink.util.FlinkException", "no state")
        );
        assert!(
            parse(r#"{"root-exception": null, "timestamp": null, "exceptionHistory": {"entries": []}}"#).is_empty()
        );
    }

    #[test]
    fn a_first_line_without_a_class_is_the_message() {
        assert_eq!(class_and_message("it went wrong: badly"), (String::new(), "it went wrong: badly".into()));
        assert_eq!(
            class_and_message("java.lang.NullPointerException\n\tat A"),
            ("java.lang.NullPointerException".into(), String::new())
        );
        assert_eq!(class_and_message(""), (String::new(), String::new()));
    }

    #[test]
    fn a_long_stack_is_cut_at_a_character() {
        let stack = shorten("é".repeat(MAX_STACK));
        assert!(stack.len() <= MAX_STACK && stack.ends_with('é'));
    }
}

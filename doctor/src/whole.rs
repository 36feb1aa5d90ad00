//! Tests of the whole: snapshots in, diagnosis out.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use model::{
    Checkpoint, Checkpoints, ClusterSnapshot, Diagnosis, ExceptionEntry, Input, JobSnapshot, Severity, Stack,
    StackSample, SubtaskSnapshot, TaskManagerSnapshot, Timestamp, Verdict, VertexAcks, VertexSnapshot,
};
use proptest::{collection::vec, option::of, prelude::*, sample::select};

use crate::build::{Built, JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
use crate::{examine, series};

/// The diagnosis of the job `j`.
fn diagnose(history: &[ClusterSnapshot]) -> Diagnosis {
    examine(&refs(history)).into_iter().map(|e| e.diagnosis).find(|d| d.id == "j").unwrap()
}

fn causes(diagnosis: &Diagnosis) -> Vec<(&str, bool)> {
    diagnosis.findings.iter().map(|f| (f.cause.as_str(), f.caused_by.is_none())).collect()
}

/// A healthy job: three vertices with some load, counters that count, checkpoints that complete.
fn healthy(second: i64) -> Built<ClusterSnapshot> {
    let at = f64::from(i32::try_from(second).unwrap());
    let counted = |v: VertexSnapshot| v.gauge("numRecordsIn", &[100.0 * at, 110.0 * at]).load(200.0, 0.0);
    let window = vertex("window", 2).after("parse", "HASH").gauge("currentInputWatermark", &[1e12 + at, 1e12 + at]);
    let watermark = |v: VertexSnapshot| v.gauge("parse.currentOutputWatermark", &[1e12 + at, 1e12 + at]);
    let sound = job("j")
        .vertex(vertex("Source: s", 2).load(150.0, 0.0).gauge("numRecordsOut", &[100.0 * at, 110.0 * at]))
        .vertex(watermark(counted(vertex("parse", 2).after("Source: s", "REBALANCE"))))
        .vertex(counted(window))
        .checkpoint(1, "COMPLETED", second - 5, 80, None);
    let old = "Status.JVM.GarbageCollector.G1_Old_Generation.Time";
    let count = "Status.JVM.GarbageCollector.All.Count";
    let heap = [(old, 5.0), (count, at), (crate::jvm::HEAP_USED, 3e8), (crate::jvm::HEAP_MAX, 1e9)];
    cluster(second).task_manager("tm-1", &heap).job(sound)
}

#[test]
fn a_healthy_job_is_healthy() {
    let diagnosis = diagnose(&history(&[20, 30, 40, 50], healthy));
    assert_eq!((diagnosis.verdict, diagnosis.score), (Verdict::Healthy, Some(100)));
    assert!(diagnosis.findings.is_empty());
}

#[test]
fn a_sick_job_becomes_healthy_again_in_a_new_run() {
    let sick = |s| {
        let call = vertex("call", 2).after("s", "HASH").load(1000.0, 0.0).gauge("cpuTimeMsPerSecond", &[9.0, 9.0]);
        cluster(s).job(job("j").vertex(vertex("s", 2).load(0.0, 950.0)).vertex(call))
    };
    let mut told = history(&[20, 30, 40], sick);
    assert_eq!(causes(&diagnose(&told)), [("slow-external-call", true), ("backpressured", false)]);
    let well = |s| {
        let call = vertex("call", 2).after("s", "HASH").load(400.0, 0.0).gauge("cpuTimeMsPerSecond", &[9.0, 9.0]);
        cluster(s).job(job("j").restarts(0.0, 60).vertex(vertex("s", 2).load(300.0, 0.0)).vertex(call))
    };
    told.extend(history(&[80, 90, 100], well));
    assert_eq!(diagnose(&told).verdict, Verdict::Healthy);
}

#[test]
fn a_start_is_unknown_and_no_alarm() {
    assert_eq!(diagnose(&history(&[2, 12], healthy)).verdict, Verdict::Unknown);
    assert_eq!(diagnose(&history(&[50], healthy)).verdict, Verdict::Unknown);
}

#[test]
fn a_job_of_which_nothing_can_be_read_is_unknown() {
    let bare = |s| {
        let mut bare = cluster(s).job(JobSnapshot { id: "j".into(), name: "j".into(), ..Default::default() });
        bare.jobs.iter_mut().for_each(|job| job.state = "RUNNING".into());
        bare
    };
    let diagnosis = diagnose(&history(&[20, 30, 40], bare));
    assert_eq!((diagnosis.verdict, diagnosis.score), (Verdict::Unknown, None));
    assert!(diagnosis.unknown.len() > 5);
}

#[test]
fn a_vertex_without_load_makes_the_verdict_unknown() {
    let blind = |s| {
        let mut blind = healthy(s);
        blind.jobs[0].vertices.push(vertex("sink", 2).after("window", "HASH"));
        blind
    };
    let diagnosis = diagnose(&history(&[20, 30, 40], blind));
    assert_eq!(diagnosis.verdict, Verdict::Unknown);
    assert!(diagnosis.unknown.iter().any(|u| u.missing.contains("sink")));
}

#[test]
fn an_embedded_job_is_judged_without_what_only_a_jvm_has() {
    let embedded = |s| {
        let mut embedded = healthy(s);
        embedded.embedded = true;
        embedded.jobs[0].checkpoints = None;
        embedded
    };
    let diagnosis = diagnose(&history(&[20, 30, 40], embedded));
    assert_eq!(diagnosis.verdict, Verdict::Healthy);
    assert!(diagnosis.unknown.iter().any(|u| u.check == "garbage-collection"));
}

#[test]
fn a_job_that_ended_by_request_is_not_sick() {
    let ended = |s| {
        let mut ended = healthy(s);
        ended.jobs[0].state = "CANCELED".into();
        ended
    };
    let diagnosis = diagnose(&history(&[20, 30, 40], ended));
    assert!(diagnosis.findings.is_empty());
    assert_eq!(diagnosis.verdict, Verdict::Unknown);
}

#[test]
fn a_job_that_the_cluster_forgot_is_critical() {
    let mut told = history(&[20, 30], healthy);
    told.push(cluster(40).0);
    let examined = examine(&refs(&told));
    assert_eq!(examined[0].diagnosis.findings[0].cause, "job-not-running");
    assert_eq!(examined[0].diagnosis.verdict, Verdict::Critical);
}

#[test]
fn a_leak_that_lost_its_task_manager_is_the_root_of_it_all() {
    let mut told = history(&[20, 30, 40, 50], |s| {
        let at = f64::from(i32::try_from(s).unwrap());
        let count = "Status.JVM.GarbageCollector.All.Count";
        let heap = [(count, at), (crate::jvm::HEAP_USED, 18.0 * at), (crate::jvm::HEAP_MAX, 1000.0)];
        cluster(s).task_manager("tm-1", &heap).job(job("j").vertex(vertex("v", 1)))
    });
    let words = "Heartbeat of TaskManager with id tm-1 timed out.";
    let mut lost = job("j").vertex(vertex("v", 1)).exception(58, "java.util.concurrent.TimeoutException", words, &[]);
    lost.state = "RESTARTING".into();
    let mut after = cluster(60).job(lost);
    after.task_managers = Some(Vec::new());
    told.push(after.0);
    let diagnosis = diagnose(&told);
    assert_eq!(diagnosis.findings[0].cause, "heap-leak");
    assert!(
        diagnosis.findings.iter().skip(1).all(|f| f.caused_by.as_deref() == Some(diagnosis.findings[0].id.as_str()))
    );
}

#[test]
fn an_embedded_record_that_does_not_parse_names_its_source_and_line() {
    let failing = |s| {
        let class = "drsquirrel.connector.RecordParseException";
        let frames = ["Source: flights.deserialize(flights.csv:8123)"];
        let mut job = job("j").vertex(vertex("Source: flights -> Calc(select=[a, b])", 4));
        for second in [5, 9, 13] {
            job = job.exception(second, class, "dep_delay: '1O5' is no INT", &frames);
        }
        let mut cluster = cluster(s).job(job.restarts(3.0, 14));
        cluster.embedded = true;
        cluster
    };
    let diagnosis = diagnose(&history(&[15, 20], failing));
    let first = &diagnosis.findings[0];
    assert_eq!(
        (first.cause.as_str(), first.subject.name.as_str(), first.severity),
        ("poison-record", "Source: flights", Severity::Critical)
    );
    assert!(first.instructions[0].step.contains("flights.csv:8123"), "{:?}", first.instructions);
    assert!(!first.instructions[1].step.contains("side output"));
}

const METRICS: [&str; 22] = [
    "busyTimeMsPerSecond",
    "idleTimeMsPerSecond",
    "backPressuredTimeMsPerSecond",
    "accumulateBusyTimeMs",
    "accumulateIdleTimeMs",
    "accumulateBackPressuredTimeMs",
    "numRecordsIn",
    "numRecordsOut",
    "cpuTimeMsPerSecond",
    "currentInputWatermark",
    "a.currentOutputWatermark",
    "a.watermarkLag",
    "a.pendingRecords",
    "checkpointStartDelayNanos",
    "a.numLateRecordsDropped",
    "mailboxLatencyMs_p95",
    "numRestarts",
    "Status.JVM.Memory.Heap.Used",
    "Status.JVM.Memory.Heap.Max",
    "Status.JVM.GarbageCollector.All.Time",
    "Status.JVM.GarbageCollector.All.Count",
    "Status.JVM.GarbageCollector.G1_Old_Generation.Time",
];

fn metrics() -> impl Strategy<Value = model::Metrics> {
    let value = prop_oneof![
        0.0..2000.0_f64,
        Just(1000.0),
        Just(0.0),
        Just(-1.0),
        Just(f64::MAX),
        Just(-9.2e18),
        Just(f64::NAN)
    ];
    prop::collection::btree_map(select(&METRICS[..]).prop_map(str::to_owned), value, 0..14)
}

fn subtask() -> impl Strategy<Value = SubtaskSnapshot> {
    (0..3_u32, of(0..3_u32), of(Just("tm-1".to_owned())), metrics()).prop_map(
        |(index, attempt, task_manager, metrics)| SubtaskSnapshot {
            index,
            state: None,
            attempt,
            task_manager,
            metrics,
        },
    )
}

fn stacks() -> impl Strategy<Value = StackSample> {
    let frame =
        select(&["Thread.sleep:-2", "a.B.c:1", "TaskMailboxImpl.take:161", "x.snapshotState:1", ":", ".", ""][..]);
    let stack = (any::<u64>(), vec(frame.prop_map(str::to_owned), 0..4))
        .prop_map(|(samples, frames)| Stack { samples, frames });
    (any::<i64>(), any::<u64>(), any::<u64>(), vec(stack, 0..3)).prop_map(|(at, on_cpu, off_cpu, top)| StackSample {
        at: Timestamp(at),
        on_cpu,
        off_cpu,
        top,
    })
}

fn any_vertex() -> impl Strategy<Value = VertexSnapshot> {
    let name = select(&["a", "a -> b", "Source: a -> (b, c)", "", " -> ", "x("][..]);
    let state = select(&["RUNNING", "FAILED", "CREATED", ""][..]);
    let inputs = vec(select(&["0", "1", "2", "?"][..]), 0..3);
    (select(&["0", "1", "2"][..]), name, state, any::<u32>(), inputs, vec(subtask(), 0..4), of(stacks())).prop_map(
        |(id, name, state, parallelism, inputs, subtasks, stacks)| VertexSnapshot {
            id: id.into(),
            name: name.into(),
            state: state.into(),
            parallelism,
            max_parallelism: None,
            inputs: inputs.into_iter().map(|vertex| Input { vertex: vertex.into(), ship: "HASH".into() }).collect(),
            subtasks,
            stacks,
        },
    )
}

fn checkpoints() -> impl Strategy<Value = Checkpoints> {
    let status = select(&["COMPLETED", "FAILED", "IN_PROGRESS", "?"][..]);
    let failure =
        of(select(&["Checkpoint expired before completing.", "Checkpoint Coordinator is suspending.", "declined"][..]));
    let one =
        (any::<u64>(), status, any::<i64>(), of(any::<i64>()), failure).prop_map(|(id, status, at, ms, failure)| {
            Checkpoint {
                id,
                status: status.into(),
                triggered_at: Timestamp(at),
                duration_ms: ms,
                state_bytes: ms,
                failure: failure.map(str::to_owned),
                vertices: vec![VertexAcks { vertex: "1".into(), acknowledged: 1, subtasks: 2 }],
                ..Default::default()
            }
        });
    (any::<[u64; 3]>(), vec(one, 0..5), of(any::<i64>())).prop_map(
        |([completed, failed, in_progress], history, interval_ms)| Checkpoints {
            completed,
            failed,
            in_progress,
            history,
            interval_ms,
            timeout_ms: interval_ms,
            tolerable_failures: None,
        },
    )
}

fn exception() -> impl Strategy<Value = ExceptionEntry> {
    let stack = select(
        &[
            "java.lang.OutOfMemoryError: Java heap space\n\tat a.B.c(B.java:1)",
            "x: Could not perform checkpoint 1 for operator a (1/2)#3.",
            "Caused by: \n\tat (\n at",
            "TimeoutException: Heartbeat of TaskManager with id  timed out",
            "a: malformed\n\tat Source: a.deserialize(f.csv:1)",
            "",
        ][..],
    );
    (any::<i64>(), stack).prop_map(|(at, stack)| ExceptionEntry {
        at: Timestamp(at),
        stack: stack.into(),
        ..Default::default()
    })
}

fn any_job() -> impl Strategy<Value = JobSnapshot> {
    let state = select(&["RUNNING", "RUNNING", "RESTARTING", "FAILED", "CREATED", "CANCELED", "?"][..]);
    let parts = (vec(any_vertex(), 0..4), metrics(), of(checkpoints()), of(vec(exception(), 0..5)));
    (state, of(0..90_000_i64), parts).prop_map(|(state, since, (vertices, metrics, checkpoints, exceptions))| {
        JobSnapshot {
            id: "j".into(),
            name: "j".into(),
            state: state.into(),
            start: since.map(Timestamp),
            end: None,
            running_since: since.map(Timestamp),
            vertices,
            metrics,
            checkpoints,
            exceptions,
        }
    })
}

fn any_cluster() -> impl Strategy<Value = ClusterSnapshot> {
    let at = prop_oneof![0..100_000_i64, Just(i64::MAX), Just(i64::MIN)];
    let tm = metrics().prop_map(|metrics| TaskManagerSnapshot { id: "tm-1".into(), metrics, ..Default::default() });
    (at, any::<bool>(), of(0..3_u32), of(vec(tm, 0..2)), vec(any_job(), 0..2)).prop_map(
        |(at, embedded, slots_available, task_managers, jobs)| ClusterSnapshot {
            at: Timestamp(at),
            embedded,
            slots_available,
            task_managers,
            jobs,
            ..Default::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever a cluster sends, the answer is well formed: told in order, explained, and consistent with itself.
    #[test]
    fn any_history_gets_a_well_formed_answer(history in vec(any_cluster(), 0..5)) {
        let history = refs(&history);
        for examination in examine(&history) {
            let diagnosis = examination.diagnosis;
            let ids: Vec<&str> = diagnosis.findings.iter().map(|f| f.id.as_str()).collect();
            prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "twice the same finding: {:?}", ids);
            for (at, finding) in diagnosis.findings.iter().enumerate() {
                prop_assert!(!finding.title.is_empty() && !finding.why.is_empty());
                prop_assert!(!finding.evidence.is_empty() && !finding.instructions.is_empty());
                if let Some(cause) = &finding.caused_by {
                    prop_assert!(ids[..at].contains(&cause.as_str()), "a consequence before its cause");
                }
                for evidence in &finding.evidence {
                    let seen = history.iter().filter(|s| s.jobs.iter().any(|job| job.id == diagnosis.id)).count();
                    prop_assert_eq!(series(&history, &diagnosis.id, evidence).len(), seen);
                }
            }
            prop_assert_eq!(diagnosis.score.is_none(), diagnosis.verdict == Verdict::Unknown);
            let worst = diagnosis.findings.iter().map(|f| f.severity).max();
            prop_assert_eq!(worst == Some(Severity::Critical), diagnosis.verdict == Verdict::Critical);
        }
    }

    /// Losing signals may make a healthy job unknown, but never sick.
    #[test]
    fn a_healthy_job_that_loses_signals_is_never_sick(lost in prop::collection::btree_set(select(&METRICS[..]), 0..10), blind in any::<[bool; 3]>()) {
        let told = history(&[20, 30, 40, 50], |s| {
            let mut told = healthy(s);
            let [no_task_managers, no_exceptions, no_checkpoints] = blind;
            told.task_managers = told.task_managers.take().filter(|_| !no_task_managers);
            for job in &mut told.jobs {
                job.exceptions = job.exceptions.take().filter(|_| !no_exceptions);
                job.checkpoints = job.checkpoints.take().filter(|_| !no_checkpoints);
                job.metrics.retain(|name, _| !lost.contains(name.as_str()));
                for subtask in job.vertices.iter_mut().flat_map(|v| &mut v.subtasks) {
                    subtask.metrics.retain(|name, _| !lost.contains(name.as_str()));
                }
            }
            told
        });
        let diagnosis = diagnose(&told);
        prop_assert!(diagnosis.findings.is_empty());
        prop_assert!(matches!(diagnosis.verdict, Verdict::Healthy | Verdict::Unknown));
    }
}

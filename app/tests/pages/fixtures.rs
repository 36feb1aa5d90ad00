//! What a portal might answer: a sick job with everything that a page can show, and jobs that lack things.

use model::{
    ApiError, CELLS, Cell, CellVerdict, ClusterKind, ClusterView, Condition, Confidence, Counts, Evidence,
    EvidenceSeries, ExampleView, ExceptionEntry, Finding, FindingState, Graph, GraphEdge, GraphVertex, GridRow,
    HomeView, Instruction, JobRow, JobView, Severity, Subject, SubjectKind, Timestamp, Unknown, Verdict,
};

/// 2025-11-22 11:13:20 UTC.
pub const NOW: Timestamp = Timestamp(1_763_810_000_000);
pub const QUESTION: &str = "Which flights left New York more than an hour late, and where were they going?";
const LONG_NAME: &str = "ads-spend-pacing-experiment-with-a-name-that-somebody-should-have-thought-about-for-longer";

fn minutes_ago(minutes: i64) -> Timestamp {
    NOW.plus_ms(-60_000 * minutes)
}

pub fn cluster(name: &str, kind: ClusterKind) -> ClusterView {
    ClusterView {
        name: name.into(),
        kind,
        url: format!("http://{name}:8081"),
        gateway_url: (kind == ClusterKind::Flink).then(|| format!("http://{name}:8083")),
        zone: "zone-a".into(),
        version: Some(if kind == ClusterKind::Flink { "2.3.0".into() } else { "2.3-drsquirrel-0.1.0".into() }),
        seen_at: Some(NOW),
        error: None,
        task_managers: Some(2),
        slots_total: Some(8),
        slots_available: Some(3),
        jobs_running: 2,
    }
}

/// A cluster that has stopped answering.
pub fn lost_cluster() -> ClusterView {
    let error = ApiError::external(
        "cluster_unreachable",
        "http://flink-eu:8081/overview was not answered within 5 s",
        "Check that the job manager runs and that the portal can reach it.",
    );
    ClusterView {
        error: Some(error),
        seen_at: Some(minutes_ago(9)),
        task_managers: None,
        slots_total: None,
        slots_available: None,
        ..cluster("flink-eu", ClusterKind::Flink)
    }
}

/// An hour whose last minutes are as `tail` says, with `ok` before.
pub fn hour(tail: &[(usize, CellVerdict)]) -> Vec<Cell> {
    let mut verdicts: Vec<CellVerdict> = tail.iter().flat_map(|(count, verdict)| vec![*verdict; *count]).collect();
    let mut all = vec![CellVerdict::Ok; CELLS - verdicts.len()];
    all.append(&mut verdicts);
    let cell = |(index, verdict): (usize, CellVerdict)| Cell {
        minute: minutes_ago((CELLS - 1 - index) as i64).minute(),
        verdict,
        value: match verdict {
            CellVerdict::Unknown => None,
            CellVerdict::Ok => Some(20.0 + (index % 7) as f64),
            CellVerdict::Warn => Some(240.0 + (index % 5) as f64 * 30.0),
            CellVerdict::Bad => Some(940.0 + (index % 6) as f64 * 10.0),
        },
    };
    all.into_iter().enumerate().map(cell).collect()
}

fn row(name: &str, cluster: &str, verdict: Verdict, strip: Vec<Cell>) -> JobRow {
    JobRow {
        name: name.into(),
        cluster: cluster.into(),
        id: format!("id-of-{name}"),
        status: "RUNNING".into(),
        verdict,
        score: Some(if verdict == Verdict::Healthy { 100 } else { 34 }),
        headline: None,
        cause: None,
        since: None,
        causes: 0,
        consequences: 0,
        lag_ms: Some(420.0),
        records_in_per_s: Some(4012.3),
        started_at: Some(minutes_ago(190)),
        as_of: NOW,
        strip,
    }
}

fn sick_row() -> JobRow {
    use CellVerdict::{Bad, Warn};
    JobRow {
        headline: Some("departure_board waits on its service (99 % busy, 3 % CPU)".into()),
        cause: Some("slow-external-call".into()),
        since: Some(minutes_ago(14)),
        causes: 2,
        consequences: 2,
        lag_ms: Some(130_000.0),
        records_in_per_s: Some(66.4),
        ..row("late-departures", "local-a", Verdict::Critical, hour(&[(3, Warn), (12, Bad)]))
    }
}

pub fn example(condition: Condition) -> ExampleView {
    ExampleView {
        job: "late-departures".into(),
        cluster: "local-a".into(),
        condition: Some(condition),
        question: QUESTION.into(),
        script: "CREATE TABLE flights (…) WITH ('connector' = 'filesystem');\nINSERT INTO departure_board SELECT …;"
            .into(),
    }
}

/// Many jobs in every state, one with a name that is too long.
pub fn home() -> HomeView {
    use CellVerdict::{Bad, Unknown as NoData, Warn};
    let restarting = JobRow {
        status: "RESTARTING".into(),
        headline: Some("parse throws NumberFormatException on every start".into()),
        cause: Some("poison-record".into()),
        since: Some(minutes_ago(3)),
        causes: 1,
        lag_ms: None,
        ..row("orders-pipeline", "flink-prod", Verdict::Critical, hour(&[(4, Bad)]))
    };
    let skewed = JobRow {
        headline: Some("subtask 3 of count-by-user takes 9 records in 10".into()),
        cause: Some("data-skew".into()),
        since: Some(minutes_ago(41)),
        causes: 1,
        ..row(LONG_NAME, "flink-prod", Verdict::Degraded, hour(&[(41, Warn)]))
    };
    let unseen = JobRow {
        score: None,
        records_in_per_s: None,
        lag_ms: None,
        ..row("clicks-eu", "flink-eu", Verdict::Unknown, hour(&[(9, NoData)]))
    };
    let mut jobs = vec![sick_row(), restarting, skewed, unseen];
    for name in ["impressions", "sessionize", "spend-hourly", "geo-enrich", "user-features", "drsquirrel-watcher"] {
        jobs.push(row(name, "local-b", Verdict::Healthy, hour(&[])));
    }
    HomeView {
        as_of: NOW,
        counts: Counts { critical: 2, degraded: 1, healthy: 6, unknown: 1 },
        clusters: vec![
            cluster("flink-prod", ClusterKind::Flink),
            lost_cluster(),
            cluster("local-a", ClusterKind::Embedded),
            cluster("local-b", ClusterKind::Embedded),
        ],
        jobs,
        example: Some(example(Condition::SlowSink)),
    }
}

/// A portal in its first second.
pub fn empty_home() -> HomeView {
    HomeView { as_of: NOW, counts: Counts::default(), clusters: Vec::new(), jobs: Vec::new(), example: None }
}

fn evidence(signal: &str, subject: &str, value: f64, unit: &str, threshold: f64) -> Evidence {
    Evidence {
        signal: signal.into(),
        subject: subject.into(),
        value: Some(value),
        text: None,
        unit: unit.into(),
        threshold: Some(threshold),
        series: None,
    }
}

pub fn finding(id: &str, cause: &str, title: &str, severity: Severity) -> Finding {
    Finding {
        id: id.into(),
        job: "late-departures".into(),
        check: "backpressure-root".into(),
        category: "throughput".into(),
        cause: cause.into(),
        severity,
        state: FindingState::Open,
        opened_at: minutes_ago(14),
        closed_at: None,
        close_reason: None,
        subject: Subject::new(SubjectKind::Vertex, "v2", "departure_board: Writer"),
        title: title.into(),
        why: "It is 99 % busy while its threads use 3 % of a core: it waits for an answer and does not compute.".into(),
        confidence: Confidence::High,
        evidence: Vec::new(),
        caused_by: None,
        consequences: Vec::new(),
        instructions: Vec::new(),
        actions: Vec::new(),
    }
}

fn findings() -> Vec<Finding> {
    let instruction = |step: &str, command: Option<&str>| Instruction {
        step: step.into(),
        command: command.map(Into::into),
        link: None,
    };
    let root = Finding {
        evidence: vec![
            evidence("busyTimeMsPerSecond", "departure_board: Writer", 994.0, "ms/s", 500.0),
            evidence("cpuTimeMsPerSecond", "departure_board: Writer", 28.0, "ms/s", 200.0),
            evidence("backPressuredTimeMsPerSecond", "Source: flights -> Calc", 961.0, "ms/s", 500.0),
            Evidence {
                value: None,
                threshold: None,
                text: Some("departure_board.call_service(…) in 194 of 200 samples".into()),
                ..evidence("stack", "departure_board: Writer", 0.0, "", 0.0)
            },
        ],
        consequences: vec!["f2".into(), "f3".into()],
        instructions: vec![
            instruction(
                "Look at the service behind departure_board: its latency rose from 5 ms to 60 ms a call.",
                None,
            ),
            instruction(
                "Until it recovers, let more calls wait at once: raise the parallelism of departure_board from 4 to 8.",
                Some("SET 'parallelism.default' = '8';"),
            ),
            instruction("Watch busy time of departure_board: it should fall below 500 ms/s within a minute.", None),
        ],
        ..finding(
            "f1",
            "slow-external-call",
            "departure_board cannot keep up: it waits on its service",
            Severity::Critical,
        )
    };
    let under = |id: &str, cause: &str, title: &str| Finding {
        caused_by: Some("f1".into()),
        ..finding(id, cause, title, Severity::Severe)
    };
    let other = Finding {
        subject: Subject::new(SubjectKind::Configuration, "k", "restart-strategy.type"),
        confidence: Confidence::Medium,
        why: "No restart strategy is set and checkpointing is off: the first exception ends the job.".into(),
        ..finding("f4", "configuration-no-restart", "A single failure would end this job", Severity::Moderate)
    };
    vec![
        root,
        under("f2", "backpressured", "Source: flights is held back"),
        under("f3", "lag-growing", "The board falls behind"),
        other,
    ]
}

fn evidence_series() -> Vec<EvidenceSeries> {
    let points = |base: f64, swing: f64| {
        (0..30i64)
            .map(|i| {
                let value = base + swing * ((i * 7 % 11) as f64 / 11.0 - 0.5);
                (NOW.plus_ms((i - 29) * 10_000), (i != 12 && i != 13).then_some(value))
            })
            .collect()
    };
    let root = &findings()[0];
    [(0, 980.0, 40.0), (1, 30.0, 12.0), (2, 950.0, 90.0)]
        .map(|(index, base, swing)| EvidenceSeries {
            finding: "f1".into(),
            evidence: root.evidence[index].clone(),
            points: points(base, swing),
        })
        .to_vec()
}

fn grid() -> Vec<GridRow> {
    use CellVerdict::{Bad, Unknown as NoData, Warn};
    let line = |check: &str, kind: SubjectKind, label: &str, unit: &str, cells: Vec<Cell>| GridRow {
        check: check.into(),
        subject: Subject::new(kind, label, label),
        label: label.into(),
        unit: unit.into(),
        threshold: Some(500.0),
        cells,
    };
    use SubjectKind::{Job, Process, Vertex};
    vec![
        line("availability", Job, "Availability", "", hour(&[])),
        line("restarts", Job, "Restarts", "/h", hour(&[])),
        line("backpressure", Job, "Backpressure", "ms/s", hour(&[(3, Warn), (12, Bad)])),
        line("skew", Job, "Skew", "", hour(&[(30, NoData), (30, CellVerdict::Ok)])),
        line("gc", Job, "Garbage collection", "ms/min", hour(&[(60, NoData)])),
        line("checkpoints", Job, "Checkpoints", "", hour(&[(60, NoData)])),
        line(
            "backpressure",
            Vertex,
            "Source: flights -> Calc(select=[carrier, flight, dest])",
            "ms/s",
            hour(&[(2, Warn), (11, Bad)]),
        ),
        line("busy", Vertex, "departure_board: Writer", "ms/s", hour(&[(1, Warn), (14, Bad)])),
        line("memory", Process, "worker-1", "MiB", hour(&[])),
    ]
}

fn graph() -> Graph {
    let vertex = |id: &str, name: &str, busy: f64, pressed: f64, verdict| GraphVertex {
        id: id.into(),
        name: name.into(),
        status: "RUNNING".into(),
        parallelism: 4,
        busy: Some(busy),
        idle: Some((1.0 - busy - pressed).max(0.0)),
        backpressured: Some(pressed),
        records_in_per_s: Some(66.4),
        records_out_per_s: Some(12.0),
        worst_subtask: Some(2),
        verdict,
    };
    Graph {
        vertices: vec![
            vertex(
                "v1",
                "Source: flights -> Calc(select=[carrier, flight, dest]) -> Filter",
                0.03,
                0.96,
                Verdict::Healthy,
            ),
            vertex("v2", "departure_board: Writer", 0.99, 0.0, Verdict::Critical),
        ],
        edges: vec![GraphEdge { from: "v1".into(), to: "v2".into(), ship: "HASH".into() }],
    }
}

pub fn sick_job() -> JobView {
    let exception = ExceptionEntry {
        at: minutes_ago(25),
        class: "java.lang.NumberFormatException".into(),
        message: "For input string: \"1O5\" in column dep_delay <script>alert(1)</script>".into(),
        stack: "java.lang.NumberFormatException: For input string\n\tat java.lang.Integer.parseInt(Integer.java:652)"
            .into(),
        task: Some("Source: flights (1/4)".into()),
        task_manager: Some("worker-1".into()),
    };
    let closed = Finding {
        state: FindingState::Closed,
        closed_at: Some(minutes_ago(30)),
        opened_at: minutes_ago(36),
        close_reason: Some("Busy time stayed below 500 ms/s for 2 minutes while records kept coming in.".into()),
        ..finding("f0", "data-skew", "One subtask of departure_board took 9 records in 10", Severity::Severe)
    };
    JobView {
        row: sick_row(),
        cluster: cluster("local-a", ClusterKind::Embedded),
        findings: findings(),
        closed: vec![closed],
        evidence: evidence_series(),
        grid: grid(),
        graph: graph(),
        exceptions: vec![exception],
        unknown: vec![
            Unknown {
                check: "gc-pressure".into(),
                missing: "The cluster has no JVM, so there is no garbage collection to read.".into(),
            },
            Unknown {
                check: "checkpoint-failing".into(),
                missing: "Checkpointing is not switched on for this job.".into(),
            },
        ],
        output: (0..40).map(|i| format!("{}> +I[UA, {}, ORD, {}]", i % 4 + 1, 1500 + i, 61 + i)).collect(),
        example: Some(example(Condition::SlowSink)),
    }
}

/// Nothing wrong, with the same proof.
pub fn healthy_job() -> JobView {
    let mut view = sick_job();
    view.row = row("late-departures", "local-a", Verdict::Healthy, hour(&[]));
    (view.findings, view.evidence) = (Vec::new(), Vec::new());
    view.grid.iter_mut().for_each(|row| row.cells = hour(&[]));
    for vertex in &mut view.graph.vertices {
        (vertex.busy, vertex.backpressured, vertex.idle) = (Some(0.21), Some(0.0), Some(0.79));
        vertex.verdict = Verdict::Healthy;
    }
    view.example = Some(example(Condition::Well));
    view
}

/// A job of which next to nothing is known.
pub fn bare_job() -> JobView {
    JobView {
        row: JobRow { score: None, ..row("clicks-eu", "flink-eu", Verdict::Unknown, Vec::new()) },
        cluster: lost_cluster(),
        findings: Vec::new(),
        closed: Vec::new(),
        evidence: Vec::new(),
        grid: Vec::new(),
        graph: Graph::default(),
        exceptions: Vec::new(),
        unknown: vec![Unknown {
            check: "availability".into(),
            missing: "The cluster has not answered for 9 minutes.".into(),
        }],
        output: Vec::new(),
        example: None,
    }
}

/// A job with a graph that branches and joins, of vertices in all states.
pub fn joining_job() -> JobView {
    let mut view = healthy_job();
    view.row.name = "orders-join".into();
    view.example = None;
    view.cluster = cluster("flink-prod", ClusterKind::Flink);
    let vertex = |id: &str, name: &str, verdict| GraphVertex {
        id: id.into(),
        name: name.into(),
        verdict,
        ..view.graph.vertices[0].clone()
    };
    let edge = |from: &str, to: &str, ship: &str| GraphEdge { from: from.into(), to: to.into(), ship: ship.into() };
    let unknown = GraphVertex {
        busy: None,
        idle: None,
        backpressured: None,
        worst_subtask: None,
        records_in_per_s: None,
        ..vertex("s2", "Source: users", Verdict::Unknown)
    };
    view.graph = Graph {
        vertices: vec![
            vertex("s1", "Source: orders", Verdict::Healthy),
            unknown,
            vertex("e", "enrich", Verdict::Degraded),
            vertex("j", "Join[5]", Verdict::Healthy),
            vertex("a", "Sink: alerts", Verdict::Healthy),
            vertex("w", "Sink: warehouse", Verdict::Healthy),
        ],
        edges: vec![
            edge("s1", "e", "REBALANCE"),
            edge("e", "j", "HASH"),
            edge("s2", "j", "HASH"),
            edge("j", "a", "FORWARD"),
            edge("j", "w", "FORWARD"),
        ],
    };
    view
}

/// An embedded zone and a Flink cluster that take SQL, and an example for each.
pub fn sql() -> model::sql::SqlView {
    let cluster = |name: &str, embedded| model::sql::SqlCluster {
        name: name.into(),
        version: "2.3.0".into(),
        embedded,
        trouble: None,
    };
    let example = |id: &str, script: &str, embedded_only| model::sql::SqlExample {
        id: id.into(),
        title: format!("About {id}"),
        data: "generated; made up".into(),
        embedded_only,
        script: script.into(),
    };
    model::sql::SqlView {
        clusters: vec![cluster("flink-prod", false), cluster("local-a", true)],
        examples: vec![
            example("flights", "INSERT INTO late SELECT '<b>' FROM flights", true),
            example("orders", "SELECT product, COUNT(*) FROM orders GROUP BY product", false),
        ],
    }
}

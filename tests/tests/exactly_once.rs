//! Exactly once under kills: a job with keyed state reads a Kafka topic and writes two, while its worker or its engine is
//! killed again and again. What was committed is what an oracle computes from the events alone, no more and no less.
//!
//! `DRSQUIRREL_KILLS=100` kills that often; `DRSQUIRREL_SEED` repeats a run.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tests::{
    chance::Chance,
    engine::Engine,
    gateway::Gateway,
    http,
    kafka::Kafka,
    ledger::{Ledger, Rows},
    pace,
    scene::Scene,
    wait,
};

/// Where `DRSQUIRREL_KILLS` says nothing: a minute's worth.
const KILLS: u64 = 30;
/// More than the source's partitions, so that one of four subtasks has nothing to read.
const SLOTS: u32 = 4;
const PARTITIONS: u32 = 3;
/// From a kill to a complete checkpoint takes about 3 s.
const RECOVERY: Duration = Duration::from_secs(6);
/// Events are written in bursts, this often.
const BURST: Duration = Duration::from_millis(20);
const EVENTS_A_BURST: u64 = 8;
const MOST_EVENTS: u64 = 400_000;

#[tokio::test(flavor = "multi_thread")]
async fn kills_neither_lose_nor_double_anything() {
    survive("exactly-once", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_among_rescales_neither_lose_nor_double_anything() {
    survive("exactly-once-rescaled", true).await;
}

async fn survive(name: &str, rescales: bool) {
    let scene = Scene::new(name);
    let Some(kafka) = Kafka::start(&scene).await else { return };
    for topic in ["events", "totals", "seconds"] {
        kafka.create_topic(topic, PARTITIONS).await;
    }
    let mut chance = Chance::seeded();
    let mut engine = Engine::start(&scene, SLOTS).await;
    let job = submit(&kafka, &engine).await;
    let writer = Writer::start(&kafka, Chance::new(chance.of(0..u64::MAX)));
    let (begun, mut engines) = (Instant::now(), 0);
    for kill in 1..=kills() {
        await_moment(&engine, &job, &mut chance).await;
        if rescales && chance.of(0..3) == 0 {
            // Refused where the job does not run just now; a rescale that was taken may be cut short by the kill.
            let _ = engine.rescale(&job, chance.of(1..u64::from(SLOTS) + 1) as u32).await;
            pause(&mut chance).await;
        }
        if chance.of(0..2) == 0 || !engine.crash_worker().await {
            engine.crash();
            engine.start_again().await;
            engines += 1;
        }
        if kill % 10 == 0 {
            eprintln!("{kill} kills, {engines} of them of the engine, after {:.0} s", begun.elapsed().as_secs_f64());
        }
    }
    let ledger = writer.end();
    eprintln!("{} events", ledger.len());
    committed(&kafka, "totals", ["id", "events", "total"], &ledger.totals()).await;
    committed(&kafka, "seconds", ["first_ms", "events", "total"], &ledger.seconds()).await;
}

fn kills() -> u64 {
    env::var("DRSQUIRREL_KILLS").map_or(KILLS, |kills| kills.parse().expect("DRSQUIRREL_KILLS is a number"))
}

/// The rows that were committed to a topic must be these, and those of each account in this order.
async fn committed(kafka: &Kafka, topic: &str, columns: [&str; 3], expected: &Rows) {
    let count = expected.values().map(Vec::len).sum::<usize>();
    let lines = kafka.consume(topic, count + 1).await;
    let mut found = Rows::new();
    for line in &lines {
        let row: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        let column = |name: &str| row[name].as_u64().unwrap_or_else(|| panic!("{name}: {line}"));
        found.entry(column("account")).or_default().push(columns.map(column));
    }
    for (account, expected) in expected {
        let found = found.get(account).map_or(&[][..], Vec::as_slice);
        let same = expected.iter().zip(found).take_while(|(expected, found)| expected == found).count();
        let (expected, found) = (&expected[same..], &found[same..]);
        let next = |rows: &[[u64; 3]]| format!("{} more, {:?}…", rows.len(), &rows[..rows.len().min(5)]);
        let both = format!("expected {}; found {}", next(expected), next(found));
        assert!(expected.is_empty() && found.is_empty(), "{topic}, account {account}, after {same} rows: {both}");
    }
    assert_eq!(lines.len(), count, "{topic} has rows of accounts that were never written");
    eprintln!("{topic}: {count} rows, each once");
}

/// Running totals of each account, and totals of each second without the events that were written twice.
async fn submit(kafka: &Kafka, engine: &Engine) -> String {
    let gateway = Gateway::open(&engine.flink.url).await;
    let sink = |topic: &str, columns: &str| {
        format!(
            "CREATE TABLE {topic} (account INT, {columns}) WITH ('connector' = 'kafka', 'topic' = '{topic}',
             'properties.bootstrap.servers' = '{}', 'key.format' = 'json', 'key.fields' = 'account', 'value.format' = 'json',
             'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '{topic}')",
            kafka.address
        )
    };
    let source = format!(
        "CREATE TABLE events (account INT, id BIGINT, amount BIGINT, at_ms BIGINT,
             written_at AS TO_TIMESTAMP_LTZ(at_ms, 3), seen_at AS PROCTIME(), WATERMARK FOR written_at AS written_at)
         WITH ('connector' = 'kafka', 'topic' = 'events', 'properties.bootstrap.servers' = '{}',
             'scan.startup.mode' = 'earliest-offset', 'format' = 'json')",
        kafka.address
    );
    let statements = [
        "SET 'pipeline.name' = 'ledger'".into(),
        "SET 'parallelism.default' = '2'".into(),
        "SET 'execution.checkpointing.interval' = '300 ms'".into(),
        "SET 'restart-strategy.type' = 'fixed-delay'".into(),
        "SET 'restart-strategy.fixed-delay.attempts' = '1000000'".into(),
        "SET 'restart-strategy.fixed-delay.delay' = '100 ms'".into(),
        source,
        sink("totals", "id BIGINT, events BIGINT, total BIGINT"),
        sink("seconds", "first_ms BIGINT, events BIGINT, total BIGINT"),
        "CREATE VIEW each_once AS SELECT account, amount, at_ms, written_at FROM (
             SELECT *, ROW_NUMBER() OVER (PARTITION BY account, id ORDER BY seen_at) AS nth FROM events) WHERE nth = 1"
            .into(),
    ];
    for statement in statements {
        gateway.execute(&statement).await.unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
    let insert = "EXECUTE STATEMENT SET BEGIN
        INSERT INTO totals SELECT account, id, COUNT(*) OVER so_far, SUM(amount) OVER so_far FROM events
            WINDOW so_far AS (PARTITION BY account ORDER BY seen_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);
        INSERT INTO seconds SELECT account, MIN(at_ms), COUNT(*), SUM(amount)
            FROM TABLE(TUMBLE(TABLE each_once, DESCRIPTOR(written_at), INTERVAL '1' SECOND))
            GROUP BY account, window_start, window_end;
        END";
    let rows = gateway.execute(insert).await.unwrap_or_else(|e| panic!("{e}"));
    rows[0][0].as_str().expect("the gateway names the job").into()
}

/// Awaits something that tells how far the job is, and then a little.
async fn await_moment(engine: &Engine, job: &str, chance: &mut Chance) {
    let limit = pace::patience(RECOVERY);
    match chance.of(0..4) {
        // It may still be about to recover from the last kill.
        0 => {}
        1 => wait::must("the job", limit, async || engine.flink.runs(job).await).await,
        2 => wait::must("records", limit, async || reads(engine, job).await).await,
        _ => {
            let before = wait::must("checkpoints", limit, async || newest_checkpoint(engine, job).await).await;
            wait::must("a checkpoint", limit, async || match newest_checkpoint(engine, job).await? {
                now if now > before => Ok(()),
                now => Err(format!("checkpoint {now}")),
            })
            .await;
        }
    }
    pause(chance).await;
}

async fn pause(chance: &mut Chance) {
    tokio::time::sleep(Duration::from_millis(chance.of(0..400))).await;
}

/// Whether this attempt has read records.
async fn reads(engine: &Engine, job: &str) -> Result<(), String> {
    let job = engine.flink.job(job).await?;
    let read = &job["vertices"][0]["metrics"]["write-records"];
    if read.as_u64() > Some(0) { Ok(()) } else { Err(format!("{}: {read} records", job["state"])) }
}

async fn newest_checkpoint(engine: &Engine, job: &str) -> Result<u64, String> {
    let told: Value = http::get(&format!("{}/jobs/{job}/checkpoints", engine.flink.url)).await?;
    let id = |what: &str| told["latest"][what]["id"].as_u64();
    Ok(id("completed").max(id("restored")).unwrap_or(0))
}

/// Writes events until it is told to end.
struct Writer {
    enough: Arc<AtomicBool>,
    thread: thread::JoinHandle<Ledger>,
}

impl Writer {
    fn start(kafka: &Kafka, mut chance: Chance) -> Writer {
        let (enough, mut feed) = (Arc::new(AtomicBool::new(false)), kafka.feed("events"));
        let told = Arc::clone(&enough);
        let thread = thread::spawn(move || {
            let mut ledger = Ledger::default();
            while !told.load(Ordering::Relaxed) && ledger.len() < MOST_EVENTS {
                (0..EVENTS_A_BURST).for_each(|_| ledger.write(&mut chance, &mut feed));
                feed.flush();
                thread::sleep(BURST);
            }
            ledger.close(&mut feed);
            feed.end();
            ledger
        });
        Writer { enough, thread }
    }

    fn end(self) -> Ledger {
        self.enough.store(true, Ordering::Relaxed);
        self.thread.join().expect("the writer does not fail")
    }
}

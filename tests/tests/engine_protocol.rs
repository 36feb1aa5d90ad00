//! The embedded engine speaks Flink's protocol: one client, one script, the same rows from Flink and from the engine; and
//! Flink's own client reads it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{fs, path::Path, time::Duration};

use tests::{
    cli,
    cluster::{Cluster, Version},
    engine::Engine,
    flink::Flink,
    gateway::Gateway,
    kafka::Kafka,
    scene::Scene,
};

/// Input with what makes CSV hard: quotes, commas inside them, quotes inside quotes, and absent values.
const FLIGHTS: &str = "\
1,UA,1545,IAH,2
2,B6,725,\"BQN, PR\",61
3,AA,1141,MIA,NA
4,DL,461,\"ATL \"\"Hartsfield\"\"\",95
5,UA,1696,ORD,-4
6,EV,5708,IAD,240
";

#[tokio::test(flavor = "multi_thread")]
async fn one_script_gives_the_same_rows_on_flink_and_on_the_engine() {
    let scene = Scene::new("same-rows");
    let Some(cluster) = Cluster::start(&scene, Version::V2_3, true).await else { return };
    let engine = Engine::start(&scene, 2).await;
    let gateway = cluster.gateway.clone().expect("a gateway was asked for");
    let on_flink = late_flights(&scene, "on-flink", &cluster.flink, &gateway).await;
    let on_engine = late_flights(&scene, "on-engine", &engine.flink, &engine.flink.url).await;
    assert_eq!(on_flink.len(), 3, "{on_flink:?}");
    assert_eq!(on_engine, on_flink);
    listed_by_flinks_own_client(&cluster, &engine).await;
}

/// Runs the script, and returns the rows that it wrote, in the order of their text.
async fn late_flights(scene: &Scene, name: &str, flink: &Flink, gateway: &str) -> Vec<serde_json::Value> {
    let (input, output) = (scene.folder(&format!("{name}/in")), scene.folder(&format!("{name}/out")));
    fs::write(input.join("flights.csv"), FLIGHTS).unwrap();
    let script = format!(
        "SET 'pipeline.name' = '{name}';
         SET 'parallelism.default' = '1';
         CREATE TABLE flights (id INT, carrier STRING, flight INT, dest STRING, dep_delay INT)
           WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv', 'csv.null-literal' = 'NA');
         CREATE TABLE late (id INT, dest STRING, delay_min INT)
           WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'json');
         INSERT INTO late SELECT id, dest, dep_delay FROM flights WHERE dep_delay > 60",
        input.display(),
        output.display()
    );
    let job = Gateway::open(gateway).await.run(&script).await.unwrap_or_else(|e| panic!("{name}: {e}"));
    flink.finished(&job).await;
    let job = flink.job(&job).await.unwrap();
    assert_eq!(job["name"], name);
    let mut rows = rows(&output);
    rows.sort_by_key(ToString::to_string);
    rows
}

/// The JSON lines in the finished files of a folder.
fn rows(folder: &Path) -> Vec<serde_json::Value> {
    let mut rows = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']));
        if path.is_dir() {
            rows.extend(self::rows(&path));
        } else if !hidden {
            let text = fs::read_to_string(&path).unwrap();
            rows.extend(text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()));
        }
    }
    rows
}

/// `flink list` of the real distribution, pointed at the embedded engine.
async fn listed_by_flinks_own_client(cluster: &Cluster, engine: &Engine) {
    let script = "SET 'pipeline.name' = 'listed';
         CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
         CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
         INSERT INTO nowhere SELECT n FROM numbers";
    let job = Gateway::open(&engine.flink.url).await.run(script).await.unwrap();
    let mut list = cluster.command("flink");
    list.args(["list", "-m", engine.flink.url.trim_start_matches("http://")]);
    let said = cli::must_run(list, Duration::from_secs(30)).await;
    let line = said.out.lines().find(|line| line.contains(&job)).unwrap_or_else(|| panic!("{}", said.out));
    assert!(line.contains("listed") && line.contains("RUNNING"), "{line}");
    engine.flink.cancel(&job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_job_reads_from_and_writes_to_a_real_kafka() {
    let scene = Scene::new("kafka");
    let Some(kafka) = Kafka::start(&scene).await else { return };
    let engine = Engine::start(&scene, 2).await;
    kafka.create_topic("orders", 2).await;
    kafka.create_topic("large-orders", 2).await;
    let orders: Vec<String> = (0..1000).map(|id| format!(r#"{{"id":{id},"amount":{}}}"#, id % 100)).collect();
    kafka.produce("orders", &orders);
    let table = |name: &str| {
        format!(
            "CREATE TABLE `{name}` (id INT, amount INT) WITH ('connector' = 'kafka', 'topic' = '{name}',
             'properties.bootstrap.servers' = '{}', 'properties.group.id' = 'test', 'scan.startup.mode' = 'earliest-offset',
             'format' = 'json')",
            kafka.address
        )
    };
    let script = format!(
        "SET 'pipeline.name' = 'large-orders'; SET 'parallelism.default' = '2'; {}; {};
         INSERT INTO `large-orders` SELECT id, amount FROM orders WHERE amount >= 90",
        table("orders"),
        table("large-orders")
    );
    let job = Gateway::open(&engine.flink.url).await.run(&script).await.unwrap();
    let lines = kafka.consume("large-orders", 101).await;
    engine.flink.cancel(&job).await;

    let mut written: Vec<(i64, i64)> = lines.iter().map(|line| order(line)).collect();
    written.sort_unstable();
    let expected: Vec<(i64, i64)> = (0..1000).map(|id| (id, id % 100)).filter(|(_, amount)| *amount >= 90).collect();
    assert_eq!(written, expected);
}

fn order(line: &str) -> (i64, i64) {
    let order: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    (order["id"].as_i64().expect("an id"), order["amount"].as_i64().expect("an amount"))
}

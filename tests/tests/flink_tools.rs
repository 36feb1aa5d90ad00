//! Flink's own tools work with the embedded engine as with a Flink cluster: its SQL client, and the commands of `flink`.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{fs, path::Path, process::Command, time::Duration};

use tests::{cli, cluster::Version, engine::Engine, scene::Scene};

/// A call takes 10 s, most of it class loading.
const CALL: Duration = Duration::from_secs(20);

const SCRIPT: &str = "
SET 'sql-client.execution.result-mode' = 'tableau';
CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence',
  'fields.n.start' = '1', 'fields.n.end' = '3');
SELECT n, n * n AS squared, CAST(n AS DECIMAL(10, 2)) AS price, TIMESTAMP '2026-01-01 00:00:00.500' AS moment FROM numbers;
CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
SET 'pipeline.name' = 'to-cancel';
INSERT INTO nowhere SELECT n FROM endless;
SET 'pipeline.name' = 'to-stop';
INSERT INTO nowhere SELECT n FROM endless WHERE n > 0;
SELECT nothing FROM endless;
";

#[tokio::test(flavor = "multi_thread")]
async fn flinks_own_tools_work_with_the_engine() {
    let scene = Scene::new("flink-tools");
    let Some(home) = Version::V2_3.home() else { return };
    let engine = Engine::start(&scene, 4).await;
    let tools = Tools { home: &home, scene: &scene, engine: &engine };
    let (cancelled, stopped) = tools.sql_client().await;

    let list = tools.flink("list", &[]).await;
    for (job, name) in [(&cancelled, "to-cancel"), (&stopped, "to-stop")] {
        assert!(list.contains(&format!("{job} : {name} (RUNNING)")), "{list}");
    }
    let folder = scene.folder("savepoints").display().to_string();
    let savepoint = saved(&tools.flink("savepoint", &[&cancelled, &folder]).await);
    tools.flink("savepoint", &["-dispose", &savepoint]).await;
    assert!(
        !Path::new(savepoint.trim_start_matches("file://")).join("_metadata").exists(),
        "{savepoint} is still there"
    );
    tools.flink("checkpoint", &[&cancelled]).await;
    tools.flink("cancel", &[&cancelled]).await;
    saved(&tools.flink("stop", &["--savepointPath", &folder, &stopped]).await);
    let list = tools.flink("list", &["--all"]).await;
    for (job, state) in [(&cancelled, "to-cancel (CANCELED)"), (&stopped, "to-stop (FINISHED)")] {
        assert!(list.contains(&format!("{job} : {state}")), "{list}");
    }
    let refused = cli::run(tools.command("savepoint", &[&stopped, &folder]), CALL).await;
    assert!(refused.code != Some(0) && refused.err.contains("is not running"), "{} {}", refused.out, refused.err);
}

/// The path of the savepoint that a command said it made; it must be there.
fn saved(said: &str) -> String {
    let path = said.lines().find_map(|line| line.strip_prefix("Savepoint completed. Path: "));
    let path = path.unwrap_or_else(|| panic!("no savepoint: {said}"));
    assert!(Path::new(path.trim_start_matches("file://")).join("_metadata").is_file(), "there is nothing in {path}");
    path.into()
}

struct Tools<'a> {
    home: &'a Path,
    scene: &'a Scene,
    engine: &'a Engine,
}

impl Tools<'_> {
    /// Runs the script; the ids of the jobs that it submits.
    async fn sql_client(&self) -> (String, String) {
        let script = self.scene.log("script.sql");
        fs::write(&script, SCRIPT).unwrap();
        let mut client = self.tool("sql-client.sh");
        client.args(["gateway", "--endpoint", self.engine.address(), "-f"]).arg(script);
        client.arg("-hist").arg(self.scene.log("sql-history"));
        let said = cli::run(client, CALL).await;
        let out = format!("{}{}", said.out, said.err);
        for row in [
            "| +I |           2 |           4 |         2.00 | 2026-01-01 00:00:00.500 |",
            "Received a total of 3 rows",
        ] {
            assert!(out.contains(row), "{row} is not in:\n{out}");
        }
        assert!(out.contains("Column 'nothing' not found in any table"), "{out}");
        let jobs: Vec<&str> = out.lines().filter_map(|line| line.strip_prefix("Job ID: ")).collect();
        let [cancelled, stopped] = jobs[..] else { panic!("{out}") };
        (cancelled.into(), stopped.into())
    }

    /// Runs a command of `flink`, which must succeed; what it said.
    async fn flink(&self, action: &str, more: &[&str]) -> String {
        cli::must_run(self.command(action, more), CALL).await.out
    }

    fn command(&self, action: &str, more: &[&str]) -> Command {
        let mut flink = self.tool("flink");
        flink.args([action, "-m", self.engine.address()]).args(more);
        flink
    }

    fn tool(&self, name: &str) -> Command {
        let mut tool = Command::new(self.home.join("bin").join(name));
        tool.env("FLINK_CONF_DIR", self.home.join("conf")).env("FLINK_LOG_DIR", &self.scene.kept);
        tool
    }
}

//! A real Apache Flink standalone cluster on loopback, its processes started directly: about 10 s.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    flink::Flink,
    http, pace, parts,
    process::{Process, free_port},
    scene::Scene,
    wait,
};

const TASK_MANAGERS: u32 = 2;
const SLOTS_EACH: u32 = 2;
const CONFIG: &str = include_str!("flink-config.yaml");
/// A start takes about 10 s.
const START: Duration = Duration::from_secs(20);

/// A version of Flink that tests run against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 1.20
    V1_20,
    /// 2.3
    V2_3,
}

/// A running cluster; it ends when this is dropped.
pub struct Cluster {
    /// Its monitoring REST API.
    pub flink: Flink,
    /// Its SQL gateway, where one was asked for.
    pub gateway: Option<String>,
    home: PathBuf,
    conf: PathBuf,
    processes: Vec<Process>,
}

impl Version {
    fn variable(self, prefix: &str) -> String {
        format!("DRSQUIRREL_{prefix}_{}", if self == Version::V2_3 { "23" } else { "120" })
    }

    /// The distribution, where it could be had.
    pub fn home(self) -> Option<PathBuf> {
        parts::part(&self.variable("FLINK"))
    }

    /// The fault jobs, compiled for it.
    pub fn jobs(self) -> Option<PathBuf> {
        parts::part(&self.variable("JOBS"))
    }
}

impl Cluster {
    /// Starts a cluster of two task managers with two slots each, and waits until all slots are there; `None` where the
    /// distribution could not be had.
    pub async fn start(scene: &Scene, version: Version, with_gateway: bool) -> Option<Cluster> {
        Cluster::start_as(scene, version, with_gateway, CONFIG, &["-XX:MaxMetaspaceSize=192m"]).await
    }

    /// A cluster for many short queries: with a gateway, without checkpoints (whose end a bounded query would wait for before
    /// it ends), and with JVMs that compile quickly and have room for the classes that each query brings along.
    pub async fn for_queries(scene: &Scene, version: Version) -> Option<Cluster> {
        let without = CONFIG.lines().filter(|line| !line.starts_with("execution.checkpointing.interval"));
        let config = without.collect::<Vec<_>>().join("\n");
        Cluster::start_as(scene, version, true, &config, &["-XX:MaxMetaspaceSize=512m", "-XX:TieredStopAtLevel=1"])
            .await
    }

    async fn start_as(
        scene: &Scene,
        version: Version,
        with_gateway: bool,
        config: &str,
        options: &'static [&'static str],
    ) -> Option<Cluster> {
        let home = version.home()?;
        let (rest, rpc, gateway) = (free_port(), free_port(), free_port());
        let work = scene.folder("flink");
        let conf = configure(config, &home, &work, rest, rpc);
        let java = Java { home: home.clone(), work, conf: conf.clone(), kept: scene.kept.clone(), options };
        let mut processes = vec![java.job_manager()];
        processes.extend((1..=TASK_MANAGERS).map(|number| java.task_manager(number)));
        if with_gateway {
            processes.push(java.gateway(gateway));
        }
        let flink = Flink::at(format!("http://127.0.0.1:{rest}"));
        let gateway = with_gateway.then(|| format!("http://127.0.0.1:{gateway}"));
        let mut cluster = Cluster { flink, gateway, home, conf, processes };
        wait::must("the Flink cluster", pace::patience(START), async || cluster.is_complete().await).await;
        Some(cluster)
    }

    /// One of the distribution's own commands, set up for this cluster's version: `bin/flink`, `bin/sql-client.sh`.
    pub fn command(&self, script: &str) -> Command {
        let mut command = Command::new(self.home.join("bin").join(script));
        command.env("FLINK_CONF_DIR", &self.conf).env("FLINK_HOME", &self.home);
        command
    }

    async fn is_complete(&mut self) -> Result<(), String> {
        self.processes.iter_mut().for_each(Process::must_run);
        if let Some(gateway) = &self.gateway {
            http::get(&format!("{gateway}/v1/info")).await?;
        }
        let overview = http::get(&format!("{}/overview", self.flink.url)).await?;
        match overview["slots-total"].as_u64() {
            Some(slots) if slots == u64::from(TASK_MANAGERS * SLOTS_EACH) => Ok(()),
            slots => Err(format!("{slots:?} slots")),
        }
    }
}

/// How a JVM of this cluster is started.
struct Java {
    home: PathBuf,
    work: PathBuf,
    conf: PathBuf,
    kept: PathBuf,
    /// Of every JVM.
    options: &'static [&'static str],
}

impl Java {
    fn job_manager(&self) -> Process {
        let sizes = [
            "jobmanager.memory.heap.size=448m",
            "jobmanager.memory.off-heap.size=128m",
            "jobmanager.memory.jvm-metaspace.size=192m",
            "jobmanager.memory.jvm-overhead.min=192m",
            "jobmanager.memory.jvm-overhead.max=192m",
        ];
        let mut java = self.jvm("jobmanager", 448, &[]);
        java.arg("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint");
        self.start("jobmanager", java, &sizes.map(String::from))
    }

    /// Started directly, a task manager must be told every size that the stock script would have worked out.
    fn task_manager(&self, number: u32) -> Process {
        let memory = [
            ("task.heap.size", "384m"),
            ("framework.heap.size", "128m"),
            ("task.off-heap.size", "0b"),
            ("framework.off-heap.size", "64m"),
            ("network.min", "64m"),
            ("network.max", "64m"),
            ("managed.size", "96m"),
            ("jvm-metaspace.size", "192m"),
            ("jvm-overhead.min", "96m"),
            ("jvm-overhead.max", "96m"),
        ];
        let mut sizes: Vec<String> = memory.iter().map(|(k, v)| format!("taskmanager.memory.{k}={v}")).collect();
        sizes.push(format!("taskmanager.resource-id=tm-{number}"));
        sizes.extend(["taskmanager.cpu.cores=2.0".into(), "external-resources=none".into()]);
        let name = format!("taskmanager-{number}");
        let mut java = self.jvm(&name, 512, &["-XX:MaxDirectMemorySize=128m"]);
        java.arg("org.apache.flink.runtime.taskexecutor.TaskManagerRunner");
        self.start(&name, java, &sizes)
    }

    fn gateway(&self, port: u16) -> Process {
        let mut java = self.jvm("sql-gateway", 448, &[]);
        java.env("FLINK_CONF_DIR", &self.conf).arg("org.apache.flink.table.gateway.SqlGateway");
        for (key, value) in [("address", "127.0.0.1"), ("bind-address", "127.0.0.1")] {
            java.arg(format!("-Dsql-gateway.endpoint.rest.{key}={value}"));
        }
        // The gateway reads the cluster's configuration, and would take its REST port for its own.
        for key in ["port", "bind-port"] {
            java.arg(format!("-Dsql-gateway.endpoint.rest.{key}={port}"));
        }
        Process::start("sql-gateway", java, &self.kept.join("flink-sql-gateway.out"))
    }

    fn jvm(&self, name: &str, heap_mib: u32, options: &[&str]) -> Command {
        let mut java = Command::new(java());
        java.current_dir(&self.work).arg("-Xms128m").arg(format!("-Xmx{heap_mib}m")).args(self.options);
        java.args(options).args(open_modules());
        java.arg(format!("-Dlog.file={}", self.kept.join(format!("flink-{name}.log")).display()));
        java.arg(format!("-Dlog4j.configurationFile=file:{}", self.conf.join("log4j.properties").display()));
        java.arg("-cp").arg(self.class_path());
        java
    }

    fn start(&self, name: &str, mut java: Command, settings: &[String]) -> Process {
        java.arg("--configDir").arg(&self.conf);
        java.args(settings.iter().flat_map(|setting| ["-D", setting]));
        Process::start(name, java, &self.kept.join(format!("flink-{name}.out")))
    }

    /// flink-dist last, as the stock scripts have it.
    fn class_path(&self) -> String {
        let gateway = |jar: &PathBuf| jar.to_string_lossy().contains("flink-sql-gateway");
        let mut jars: Vec<PathBuf> = jars(&self.home.join("opt")).into_iter().filter(gateway).collect();
        jars.extend(["connectors", "lib"].iter().flat_map(|folder| self::jars(&self.home.join(folder))));
        jars.sort_by_key(|jar| jar.to_string_lossy().contains("flink-dist"));
        jars.iter().map(|jar| jar.display().to_string()).collect::<Vec<_>>().join(":")
    }
}

/// `JAVA_HOME`'s, else the one on PATH.
pub fn java() -> PathBuf {
    env::var_os("JAVA_HOME")
        .filter(|v| !v.is_empty())
        .map_or("java".into(), |home| PathBuf::from(home).join("bin/java"))
}

fn jars(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut jars: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    jars.retain(|path| path.extension().is_some_and(|e| e == "jar"));
    jars.sort();
    jars
}

/// The stock configuration's list of what Flink needs opened in a JVM of 17 or later.
fn open_modules() -> Vec<String> {
    let exports = "java.rmi/sun.rmi.registry jdk.compiler/com.sun.tools.javac.api jdk.compiler/com.sun.tools.javac.file \
                   jdk.compiler/com.sun.tools.javac.parser jdk.compiler/com.sun.tools.javac.tree \
                   jdk.compiler/com.sun.tools.javac.util java.security.jgss/sun.security.krb5";
    let opens = "java.lang java.net java.io java.nio sun.nio.ch java.lang.reflect java.text java.time java.util \
                 java.util.concurrent java.util.concurrent.atomic java.util.concurrent.locks";
    let exports = exports.split_whitespace().map(|package| format!("--add-exports={package}=ALL-UNNAMED"));
    let opens = opens.split_whitespace().map(|package| format!("--add-opens=java.base/{package}=ALL-UNNAMED"));
    exports.chain(opens).collect()
}

/// Writes the configuration, and returns its folder.
fn configure(config: &str, home: &Path, work: &Path, rest: u16, rpc: u16) -> PathBuf {
    let conf = work.join("conf");
    for folder in ["conf", "upload", "tmp", "checkpoints", "savepoints"] {
        fs::create_dir_all(work.join(folder)).expect("a folder can be made");
    }
    for file in ["log4j.properties", "log4j-cli.properties"] {
        fs::copy(home.join("conf").join(file), conf.join(file)).expect("the distribution has a log configuration");
    }
    let text = config
        .replace("{work}", &work.display().to_string())
        .replace("{rest}", &rest.to_string())
        .replace("{rpc}", &rpc.to_string())
        .replace("{java_options}", &open_modules().join(" "));
    fs::write(conf.join("config.yaml"), text).expect("a configuration can be written");
    conf
}

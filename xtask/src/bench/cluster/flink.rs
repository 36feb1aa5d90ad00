//! A Flink cluster, its processes started directly: a job manager, task managers of one slot, a SQL gateway.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    free_address, http,
    job::{Cluster, wait_for},
    process::Process,
};
use crate::{failure::Failure, place::Place};

/// On busy machines JVMs take long.
const START: Duration = Duration::from_secs(120);

/// More than any machine has, which is as well for `taskset`.
pub const ALL_CORES: &str = "0-1023";

/// A running cluster.
pub struct Flink {
    /// Where it is spoken to.
    pub cluster: Cluster,
    /// Its task managers by name.
    pub task_managers: Vec<(String, Process)>,
    /// Its job manager.
    pub job_manager: Process,
    /// Kept, so that it runs.
    _gateway: Process,
    java: Java,
    /// How many task managers were started.
    started: usize,
}

/// How its JVMs are started.
struct Java {
    class_path: String,
    work: PathBuf,
    cores: String,
}

impl Flink {
    /// Starts a cluster with these additional settings, its files in `work`, its task managers on these cores.
    pub fn start(
        place: &Place,
        work: &Path,
        cores: &str,
        task_managers: usize,
        settings: &[(&str, &str)],
    ) -> Result<Flink, Failure> {
        let home = crate::parts::flink(place)?;
        let formats = crate::parts::flink_parquet(place)?;
        let (rest, rpc, gateway) = (free_address()?, free_address()?, free_address()?);
        let conf = work.join("conf");
        fs::create_dir_all(&conf).map_err(Failure::file("create", &conf))?;
        let text = configuration(work, rest, rpc, settings);
        fs::write(conf.join("config.yaml"), text).map_err(Failure::file("write", &conf))?;
        let log = home.join("conf/log4j.properties");
        fs::copy(&log, conf.join("log4j.properties")).map_err(Failure::file("copy", &log))?;
        let java = Java { class_path: class_path(&home, &formats)?, work: work.into(), cores: cores.into() };
        let mut flink = Flink {
            cluster: Cluster { rest, gateway },
            task_managers: Vec::new(),
            job_manager: java.job_manager()?,
            _gateway: java.gateway(gateway)?,
            java,
            started: 0,
        };
        (0..task_managers).try_for_each(|_| flink.add_task_manager())?;
        flink.wait_for_slots(task_managers)?;
        wait_for("Flink's SQL gateway", START, || http::get(gateway, "/v1/info").map(Some))?;
        Ok(flink)
    }

    /// Starts one more task manager.
    pub fn add_task_manager(&mut self) -> Result<(), Failure> {
        self.started += 1;
        let name = format!("taskmanager-{}", self.started);
        let process = self.java.task_manager(&name)?;
        self.task_managers.push((name, process));
        Ok(())
    }

    /// What task managers wrote to standard output.
    pub fn outputs(&self) -> Vec<PathBuf> {
        (1..=self.started).map(|number| self.java.work.join(format!("taskmanager-{number}.out"))).collect()
    }

    /// Waits until so many slots are there.
    pub fn wait_for_slots(&self, slots: usize) -> Result<(), Failure> {
        wait_for("Flink's task managers", START, || {
            let overview = http::get(self.cluster.rest, "/overview")?;
            Ok((overview["slots-total"] == slots).then_some(()))
        })
    }
}

impl Java {
    fn job_manager(&self) -> Result<Process, Failure> {
        let mut java = self.jvm("jobmanager", 768);
        java.arg("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint");
        java.arg("--configDir").arg(self.work.join("conf"));
        self.start(&java, ALL_CORES, "jobmanager")
    }

    /// Started directly, a task manager must be told every size that the stock script would have worked out.
    fn task_manager(&self, name: &str) -> Result<Process, Failure> {
        let mut java = self.jvm(name, 3072);
        java.arg("-XX:MaxDirectMemorySize=512m").arg("org.apache.flink.runtime.taskexecutor.TaskManagerRunner");
        java.arg("--configDir").arg(self.work.join("conf"));
        let memory = [
            ("task.heap.size", "2944m"),
            ("framework.heap.size", "128m"),
            ("task.off-heap.size", "128m"),
            ("framework.off-heap.size", "128m"),
            ("network.min", "128m"),
            ("network.max", "128m"),
            ("managed.size", "128m"),
            ("jvm-metaspace.size", "512m"),
            ("jvm-overhead.min", "192m"),
            ("jvm-overhead.max", "192m"),
        ];
        java.args(memory.iter().map(|(key, value)| format!("-Dtaskmanager.memory.{key}={value}")));
        java.arg(format!("-Dtaskmanager.resource-id={name}"));
        java.args(["-Dtaskmanager.cpu.cores=1.0", "-Dexternal-resources=none"]);
        self.start(&java, &self.cores, name)
    }

    fn gateway(&self, address: SocketAddr) -> Result<Process, Failure> {
        let mut java = self.jvm("gateway", 768);
        java.env("FLINK_CONF_DIR", self.work.join("conf")).arg("org.apache.flink.table.gateway.SqlGateway");
        let (ip, port) = (address.ip().to_string(), address.port().to_string());
        for (key, value) in [("address", &ip), ("bind-address", &ip), ("port", &port), ("bind-port", &port)] {
            java.arg(format!("-Dsql-gateway.endpoint.rest.{key}={value}"));
        }
        self.start(&java, ALL_CORES, "gateway")
    }

    /// No collector is chosen: a JVM takes the one that is best for its cores, which for one core is the serial one.
    fn jvm(&self, name: &str, heap_mib: u32) -> Command {
        let java = env::var_os("JAVA_HOME").filter(|home| !home.is_empty());
        let mut java = Command::new(java.map_or("java".into(), |home| PathBuf::from(home).join("bin/java")));
        java.current_dir(&self.work)
            .arg(format!("-Xmx{heap_mib}m"))
            .arg(format!("-Xms{heap_mib}m"))
            .args(open_modules());
        java.arg(format!("-Dlog.file={}", self.work.join(format!("{name}.log")).display()));
        java.arg(format!("-Dlog4j.configurationFile=file:{}", self.work.join("conf/log4j.properties").display()));
        java.arg("-cp").arg(&self.class_path);
        java
    }

    fn start(&self, java: &Command, cores: &str, name: &str) -> Result<Process, Failure> {
        Process::start(java, cores, &self.work.join(format!("{name}.out")))
    }
}

/// flink-dist last, as the stock scripts have it.
fn class_path(home: &Path, formats: &Path) -> Result<String, Failure> {
    let mut jars = Vec::new();
    for folder in [home.join("opt"), home.join("lib"), formats.into()] {
        for entry in fs::read_dir(&folder).map_err(Failure::file("list", &folder))? {
            jars.push(entry.map_err(Failure::file("list", &folder))?.path().display().to_string());
        }
    }
    jars.retain(|jar| jar.ends_with(".jar") && (!jar.contains("/opt/") || jar.contains("flink-sql-gateway")));
    jars.sort_by_key(|jar| (jar.contains("flink-dist"), jar.clone()));
    Ok(jars.join(":"))
}

fn configuration(work: &Path, rest: SocketAddr, rpc: SocketAddr, settings: &[(&str, &str)]) -> String {
    let work = work.display();
    let mut text = format!(
        "env.java.opts.all: {}\njobmanager.bind-host: 127.0.0.1\njobmanager.rpc.address: 127.0.0.1\n\
         jobmanager.rpc.port: {}\ntaskmanager.bind-host: 127.0.0.1\ntaskmanager.host: 127.0.0.1\n\
         taskmanager.numberOfTaskSlots: 1\nrest.address: 127.0.0.1\nrest.bind-address: 127.0.0.1\nrest.port: {}\n\
         rest.bind-port: \"{}\"\nio.tmp.dirs: {work}\nparallelism.default: 1\nweb.refresh-interval: 50\n\
         execution.checkpointing.dir: file://{work}/checkpoints\nstate.backend.type: hashmap\n\
         pekko.startup-timeout: 2min\npekko.ask.timeout: 2min\nheartbeat.timeout: 180000\n",
        open_modules().join(" "),
        rpc.port(),
        rest.port(),
        rest.port(),
    );
    text.extend(settings.iter().map(|(key, value)| format!("{key}: {value}\n")));
    text
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

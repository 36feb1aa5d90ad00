//! One real Kafka broker (KRaft: broker and controller in one JVM), and Kafka's own tools.

use std::{
    fs,
    io::{BufWriter, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use crate::{
    cli,
    cluster::java,
    pace, parts,
    process::{Process, free_port},
    scene::Scene,
    wait,
};

/// A start takes about 8 s, a tool about 3 s.
const START: Duration = Duration::from_secs(15);
const TOOL: Duration = Duration::from_secs(15);

const QUIET: [&str; 3] =
    ["-Dlog4j2.level=ERROR", "-Dlog4j2.StatusLogger.level=OFF", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"];

/// A running broker; it ends when this is dropped.
pub struct Kafka {
    /// `127.0.0.1:9092`
    pub address: String,
    jars: PathBuf,
    _process: Process,
}

impl Kafka {
    /// Starts a broker, and waits until it takes connections; `None` where Kafka could not be had.
    pub async fn start(scene: &Scene) -> Option<Kafka> {
        let jars = parts::part("DRSQUIRREL_KAFKA")?;
        let (port, work) = (free_port(), scene.folder("kafka"));
        let properties = configure(&work, port);
        let mut format = tool(&jars, "kafka.tools.StorageTool");
        format.args(["format", "-t", "drsquirreltest0000000A", "-c"]).arg(&properties);
        cli::must_run(format, TOOL).await;
        let mut broker = tool(&jars, "kafka.Kafka");
        let mut process = Process::start(
            "kafka",
            {
                broker.arg(&properties);
                broker
            },
            &scene.log("kafka.log"),
        );
        let address = format!("127.0.0.1:{port}");
        wait::must("the Kafka broker", pace::patience(START), async || {
            process.must_run();
            TcpStream::connect(&address).map_err(|e| e.to_string())
        })
        .await;
        Some(Kafka { address, jars, _process: process })
    }

    /// Makes a topic.
    pub async fn create_topic(&self, topic: &str, partitions: u32) {
        let mut command = tool(&self.jars, "org.apache.kafka.tools.TopicCommand");
        command.args(["--bootstrap-server", &self.address, "--create", "--topic", topic]);
        cli::must_run(
            {
                command.args(["--partitions", &partitions.to_string()]);
                command
            },
            TOOL,
        )
        .await;
    }

    /// Writes lines to a topic, with Kafka's own producer.
    pub fn produce(&self, topic: &str, lines: &[String]) {
        let mut command = tool(&self.jars, "org.apache.kafka.tools.ConsoleProducer");
        command
            .args(["--bootstrap-server", &self.address, "--topic", topic])
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut producer = command.spawn().expect("Kafka's producer starts");
        let input = producer.stdin.take();
        let text = lines.join("\n") + "\n";
        input.expect("its input is a pipe").write_all(text.as_bytes()).expect("the producer reads");
        assert!(producer.wait().expect("the producer ends").success(), "Kafka's producer failed");
    }

    /// Opens Kafka's own producer on a topic, for lines over a longer time.
    pub fn feed(&self, topic: &str) -> Feed {
        let mut command = tool(&self.jars, "org.apache.kafka.tools.ConsoleProducer");
        command.args(["--bootstrap-server", &self.address, "--topic", topic, "--command-property", "linger.ms=20"]);
        command.args(["--reader-property", "parse.key=true"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("Kafka's producer starts");
        let input = BufWriter::new(child.stdin.take().expect("its input is a pipe"));
        Feed { child, input }
    }

    /// Reads `count` lines of a topic from its beginning, with Kafka's own consumer; fewer, where no more come. Lines of
    /// transactions that are not committed are left out.
    pub async fn consume(&self, topic: &str, count: usize) -> Vec<String> {
        let mut command = tool(&self.jars, "org.apache.kafka.tools.consumer.ConsoleConsumer");
        command.args(["--bootstrap-server", &self.address, "--topic", topic, "--from-beginning"]);
        command.args(["--isolation-level", "read_committed"]);
        let silence = pace::at_this_pace(Duration::from_secs(10)).as_millis();
        command.args(["--max-messages", &count.to_string(), "--timeout-ms", &silence.to_string()]);
        let said = cli::must_run(command, TOOL).await;
        said.out.lines().map(String::from).collect()
    }
}

/// Kafka's own producer, waiting for lines.
pub struct Feed {
    child: Child,
    input: BufWriter<ChildStdin>,
}

impl Feed {
    /// Writes a message. The key decides on its partition; messages of one key stay in order.
    pub fn write(&mut self, key: &str, value: &str) {
        writeln!(self.input, "{key}\t{value}").expect("the producer reads");
    }

    /// Sends what was written so far.
    pub fn flush(&mut self) {
        self.input.flush().expect("the producer reads");
    }

    /// Waits until everything is sent.
    pub fn end(self) {
        let Feed { mut child, input } = self;
        drop(input.into_inner().expect("the producer reads"));
        assert!(child.wait().expect("the producer ends").success(), "Kafka's producer failed");
    }
}

fn tool(jars: &Path, class: &str) -> Command {
    let mut command = Command::new(java());
    command.args(["-Xms64m", "-Xmx384m"]).args(QUIET).arg("-cp").arg(jars.join("*")).arg(class);
    command
}

fn configure(work: &Path, port: u16) -> PathBuf {
    let controller = free_port();
    let text = format!(
        "process.roles=broker,controller\nnode.id=1\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
         controller.listener.names=CONTROLLER\ncontroller.quorum.voters=1@127.0.0.1:{controller}\n\
         inter.broker.listener.name=PLAINTEXT\nlog.dirs={}\nauto.create.topics.enable=false\n\
         offsets.topic.replication.factor=1\noffsets.topic.num.partitions=1\n\
         transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
         transaction.state.log.num.partitions=1\ngroup.initial.rebalance.delay.ms=0\n",
        work.join("data").display()
    );
    let file = work.join("server.properties");
    fs::write(&file, text).expect("a configuration can be written");
    file
}

//! A bucket of S3: S3Proxy, a server of its protocol over a folder.

use std::{fs, net::TcpStream, process::Command, time::Duration};

use crate::{
    cluster::java,
    pace, parts,
    process::{Process, free_port},
    scene::Scene,
    wait,
};

/// A start takes about 4 s.
const START: Duration = Duration::from_secs(15);

/// A running server with one bucket, `test`; it ends when this is dropped.
pub struct Bucket {
    endpoint: String,
    _process: Process,
}

impl Bucket {
    /// Starts a server, and waits until it takes connections; `None` where it could not be had.
    pub async fn start(scene: &Scene) -> Option<Bucket> {
        let jars = parts::part("DRSQUIRREL_S3PROXY")?;
        let work = scene.folder("s3");
        // A folder of the server's folder is a bucket.
        fs::create_dir_all(work.join("data/test")).expect("a folder can be made");
        let address = format!("127.0.0.1:{}", free_port());
        let properties = work.join("s3proxy.conf");
        let text = format!(
            "s3proxy.endpoint=http://{address}\ns3proxy.authorization=aws-v2-or-v4\ns3proxy.identity=test\n\
             s3proxy.credential=secret\njclouds.provider=filesystem-nio2\njclouds.identity=test\n\
             jclouds.credential=secret\njclouds.filesystem.basedir={}\n",
            work.join("data").display()
        );
        fs::write(&properties, text).expect("a configuration can be written");
        let quiet = work.join("logback.xml");
        let appender = "<appender name='out' class='ch.qos.logback.core.ConsoleAppender'><encoder><pattern>%m%n</pattern>\
                        </encoder></appender>";
        let root = "<root level='INFO'><appender-ref ref='out'/></root>";
        fs::write(&quiet, format!("<configuration>{appender}{root}</configuration>")).expect("a file can be written");
        let mut command = Command::new(java());
        command.arg(format!("-Dlogback.configurationFile={}", quiet.display()));
        command.args(["-Xms64m", "-Xmx256m", "-cp"]).arg(jars.join("*"));
        command.arg("org.gaul.s3proxy.Main").arg("--properties").arg(&properties);
        let mut process = Process::start("S3Proxy", command, &scene.log("s3proxy.log"));
        wait::must("S3Proxy", pace::patience(START), async || {
            process.must_run();
            TcpStream::connect(&address).map_err(|e| e.to_string())
        })
        .await;
        Some(Bucket { endpoint: format!("http://{address}"), _process: process })
    }

    /// The environment of a process that uses it.
    pub fn variables(&self) -> [(&str, &str); 5] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-east-1"),
        ]
    }
}

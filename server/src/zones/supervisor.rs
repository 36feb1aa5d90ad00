//! Keeps one zone running: adopts the engine that is there, starts one where there is none, and again when it died.

use std::fs::File;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Zone;
use super::endpoint::Endpoint;
use super::process;

/// How long an engine may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long a process that may be the zone's engine is asked before it is taken for another that got its id.
const ADOPTION_LIMIT: Duration = Duration::from_secs(10);
/// How often a starting engine, or an adopted one, is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// The first pause before an engine that died is started again; it doubles up to [`LAST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(30);
/// An engine that lived this long did not die of its start: the pauses begin anew.
const HEALTHY_LIFE: Duration = Duration::from_secs(60);
/// An engine's log is begun anew when it is longer than this.
const LOG_LIMIT_BYTES: u64 = 16 << 20;

/// What the supervisor has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The zone answers at this URL.
    Up(String),
    /// The zone does not run, and why.
    Down(String),
}

/// Why an engine does not run.
#[derive(Debug, thiserror::Error)]
enum ZoneError {
    #[error("cannot use {0}: {1}")]
    Folder(PathBuf, std::io::Error),
    #[error("cannot start the engine: {0}")]
    Spawn(std::io::Error),
    #[error("the engine ended ({status}){said}; its log is {log}")]
    Ended { status: ExitStatus, said: String, log: PathBuf },
    #[error("the engine did not answer within {limit_s} s; its log is {0}", limit_s = START_LIMIT.as_secs())]
    Silent(PathBuf),
}

/// A running engine: a child of this portal, or one that outlived an earlier one.
struct Engine {
    endpoint: Endpoint,
    child: Option<Child>,
}

/// Keeps `zone` running until `shutdown`, then stops it. Each change is told to `tell`.
pub async fn supervise(zone: Zone, shutdown: CancellationToken, tell: impl Fn(Notice)) {
    let mut pause = FIRST_PAUSE;
    while !shutdown.is_cancelled() {
        let started = Instant::now();
        match adopt_or_start(&zone, &shutdown).await {
            Ok(Some(mut engine)) => {
                tell(Notice::Up(engine.endpoint.url()));
                tokio::select! {
                    () = ended(&mut engine) => tell(Notice::Down("the engine died; it is started again".to_owned())),
                    () = shutdown.cancelled() => return stop(engine).await,
                }
                tracing::warn!(
                    zone = zone.name,
                    pid = engine.endpoint.pid,
                    "the zone's engine died: it is started again"
                );
            }
            Ok(None) => return,
            Err(error) => {
                tracing::error!(zone = zone.name, retry_ms = pause.as_millis(), "the zone does not run: {error}");
                tell(Notice::Down(error.to_string()));
            }
        }
        pause = if started.elapsed() > HEALTHY_LIFE { FIRST_PAUSE } else { (pause * 2).min(LAST_PAUSE) };
        tokio::select! {
            () = sleep(pause) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// `None` where the portal is shutting down.
async fn adopt_or_start(zone: &Zone, shutdown: &CancellationToken) -> Result<Option<Engine>, ZoneError> {
    if let Some(endpoint) = Endpoint::read(&zone.data) {
        let deadline = Instant::now() + ADOPTION_LIMIT;
        while process::runs(endpoint.pid) && Instant::now() < deadline && !shutdown.is_cancelled() {
            if endpoint.answers().await {
                tracing::info!(zone = zone.name, pid = endpoint.pid, "adopted the engine that was running already");
                return Ok(Some(Engine { endpoint, child: None }));
            }
            sleep(LOOK).await;
        }
        Endpoint::clear(&zone.data);
    }
    start(zone, shutdown).await
}

async fn start(zone: &Zone, shutdown: &CancellationToken) -> Result<Option<Engine>, ZoneError> {
    let folder = |error| ZoneError::Folder(zone.data.clone(), error);
    std::fs::create_dir_all(&zone.data).map_err(folder)?;
    let log = zone.data.join("engine.log");
    let out = open_log(&log).map_err(folder)?;
    let mut child = Command::new(executable())
        .args(["engine", "--name", &zone.name, "--zone", &zone.name, "--listen", "127.0.0.1:0"])
        .args(["--slots", &zone.slots.to_string()])
        .arg("--data")
        .arg(&zone.data)
        .stdin(Stdio::null())
        .stdout(out.try_clone().map_err(folder)?)
        .stderr(out)
        .process_group(0)
        .spawn()
        .map_err(ZoneError::Spawn)?;
    let deadline = Instant::now() + START_LIMIT;
    loop {
        if let Some(status) = child.try_wait().map_err(ZoneError::Spawn)? {
            return Err(ZoneError::Ended { status, said: last_line(&log), log });
        }
        let endpoint = Endpoint::read(&zone.data).filter(|e| Some(e.pid) == child.id());
        if let Some(endpoint) = endpoint
            && endpoint.answers().await
        {
            tracing::info!(zone = zone.name, pid = endpoint.pid, url = endpoint.url(), "started the zone's engine");
            return Ok(Some(Engine { endpoint, child: Some(child) }));
        }
        let pid = child.id();
        if shutdown.is_cancelled() || Instant::now() > deadline {
            tokio::join!(child.wait(), async { process::stop(pid.unwrap_or(0)).await }).0.map_err(ZoneError::Spawn)?;
            return if shutdown.is_cancelled() { Ok(None) } else { Err(ZoneError::Silent(log)) };
        }
        sleep(LOOK).await;
    }
}

/// This very program, also where its file was replaced while it runs (a new build, an upgrade).
fn executable() -> PathBuf {
    match std::env::current_exe() {
        Ok(path) if path.exists() => path,
        _ => PathBuf::from("/proc/self/exe"),
    }
}

fn open_log(path: &PathBuf) -> std::io::Result<File> {
    let too_long = std::fs::metadata(path).is_ok_and(|m| m.len() > LOG_LIMIT_BYTES);
    if too_long {
        std::fs::remove_file(path)?;
    }
    File::options().create(true).append(true).open(path)
}

/// `: ` and the last line of the log, for the error.
fn last_line(log: &PathBuf) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find(|line| !line.trim().is_empty()).map(|line| format!(": {line}")).unwrap_or_default()
}

async fn ended(engine: &mut Engine) {
    match &mut engine.child {
        Some(child) => {
            let _ = child.wait().await;
        }
        None => {
            while process::runs(engine.endpoint.pid) {
                sleep(LOOK).await;
            }
        }
    }
}

async fn stop(engine: Engine) {
    let pid = engine.endpoint.pid;
    match engine.child {
        // Waited for as well, so that it does not stay behind as a zombie.
        Some(mut child) => {
            let _ = tokio::join!(process::stop(pid), child.wait());
        }
        None => process::stop(pid).await,
    }
}

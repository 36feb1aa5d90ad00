//! How long `drsquirrel serve` takes to its first page, in a fresh data folder and with its embedded zones.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{TIMES, Table, cluster::free_address, median, times};
use crate::{failure::Failure, place::Place, shell};

const RUNS: usize = 5;
/// A start that takes longer than this is a failure, not a slow start.
const GIVE_UP: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(5);

/// The first page, against `drsquirrel --version`.
pub fn measure(place: &Place) -> Result<Table, Failure> {
    let binary = place.binary();
    let against = median(RUNS, || shell::output(Command::new(&binary).arg("--version")).map(drop))?;
    let data = place.out("bench/start-data");
    let mut spans = Vec::new();
    for _ in 0..RUNS {
        let _ = std::fs::remove_dir_all(&data);
        spans.push(first_page(&binary, &data)?);
    }
    spans.sort();
    let mut table = Table::new("time to the first page / time to start the bare process", &TIMES);
    table.row("first page".into(), times(spans[RUNS / 2], against));
    Ok(table)
}

fn first_page(binary: &Path, data: &Path) -> Result<Duration, Failure> {
    let address = free_address()?;
    let started = Instant::now();
    let mut serve = Command::new(binary);
    serve
        .args(["serve", "--listen", &address.to_string(), "--data"])
        .arg(data)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let child = serve.spawn().map_err(|source| Failure::Program { program: binary.display().to_string(), source })?;
    let page = wait_for_page(address, started);
    stop(child)?;
    page
}

fn wait_for_page(address: SocketAddr, started: Instant) -> Result<Duration, Failure> {
    while started.elapsed() < GIVE_UP {
        if get(address).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            return Ok(started.elapsed());
        }
        thread::sleep(POLL);
    }
    Err(Failure::Other(format!("`drsquirrel serve` showed no page at {address} within {} s", GIVE_UP.as_secs())))
}

fn get(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Asks it to end, so that it takes its zones with it.
fn stop(mut child: Child) -> Result<(), Failure> {
    shell::output(Command::new("kill").arg(child.id().to_string()))?;
    child.wait().map(drop).map_err(|source| Failure::Program { program: "drsquirrel serve".into(), source })
}

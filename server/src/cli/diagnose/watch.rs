//! Watching a live cluster for a while.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use model::ClusterSnapshot;
use tokio::time::Instant;

use crate::{
    cli::{duration, live},
    flink::{FlinkClient, Live, SnapshotCache},
};

/// How many snapshots in a row may fail before the cluster counts as gone.
const FAILURES: u32 = 3;

/// Takes snapshots of the cluster at `url` for `length`; also says its address. There is at least one snapshot.
///
/// # Errors
/// Where the cluster cannot be read, in words.
pub async fn watch(url: &str, length: Duration) -> Result<(String, Vec<ClusterSnapshot>), String> {
    let transport = Live::new(url).map_err(|e| e.to_string())?;
    let name = transport.address();
    let client = FlinkClient::new(&name, Arc::new(transport));
    live::warm_up(&client).await.map_err(|e| e.to_string())?;
    let step = live::step(&client).await;
    eprintln!("Watching {name} for {}, a snapshot every {}.", duration::words(length), duration::words(step));
    let snapshots = snapshots(&client, length, step).await?;
    Ok((name, snapshots))
}

async fn snapshots(client: &FlinkClient, length: Duration, step: Duration) -> Result<Vec<ClusterSnapshot>, String> {
    let cache = SnapshotCache::default();
    let (mut seen, mut failures) = (Vec::new(), 0);
    let mut due = Instant::now();
    let end = due + length;
    loop {
        match client.snapshot(&cache).await {
            Ok(snapshot) => {
                seen.push(snapshot);
                failures = 0;
            }
            Err(error) => {
                failures += 1;
                eprintln!("A snapshot is missing: {error}");
                if failures == FAILURES {
                    return Err(error.to_string());
                }
            }
        }
        due += step;
        if due > end || !waited(due, end).await {
            break;
        }
    }
    if seen.is_empty() { Err("the cluster answered once and then no more".into()) } else { Ok(seen) }
}

/// Waits until `due`, counting down where somebody looks on; false where the user wants no more.
async fn waited(due: Instant, end: Instant) -> bool {
    let shown = std::io::stderr().is_terminal();
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let go_on = loop {
        let now = Instant::now();
        if now >= due {
            break true;
        }
        if shown {
            eprint!("\r{} s left, Ctrl-C to judge now ", end.saturating_duration_since(now).as_secs());
        }
        tokio::select! {
            () = tokio::time::sleep_until(due.min(now + Duration::from_secs(1))) => {}
            _ = &mut interrupted => break false,
        }
    };
    if shown {
        // Clears the line of the countdown.
        eprint!("\r\x1b[K");
    }
    go_on
}

//! Waiting for what happens, never for time to pass.

use std::time::{Duration, Instant};

/// How often is looked.
const POLL: Duration = Duration::from_millis(250);

/// Looks until `probe` has what is waited for, and returns it with the time it took. `probe` answers with what it saw
/// instead; that, and `what`, are told where `limit` passes.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut probe: impl AsyncFnMut() -> Result<T, String>,
) -> Result<(T, Duration), String> {
    let started = Instant::now();
    loop {
        match probe().await {
            Ok(found) => return Ok((found, started.elapsed())),
            Err(seen) if started.elapsed() >= limit => {
                return Err(format!("{what}: not within {:.0} s; last seen: {seen}", limit.as_secs_f64()));
            }
            Err(_) => tokio::time::sleep(POLL).await,
        }
    }
}

/// As [`until`], where not finding it ends the test.
pub async fn must<T>(what: &str, limit: Duration, probe: impl AsyncFnMut() -> Result<T, String>) -> T {
    until(what, limit, probe).await.map(|(found, _)| found).unwrap_or_else(|problem| panic!("{problem}"))
}

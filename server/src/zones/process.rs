//! Processes by id: is it there, ask it to stop, make it stop.

use std::time::Duration;

/// How long an engine has to stop its jobs in good order.
const GRACE: Duration = Duration::from_secs(15);
/// How often a process that was asked to stop is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Whether the process runs. A process that ended and that nobody has waited for yet does not.
pub fn runs(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The state follows the command, which is in parentheses and may itself hold any character.
        Ok(stat) => !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with(['Z', 'X']),
        Err(_) if cfg!(target_os = "linux") => false,
        Err(_) => signal(pid, 0),
    }
}

/// Asks the process to stop, and makes it where it does not within [`GRACE`].
pub async fn stop(pid: u32) {
    signal(pid, libc::SIGTERM);
    if ended_within(pid, GRACE).await {
        return;
    }
    tracing::warn!(pid, grace_ms = GRACE.as_millis(), "the engine did not stop when asked to: it is killed");
    signal(pid, libc::SIGKILL);
    ended_within(pid, GRACE).await;
}

async fn ended_within(pid: u32, limit: Duration) -> bool {
    let ended = async {
        while runs(pid) {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(limit, ended).await.is_ok()
}

/// Sends a signal; whether there was a process to take it.
fn signal(pid: u32, signal: i32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().filter(|pid| *pid > 1) else { return false };
    // SAFETY: kill takes two integers and touches no memory of ours. The id is positive, so it names one process.
    unsafe { libc::kill(pid, signal) == 0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{runs, stop};

    #[tokio::test]
    async fn a_process_is_seen_to_run_and_to_end() {
        let mut child = tokio::process::Command::new("sleep").arg("600").spawn().unwrap();
        let pid = child.id().unwrap();
        assert!(runs(pid));
        let (_, status) = tokio::join!(stop(pid), child.wait());
        assert!(!status.unwrap().success());
        assert!(!runs(pid));
    }

    #[test]
    fn no_process_has_these_ids() {
        assert!(!runs(u32::MAX));
        assert!(!super::signal(0, 0), "0 would mean the whole process group");
        assert!(!super::signal(u32::MAX, 0), "-1 would mean every process");
    }
}

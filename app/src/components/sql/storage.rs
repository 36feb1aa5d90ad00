//! The script is kept in the browser, one for each cluster, so that nothing is lost by closing the page.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

use super::Desk;

/// Keeps the script from now on, and takes up the one that was kept, unless another was asked for.
pub fn keep(desk: Desk, asked: bool) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |last: Option<String>| {
        let cluster = desk.cluster.get();
        if last.as_ref() == Some(&cluster) {
            return cluster;
        }
        let first = last.is_none();
        let kept = read(&cluster).filter(|kept| !kept.trim().is_empty());
        match kept {
            Some(kept) if first && asked => desk.before.set(Some(kept).filter(|k| *k != desk.script.get_untracked())),
            Some(kept) => desk.script.set(kept),
            None => {}
        }
        cluster
    });
    #[cfg(feature = "hydrate")]
    Effect::new(move |last: Option<String>| {
        let script = desk.script.get();
        // The first run sees what the server rendered, which nobody wrote.
        if last.is_some_and(|last| last != script) {
            write(&desk.cluster.get_untracked(), &script);
        }
        script
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (desk, asked);
}

#[cfg(feature = "hydrate")]
fn read(cluster: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(&key(cluster)).ok()?
}

/// A browser that keeps nothing (private windows) still edits.
#[cfg(feature = "hydrate")]
fn write(cluster: &str, script: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(&key(cluster), script);
    }
}

#[cfg(feature = "hydrate")]
fn key(cluster: &str) -> String {
    format!("sql:{cluster}")
}

//! The script is checked while it is typed: a moment after the last key, and only the newest text counts.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use model::sql::{SqlCatalog, SqlCheck, SqlChecked};

use super::{Desk, desk::Check};
use crate::{PageError, serverfns::sql_check};

/// How long nobody types before the text is checked.
const QUIET: Duration = Duration::from_millis(400);

/// Checks whenever the text or the cluster changes, in the browser only.
pub fn follow(desk: Desk) {
    let newest = StoredValue::new(0u32);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let editor = StoredValue::new(None::<String>);
    Effect::new(move |last: Option<String>| {
        let (script, cluster) = (desk.script.get(), desk.cluster.get());
        if last.as_ref() != Some(&cluster) {
            desk.catalog.set(SqlCatalog::default());
            desk.fault.set(None);
            desk.plan.set(None);
        }
        newest.update_value(|n| *n = n.wrapping_add(1));
        let turn = newest.get_value();
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        if cluster.is_empty() {
            return cluster;
        }
        let named = editor.get_value().unwrap_or_else(|| {
            let name = editor_name();
            editor.set_value(Some(name.clone()));
            name
        });
        let check = SqlCheck { cluster: cluster.clone(), editor: named, script, catalog: None };
        let ask = move || spawn_local(ask(desk, check, move || newest.try_get_value() == Some(turn)));
        timer.set_value(set_timeout_with_handle(ask, QUIET).ok());
        cluster
    });
}

async fn ask(desk: Desk, mut check: SqlCheck, is_newest: impl Fn() -> bool) {
    if !is_newest() {
        return;
    }
    desk.check.set(Check::Running);
    check.catalog = desk.catalog.with_untracked(|known| Some(known.revision.clone()).filter(|r| !r.is_empty()));
    let script = check.script.clone();
    let answer = sql_check(check).await;
    if is_newest() {
        take(desk, script, answer);
    }
}

fn take(desk: Desk, script: String, answer: Result<SqlChecked, PageError>) {
    match answer {
        Ok(checked) if checked.superseded => {}
        Ok(checked) => {
            desk.fault.set(checked.fault.map(|fault| (fault, script)));
            desk.note.set(checked.note);
            desk.plan.set(checked.plan);
            if let Some(catalog) = checked.catalog {
                desk.catalog.set(catalog);
            }
            desk.check.set(Check::Done);
        }
        Err(error) => {
            desk.fault.set(None);
            desk.check.set(Check::Failed(error.0));
        }
    }
}

/// A name that no other editor has.
fn editor_name() -> String {
    #[cfg(feature = "hydrate")]
    if let Some(performance) = window().performance() {
        return format!("{:x}-{:x}", performance.time_origin().to_bits(), performance.now().to_bits());
    }
    "editor".into()
}

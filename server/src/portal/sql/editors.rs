//! The editors that are open: a few sessions of gateways, each closed when its editor has gone quiet.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use model::ApiError;
use model::sql::{SqlCheck, SqlChecked, statements};

use super::check::Checker;
use super::{check_length, gateway};
use crate::store::ClusterRecord;

/// At most so many editors keep a session; the one that was quiet longest makes room.
const MAX_EDITORS: usize = 32;
/// An editor that is quiet for so long loses its session; the next check opens another.
const IDLE: Duration = Duration::from_secs(300);
/// The longest name of an editor, in bytes.
const NAME_LIMIT: usize = 64;
/// How long a check may take in all: a gateway that has just started loads classes for some seconds.
const CHECK_LIMIT: Duration = Duration::from_secs(30);

/// Which editor, and on which gateway.
type Key = (String, String);

/// The editors that are open.
#[derive(Debug, Default)]
pub struct Editors {
    open: Mutex<HashMap<Key, Arc<Editor>>>,
}

#[derive(Debug)]
struct Editor {
    /// The number of the newest check; an older one gives up.
    newest: AtomicU64,
    used: Mutex<Instant>,
    checker: tokio::sync::Mutex<Checker>,
}

impl Editors {
    /// Checks a script. A newer check of the same editor ends this one early.
    ///
    /// # Errors
    /// What the gateway answered where it cannot check; `script_too_long`, `editor_invalid`.
    pub async fn check(self: &Arc<Self>, cluster: &ClusterRecord, request: &SqlCheck) -> Result<SqlChecked, ApiError> {
        let all = statements(&request.script);
        check_length(&request.script, &all)?;
        if request.editor.is_empty() || request.editor.len() > NAME_LIMIT {
            let message = format!("An editor's name has 1 to {NAME_LIMIT} bytes");
            return Err(ApiError::user("editor_invalid", message, "Send any text that no other editor sends"));
        }
        let editor = self.editor(cluster, &request.editor)?;
        let turn = editor.newest.fetch_add(1, Ordering::SeqCst) + 1;
        let is_stale = || editor.newest.load(Ordering::SeqCst) != turn;
        let mut checker = editor.checker.lock().await;
        editor.touch();
        if is_stale() {
            return Ok(SqlChecked::superseded());
        }
        let checked = tokio::time::timeout(CHECK_LIMIT, checker.check(&request.script, &all, &is_stale)).await;
        let mut checked = checked.map_err(|_| too_slow(&cluster.name))??;
        if let Some(catalog) = &checked.catalog
            && request.catalog.as_ref() == Some(&catalog.revision)
        {
            checked.catalog = None;
        }
        Ok(checked)
    }

    fn editor(self: &Arc<Self>, cluster: &ClusterRecord, name: &str) -> Result<Arc<Editor>, ApiError> {
        let gateway = gateway(cluster)?;
        let key = (cluster.gateway_url.clone().unwrap_or_default(), name.to_owned());
        let mut open = self.lock();
        if let Some(editor) = open.get(&key) {
            return Ok(Arc::clone(editor));
        }
        if open.len() >= MAX_EDITORS {
            let oldest = open.iter().max_by_key(|(_, editor)| editor.idle()).map(|(key, _)| key.clone());
            if let Some(editor) = oldest.and_then(|key| open.remove(&key)) {
                tokio::spawn(async move { editor.checker.lock().await.close().await });
            }
        }
        let editor = Arc::new(Editor {
            newest: AtomicU64::new(0),
            used: Mutex::new(Instant::now()),
            checker: tokio::sync::Mutex::new(Checker::new(gateway)),
        });
        open.insert(key.clone(), Arc::clone(&editor));
        tokio::spawn(close_when_idle(Arc::downgrade(self), Arc::downgrade(&editor), key));
        Ok(editor)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Editor>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Editor {
    fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn idle(&self) -> Duration {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

async fn close_when_idle(editors: Weak<Editors>, editor: Weak<Editor>, key: Key) {
    loop {
        tokio::time::sleep(IDLE / 4).await;
        let (Some(editors), Some(editor)) = (editors.upgrade(), editor.upgrade()) else { return };
        if editor.idle() >= IDLE {
            editors.lock().remove(&key);
            editor.checker.lock().await.close().await;
            return;
        }
    }
}

fn too_slow(cluster: &str) -> ApiError {
    ApiError::external(
        "gateway_too_slow",
        format!("The SQL gateway of {cluster} did not check the script within {} s", CHECK_LIMIT.as_secs()),
        "Go on typing: it is asked again with the next change",
    )
}

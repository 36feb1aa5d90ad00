//! Flink's SQL Gateway REST API, version 1 and, in the same shapes, the later ones.

mod awaited;
mod cell;
mod execute;
mod logical_type;
mod query;
mod results;
mod routes;
mod session;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

pub use routes::router;

use crate::{host::Host, ids, planner::Settings, rest::answer::ApiError};
use session::Session;

/// Sessions that can be open at once. At this bound the one that was idle longest is closed, if it was idle at all.
const MAX_SESSIONS: usize = 100;
/// A session that is not used this long may be closed: Flink's default.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

/// The gateway of one engine.
pub struct Gateway {
    host: Arc<Host>,
    sessions: Mutex<BTreeMap<String, Arc<Session>>>,
}

impl Gateway {
    /// A gateway without sessions.
    pub fn new(host: Arc<Host>) -> Arc<Self> {
        Arc::new(Self { host, sessions: Mutex::default() })
    }

    /// Opens a session.
    fn open(&self, settings: Settings) -> Result<String, ApiError> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| {
            let used = session.idle() < IDLE_TIMEOUT;
            if !used {
                session.end();
            }
            used
        });
        if sessions.len() >= MAX_SESSIONS {
            let stack = format!(
                "org.apache.flink.table.gateway.api.utils.SqlGatewayException: Failed to create session, the count of \
                 active sessions exceeds the max count: {MAX_SESSIONS}. Close one first."
            );
            return Err(ApiError::exception(&stack));
        }
        let handle = ids::handle();
        sessions.insert(handle.clone(), Arc::new(Session::new(settings)));
        Ok(handle)
    }

    /// The session of a handle, marked as used.
    fn session(&self, handle: &str) -> Result<Arc<Session>, ApiError> {
        let found = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(handle).cloned();
        let session = found.ok_or_else(|| missing(handle))?;
        session.touch();
        Ok(session)
    }

    fn close(&self, handle: &str) -> Result<(), ApiError> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(handle).map(|session| session.end()).ok_or_else(|| missing(handle))
    }
}

fn missing(handle: &str) -> ApiError {
    ApiError::exception(&format!(
        "org.apache.flink.table.gateway.api.utils.SqlGatewayException: Session '{handle}' does not exist. Open one with \
         POST /v1/sessions"
    ))
}

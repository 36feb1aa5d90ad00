//! The one place where the portal reads the clock: everything else is told what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

/// The time now, to the millisecond.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

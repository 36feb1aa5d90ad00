//! What evaluation depends on beside its input.

use jiff::tz::TimeZone;

/// The session's settings, and the clock.
#[derive(Debug, Clone)]
pub struct EvalContext {
    /// `table.local-time-zone`
    pub zone: TimeZone,
    /// The clock where it is fixed: microseconds since 1970; `None` where functions of time read the clock.
    pub now_us: Option<i64>,
    /// The watermark that the operator has come to, milliseconds; `None` where none has come.
    pub watermark: Option<i64>,
}

impl EvalContext {
    /// In a zone, by the clock, before any watermark.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, now_us: None, watermark: None }
    }
}

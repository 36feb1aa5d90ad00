//! Instants, as the wire and the store know them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// An instant in whole milliseconds since 1970-01-01 UTC. On the wire it is RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Milliseconds since 1970-01-01 UTC.
    pub fn ms(self) -> i64 {
        self.0
    }

    /// Milliseconds from `earlier` to this instant; negative where `earlier` is the later one.
    pub fn since_ms(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The start of the minute that this instant is in.
    pub fn minute(self) -> Timestamp {
        Timestamp(self.0.div_euclid(60_000) * 60_000)
    }

    /// This instant moved by `ms` milliseconds.
    pub fn plus_ms(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// RFC 3339 in UTC with millisecond precision; `None` where the instant is beyond what a calendar can name.
    pub fn rfc3339(self) -> Option<String> {
        let nanos = i128::from(self.0) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?.format(&Rfc3339).ok()
    }

    /// `12:03:41`, the time of day in UTC.
    pub fn clock(self) -> String {
        let second = self.0.div_euclid(1000).rem_euclid(86_400);
        format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.rfc3339() {
            Some(text) => serializer.serialize_str(&text),
            None => Err(serde::ser::Error::custom(format!("{} ms is beyond the calendar", self.0))),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let instant = OffsetDateTime::parse(&text, &Rfc3339).map_err(D::Error::custom)?;
        i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).map(Timestamp).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn round_trips_through_rfc3339() {
        let at = Timestamp(1_763_810_000_123);
        let text = serde_json::to_string(&at).ok();
        assert_eq!(text.as_deref(), Some("\"2025-11-22T11:13:20.123Z\""));
        assert_eq!(text.and_then(|t| serde_json::from_str(&t).ok()), Some(at));
    }

    #[test]
    fn minutes_round_down_also_before_1970() {
        assert_eq!(Timestamp(61_000).minute(), Timestamp(60_000));
        assert_eq!(Timestamp(-1).minute(), Timestamp(-60_000));
    }

    #[test]
    fn an_instant_beyond_the_calendar_is_an_error_and_no_panic() {
        assert!(serde_json::to_string(&Timestamp(i64::MAX)).is_err());
    }
}

//! The times of windows: of TIMESTAMP_LTZ columns they are those of a wall clock, so that days begin at midnight.

use jiff::{Timestamp, tz::TimeZone};

/// Milliseconds of an hour: what a clock is put forward or back.
const HOUR_MS: i64 = 3_600_000;

/// Turns moments into the times of windows and back. All are milliseconds.
#[derive(Debug, Clone)]
pub struct WindowTime {
    zone: Option<TimeZone>,
    /// An offset from UTC, and from when until before when it holds.
    offset: Option<(i64, std::ops::Range<i64>)>,
}

impl WindowTime {
    /// The times of a zone; `None` where there is nothing to turn.
    pub fn new(zone: Option<TimeZone>) -> Self {
        Self { zone: zone.filter(|zone| *zone != TimeZone::UTC), offset: None }
    }

    /// The wall clock's time at a moment.
    pub fn local(&mut self, moment: i64) -> i64 {
        let Some(zone) = &self.zone else { return moment };
        match &self.offset {
            Some((offset, range)) if range.contains(&moment) => moment + offset,
            _ => {
                let (offset, range) = offset_at(zone, moment);
                self.offset = Some((offset, range));
                moment + offset
            }
        }
    }

    /// The moment at which the wall clock shows a time. Where it shows it twice, the first; where it leaves it out, the
    /// time by so much later as it was put forward: both as Java's `atZone` does.
    pub fn moment(&self, local: i64) -> i64 {
        let (Some(zone), false) = (&self.zone, local == i64::MAX) else { return local };
        let Ok(civil) = Timestamp::from_millisecond(local).map(|time| TimeZone::UTC.to_datetime(time)) else {
            return local;
        };
        zone.to_ambiguous_zoned(civil).compatible().map_or(local, |zoned| zoned.timestamp().as_millisecond())
    }

    /// The moment at which a window is over whose last millisecond is `local`. As in Flink it is the later one where the
    /// clock shows the time twice, and the moment at which it is put forward where it leaves it out.
    pub fn trigger(&self, local: i64) -> i64 {
        if self.zone.is_none() || local == i64::MAX {
            return local;
        }
        let (first, hour_later) = (self.moment(local), self.moment(local.saturating_add(HOUR_MS)));
        if hour_later - first > HOUR_MS {
            first + HOUR_MS
        } else if hour_later == first {
            first - first.rem_euclid(HOUR_MS)
        } else {
            first
        }
    }
}

fn offset_at(zone: &TimeZone, moment: i64) -> (i64, std::ops::Range<i64>) {
    let Ok(time) = Timestamp::from_millisecond(moment) else { return (0, moment..moment) };
    let offset = i64::from(zone.to_offset(time).seconds()) * 1000;
    let after = Timestamp::from_millisecond(moment.saturating_add(1)).unwrap_or(time);
    let since = zone.preceding(after).next().map_or(i64::MIN, |change| change.timestamp().as_millisecond());
    let until = zone.following(time).next().map_or(i64::MAX, |change| change.timestamp().as_millisecond());
    (offset, since..until)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn days_of_a_zone_have_23_and_25_hours() {
        let mut time = WindowTime::new(Some(TimeZone::get("Europe/Berlin").unwrap()));
        for (moment, local) in [
            ("2024-03-30T23:00:00Z", "2024-03-31T00:00:00Z"),
            ("2024-03-31T00:59:59Z", "2024-03-31T01:59:59Z"),
            ("2024-03-31T01:00:00Z", "2024-03-31T03:00:00Z"),
            ("2024-10-27T00:30:00Z", "2024-10-27T02:30:00Z"),
            ("2024-10-27T01:30:00Z", "2024-10-27T02:30:00Z"),
        ] {
            assert_eq!(time.local(ms(moment)), ms(local), "{moment}");
        }
        for (local, moment) in [
            ("2024-03-31T23:59:59Z", "2024-03-31T21:59:59Z"),
            ("2024-03-31T02:30:00Z", "2024-03-31T01:00:00Z"),
            ("2024-10-27T02:30:00Z", "2024-10-27T01:30:00Z"),
        ] {
            assert_eq!(time.trigger(ms(local)), ms(moment), "{local}");
        }
        assert_eq!(time.moment(ms("2024-10-27T02:30:00Z")), ms("2024-10-27T00:30:00Z"));
        assert_eq!(WindowTime::new(None).trigger(5), 5);
    }
}

//! Time zones: from instants to local times and back.

use jiff::{
    Timestamp,
    tz::{AmbiguousOffset, AmbiguousTimestamp, Offset, TimeZone},
};

use super::{MICROS_PER_DAY, MICROS_PER_SECOND, civil::Civil};

/// The zone of a name that Flink takes: `Europe/Berlin`, `UTC`, `GMT+08:00`, `+08:00`; `None` where there is none.
pub fn named(name: &str) -> Option<TimeZone> {
    if matches!(name, "Z" | "UTC" | "GMT" | "UT") {
        return Some(TimeZone::UTC);
    }
    let offset = ["UTC", "GMT", "UT"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    if offset.starts_with(['+', '-']) {
        return fixed(offset);
    }
    let named = SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, zone)| zone);
    TimeZone::get(named).ok()
}

/// The short names that Java knows beside those of the time zone database.
const SHORT: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("EST", "Etc/GMT+5"),
    ("HST", "Pacific/Honolulu"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "Etc/GMT+7"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// `+8`, `+08`, `+0800`, `+08:00`, `+08:00:00`
fn fixed(text: &str) -> Option<TimeZone> {
    let negative = text.starts_with('-');
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits };
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    let seconds = hours * 3_600 + minutes * 60 + seconds;
    (hours <= 18 && minutes < 60).then_some(())?;
    Offset::from_seconds(if negative { -seconds } else { seconds }).ok().map(TimeZone::fixed)
}

/// The offset of a zone from UTC at an instant, in microseconds.
pub fn offset_at(zone: &TimeZone, instant: i64) -> i64 {
    if let Ok(offset) = zone.to_fixed_offset() {
        return i64::from(offset.seconds()) * MICROS_PER_SECOND;
    }
    // Beyond the years of the zone's rules its first or last one holds.
    let clamped = instant.clamp(Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    let at = Timestamp::from_microsecond(clamped).unwrap_or(Timestamp::UNIX_EPOCH);
    i64::from(zone.to_offset(at).seconds()) * MICROS_PER_SECOND
}

/// The local time at an instant.
pub fn to_local(zone: &TimeZone, instant: i64) -> i64 {
    instant.saturating_add(offset_at(zone, instant))
}

/// The instant of a local time, as `LocalDateTime.atZone` has it: of two the earlier; a time that is skipped is moved by
/// the length of the gap.
pub fn to_instant(zone: &TimeZone, local: i64) -> i64 {
    resolve(zone, local, AmbiguousTimestamp::compatible)
}

/// The instant of a local time, as `GregorianCalendar` has it: of two the later.
pub fn to_instant_of_calendar(zone: &TimeZone, local: i64) -> i64 {
    resolve(zone, local, |ambiguous| match ambiguous.offset() {
        AmbiguousOffset::Fold { .. } => ambiguous.later(),
        _ => ambiguous.compatible(),
    })
}

fn resolve(zone: &TimeZone, local: i64, choose: impl Fn(AmbiguousTimestamp) -> Result<Timestamp, jiff::Error>) -> i64 {
    if let Ok(offset) = zone.to_fixed_offset() {
        return local.saturating_sub(i64::from(offset.seconds()) * MICROS_PER_SECOND);
    }
    let civil = Civil::of_days(local.div_euclid(MICROS_PER_DAY));
    let of_day = local.rem_euclid(MICROS_PER_DAY);
    let seconds = of_day / MICROS_PER_SECOND;
    let date_time = i16::try_from(civil.year).ok().and_then(|year| {
        let nanos = (of_day % MICROS_PER_SECOND * 1_000) as i32;
        let (month, day) = (civil.month as i8, civil.day as i8);
        let (hour, minute, second) = ((seconds / 3_600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8);
        jiff::civil::DateTime::new(year, month, day, hour, minute, second, nanos).ok()
    });
    let instant = date_time.and_then(|time| choose(zone.to_ambiguous_timestamp(time)).ok());
    instant.map_or_else(|| local - offset_at(zone, local), Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_of_zones() {
        let offset = |name: &str| named(name).map(|zone| offset_at(&zone, 0) / MICROS_PER_SECOND);
        assert_eq!(offset("UTC"), Some(0));
        assert_eq!(offset("GMT+08:00"), Some(28_800));
        assert_eq!(offset("-0330"), Some(-12_600));
        assert_eq!(offset("Europe/Berlin"), Some(3_600));
        assert_eq!(offset("Europe/Nowhere"), None);
    }

    #[test]
    fn a_skipped_time_is_moved_and_of_two_the_first_is_taken() {
        let berlin = named("Europe/Berlin").unwrap();
        let skipped = 1_711_852_200_000_000; // 2024-03-31 02:30:00 as if UTC
        assert_eq!(to_local(&berlin, to_instant(&berlin, skipped)), skipped + 3_600 * MICROS_PER_SECOND);
        let twice = 1_729_996_200_000_000; // 2024-10-27 02:30:00 as if UTC
        assert_eq!(to_instant(&berlin, twice), twice - 7_200 * MICROS_PER_SECOND);
        assert_eq!(to_instant_of_calendar(&berlin, twice), twice - 3_600 * MICROS_PER_SECOND);
    }
}

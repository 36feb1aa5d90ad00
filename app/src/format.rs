//! Numbers, durations and sentences as people read them. Pure, and the same on the server and in the browser.

use model::{Counts, Timestamp, Verdict};

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Two or three significant digits, thousands separated: `0.04`, `4.2`, `998`, `12,300`, `4.56 M`.
pub fn number(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() => "–".into(),
        _ if size == 0.0 => "0".into(),
        _ if size < 0.995 => trim(format!("{value:.2}")),
        _ if size < 99.95 => trim(format!("{value:.1}")),
        _ if size < 9_999.5 => grouped(value.round()),
        _ if size < 999_500.0 => grouped((value / 100.0).round() * 100.0),
        _ if size < 999_500_000.0 => format!("{} M", trim(format!("{:.2}", value / 1e6))),
        _ => format!("{} G", trim(format!("{:.2}", value / 1e9))),
    }
}

fn trim(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = if value < 0.0 { String::from("-") } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A value with its unit, in the form that is easiest to read: durations and sizes are scaled.
pub fn quantity(value: f64, unit: &str) -> String {
    match unit {
        "" => number(value),
        "ms" => duration_ms(value),
        "s" => duration_ms(value * SECOND),
        "B" | "bytes" => bytes(value),
        "%" => format!("{} %", number(value)),
        _ => format!("{} {unit}", number(value)),
    }
}

/// `850 ms`, `4.2 s`, `2 min 10 s`, `3 h 5 min`, `2 d 4 h`.
pub fn duration_ms(ms: f64) -> String {
    let size = ms.abs();
    match size {
        _ if !ms.is_finite() => "–".into(),
        _ if size < SECOND => format!("{} ms", number(ms)),
        _ if size < MINUTE => format!("{} s", number(ms / SECOND)),
        _ if size < HOUR => pair(ms, MINUTE, "min", SECOND, "s"),
        _ if size < DAY => pair(ms, HOUR, "h", MINUTE, "min"),
        _ => pair(ms, DAY, "d", HOUR, "h"),
    }
}

fn pair(ms: f64, large: f64, large_unit: &str, small: f64, small_unit: &str) -> String {
    let (whole, rest) = ((ms / large).trunc(), ((ms % large) / small).trunc().abs());
    if rest == 0.0 {
        format!("{whole:.0} {large_unit}")
    } else {
        format!("{whole:.0} {large_unit} {rest:.0} {small_unit}")
    }
}

/// `512 B`, `64 KiB`, `1.5 GiB`.
pub fn bytes(value: f64) -> String {
    let mut scaled = value;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if scaled.abs() < 1024.0 {
            return format!("{} {unit}", number(scaled));
        }
        scaled /= 1024.0;
    }
    format!("{} TiB", number(scaled))
}

/// How long ago `at` was at `now`, in one unit: `now`, `14 s`, `14 min`, `3 h`, `2 d`.
pub fn ago(now: Timestamp, at: Timestamp) -> String {
    let seconds = now.since_ms(at).max(0) / 1000;
    match seconds {
        0..5 => "now".into(),
        5..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The same inside a sentence: `just now`, `14 s ago`.
pub fn ago_in_words(now: Timestamp, at: Timestamp) -> String {
    match ago(now, at).as_str() {
        "now" => "just now".into(),
        span => format!("{span} ago"),
    }
}

/// `2025-11-22 11:13:20 UTC`.
pub fn instant(at: Timestamp) -> String {
    match at.rfc3339() {
        Some(text) => format!("{} {} UTC", text.get(..10).unwrap_or_default(), at.clock()),
        None => format!("{} ms", at.ms()),
    }
}

/// `11:13`, the minute in UTC.
pub fn minute(at: Timestamp) -> String {
    at.clock().get(..5).unwrap_or_default().to_owned()
}

/// A share as whole percent; a share that is not none is never shown as 0 %.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        p if !p.is_finite() => "–".into(),
        p if p > 0.0 && p < 1.0 => "<1 %".into(),
        p => format!("{p:.0} %"),
    }
}

/// `1 job`, `2 jobs`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A verdict as a word.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Critical => "critical",
        Verdict::Degraded => "degraded",
        Verdict::Unknown => "unknown",
        Verdict::Healthy => "healthy",
    }
}

/// The counts that are not zero, worst first, with unknown last: it is a gap, not a grade.
pub fn counts(counts: Counts) -> Vec<(Verdict, u32)> {
    [
        (Verdict::Critical, counts.critical),
        (Verdict::Degraded, counts.degraded),
        (Verdict::Healthy, counts.healthy),
        (Verdict::Unknown, counts.unknown),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_two_or_three_digits_that_matter() {
        for (value, expect) in [
            (0.0, "0"),
            (0.042, "0.04"),
            (0.999, "1"),
            (4.25, "4.2"),
            (98.0, "98"),
            (998.2, "998"),
            (4012.0, "4,012"),
            (12_345.0, "12,300"),
            (-12_345.0, "-12,300"),
            (4_560_000.0, "4.56 M"),
            (7.2e9, "7.2 G"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(number(value), expect, "{value}");
        }
    }

    #[test]
    fn durations_use_the_two_units_that_say_most() {
        for (ms, expect) in [
            (0.0, "0 ms"),
            (850.0, "850 ms"),
            (4200.0, "4.2 s"),
            (130_000.0, "2 min 10 s"),
            (120_000.0, "2 min"),
            (11_100_000.0, "3 h 5 min"),
            (187_200_000.0, "2 d 4 h"),
        ] {
            assert_eq!(duration_ms(ms), expect, "{ms}");
        }
    }

    #[test]
    fn quantities_scale_what_people_scale() {
        assert_eq!(quantity(998.0, "ms/s"), "998 ms/s");
        assert_eq!(quantity(1536.0 * 1024.0 * 1024.0, "bytes"), "1.5 GiB");
        assert_eq!(quantity(1500.0, "ms"), "1.5 s");
        assert_eq!(quantity(3.0, ""), "3");
    }

    #[test]
    fn a_clock_that_runs_ahead_does_not_make_the_past_negative() {
        assert_eq!(ago(Timestamp(1000), Timestamp(9000)), "now");
        assert_eq!(ago(Timestamp(840_000), Timestamp(0)), "14 min");
        assert_eq!(ago(Timestamp(59_999), Timestamp(0)), "59 s");
        assert_eq!(ago(Timestamp(172_800_000), Timestamp(0)), "2 d");
        assert_eq!(ago_in_words(Timestamp(1000), Timestamp(0)), "just now");
        assert_eq!(ago_in_words(Timestamp(14_000), Timestamp(0)), "14 s ago");
    }

    #[test]
    fn instants_name_their_zone() {
        assert_eq!(instant(Timestamp(1_763_810_000_123)), "2025-11-22 11:13:20 UTC");
        assert_eq!(minute(Timestamp(1_763_810_000_123)), "11:13");
        assert_eq!(instant(Timestamp(i64::MAX)), format!("{} ms", i64::MAX));
    }

    #[test]
    fn a_little_is_not_shown_as_nothing() {
        assert_eq!(percent(0.004), "<1 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.976), "98 %");
    }

    #[test]
    fn counts_leave_out_what_there_is_none_of() {
        let all = Counts { critical: 1, degraded: 0, healthy: 2, unknown: 1 };
        assert_eq!(counts(all), [(Verdict::Critical, 1), (Verdict::Healthy, 2), (Verdict::Unknown, 1)]);
        assert!(counts(Counts::default()).is_empty());
    }
}

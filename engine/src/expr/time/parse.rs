//! Dates and times out of text, as Flink reads them in casts and literals.

use super::{
    MICROS_PER_DAY, MICROS_PER_SECOND,
    civil::{Civil, days_in_month},
};

/// A date: `2024-02-29`, `2024-2`, `2024`; what follows a blank is not looked at. In days since 1970.
pub fn date(text: &str) -> Option<i32> {
    let text = text.find(' ').filter(|at| *at > 0).map_or(text, |at| &text[..at]);
    let mut parts = text.splitn(3, '-');
    let mut next = || parts.next().map(|part| number(part.trim()));
    let year = next()??;
    let month = next().unwrap_or(Some(1))?;
    let day = next().unwrap_or(Some(1))?;
    (0..=9999).contains(&year).then_some(())?;
    i32::try_from(Civil::new(year, month, day)?.days()).ok()
}

/// A time of day: `12:34:56.789`, `12:34`, `12`. In milliseconds.
pub fn time(text: &str) -> Option<i32> {
    let mut parts = text.trim().splitn(3, ':');
    let hour = number(parts.next()?.trim())?;
    let minute = parts.next().map_or(Some(0), |part| number(part.trim()))?;
    let (second, fraction) = match parts.next().map(|part| part.split_once('.').unwrap_or((part, ""))) {
        None => (0, 0),
        Some((second, fraction)) => (number(second.trim())?, fraction_micros(fraction.trim())?),
    };
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    valid.then(|| ((hour * 3_600 + minute * 60 + second) * 1_000 + fraction / 1_000) as i32)
}

/// A timestamp: `2024-02-29 12:34:56.789`, `2024-02-29`. In microseconds since 1970, local. A day beyond the end of its
/// month is the last of it, as Java's formatters resolve it.
pub fn timestamp(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(' ') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-');
    let year = digits(parts.next()?, 4, 4)?;
    let month = digits(parts.next()?, 1, 2)?;
    let day = digits(parts.next()?, 1, 2)?;
    ((1..=12).contains(&month) && (1..=31).contains(&day) && year > 0).then_some(())?;
    let days = Civil { year, month, day: day.min(days_in_month(year, month)) }.days();
    let micros = time.map_or(Some(0), time_of_timestamp)?;
    Some(days * MICROS_PER_DAY + micros)
}

fn time_of_timestamp(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, ':');
    let hour = digits(parts.next()?, 1, 2)?;
    let minute = digits(parts.next()?, 1, 2)?;
    let last = parts.next()?;
    let (second, fraction) = match last.split_once('.') {
        None => (last, 0),
        Some((second, fraction)) if fraction.len() <= 9 => (second, fraction_micros(fraction)?),
        Some(_) => return None,
    };
    let second = digits(second, 1, 2)?;
    // The end of a day may be written as its hour 24.
    let at_end = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    ((hour < 24 || at_end) && minute < 60 && second < 60).then_some(())?;
    Some((hour * 3_600 + minute * 60 + second) * MICROS_PER_SECOND + fraction)
}

/// A number of `from` to `to` digits and nothing else.
fn digits(text: &str, from: usize, to: usize) -> Option<i64> {
    let fits = (from..=to).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The digits after the point in microseconds; what is finer is dropped.
pub fn fraction_micros(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = &digits[..digits.len().min(6)];
    let value: i64 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    Some(value * 10_i64.pow(6 - kept.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_timestamps() {
        assert_eq!(date("2024-02-29"), Some(19_782));
        assert_eq!(
            [date("2024-2-9 x"), date("2024"), date("2024-02-30"), date("x")],
            [Some(19_762), Some(19_723), None, None]
        );
        assert_eq!([time("12:34:56.789"), time("12:34"), time("25:00")], [Some(45_296_789), Some(45_240_000), None]);
        assert_eq!(timestamp("1970-01-02 00:00:01.5"), Some(MICROS_PER_DAY + 1_500_000));
        assert_eq!(
            [timestamp("1970-1-2"), timestamp("1970-01-02T00:00:00"), timestamp("bad")],
            [Some(MICROS_PER_DAY), None, None]
        );
    }
}

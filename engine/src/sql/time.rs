//! Dates and timestamps as text, on the proleptic Gregorian calendar.

/// Microseconds in a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// Days since 1970-01-01 of a date; the algorithm is Howard Hinnant's `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year, month and day of a count of days since 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// `2013-01-31` as days; `None` where it is not a date.
pub fn parse_date(text: &str) -> Option<i32> {
    let mut parts = text.trim().splitn(3, '-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let days = days_from_civil(year, month, day);
    let real = civil_from_days(days) == (year, month, day);
    real.then(|| i32::try_from(days).ok()).flatten()
}

/// `2013-01-31 05:15:00.5` or `2013-01-31T05:15:00Z` as microseconds; `None` where it is not a timestamp.
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let days = i64::from(parse_date(date)?);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |text| digits(text, 2))?;
    if hour > 23 || minute > 59 || second > 59 || fraction.len() > 9 {
        return None;
    }
    let micros = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<6}")[..6], 6)? };
    Some(days * DAY_MICROS + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

/// A run of 1 to `most` digits.
fn digits(text: &str, most: usize) -> Option<i64> {
    let fits = !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// Days as `2013-01-31`.
pub fn format_date(days: i32) -> String {
    let (year, month, day) = civil_from_days(i64::from(days));
    format!("{year:04}-{month:02}-{day:02}")
}

/// Microseconds as `2013-01-31 05:15:00.500`: `separator` between date and time, `precision` digits after the second.
pub fn format_timestamp(micros: i64, precision: u8, separator: char) -> String {
    let (days, rest) = (micros.div_euclid(DAY_MICROS), micros.rem_euclid(DAY_MICROS));
    let (second, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let (year, month, day) = civil_from_days(days);
    let mut shown = format!(
        "{year:04}-{month:02}-{day:02}{separator}{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    if precision > 0 {
        let digits = format!("{fraction:06}");
        shown.push('.');
        shown.push_str(&digits[..usize::from(precision).min(digits.len())]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_timestamps_round_trip() {
        assert_eq!(parse_date("1970-01-01"), Some(0));
        assert_eq!(parse_date("2012-02-29").map(format_date).as_deref(), Some("2012-02-29"));
        assert_eq!(parse_timestamp("1970-01-01 00:00:01.5"), Some(1_500_000));
        let shown = parse_timestamp("2013-12-31T23:59:59.123Z").map(|micros| format_timestamp(micros, 3, ' '));
        assert_eq!(shown.as_deref(), Some("2013-12-31 23:59:59.123"));
        assert_eq!(format_timestamp(-1, 6, ' '), "1969-12-31 23:59:59.999999");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "2013-02-29", "2013-13-01", "20130101", "2013-1-x"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
        for text in ["2013-01-01 25:00:00", "2013-01-01 1", "noon"] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }
}

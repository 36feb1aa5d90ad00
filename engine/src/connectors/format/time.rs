//! Dates and times as text, as Java's formatters that Flink's formats use read and write them.

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// How days that a month does not have, and hour 24, are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// They are refused: Java's ISO formatters.
    Strict,
    /// Day 31 of a shorter month is its last day, and 24:00:00 the next midnight: formatters that were put together.
    Smart,
}

/// The shape of a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Between date and time.
    pub separator: u8,
    /// Whether a `Z` must follow.
    pub zulu: bool,
    /// Whether seconds may be left out.
    pub short: bool,
    /// What days and hours there are.
    pub resolver: Resolver,
}

/// Reads timestamps; remembers the last date, which is mostly that of the next.
#[derive(Debug, Clone)]
pub struct TimestampReader {
    shape: Shape,
    date: [u8; 10],
    micros: i64,
}

impl TimestampReader {
    /// A reader of timestamps of this shape.
    pub fn new(shape: Shape) -> Self {
        Self { shape, date: [0; 10], micros: 0 }
    }

    /// Microseconds since 1970-01-01T00:00; `None` where the text is not a timestamp.
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Option<i64> {
        let text = if self.shape.zulu { text.strip_suffix(b"Z")? } else { text };
        let (date, rest) = match text.first_chunk::<10>() {
            Some(date) if *date == self.date => (self.micros, &text[10..]),
            _ => self.read_date(text)?,
        };
        let (separator, time) = rest.split_first()?;
        if *separator != self.shape.separator {
            return None;
        }
        let micros = read_time(time, self.shape.short, self.shape.resolver)?;
        date.checked_add(micros)
    }

    fn read_date<'a>(&mut self, text: &'a [u8]) -> Option<(i64, &'a [u8])> {
        let (days, rest) = read_date(text, self.shape.resolver)?;
        let micros = i64::from(days).checked_mul(DAY_MICROS)?;
        if let Some(date) = text.first_chunk::<10>().filter(|_| rest.len() + 10 == text.len()) {
            self.date = *date;
            self.micros = micros;
        }
        Some((micros, rest))
    }
}

/// Days since 1970-01-01 of `2020-01-31` at the beginning of `text`, and what follows. The year may have a sign, and then
/// more than four digits.
pub fn read_date(text: &[u8], resolver: Resolver) -> Option<(i32, &[u8])> {
    let (negative, signed) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let digits = signed.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let plus = text[0] == b'+';
    if !(4..=9).contains(&digits) || (digits > 4) != plus && !negative {
        return None;
    }
    let year = signed[..digits].iter().fold(0_i64, |year, byte| year * 10 + i64::from(byte - b'0'));
    let year = if negative { -year } else { year };
    let rest = signed[digits..].strip_prefix(b"-")?;
    let month = two(rest)?;
    let rest = rest[2..].strip_prefix(b"-")?;
    let mut day = two(rest)?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let last = days_in_month(year, month);
    if day > last {
        if resolver == Resolver::Strict {
            return None;
        }
        day = last;
    }
    Some((i32::try_from(days_from_civil(year, month, day)).ok()?, &rest[2..]))
}

/// Microseconds of the day of `12:34:56.789`, all of `text`.
#[inline]
pub fn read_time(text: &[u8], short: bool, resolver: Resolver) -> Option<i64> {
    match text.try_into() {
        Ok(millis) => read_millis(millis).or_else(|| read_any_time(text, short, resolver)),
        Err(_) => read_any_time(text, short, resolver),
    }
}

/// Microseconds of `12:34:56.789`, the form that most times have; `None` where it is another, or hour 24.
#[inline]
fn read_millis(text: &[u8; 12]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, b'.', f1, f2, f3] = *text else { return None };
    let digits = [h1, h2, m1, m2, s1, s2, f1, f2, f3].map(|byte| byte.wrapping_sub(b'0'));
    if digits.iter().any(|digit| *digit > 9) {
        return None;
    }
    let [h1, h2, m1, m2, s1, s2, f1, f2, f3] = digits.map(i64::from);
    let (hour, minute, second) = (h1 * 10 + h2, m1 * 10 + m2, s1 * 10 + s2);
    let millis = f1 * 100 + f2 * 10 + f3;
    let valid = hour < 24 && minute < 60 && second < 60;
    valid.then_some((((hour * 60 + minute) * 60 + second) * 1000 + millis) * 1000)
}

fn read_any_time(text: &[u8], short: bool, resolver: Resolver) -> Option<i64> {
    let hour = two(text)?;
    let rest = text[2..].strip_prefix(b":")?;
    let minute = two(rest)?;
    let rest = &rest[2..];
    let (second, rest) = match rest.strip_prefix(b":") {
        Some(rest) => (two(rest)?, &rest[2..]),
        None if short && rest.is_empty() => (0, rest),
        None => return None,
    };
    let mut fraction = 0;
    if !rest.is_empty() {
        let digits = rest.strip_prefix(b".")?;
        if digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        // A point without digits is read too, as Java does.
        for place in 0..6 {
            fraction = fraction * 10 + digits.get(place).map_or(0, |digit| i64::from(digit - b'0'));
        }
    }
    let midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0 && resolver == Resolver::Smart;
    if (hour > 23 && !midnight) || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction)
}

#[inline]
fn two(text: &[u8]) -> Option<i64> {
    let [tens, ones] = text.first_chunk::<2>()?;
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, by the calendar that reckons backwards without end (Hinnant, "chrono-compatible date algorithms").
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Appends a date as `2020-01-31`.
pub fn write_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days(days);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        10_000.. => format!("+{year}"),
        _ => format!("-{:04}", -year),
    };
    out.extend_from_slice(year.as_bytes());
    out.push(b'-');
    write_two(month, out);
    out.push(b'-');
    write_two(day, out);
}

/// Appends a time of the day as `12:34:56.789`, with as many digits after the second as say something.
pub fn write_time(micros: i64, out: &mut Vec<u8>) {
    let seconds = micros / 1_000_000;
    write_two(seconds / 3600, out);
    out.push(b':');
    write_two(seconds / 60 % 60, out);
    out.push(b':');
    write_two(seconds % 60, out);
    let mut fraction = micros % 1_000_000;
    if fraction > 0 {
        out.push(b'.');
        while fraction > 0 {
            out.push(b'0' + (fraction / 100_000) as u8);
            fraction = fraction % 100_000 * 10;
        }
    }
}

/// Appends a timestamp with `separator` between date and time.
pub fn write_timestamp(micros: i64, separator: u8, out: &mut Vec<u8>) {
    write_date(micros.div_euclid(DAY_MICROS), out);
    out.push(separator);
    write_time(micros.rem_euclid(DAY_MICROS), out);
}

fn write_two(number: i64, out: &mut Vec<u8>) {
    out.push(b'0' + (number / 10 % 10) as u8);
    out.push(b'0' + (number % 10) as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SQL: Shape = Shape { separator: b' ', zulu: false, short: false, resolver: Resolver::Smart };
    const ISO: Shape = Shape { separator: b'T', zulu: false, short: true, resolver: Resolver::Strict };

    fn check(shape: Shape, text: &str, expect: Option<&str>) {
        let got = TimestampReader::new(shape).read(text.as_bytes()).map(|micros| {
            let mut out = Vec::new();
            write_timestamp(micros, b' ', &mut out);
            String::from_utf8_lossy(&out).into_owned()
        });
        assert_eq!(got.as_deref(), expect, "{text}");
    }

    #[test]
    fn timestamps_are_read_as_java_reads_them() {
        check(SQL, "2020-01-31 12:34:56.789", Some("2020-01-31 12:34:56.789"));
        check(SQL, "2020-01-31 12:34:56.700", Some("2020-01-31 12:34:56.7"));
        check(SQL, "2020-01-31 12:34:56", Some("2020-01-31 12:34:56"));
        check(SQL, "2020-01-31 12:34:56.123456789", Some("2020-01-31 12:34:56.123456"));
        check(SQL, "1969-12-31 23:59:59.999999", Some("1969-12-31 23:59:59.999999"));
        check(SQL, "2023-02-31 00:00:00", Some("2023-02-28 00:00:00"));
        check(SQL, "2023-12-31 24:00:00", Some("2024-01-01 00:00:00"));
        check(SQL, "-0001-01-01 00:00:00", Some("-0001-01-01 00:00:00"));
        check(SQL, "+12020-01-01 00:00:00", Some("+12020-01-01 00:00:00"));
        check(ISO, "2020-01-31T12:34", Some("2020-01-31 12:34:00"));
        check(ISO, "2020-01-31T12:34:56.1", Some("2020-01-31 12:34:56.1"));
        for bad in ["2020-01-31", "2020-1-31 00:00:00", "2020-01-31T00:00:00", "2020-13-01 00:00:00", "", "2020-01-31 "]
        {
            check(SQL, bad, None);
        }
        for bad in ["2020-01-31 25:00:00", "2020-01-31 12:34", "2020-01-31 12:34:56Z", "12020-01-01 00:00:00"] {
            check(SQL, bad, None);
        }
        for bad in ["2023-02-29T00:00:00", "2020-01-31T24:00:00", "2020-01-31 00:00:00"] {
            check(ISO, bad, None);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000) {
            let mut out = Vec::new();
            write_timestamp(micros, b' ', &mut out);
            prop_assert_eq!(TimestampReader::new(SQL).read(&out), Some(micros));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9:. TZ+-]{0,30}") {
            let _ = TimestampReader::new(SQL).read(text.as_bytes());
            let _ = TimestampReader::new(ISO).read(text.as_bytes());
        }
    }
}

//! Dates and times as Flink prints them.

use super::{MICROS_PER_DAY, MICROS_PER_SECOND, MILLIS_PER_DAY, civil::Civil};

/// Appends a number of at least `width` digits.
pub fn push_padded(into: &mut String, value: i64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut place = digits.len();
    let mut rest = value.unsigned_abs();
    while rest > 0 || digits.len() - place < width {
        place -= 1;
        digits[place] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if place == 0 {
            break;
        }
    }
    if value < 0 {
        into.push('-');
    }
    into.extend(digits[place..].iter().map(|digit| char::from(*digit)));
}

/// `2024-02-29`
pub fn push_date(into: &mut String, days: i64) {
    let civil = Civil::of_days(days);
    push_padded(into, civil.year, 4);
    into.push('-');
    push_padded(into, civil.month, 2);
    into.push('-');
    push_padded(into, civil.day, 2);
}

/// `12:34:56` and as many digits of the fraction as asked for.
pub fn push_time(into: &mut String, micros_of_day: i64, digits: u8) {
    let seconds = micros_of_day / MICROS_PER_SECOND;
    push_padded(into, seconds / 3_600, 2);
    into.push(':');
    push_padded(into, seconds / 60 % 60, 2);
    into.push(':');
    push_padded(into, seconds % 60, 2);
    if digits > 0 {
        into.push('.');
        let fraction = micros_of_day % MICROS_PER_SECOND;
        let kept = digits.min(6);
        push_padded(into, fraction / 10_i64.pow(u32::from(6 - kept)), usize::from(kept));
        (kept..digits).for_each(|_| into.push('0'));
    }
}

/// `2024-02-29 12:34:56.789`, local.
pub fn push_timestamp(into: &mut String, micros: i64, digits: u8) {
    push_date(into, micros.div_euclid(MICROS_PER_DAY));
    into.push(' ');
    push_time(into, micros.rem_euclid(MICROS_PER_DAY), digits);
}

/// `+2-00`: years and months.
pub fn push_months(into: &mut String, months: i64) {
    into.push(if months < 0 { '-' } else { '+' });
    let months = months.abs();
    push_padded(into, months / 12, 1);
    into.push('-');
    push_padded(into, months % 12, 2);
}

/// `+0 01:30:00.000`: days and a time.
pub fn push_millis(into: &mut String, millis: i64) {
    into.push(if millis < 0 { '-' } else { '+' });
    let millis = millis.saturating_abs();
    push_padded(into, millis / MILLIS_PER_DAY, 1);
    into.push(' ');
    push_time(into, millis % MILLIS_PER_DAY * 1_000, 3);
}

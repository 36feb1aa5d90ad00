//! Dates, times of day, instants and zones.

pub mod civil;
pub mod parse;
pub mod text;
pub mod zone;

/// Microseconds in a millisecond.
pub const MICROS_PER_MILLI: i64 = 1_000;
/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Milliseconds in a day.
pub const MILLIS_PER_DAY: i64 = 86_400_000;
/// Microseconds in a day.
pub const MICROS_PER_DAY: i64 = MILLIS_PER_DAY * MICROS_PER_MILLI;

/// Cuts microseconds to the digits after the second that a TIMESTAMP(precision) keeps, as `LocalDateTime` does: towards
/// the past.
pub fn cut(micros: i64, precision: u8) -> i64 {
    match 6_u32.checked_sub(u32::from(precision)) {
        None | Some(0) => micros,
        Some(digits) => micros - micros.rem_euclid(10_i64.pow(digits)),
    }
}

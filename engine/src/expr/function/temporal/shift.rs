//! Points in time moved by intervals, and the time between them.

use arrow_array::{Date32Array, Time32MillisecondArray, TimestampMicrosecondArray};

use super::super::{
    kernel::{Kernel, each, map2, operand},
    native::{Date, I32, I64, Native, Stamp, Time, downcast},
};
use crate::{
    expr::{
        Datum, EvalError,
        time::{MICROS_PER_DAY, MILLIS_PER_DAY, civil::Civil},
    },
    syntax::ast::TimeUnit,
    types::TypeKind as K,
};

/// What moves points of a type by an interval.
pub fn kernel(kind: &K, months: bool, back: bool) -> Kernel {
    let sign: i64 = if back { -1 } else { 1 };
    match (kind, months) {
        (K::Date, true) => map2::<Date, I32, Date>(move |_, days, months| {
            Some(Civil::of_days(days.into()).add_months(sign * i64::from(months)).days() as i32)
        }),
        (K::Date, false) => map2::<Date, I64, Date>(move |_, days, millis| {
            Some(days.wrapping_add((sign * (millis / MILLIS_PER_DAY)) as i32))
        }),
        // A time of day has no months.
        (K::Time(_), true) => map2::<Time, I32, Time>(|_, time, _| Some(time)),
        (K::Time(_), false) => map2::<Time, I64, Time>(move |_, time, millis| {
            Some((i64::from(time) + sign * (millis % MILLIS_PER_DAY)).rem_euclid(MILLIS_PER_DAY) as i32)
        }),
        (_, true) => map2::<Stamp, I32, Stamp>(move |_, at, months| {
            let (days, time) = (at.div_euclid(MICROS_PER_DAY), at.rem_euclid(MICROS_PER_DAY));
            let days = Civil::of_days(days).add_months(sign * i64::from(months)).days();
            Some(days.wrapping_mul(MICROS_PER_DAY).wrapping_add(time))
        }),
        (_, false) => map2::<Stamp, I64, Stamp>(move |_, at, millis| {
            Some(at.wrapping_add(sign.wrapping_mul(millis).wrapping_mul(1_000)))
        }),
    }
}

/// `TIMESTAMPDIFF`: whole units from the first to the second.
pub fn difference(unit: TimeUnit, from: &K, to: &K) -> Option<Kernel> {
    let point = |kind: &K| *kind == K::Date || kind.is_timestamp();
    let times = matches!((from, to), (K::Time(_), K::Time(_)));
    if !(point(from) && point(to) || times) {
        return None;
    }
    count(unit, 0, 0)?;
    between::<I32>(from, to, move |start, end| count(unit, start, end).map(|count| count as i32))
}

/// The interval from the first to the second: months, or milliseconds.
pub fn interval(months: bool, from: &K, to: &K) -> Option<Kernel> {
    if months {
        return difference(TimeUnit::Month, from, to);
    }
    difference(TimeUnit::Millisecond, from, to)?;
    between::<I64>(from, to, |start, end| Some(end - start))
}

/// What `count` makes of the milliseconds of the first and of the second.
fn between<T>(
    from: &K,
    to: &K,
    count: impl Fn(i64, i64) -> Option<T::Out<'static>> + Send + Sync + 'static,
) -> Option<Kernel>
where
    T: Native,
{
    let (from, to) = (from.clone(), to.clone());
    let kernel = Kernel::new(move |site, arguments| {
        let start = millis(operand(arguments, 0)?, &from)?;
        let end = millis(operand(arguments, 1)?, &to)?;
        each::<T>(site, arguments, |builder, row| {
            T::push(builder, count(start(row), end(row)));
            Ok(())
        })
    });
    Some(kernel.total())
}

/// The milliseconds since 1970 of each row.
fn millis<'a>(datum: &'a Datum, kind: &K) -> Result<Box<dyn Fn(usize) -> i64 + 'a>, EvalError> {
    Ok(match kind {
        K::Date => {
            let days = downcast::<Date32Array>(datum.array())?;
            Box::new(|row| i64::from(days.value(datum.place(row))) * MILLIS_PER_DAY)
        }
        K::Time(_) => {
            let times = downcast::<Time32MillisecondArray>(datum.array())?;
            Box::new(|row| i64::from(times.value(datum.place(row))))
        }
        _ => {
            let stamps = downcast::<TimestampMicrosecondArray>(datum.array())?;
            Box::new(|row| stamps.value(datum.place(row)).div_euclid(1_000))
        }
    })
}

fn count(unit: TimeUnit, from: i64, to: i64) -> Option<i64> {
    let length = match unit {
        TimeUnit::Year => return Some(months_between(from, to) / 12),
        TimeUnit::Quarter => return Some(months_between(from, to) / 3),
        TimeUnit::Month => return Some(months_between(from, to)),
        TimeUnit::Week => 7 * MILLIS_PER_DAY,
        TimeUnit::Day => MILLIS_PER_DAY,
        TimeUnit::Hour => 3_600_000,
        TimeUnit::Minute => 60_000,
        TimeUnit::Second => 1_000,
        TimeUnit::Millisecond => 1,
        _ => return None,
    };
    Some((to - from) / length)
}

/// Calcite's `DateTimeUtils.subtractMonths`: the whole months by days, less one where only the time of the day is missing.
fn months_between(from: i64, to: i64) -> i64 {
    let (from_day, to_day) = (from.div_euclid(MILLIS_PER_DAY), to.div_euclid(MILLIS_PER_DAY));
    let months = months_between_days(from_day, to_day);
    let short = Civil::of_days(from_day).add_months(months).days() == to_day
        && to.rem_euclid(MILLIS_PER_DAY) < from.rem_euclid(MILLIS_PER_DAY);
    months - i64::from(short)
}

fn months_between_days(from: i64, to: i64) -> i64 {
    if to < from {
        return -months_between_days(to, from);
    }
    let start = Civil::of_days(from);
    let mut months = (to - from) / 31;
    while start.add_months(months).days() < to && start.add_months(months + 1).days() <= to {
        months += 1;
    }
    months
}

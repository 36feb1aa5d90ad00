//! `FLOOR(x TO unit)`, `CEIL(x TO unit)`. Weeks begin on Sunday here, unlike in EXTRACT.

use super::super::{
    kernel::{Kernel, map1},
    native::{Date, Stamp, Time},
};
use crate::{
    expr::time::{
        MILLIS_PER_DAY,
        civil::{Civil, iso_weekday},
        zone::offset_at,
    },
    syntax::ast::TimeUnit,
    types::TypeKind as K,
};

/// What rounds values of a type to a unit; `None` where it cannot.
pub fn kernel(kind: &K, unit: TimeUnit, up: bool) -> Option<Kernel> {
    let by_day = day(unit, 0, up).is_some();
    let length = length(unit);
    if !by_day && length.is_none() {
        return None;
    }
    Some(match kind {
        K::Date => map1::<Date, Date>(move |_, days| Some(day(unit, days.into(), up).unwrap_or(days.into()) as i32)),
        K::Time(_) => {
            let length = length?;
            map1::<Time, Time>(move |_, time| Some(multiple(i64::from(time), length, up) as i32))
        }
        K::Timestamp(_) => map1::<Stamp, Stamp>(move |_, at| Some(instant(unit, at.div_euclid(1_000), up) * 1_000)),
        K::TimestampLtz(_) => map1::<Stamp, Stamp>(move |site, at| {
            // The offset is that of the moment itself, also where the result lies beyond a change of it.
            let offset = offset_at(&site.context.zone, at);
            Some(instant(unit, (at + offset).div_euclid(1_000), up) * 1_000 - offset)
        }),
        _ => return None,
    })
}

fn length(unit: TimeUnit) -> Option<i64> {
    Some(match unit {
        TimeUnit::Day => MILLIS_PER_DAY,
        TimeUnit::Hour => 3_600_000,
        TimeUnit::Minute => 60_000,
        TimeUnit::Second => 1_000,
        TimeUnit::Millisecond => 1,
        _ => return None,
    })
}

fn multiple(value: i64, of: i64, up: bool) -> i64 {
    let below = value - value.rem_euclid(of);
    if up && below != value { below + of } else { below }
}

fn instant(unit: TimeUnit, millis: i64, up: bool) -> i64 {
    match length(unit) {
        Some(length) => multiple(millis, length, up),
        // The time of the day does not count, and days before 1970 are taken as EXTRACT takes them.
        None => {
            let days = millis / MILLIS_PER_DAY;
            day(unit, days, up).unwrap_or(days) * MILLIS_PER_DAY
        }
    }
}

/// The first day of the unit that a day is in, or of the next one.
fn day(unit: TimeUnit, days: i64, up: bool) -> Option<i64> {
    let Civil { year, month, day } = Civil::of_days(days);
    let first = |year: i64, month: i64| Civil { year, month, day: 1 }.days();
    let next = |inside: bool| i64::from(up && inside);
    Some(match unit {
        TimeUnit::Millennium => first(1_000 * ((year + 999) / 1_000) - if up { -1 } else { 999 }, 1),
        TimeUnit::Century => first(100 * ((year + 99) / 100) - if up { -1 } else { 99 }, 1),
        TimeUnit::Decade => first(10 * (year / 10 + i64::from(up)), 1),
        TimeUnit::Year => first(year + next(month > 1 || day > 1), 1),
        TimeUnit::Quarter => {
            let quarter = (month - 1) / 3 + next(day > 1 || month % 3 != 1);
            first(year + quarter / 4, quarter % 4 * 3 + 1)
        }
        TimeUnit::Month => {
            let month = month - 1 + next(day > 1);
            first(year + month / 12, month % 12 + 1)
        }
        TimeUnit::Week => {
            let after_sunday = iso_weekday(days) % 7;
            days - after_sunday + 7 * next(after_sunday > 0)
        }
        _ => return None,
    })
}

//! `EXTRACT` and its short forms.

use super::super::{
    kernel::{Kernel, map1},
    native::{Date, I32, I64, Stamp, Time},
};
use crate::{
    expr::time::{
        MILLIS_PER_DAY,
        civil::{Civil, iso_weekday},
        zone::to_local,
    },
    syntax::ast::TimeUnit,
    types::TypeKind as K,
};

/// What takes a unit out of values of a type; `None` where it has none such.
pub fn kernel(kind: &K, unit: TimeUnit) -> Option<Kernel> {
    Some(match kind {
        K::Date => {
            of_day(unit, 0).or_else(|| of_time(unit, 0))?;
            map1::<Date, I64>(move |_, days| {
                let days = i64::from(days);
                if unit == TimeUnit::Epoch { Some(days * 86_400) } else { of_day(unit, days).or(Some(0)) }
            })
        }
        K::Time(_) => {
            of_time(unit, 0)?;
            map1::<Time, I64>(move |_, millis| of_time(unit, i64::from(millis)))
        }
        K::Timestamp(_) => {
            of_instant(unit, 0)?;
            map1::<Stamp, I64>(move |_, at| of_instant(unit, at.div_euclid(1_000)))
        }
        K::TimestampLtz(_) => {
            of_instant(unit, 0)?;
            // Also EPOCH is of the local time.
            map1::<Stamp, I64>(move |site, at| of_instant(unit, to_local(&site.context.zone, at).div_euclid(1_000)))
        }
        K::IntervalMonths => match unit {
            TimeUnit::Year => map1::<I32, I64>(|_, months| Some(i64::from(months / 12))),
            TimeUnit::Month => map1::<I32, I64>(|_, months| Some(i64::from(months % 12))),
            _ => return None,
        },
        K::IntervalMillis => {
            if unit == TimeUnit::Day {
                return Some(map1::<I64, I64>(|_, millis| Some(millis / MILLIS_PER_DAY)));
            }
            of_time(unit, 0)?;
            map1::<I64, I64>(move |_, millis| of_time(unit, millis % MILLIS_PER_DAY))
        }
        _ => return None,
    })
}

/// Of milliseconds since 1970. Flink divides as Java does, towards 1970: the fields of a moment before it that is not a
/// midnight are those of the day after.
fn of_instant(unit: TimeUnit, millis: i64) -> Option<i64> {
    match unit {
        TimeUnit::Epoch => Some(millis / 1_000),
        _ => of_day(unit, millis / MILLIS_PER_DAY).or_else(|| of_time(unit, millis % MILLIS_PER_DAY)),
    }
}

fn of_day(unit: TimeUnit, days: i64) -> Option<i64> {
    let civil = Civil::of_days(days);
    Some(match unit {
        TimeUnit::Millennium => (civil.year + 999) / 1_000,
        TimeUnit::Century => (civil.year + 99) / 100,
        TimeUnit::Decade => civil.year.div_euclid(10),
        TimeUnit::Year => civil.year,
        TimeUnit::IsoYear => civil.iso_week().0,
        TimeUnit::Quarter => (civil.month + 2) / 3,
        TimeUnit::Month => civil.month,
        TimeUnit::Week => civil.iso_week().1,
        TimeUnit::Day => civil.day,
        TimeUnit::DayOfWeek => iso_weekday(days) % 7 + 1,
        TimeUnit::IsoDayOfWeek => iso_weekday(days),
        TimeUnit::DayOfYear => civil.day_of_year(),
        _ => return None,
    })
}

fn of_time(unit: TimeUnit, millis: i64) -> Option<i64> {
    Some(match unit {
        TimeUnit::Hour => millis / 3_600_000,
        TimeUnit::Minute => millis / 60_000 % 60,
        TimeUnit::Second => millis / 1_000 % 60,
        TimeUnit::Millisecond => millis % 1_000,
        TimeUnit::Microsecond => millis % 1_000 * 1_000,
        TimeUnit::Nanosecond => millis % 1_000 * 1_000_000,
        TimeUnit::Epoch => millis / 1_000,
        _ => return None,
    })
}

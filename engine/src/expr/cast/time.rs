//! Casts between dates, times and timestamps.

use crate::{
    expr::{
        function::{
            kernel::{Kernel, map1},
            native::{Date, Stamp, Time},
        },
        time::{
            MICROS_PER_DAY, MICROS_PER_MILLI, MILLIS_PER_DAY, cut,
            zone::{to_instant, to_local},
        },
    },
    types::TypeKind as K,
};

/// The milliseconds of a timestamp: what is finer is cut towards the past.
fn millis(micros: i64) -> i64 {
    micros.div_euclid(MICROS_PER_MILLI)
}

/// From a type of time to another.
pub fn between(from: &K, to: &K) -> Option<Kernel> {
    Some(match (from, to) {
        (K::Time(_), K::Time(_)) => super::identity(),
        (K::Date, K::Timestamp(_)) => map1::<Date, Stamp>(|_, days| Some(i64::from(days) * MICROS_PER_DAY)),
        (K::Date, K::TimestampLtz(_)) => {
            map1::<Date, Stamp>(|site, days| Some(to_instant(&site.context.zone, i64::from(days) * MICROS_PER_DAY)))
        }
        (K::Time(_), K::Timestamp(p)) => {
            let p = *p;
            map1::<Time, Stamp>(move |_, time| Some(cut(i64::from(time) * MICROS_PER_MILLI, p)))
        }
        (K::Time(_), K::TimestampLtz(p)) => {
            let p = *p;
            map1::<Time, Stamp>(move |site, time| {
                Some(to_instant(&site.context.zone, cut(i64::from(time) * MICROS_PER_MILLI, p)))
            })
        }
        // Flink divides and takes the rest as Java does, towards 1970: before it, a day is that of the next midnight.
        (K::Timestamp(_), K::Date) => map1::<Stamp, Date>(|_, at| Some((millis(at) / MILLIS_PER_DAY) as i32)),
        (K::Timestamp(_), K::Time(_)) => map1::<Stamp, Time>(|_, at| Some((millis(at) % MILLIS_PER_DAY) as i32)),
        (K::TimestampLtz(_), K::Date) => {
            map1::<Stamp, Date>(|site, at| Some(to_local(&site.context.zone, at).div_euclid(MICROS_PER_DAY) as i32))
        }
        (K::TimestampLtz(_), K::Time(_)) => map1::<Stamp, Time>(|site, at| {
            Some((to_local(&site.context.zone, at).rem_euclid(MICROS_PER_DAY) / MICROS_PER_MILLI) as i32)
        }),
        (K::Timestamp(p), K::Timestamp(q)) | (K::TimestampLtz(p), K::TimestampLtz(q)) if p <= q => super::identity(),
        (K::Timestamp(_), K::Timestamp(q)) | (K::TimestampLtz(_), K::TimestampLtz(q)) => {
            let q = *q;
            map1::<Stamp, Stamp>(move |_, at| Some(cut(at, q)))
        }
        (K::Timestamp(_), K::TimestampLtz(q)) => {
            let q = *q;
            map1::<Stamp, Stamp>(move |site, at| Some(cut(to_instant(&site.context.zone, at), q)))
        }
        (K::TimestampLtz(_), K::Timestamp(q)) => {
            let q = *q;
            map1::<Stamp, Stamp>(move |site, at| Some(cut(to_local(&site.context.zone, at), q)))
        }
        _ => return None,
    })
}

//! What the time is. In a stream it is asked for each batch of rows.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use arrow_array::{Date32Array, Int64Array, Time32MillisecondArray, TimestampMicrosecondArray};

use crate::{
    expr::{
        EvalContext,
        function::{
            kernel::Kernel,
            registry::{FunctionInfo, Group},
            signature::{Param, Returns},
        },
        time::{MICROS_PER_DAY, MICROS_PER_MILLI, MICROS_PER_SECOND, zone::to_local},
    },
    types::{DataType, TypeKind},
};

/// The function that asks for the watermark.
pub const WATERMARK: &str = "CURRENT_WATERMARK";

/// The clock in microseconds since 1970, whole milliseconds.
pub fn now(context: &EvalContext) -> i64 {
    let clock = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    };
    let now = context.now_us.unwrap_or_else(clock);
    now - now.rem_euclid(MICROS_PER_MILLI)
}

fn info(name: &'static str, doc: &'static str, example: (&'static str, &'static str)) -> FunctionInfo {
    FunctionInfo::new(Group::Temporal, name, name, doc, example)
}

fn instant() -> Kernel {
    Kernel::new(|site, _| Ok(Arc::new(TimestampMicrosecondArray::from(vec![now(site.context); site.rows]))))
        .total()
        .volatile()
}

fn local_timestamp() -> Kernel {
    Kernel::new(|site, _| {
        let local = to_local(&site.context.zone, now(site.context));
        Ok(Arc::new(TimestampMicrosecondArray::from(vec![local; site.rows])))
    })
    .total()
    .volatile()
}

fn local_date() -> Kernel {
    Kernel::new(|site, _| {
        let days = to_local(&site.context.zone, now(site.context)).div_euclid(MICROS_PER_DAY) as i32;
        Ok(Arc::new(Date32Array::from(vec![days; site.rows])))
    })
    .total()
    .volatile()
}

fn local_time() -> Kernel {
    Kernel::new(|site, _| {
        let local = to_local(&site.context.zone, now(site.context));
        // TIME(0): whole seconds.
        let millis = (local.rem_euclid(MICROS_PER_DAY) / MICROS_PER_SECOND * 1_000) as i32;
        Ok(Arc::new(Time32MillisecondArray::from(vec![millis; site.rows])))
    })
    .total()
    .volatile()
}

/// `UNIX_TIMESTAMP()`
pub fn unix_seconds() -> Kernel {
    Kernel::new(|site, _| {
        Ok(Arc::new(Int64Array::from(vec![now(site.context).div_euclid(MICROS_PER_SECOND); site.rows])))
    })
    .total()
    .volatile()
}

/// The watermark of the operator in which it is computed.
fn watermark() -> Kernel {
    Kernel::new(|site, _| {
        let micros = site.context.watermark.map(|watermark| watermark.saturating_mul(MICROS_PER_MILLI));
        Ok(Arc::new(TimestampMicrosecondArray::from(vec![micros; site.rows])))
    })
    .total()
    .volatile()
}

/// Of the type of its time column.
fn watermark_type(takes: &[DataType]) -> DataType {
    takes.first().map_or(TypeKind::Timestamp(3), |time| time.kind.clone()).nullable()
}

/// Adds the functions that look at the clock.
pub fn register(into: &mut Vec<FunctionInfo>) {
    into.push(
        FunctionInfo::new(
            Group::Temporal,
            WATERMARK,
            "CURRENT_WATERMARK(rowtime)",
            "The watermark so far, NULL before the first one: rows whose time is not after it are late.",
            ("CURRENT_WATERMARK(TIMESTAMP '2020-01-01 00:00:00') IS NULL", "TRUE"),
        )
        .takes(&[Param::Timestamp], Returns::By(watermark_type), watermark()),
    );
    let instant_type = || Returns::NotNull(TypeKind::TimestampLtz(3));
    into.push(
        info("CURRENT_TIMESTAMP", "The time now.", ("CURRENT_TIMESTAMP > TIMESTAMP '2020-01-01 00:00:00'", "TRUE"))
            .takes(&[], instant_type(), instant()),
    );
    into.push(
        info(
            "CURRENT_ROW_TIMESTAMP",
            "The time when the row is looked at.",
            ("CHAR_LENGTH(CAST(CURRENT_ROW_TIMESTAMP() AS STRING))", "23"),
        )
        .takes(&[], instant_type(), instant()),
    );
    into.push(info("NOW", "The time now.", ("NOW() > TIMESTAMP '2020-01-01 00:00:00'", "TRUE")).takes(
        &[],
        instant_type(),
        instant(),
    ));
    into.push(
        info(
            "PROCTIME",
            "The time when the row is processed: a time attribute.",
            ("TYPEOF(PROCTIME())", "TIMESTAMP_LTZ(3) NOT NULL"),
        )
        .takes(&[], instant_type(), instant()),
    );
    into.push(
        info(
            "LOCALTIMESTAMP",
            "The time now in the session's time zone.",
            ("LOCALTIMESTAMP > TIMESTAMP '2020-01-01 00:00:00'", "TRUE"),
        )
        .takes(&[], Returns::NotNull(TypeKind::Timestamp(3)), local_timestamp()),
    );
    into.push(
        info(
            "CURRENT_DATE",
            "The date today in the session's time zone.",
            ("CURRENT_DATE > DATE '2020-01-01'", "TRUE"),
        )
        .takes(&[], Returns::NotNull(TypeKind::Date), local_date()),
    );
    into.push(
        info(
            "CURRENT_TIME",
            "The time of the day in the session's time zone.",
            ("TYPEOF(CURRENT_TIME)", "TIME(0) NOT NULL"),
        )
        .takes(&[], Returns::NotNull(TypeKind::Time(0)), local_time()),
    );
    into.push(
        info("LOCALTIME", "The time of the day in the session's time zone.", ("TYPEOF(LOCALTIME)", "TIME(0) NOT NULL"))
            .takes(&[], Returns::NotNull(TypeKind::Time(0)), local_time()),
    );
}

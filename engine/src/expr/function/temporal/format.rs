//! Between times and text by patterns, and between times and seconds.

use std::borrow::Cow;

use super::{
    clock,
    pattern::{Parsed, Pattern},
};
use crate::{
    expr::{
        EvalError, Expr,
        function::{
            compiled::Compiled,
            kernel::{Kernel, Site, attempt1, each, map1, operand},
            native::{Date, I64, Native, Stamp, Text, View},
            registry::{Call, FunctionInfo, Group},
            signature::{Param, Returns},
        },
        time::{
            MICROS_PER_SECOND, cut, parse as read,
            zone::{named, offset_at, to_instant, to_instant_of_calendar, to_local},
        },
    },
    syntax::SqlError,
    types::{TypeKind as K, TypeKind},
};

/// The pattern where none is given.
const DEFAULT_PATTERN: &str = "yyyy-MM-dd HH:mm:ss";
/// The digits after the second of what TO_TIMESTAMP gives, whatever the pattern.
const PRECISION: u8 = 3;

fn zone_or_utc(name: &str) -> jiff::tz::TimeZone {
    // As Java's TimeZone.getTimeZone has it for names that it does not know.
    named(name).unwrap_or(jiff::tz::TimeZone::UTC)
}

/// Of a column and a pattern.
fn by_pattern<A: Native, R: Native>(
    f: impl for<'a> Fn(&'a Site<'_>, A::Item<'a>, &Pattern) -> Option<R::Out<'a>> + Send + Sync + 'static,
) -> Kernel {
    Kernel::new(move |site, arguments| {
        let values = View::<A>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let mut compiled = Compiled::new();
        each::<R>(site, arguments, |builder, row| {
            let pattern = compiled.get(patterns.get(row), Pattern::new)?;
            R::push(builder, f(site, values.get(row), pattern));
            Ok(())
        })
    })
}

fn formatted<'a>(pattern: &Pattern, local: i64, offset: i64) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(pattern.format(local, offset)))
}

/// `DATE_FORMAT`
fn date_format(call: &Call<'_>) -> Result<Expr, SqlError> {
    let take = |param: Param| call.take(&[param, Param::Text], 2);
    let returns = K::STRING.nullable();
    if let Some(arguments) = take(Param::Text).filter(|_| call.arguments[0].data_type.kind.is_text()) {
        let default = Pattern::new(DEFAULT_PATTERN).map_err(|_| call.refusal())?;
        let kernel =
            by_pattern::<Text, Text>(move |_, text, pattern| formatted(pattern, default.parse(text, true)?.local, 0));
        return Ok(call.call(kernel, arguments, returns));
    }
    let arguments = take(Param::Timestamp).ok_or_else(|| call.refusal())?;
    let kernel = format_instants(matches!(arguments[0].data_type.kind, K::TimestampLtz(_)));
    Ok(call.call(kernel, arguments, returns))
}

/// Timestamps under a pattern. The text is made anew only when it changes: rows that follow one another are often of the
/// same minute or day.
fn format_instants(with_zone: bool) -> Kernel {
    Kernel::new(move |site, arguments| {
        let instants = View::<Stamp>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let fixed = operand(arguments, 1)?.is_constant();
        let (mut compiled, mut text, mut last) = (Compiled::new(), String::new(), None);
        each::<Text>(site, arguments, |builder, row| {
            let pattern: &Pattern = compiled.get(patterns.get(row), Pattern::new)?;
            let offset = if with_zone { offset_at(&site.context.zone, instants.get(row)) } else { 0 };
            let local = instants.get(row) + offset;
            let now = fixed.then(|| local.div_euclid(pattern.granularity()));
            if now.is_none() || now != last {
                text.clear();
                pattern.push(&mut text, local, offset);
                last = now;
            }
            builder.append_value(&text);
            Ok(())
        })
    })
}

/// A timestamp by the pattern; or, where the text does not follow it, `yyyy-M-d[ H:m:s]`.
fn parsed_or_default(pattern: &Pattern, text: &str) -> Option<i64> {
    pattern.parse(text, false).map(|parsed| parsed.local).or_else(|| read::timestamp(text.trim()))
}

/// Of seconds (0) or milliseconds (3) since 1970.
fn instant_of(value: i64, precision: i64) -> Result<Option<i64>, EvalError> {
    match precision {
        0 => Ok(value.checked_mul(MICROS_PER_SECOND)),
        3 => Ok(value.checked_mul(1_000)),
        _ => Err(EvalError::new(
            "org.apache.flink.table.api.TableException",
            format!(
                "The precision value '{precision}' for function TO_TIMESTAMP_LTZ(numeric, precision) is unsupported, \
                 the supported value is '0' for second or '3' for millisecond."
            ),
        )),
    }
}

fn to_timestamp_ltz(call: &Call<'_>) -> Result<Expr, SqlError> {
    use Param as P;
    let returns = K::TimestampLtz(PRECISION).nullable();
    let first = call.argument(0)?.data_type.kind.clone();
    if first.is_text() {
        let arguments = call.take(&[P::Text, P::Text, P::Text], 1).ok_or_else(|| call.refusal())?;
        let kernel = match arguments.len() {
            1 => attempt1::<Text, Stamp>(|_, text| {
                read::timestamp(text).map(|at| Some(cut(at, PRECISION))).ok_or_else(|| not_parsed(text))
            }),
            2 => by_pattern::<Text, Stamp>(|_, text, pattern| Some(cut(parsed_or_default(pattern, text)?, PRECISION))),
            _ => zoned(),
        };
        return Ok(call.call(kernel, arguments, returns));
    }
    // Numbers are cut to whole ones.
    let number = if first.is_numeric() {
        crate::expr::bind::coerce(call.arguments[0].clone(), &K::BigInt.nullable())
    } else {
        call.arguments[0].clone()
    };
    let mut arguments = vec![number];
    arguments.extend(call.arguments[1..].iter().cloned());
    let call = Call { info: call.info, at: call.at, arguments, places: call.places.clone(), settings: call.settings };
    let arguments = call.take(&[P::BigInt, P::BigInt], 1).ok_or_else(|| call.refusal())?;
    let kernel = match arguments.len() {
        1 => attempt1::<I64, Stamp>(|_, value| instant_of(value, 3)),
        _ => super::super::kernel::attempt2::<I64, I64, Stamp>(|_, value, precision| instant_of(value, precision)),
    };
    Ok(call.call(kernel, arguments, returns))
}

fn not_parsed(text: &str) -> EvalError {
    EvalError::new("java.time.format.DateTimeParseException", format!("Text '{text}' could not be parsed"))
}

/// Of a text, a pattern and a zone.
fn zoned() -> Kernel {
    Kernel::new(|site, arguments| {
        let texts = View::<Text>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let zones = View::<Text>::new(operand(arguments, 2)?)?;
        let mut compiled = Compiled::new();
        each::<Stamp>(site, arguments, |builder, row| {
            let pattern = compiled.get(patterns.get(row), Pattern::new)?;
            let zone = named(zones.get(row));
            let local = parsed_or_default(pattern, texts.get(row));
            let at = local.zip(zone).map(|(local, zone)| cut(to_instant(&zone, local), PRECISION));
            Stamp::push(builder, at);
            Ok(())
        })
    })
}

fn seconds_of(site: &Site<'_>, parsed: Option<Parsed>) -> i64 {
    // What cannot be read is the smallest number, as in Flink.
    let Some(parsed) = parsed else { return i64::MIN };
    let instant = match parsed.offset {
        Some(offset) => parsed.local - offset,
        None => to_instant_of_calendar(&site.context.zone, parsed.local),
    };
    instant.div_euclid(MICROS_PER_SECOND)
}

fn convert_tz() -> Result<Kernel, EvalError> {
    let pattern = Pattern::new(DEFAULT_PATTERN)?;
    Ok(super::super::kernel::map3::<Text, Text, Text, Text>(move |_, text, from, to| {
        let local = pattern.parse(text, true)?.local;
        let instant = to_instant_of_calendar(&zone_or_utc(from), local);
        formatted(&pattern, to_local(&zone_or_utc(to), instant), 0)
    }))
}

/// Adds the functions between times and text.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Temporal, name, signature, doc, example);
    into.push(
        info(
            "DATE_FORMAT",
            "DATE_FORMAT(timestamp or string, pattern)",
            "The timestamp under a pattern of Java's DateTimeFormatter.",
            ("DATE_FORMAT(TIMESTAMP '2024-02-29 13:04:05', 'yyyy/MM/dd HH')", "2024/02/29 13"),
        )
        .rule(date_format),
    );
    into.push(
        info("TO_TIMESTAMP_LTZ", "TO_TIMESTAMP_LTZ(number[, 0 | 3]), TO_TIMESTAMP_LTZ(string[, pattern[, zone]])", "The moment so many milliseconds (3) or seconds (0) after 1970, or that a string says, in UTC where no zone is given.", ("CAST(TO_TIMESTAMP_LTZ(1709210096, 0) AS STRING)", "2024-02-29 12:34:56.000"))
            .rule(to_timestamp_ltz),
    );
    dates(into);
    seconds(into);
}

fn dates(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Temporal, name, signature, doc, example);
    into.push(
        info(
            "TO_DATE",
            "TO_DATE(string[, pattern])",
            "The date that a string says, yyyy-MM-dd where no pattern is given; NULL where it says none.",
            ("TO_DATE('2024/02/29', 'yyyy/MM/dd')", "2024-02-29"),
        )
        .takes(&[Param::Text], Returns::Nullable(K::Date), map1::<Text, Date>(|_, text| read::date(text)))
        .takes(
            &[Param::Text, Param::Text],
            Returns::Nullable(K::Date),
            by_pattern::<Text, Date>(|_, text, pattern| {
                let local = pattern.parse(text, true)?.local;
                i32::try_from(local.div_euclid(crate::expr::time::MICROS_PER_DAY)).ok()
            }),
        ),
    );
    into.push(
        info(
            "TO_TIMESTAMP",
            "TO_TIMESTAMP(string[, pattern])",
            "The timestamp that a string says, yyyy-MM-dd HH:mm:ss where no pattern is given; NULL where it says none.",
            ("TO_TIMESTAMP('2024-02-29 12:34:56')", "2024-02-29 12:34:56.000"),
        )
        .takes(
            &[Param::Text],
            Returns::Nullable(TypeKind::Timestamp(PRECISION)),
            map1::<Text, Stamp>(|_, text| Some(cut(read::timestamp(text)?, PRECISION))),
        )
        .takes(
            &[Param::Text, Param::Text],
            Returns::Nullable(TypeKind::Timestamp(PRECISION)),
            by_pattern::<Text, Stamp>(|_, text, pattern| Some(cut(parsed_or_default(pattern, text)?, PRECISION))),
        ),
    );
}

fn seconds(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Temporal, name, signature, doc, example);
    let local = |site: &Site<'_>, seconds: i64| to_local(&site.context.zone, seconds.saturating_mul(MICROS_PER_SECOND));
    let from_unixtime = info(
        "FROM_UNIXTIME",
        "FROM_UNIXTIME(seconds[, pattern])",
        "The moment so many seconds after 1970 in the session's time zone.",
        ("FROM_UNIXTIME(44)", "1970-01-01 00:00:44"),
    )
    .takes(
        &[Param::BigInt, Param::Text],
        Returns::Nullable(K::STRING),
        by_pattern::<I64, Text>(move |site, value, pattern| formatted(pattern, local(site, value), 0)),
    );
    let unix_timestamp = info(
        "UNIX_TIMESTAMP",
        "UNIX_TIMESTAMP([string[, pattern]])",
        "The seconds since 1970 now, or of the moment that a string says in the session's time zone.",
        ("UNIX_TIMESTAMP('1970-01-01 08:00:01')", "28801"),
    )
    .takes(&[], Returns::NotNull(K::BigInt), clock::unix_seconds())
    .takes(
        &[Param::Text, Param::Text],
        Returns::Of(K::BigInt),
        by_pattern::<Text, I64>(|site, text, pattern| Some(seconds_of(site, pattern.parse(text, true)))),
    );
    let convert = info(
        "CONVERT_TZ",
        "CONVERT_TZ(string, from zone, to zone)",
        "A timestamp (yyyy-MM-dd HH:mm:ss) of one time zone in another.",
        ("CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')", "1969-12-31 16:00:00"),
    );
    // The default pattern is one; it is read here for good.
    match (Pattern::new(DEFAULT_PATTERN), Pattern::new(DEFAULT_PATTERN), convert_tz()) {
        (Ok(print), Ok(read), Ok(kernel)) => {
            into.push(from_unixtime.takes(
                &[Param::BigInt],
                Returns::Nullable(K::STRING),
                map1::<I64, Text>(move |site, value| formatted(&print, local(site, value), 0)),
            ));
            into.push(unix_timestamp.takes(
                &[Param::Text],
                Returns::Of(K::BigInt),
                map1::<Text, I64>(move |site, text| Some(seconds_of(site, read.parse(text, true)))),
            ));
            into.push(convert.takes(&[Param::Text, Param::Text, Param::Text], Returns::Nullable(K::STRING), kernel));
        }
        _ => debug_assert!(false, "the default pattern is a pattern"),
    }
}

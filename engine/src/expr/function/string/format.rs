//! `PRINTF`.

use crate::{
    expr::{
        Expr,
        function::{
            kernel::{Kernel, operand},
            native::{Native, Text, View},
            registry::{Call, FunctionInfo, Group},
            signature::Param,
        },
        value_text::value_text,
    },
    syntax::SqlError,
    types::{TypeKind as K, TypeKind, Value},
};

/// A directive of a format: `%[place$][-0+ ,(#<][width][.precision]conversion`.
#[derive(Debug, Default)]
struct Directive {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    group: bool,
    parentheses: bool,
    alternate: bool,
    /// Which value, from 1; 0 is the one before.
    place: Option<usize>,
    width: usize,
    precision: Option<usize>,
}

impl Directive {
    fn read(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<(Self, char)> {
        let mut directive = Self { place: place(chars), ..Self::default() };
        while let Some(flag) = chars.next_if(|c| matches!(c, '-' | '0' | '+' | ',' | ' ' | '(' | '#' | '<')) {
            match flag {
                '-' => directive.left = true,
                '0' => directive.zero = true,
                '+' => directive.plus = true,
                ' ' => directive.space = true,
                '(' => directive.parentheses = true,
                '#' => directive.alternate = true,
                '<' => directive.place = Some(0),
                _ => directive.group = true,
            }
        }
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut value: Option<usize> = None;
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                let digit = digit.to_digit(10)? as usize;
                value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit).min(10_000));
            }
            value
        };
        directive.width = number(chars).unwrap_or(0);
        if chars.next_if_eq(&'.').is_some() {
            directive.precision = Some(number(chars)?);
        }
        Some((directive, chars.next()?))
    }

    fn pad(&self, into: &mut String, text: &str, number: bool) {
        let missing = self.width.saturating_sub(text.chars().count());
        let fill = |into: &mut String, c: char| into.extend(std::iter::repeat_n(c, missing));
        if self.left {
            into.push_str(text);
            fill(into, ' ');
        } else if self.zero && number {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            into.push_str(sign);
            fill(into, '0');
            into.push_str(digits);
        } else {
            fill(into, ' ');
            into.push_str(text);
        }
    }

    fn number(&self, text: String) -> String {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) if self.parentheses => ("(", digits.to_owned()),
            Some(digits) => ("-", digits.to_owned()),
            None if self.plus => ("+", text),
            None => (if self.space { " " } else { "" }, text),
        };
        let end = if sign == "(" { ")" } else { "" };
        if !self.group {
            return format!("{sign}{digits}{end}");
        }
        let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}{fraction}{end}")
    }
}

/// `place$`, where it stands next.
fn place(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<usize> {
    let mut ahead = chars.clone();
    let mut digits = String::new();
    while let Some(digit) = ahead.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    let place = digits.parse().ok().filter(|place| *place > 0)?;
    (ahead.next() == Some('$')).then(|| *chars = ahead)?;
    Some(place)
}

/// The text; `None` where a value is not of what its directive takes, as Java's formatter would throw.
fn printf(format: &str, values: &[(Value, TypeKind)], zone: &jiff::tz::TimeZone) -> Option<String> {
    let mut text = String::new();
    let (mut ordinary, mut last) = (0, None);
    let mut chars = format.chars().peekable();
    while let Some(next) = chars.next() {
        if next != '%' {
            text.push(next);
            continue;
        }
        let (directive, conversion) = Directive::read(&mut chars)?;
        if matches!(conversion, '%' | 'n') {
            text.push(if conversion == '%' { '%' } else { '\n' });
            continue;
        }
        let index = match directive.place {
            Some(0) => last?,
            Some(place) => place - 1,
            None => {
                ordinary += 1;
                ordinary - 1
            }
        };
        last = Some(index);
        let (value, kind) = values.get(index)?;
        let upper = conversion.is_ascii_uppercase();
        let (shown, number) = match (conversion.to_ascii_lowercase(), value) {
            ('s', Value::Null) => ("null".to_owned(), false),
            ('s', value) => {
                let shown = value_text(value, kind, zone);
                (directive.precision.map_or(shown.clone(), |most| shown.chars().take(most).collect()), false)
            }
            ('b', value) => ((*value != Value::Null && *value != Value::Boolean(false)).to_string(), false),
            (_, Value::Null) => ("null".to_owned(), false),
            ('d', Value::Integer(value)) => (directive.number(value.to_string()), true),
            ('x', Value::Integer(value)) => {
                (format!("{}{}", if directive.alternate { "0x" } else { "" }, hexadecimal(*value, kind)), true)
            }
            ('o', Value::Integer(value)) => (format!("{}{value:o}", if directive.alternate { "0" } else { "" }), true),
            ('c', Value::Integer(value)) => (char::from_u32(u32::try_from(*value).ok()?)?.to_string(), false),
            ('f', Value::Double(_) | Value::Float(_)) => {
                let places = directive.precision.unwrap_or(6);
                (directive.number(format!("{:.places$}", double(value)?)), true)
            }
            ('e', Value::Double(_) | Value::Float(_)) => {
                (directive.number(exponential(double(value)?, directive.precision.unwrap_or(6))), true)
            }
            _ => return None,
        };
        let shown = if upper { shown.to_uppercase() } else { shown };
        directive.pad(&mut text, &shown, number);
    }
    Some(text)
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Double(value) => Some(*value),
        Value::Float(value) => Some(f64::from(*value)),
        _ => None,
    }
}

fn hexadecimal(value: i64, kind: &TypeKind) -> String {
    match kind {
        K::TinyInt => format!("{:x}", value as u8),
        K::SmallInt => format!("{:x}", value as u16),
        K::Int => format!("{:x}", value as u32),
        _ => format!("{value:x}"),
    }
}

fn exponential(value: f64, places: usize) -> String {
    let text = format!("{value:.places$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

fn bind(site: &Call<'_>) -> Result<Expr, SqlError> {
    let first = site.argument(0)?;
    if Param::Text.accept(&first.data_type.kind).is_none() {
        return Err(site.refusal());
    }
    let kernel = Kernel::new(|site, arguments| {
        let formats = operand(arguments, 0)?;
        let format = View::<Text>::new(formats)?;
        let mut builder = Text::builder(&site.returns.kind, site.rows);
        for row in 0..site.rows {
            let values = arguments.iter().zip(site.takes).skip(1);
            let values = values.map(|(argument, taken)| (argument.value(row, &taken.kind), taken.kind.clone()));
            let values: Vec<(Value, TypeKind)> = values.collect();
            let text = (!formats.is_null(row)).then(|| printf(format.get(row), &values, &site.context.zone)).flatten();
            builder.append_option(text);
        }
        Ok(Text::finish(builder))
    });
    let mut arguments = site.arguments.clone();
    if arguments[0].data_type.kind == K::Null {
        arguments[0] = Expr::null(K::STRING);
    }
    Ok(site.call(kernel.total(), arguments, K::STRING.nullable()))
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    into.push(
        FunctionInfo::new(
            Group::String,
            "PRINTF",
            "PRINTF(format, value, …)",
            "A text under a format of Java's Formatter; NULL where a value does not fit its directive.",
            ("PRINTF('%05d-%s', 5, 'x')", "00005-x"),
        )
        .rule(bind),
    );
}

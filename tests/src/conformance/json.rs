//! JSON as gateways answer it, read without a loss: a number stays what was written, for a decimal of 38 digits has no place
//! in a double. It is shown in one form whoever wrote it: keys sorted, numbers without needless zeros and exponents.

use serde_json::Value;

/// Marks a string that stands for a number. No gateway writes it unescaped.
const NUMBER: char = '\u{1}';

/// The most digits before the decimal point that a number is written out with, and the most zeros behind it.
const PLAIN_DIGITS: i64 = 20;
const PLAIN_ZEROS: i64 = 7;

/// Reads JSON; its numbers become marked strings.
pub fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(&mark_numbers(text)).map_err(|e| format!("no JSON ({e}): {text}"))
}

/// The text of what [`parse`] read.
pub fn show(value: &Value) -> String {
    match value {
        Value::String(text) => number(text).map_or_else(|| value.to_string(), plain),
        Value::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let field = |(name, value): &(&String, &Value)| format!("{}:{}", Value::from(name.as_str()), show(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// A marked string's number.
pub fn number(text: &str) -> Option<&str> {
    text.strip_prefix(NUMBER)
}

fn mark_numbers(text: &str) -> String {
    let mut marked = String::with_capacity(text.len() + text.len() / 4);
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        match c {
            '"' => {
                let mut end = start + 1;
                while let Some((at, c)) = rest.next() {
                    end = at + c.len_utf8();
                    match c {
                        '"' => break,
                        '\\' => drop(rest.next()),
                        _ => {}
                    }
                }
                marked.push_str(&text[start..end]);
            }
            '-' | '0'..='9' => {
                let mut end = start + 1;
                while let Some((at, _)) = rest.next_if(|(_, c)| matches!(c, '0'..='9' | '.' | '+' | '-' | 'e' | 'E')) {
                    end = at + 1;
                }
                marked.push_str("\"\\u0001");
                marked.push_str(&text[start..end]);
                marked.push('"');
            }
            c => marked.push(c),
        }
    }
    marked
}

/// A number in its one form: `1.0E1` and `10.00` are both `10`.
fn plain(text: &str) -> String {
    let (sign, magnitude) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Ok(exponent) = exponent.parse::<i64>() else { return text.into() };
    let all = format!("{whole}{fraction}");
    let trimmed = all.trim_start_matches('0');
    let digits = trimmed.trim_end_matches('0');
    if digits.is_empty() {
        return "0".into();
    }
    // Where the decimal point stands in the digits.
    let point = trimmed.len() as i64 - fraction.len() as i64 + exponent;
    let count = digits.len() as i64;
    let body = if point >= count && point <= PLAIN_DIGITS {
        format!("{digits}{}", "0".repeat((point - count) as usize))
    } else if 0 < point && point < count {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{whole}.{fraction}")
    } else if -PLAIN_ZEROS < point && point <= 0 {
        format!("0.{}{digits}", "0".repeat(-point as usize))
    } else {
        let (first, rest) = digits.split_at(1);
        let point_and_rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        format!("{first}{point_and_rest}E{}", point - 1)
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        let check = |text: &str, expect: &str| assert_eq!(show(&parse(text).unwrap()), expect, "{text}");
        check("1E+1", "10");
        check("10.00", "10");
        check("-0.0", "0");
        check("1.0E-5", "0.00001");
        check("4.9E-324", "4.9E-324");
        check("1.7976931348623157E308", "1.7976931348623157E308");
        check("123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678");
        check("1e21", "1E21");
        check("0.30", "0.3");
    }

    #[test]
    fn strings_are_left_alone() {
        let check = |text: &str, expect: &str| assert_eq!(show(&parse(text).unwrap()), expect, "{text}");
        check(
            r#"["1.0", "a\"2.0", null, true, {"b": 1.50, "a": "\\"}]"#,
            r#"["1.0","a\"2.0",null,true,{"a":"\\","b":1.5}]"#,
        );
        check(r#"{"😀-1": [-2.0]}"#, r#"{"😀-1":[-2]}"#);
    }
}

//! Numbers as text, as Java reads and writes them.

/// An exponent so far off that no DECIMAL reaches it.
const FAR: i64 = 1_000_000_000;

/// A DECIMAL(`precision`, `scale`) of text, rounded half up; `Ok(None)` where it has too many digits before the point, as
/// Flink makes NULL of it, and `Err` where the text is not a number. Takes an exponent.
pub fn read_decimal(text: &[u8], precision: u8, scale: u8) -> Result<Option<i128>, NotANumber> {
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match digits.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&digits[..at], read_integer(&digits[at + 1..]).ok_or(NotANumber)?.clamp(-FAR, FAR)),
        None => (digits, 0),
    };
    let (whole, fraction) = match mantissa.iter().position(|byte| *byte == b'.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &mantissa[mantissa.len()..]),
    };
    if whole.is_empty() && fraction.is_empty() || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err(NotANumber);
    }
    // The value is the digits times ten to `places`, in units of the scale.
    let places = exponent - fraction.len() as i64 + i64::from(scale);
    let mut all = whole.iter().chain(fraction).skip_while(|digit| **digit == b'0').map(|digit| digit - b'0');
    let count = all.clone().count() as i64;
    if count == 0 {
        return Ok(Some(0));
    }
    let kept = count + places;
    if kept > i64::from(precision) {
        return Ok(None);
    }
    if kept < 0 {
        return Ok(Some(0));
    }
    let mut value = 0_i128;
    for _ in 0..kept.min(count) {
        value = value * 10 + i128::from(all.next().unwrap_or(0));
    }
    for _ in count..kept {
        value *= 10;
    }
    // Half up, away from zero, as BigDecimal's HALF_UP.
    if kept < count && all.next().is_some_and(|digit| digit >= 5) {
        value += 1;
    }
    if value >= 10_i128.pow(u32::from(precision)) {
        return Ok(None);
    }
    Ok(Some(if negative { -value } else { value }))
}

/// Text that is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANumber;

/// As `Long.parseLong`: an optional sign, and digits.
pub fn read_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_sub(i64::from(digit))?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// As `Double.parseDouble`, of text without spaces around it.
pub fn read_double(text: &[u8]) -> Option<f64> {
    read_float(text)?.parse().ok()
}

/// As `Float.parseFloat`, of text without spaces around it.
pub fn read_single(text: &[u8]) -> Option<f32> {
    read_float(text)?.parse().ok()
}

/// The text that Rust reads as Java reads `text`.
fn read_float(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = text.trim_start_matches(['+', '-']);
    if bare == "NaN" || bare == "Infinity" {
        return (text.len() - bare.len() <= 1).then_some(text);
    }
    // Rust takes "inf" and "nan" in any case, which Java does not; Java takes a suffix that says the type.
    let text = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')).then_some(text)
}

/// Appends a whole number.
pub fn write_integer(value: i64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a DOUBLE as `Double.toString`: the fewest digits that tell it apart, with an exponent below 0.001 and from ten
/// million.
pub fn write_double(value: f64, out: &mut Vec<u8>) {
    write_floating(value.is_nan(), value.is_infinite(), value.is_sign_negative(), value.abs() == 0.0, out, || {
        format!("{:e}", value.abs())
    });
}

/// Appends a FLOAT as `Float.toString`.
pub fn write_single(value: f32, out: &mut Vec<u8>) {
    write_floating(value.is_nan(), value.is_infinite(), value.is_sign_negative(), value.abs() == 0.0, out, || {
        format!("{:e}", value.abs())
    });
}

fn write_floating(
    nan: bool,
    infinite: bool,
    negative: bool,
    zero: bool,
    out: &mut Vec<u8>,
    scientific: impl Fn() -> String,
) {
    if nan {
        return out.extend_from_slice(b"NaN");
    }
    if negative {
        out.push(b'-');
    }
    if infinite {
        return out.extend_from_slice(b"Infinity");
    }
    if zero {
        return out.extend_from_slice(b"0.0");
    }
    // "1.2345e3"
    let text = scientific();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-3..7).contains(&exponent) {
        write_point(&digits, exponent + 1, out);
    } else {
        write_point(&digits, 1, out);
        out.push(b'E');
        write_integer(i64::from(exponent), out);
    }
}

/// The digits with a point after the first `point` of them, and at least one digit on each side.
fn write_point(digits: &[u8], point: i32, out: &mut Vec<u8>) {
    if point <= 0 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', point.unsigned_abs() as usize));
        out.extend_from_slice(digits);
        return;
    }
    let point = point as usize;
    out.extend_from_slice(&digits[..point.min(digits.len())]);
    out.extend(std::iter::repeat_n(b'0', point.saturating_sub(digits.len())));
    out.push(b'.');
    match digits.get(point..) {
        Some(rest) if !rest.is_empty() => out.extend_from_slice(rest),
        _ => out.push(b'0'),
    }
}

/// Appends a DECIMAL with all digits of its scale: `10.00`.
pub fn write_decimal_plain(value: i128, scale: u8, out: &mut Vec<u8>) {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = usize::from(scale) + 1);
    if value < 0 {
        out.push(b'-');
    }
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    out.extend_from_slice(whole.as_bytes());
    if scale > 0 {
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
    }
}

/// Appends a DECIMAL as `BigDecimal.toString()`: with an exponent where it is smaller than a millionth.
pub fn write_decimal(value: i128, scale: u8, out: &mut Vec<u8>) {
    write_scaled(value, i32::from(scale), out);
}

/// Appends a DECIMAL as `BigDecimal.stripTrailingZeros().toString()`: `1E+1` for 10.00.
pub fn write_decimal_stripped(value: i128, scale: u8, out: &mut Vec<u8>) {
    let (value, places) = stripped(value, i32::from(scale), i32::MIN);
    write_scaled(value, places, out);
}

/// Appends a DECIMAL as `BigDecimal.stripTrailingZeros().toPlainString()`: `10` for 10.00.
pub fn write_decimal_stripped_plain(value: i128, scale: u8, out: &mut Vec<u8>) {
    let (value, places) = stripped(value, i32::from(scale), 0);
    write_decimal_plain(value, places as u8, out);
}

/// The digits without the zeros at their end, and how many of them are after the point: not fewer than `least`.
fn stripped(mut value: i128, mut places: i32, least: i32) -> (i128, i32) {
    if value == 0 {
        return (0, 0);
    }
    while value % 10 == 0 && places > least {
        value /= 10;
        places -= 1;
    }
    (value, places)
}

fn write_scaled(value: i128, places: i32, out: &mut Vec<u8>) {
    let digits = value.unsigned_abs().to_string();
    let exponent = digits.len() as i32 - 1 - places;
    if let Ok(scale) = u8::try_from(places)
        && exponent >= -6
    {
        return write_decimal_plain(value, scale, out);
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits.as_bytes()[..1]);
    if digits.len() > 1 {
        out.push(b'.');
        out.extend_from_slice(&digits.as_bytes()[1..]);
    }
    if exponent != 0 {
        out.push(b'E');
        if exponent > 0 {
            out.push(b'+');
        }
        write_integer(i64::from(exponent), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        for (value, expect) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (0.001, "0.001"),
            (0.000_999, "9.99E-4"),
            (1.5, "1.5"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (-1.234_567_8e7, "-1.2345678E7"),
            (1e-5, "1.0E-5"),
            (123.456, "123.456"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(written(|out| write_double(value, out)), expect);
        }
        assert_eq!(written(|out| write_single(0.1, out)), "0.1");
    }

    #[test]
    fn decimals_are_written_plain_and_short() {
        for (value, scale, plain, short) in [
            (1000, 2, "10.00", "1E+1"),
            (1250, 2, "12.50", "12.5"),
            (-5, 2, "-0.05", "-0.05"),
            (0, 2, "0.00", "0"),
            (7, 0, "7", "7"),
            (1, 7, "0.0000001", "1E-7"),
            (12, 8, "0.00000012", "1.2E-7"),
            (1, 6, "0.000001", "0.000001"),
        ] {
            assert_eq!(written(|out| write_decimal_plain(value, scale, out)), plain);
            assert_eq!(written(|out| write_decimal_stripped(value, scale, out)), short);
        }
    }

    #[test]
    fn decimals_are_rounded_half_up_and_bounded() {
        for (text, expect) in [
            ("1.234", Ok(Some(123))),
            ("1.235", Ok(Some(124))),
            ("-1.235", Ok(Some(-124))),
            ("1e1", Ok(Some(1000))),
            ("1.5E-1", Ok(Some(15))),
            ("0.004", Ok(Some(0))),
            ("0.005", Ok(Some(1))),
            ("0.0004999", Ok(Some(0))),
            (".5", Ok(Some(50))),
            ("5.", Ok(Some(500))),
            ("999.994", Ok(Some(99_999))),
            ("999.995", Ok(None)),
            ("1000", Ok(None)),
            ("1e999999999", Ok(None)),
            ("1e-999999999", Ok(Some(0))),
            ("", Err(NotANumber)),
            (".", Err(NotANumber)),
            ("1x", Err(NotANumber)),
            ("1e", Err(NotANumber)),
        ] {
            assert_eq!(read_decimal(text.as_bytes(), 5, 2), expect, "{text}");
        }
    }

    #[test]
    fn integers_and_floats_are_read_as_java_reads_them() {
        assert_eq!(read_integer(b"+12"), Some(12));
        assert_eq!(read_integer(b"-9223372036854775808"), Some(i64::MIN));
        for bad in ["9223372036854775808", "", "-", "1.0", "1 "] {
            assert_eq!(read_integer(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(read_double(b"1e3"), Some(1000.0));
        assert_eq!(read_double(b"1.5f"), Some(1.5));
        assert_eq!(read_double(b"-Infinity"), Some(f64::NEG_INFINITY));
        for bad in ["inf", "nan", "", "0x1", "--1", "++Infinity"] {
            assert_eq!(read_double(bad.as_bytes()), None, "{bad}");
        }
    }
}

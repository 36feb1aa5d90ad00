//! Decimal arithmetic: exact, rounded half up to the scale of the result, NULL (`None`) where it has too many digits.

use arrow_buffer::i256;

use crate::types::data_type::MAX_DECIMAL_PRECISION;

/// The fewest digits after the point that a result keeps when its digits do not all fit.
const MIN_KEPT_SCALE: i32 = 6;

/// The precision and scale of a DECIMAL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// All digits.
    pub precision: u8,
    /// Those after the point.
    pub scale: u8,
}

impl Shape {
    /// A type of these digits; where there are more than 38, digits after the point go first, down to six.
    pub fn adjusted(precision: i32, scale: i32) -> Self {
        let max = i32::from(MAX_DECIMAL_PRECISION);
        let (precision, scale) = if precision <= max {
            (precision, scale)
        } else {
            let whole = precision - scale;
            (max, (max - whole).max(scale.min(MIN_KEPT_SCALE)))
        };
        Self { precision: precision as u8, scale: scale as u8 }
    }

    /// The digits before the point.
    pub fn whole(self) -> i32 {
        i32::from(self.precision) - i32::from(self.scale)
    }

    /// Of a sum or difference.
    pub fn sum(self, other: Self) -> Self {
        let scale = i32::from(self.scale.max(other.scale));
        Self::adjusted(self.whole().max(other.whole()) + scale + 1, scale)
    }

    /// Of a product.
    pub fn product(self, other: Self) -> Self {
        let precision = i32::from(self.precision) + i32::from(other.precision) + 1;
        Self::adjusted(precision, i32::from(self.scale) + i32::from(other.scale))
    }

    /// Of a quotient.
    pub fn quotient(self, other: Self) -> Self {
        let scale = (i32::from(self.scale) + i32::from(other.precision) + 1).max(6);
        let precision = self.whole() + i32::from(other.scale) + scale;
        Self::adjusted(precision, scale)
    }

    /// Of a remainder.
    pub fn remainder(self, other: Self) -> Self {
        let scale = i32::from(self.scale.max(other.scale));
        Self::adjusted(self.whole().min(other.whole()) + scale, scale)
    }

    /// The smallest that holds both; where there is none, digits after the point go.
    pub fn common(self, other: Self) -> Self {
        let max = i32::from(MAX_DECIMAL_PRECISION);
        let whole = self.whole().max(other.whole()).min(max);
        let scale = i32::from(self.scale.max(other.scale)).min(max - whole);
        Self { precision: (whole + scale) as u8, scale: scale as u8 }
    }
}

/// The powers of ten that a DECIMAL's digits can be counted by.
const POWERS: [i128; MAX_DECIMAL_PRECISION as usize + 1] = {
    let mut powers = [1; MAX_DECIMAL_PRECISION as usize + 1];
    let mut power = 1;
    while power < powers.len() {
        powers[power] = powers[power - 1] * 10;
        power += 1;
    }
    powers
};

/// Ten to a power; of a power above 38 to the 38th.
pub fn pow10(power: u8) -> i128 {
    POWERS[usize::from(power.min(MAX_DECIMAL_PRECISION))]
}

fn pow10_wide(power: u32) -> Option<i256> {
    i256::from_i128(10).checked_pow(power)
}

/// The digits if they are not more than `precision`.
fn within(value: i128, precision: u8) -> Option<i128> {
    (value.unsigned_abs() < pow10(precision).unsigned_abs()).then_some(value)
}

/// A quotient rounded half away from zero.
fn divide_half_up(value: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (value / divisor, value % divisor);
    let up = rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs();
    if !up {
        quotient
    } else if (value < 0) == (divisor < 0) {
        quotient + 1
    } else {
        quotient - 1
    }
}

fn divide_half_up_wide(value: i256, divisor: i256) -> Option<i256> {
    let quotient = value.checked_div(divisor)?;
    let rest = value.checked_rem(divisor)?.wrapping_abs();
    if rest < divisor.wrapping_abs().wrapping_sub(rest) {
        return Some(quotient);
    }
    let one = i256::ONE;
    if value.is_negative() == divisor.is_negative() { quotient.checked_add(one) } else { quotient.checked_sub(one) }
}

/// The digits of a value at another scale.
pub fn rescale(value: i128, from: u8, to: Shape) -> Option<i128> {
    if to.scale == from {
        return within(value, to.precision);
    }
    if to.scale > from {
        return within(value.checked_mul(pow10(to.scale - from))?, to.precision);
    }
    within(divide_half_up(value, pow10(from - to.scale)), to.precision)
}

fn rescale_wide(value: i256, from: u32, to: Shape) -> Option<i128> {
    let scale = u32::from(to.scale);
    let value = if scale >= from {
        value.checked_mul(pow10_wide(scale - from)?)?
    } else {
        divide_half_up_wide(value, pow10_wide(from - scale)?)?
    };
    within(value.to_i128()?, to.precision)
}

/// `a + b`, of these scales.
pub fn add(a: i128, a_scale: u8, b: i128, b_scale: u8, to: Shape) -> Option<i128> {
    let scale = a_scale.max(b_scale);
    let near = || {
        let a = a.checked_mul(pow10(scale - a_scale))?;
        let b = b.checked_mul(pow10(scale - b_scale))?;
        a.checked_add(b)
    };
    match near() {
        Some(sum) => rescale(sum, scale, to),
        None => {
            let wide = |value: i128, from: u8| i256::from_i128(value).checked_mul(pow10_wide(u32::from(scale - from))?);
            rescale_wide(wide(a, a_scale)?.checked_add(wide(b, b_scale)?)?, u32::from(scale), to)
        }
    }
}

/// `a - b`, of these scales.
pub fn subtract(a: i128, a_scale: u8, b: i128, b_scale: u8, to: Shape) -> Option<i128> {
    add(a, a_scale, -b, b_scale, to)
}

/// `a * b`, whose scales add up to `scale`.
pub fn multiply(a: i128, b: i128, scale: u32, to: Shape) -> Option<i128> {
    match a.checked_mul(b) {
        Some(product) if scale <= u32::from(MAX_DECIMAL_PRECISION) => rescale(product, scale as u8, to),
        _ => rescale_wide(i256::from_i128(a).checked_mul(i256::from_i128(b))?, scale, to),
    }
}

/// `a / b`, of these scales; `b` is not 0. A quotient too large for 256 bits is too large for 38 digits too.
pub fn divide(a: i128, a_scale: u8, b: i128, b_scale: u8, to: Shape) -> Option<i128> {
    let shift = i32::from(to.scale) - i32::from(a_scale) + i32::from(b_scale);
    if shift >= 0 {
        let near = (shift <= 38).then(|| a.checked_mul(pow10(shift as u8))).flatten();
        if let Some(dividend) = near {
            return within(divide_half_up(dividend, b), to.precision);
        }
        let dividend = i256::from_i128(a).checked_mul(pow10_wide(shift as u32)?)?;
        return within(divide_half_up_wide(dividend, i256::from_i128(b))?.to_i128()?, to.precision);
    }
    let divisor = i256::from_i128(b).checked_mul(pow10_wide(shift.unsigned_abs())?)?;
    within(divide_half_up_wide(i256::from_i128(a), divisor)?.to_i128()?, to.precision)
}

/// `a % b`, of these scales, with the sign of `a`; `b` is not 0.
pub fn remainder(a: i128, a_scale: u8, b: i128, b_scale: u8, to: Shape) -> Option<i128> {
    let scale = a_scale.max(b_scale);
    let wide = |value: i128, from: u8| i256::from_i128(value).checked_mul(pow10_wide(u32::from(scale - from))?);
    match (a.checked_mul(pow10(scale - a_scale)), b.checked_mul(pow10(scale - b_scale))) {
        (Some(a), Some(b)) => rescale(a % b, scale, to),
        _ => rescale_wide(wide(a, a_scale)?.checked_rem(wide(b, b_scale)?)?, u32::from(scale), to),
    }
}

/// The nearest double.
pub fn to_f64(value: i128, scale: u8) -> f64 {
    /// Below this every integer is a double, and every power of ten up to 22 is one: one rounding then.
    const EXACT: u128 = 1 << 53;
    if value.unsigned_abs() <= EXACT && scale <= 22 {
        return value as f64 / 10_f64.powi(i32::from(scale));
    }
    let mut text = String::new();
    super::value_text::push_decimal(&mut text, value, scale);
    text.parse().unwrap_or(f64::NAN)
}

/// The decimal nearest to the shortest decimal form of a double, as `BigDecimal.valueOf` has it.
pub fn from_f64(value: f64, to: Shape) -> Option<i128> {
    value.is_finite().then(|| parse(&format!("{value:e}"), to))?
}

/// A decimal out of text: sign, digits, a point, an exponent.
pub fn parse(text: &str, to: Shape) -> Option<i128> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty()) || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    // Where the digits that are kept end; the one after it decides the rounding.
    let end = whole.len() as i64 + i64::from(exponent) + i64::from(to.scale);
    let mut value: i128 = 0;
    for place in 0..end.max(0) {
        let digit =
            usize::try_from(place).ok().and_then(|place| all.get(place)).map_or(0, |digit| i128::from(digit - b'0'));
        value = value.checked_mul(10)?.checked_add(digit)?;
        if value == 0 && place > all.len() as i64 {
            break;
        }
    }
    let next = usize::try_from(end).ok().and_then(|end| all.get(end));
    if next.is_some_and(|digit| *digit >= b'5') {
        value += 1;
    }
    within(if negative { -value } else { value }, to.precision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn shape(precision: u8, scale: u8) -> Shape {
        Shape { precision, scale }
    }

    #[test]
    fn types_of_results() {
        let cases = [
            (shape(3, 2).sum(shape(4, 3)), shape(5, 3)),
            (shape(3, 2).product(shape(4, 3)), shape(8, 5)),
            (shape(3, 2).quotient(shape(10, 0)), shape(14, 13)),
            (shape(38, 10).quotient(shape(38, 10)), shape(38, 6)),
            (shape(38, 18).product(shape(38, 18)), shape(38, 6)),
            (shape(4, 2).remainder(shape(10, 0)), shape(4, 2)),
        ];
        for (got, expected) in cases {
            assert_eq!(got, expected);
        }
    }

    #[test]
    fn rounding_is_half_up_away_from_zero() {
        assert_eq!([rescale(25, 1, shape(2, 0)), rescale(-25, 1, shape(2, 0))], [Some(3), Some(-3)]);
        assert_eq!(rescale(999, 0, shape(2, 0)), None);
        assert_eq!(divide(10, 1, 3, 0, shape(14, 13)), Some(3_333_333_333_333));
    }

    #[test]
    fn text() {
        let cases = [
            ("12.345", Some(1235)),
            ("-0.005", Some(-1)),
            ("1e1", Some(1000)),
            ("5e-3", Some(1)),
            ("123456", None),
            ("x", None),
            (".5", Some(50)),
            ("1.", Some(100)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, shape(5, 2)), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn small_arithmetic_is_exact(a in -1_000_000_i128..1_000_000, b in -1_000_000_i128..1_000_000) {
            let to = shape(38, 4);
            prop_assert_eq!(add(a, 2, b, 4, to), Some(a * 100 + b));
            prop_assert_eq!(multiply(a, b, 4, to), Some(a * b));
            if b != 0 {
                prop_assert_eq!(remainder(a, 2, b, 2, shape(38, 2)), Some(a % b));
                let twice = 2 * a * 10_000 / b;
                let rounded = if twice % 2 == 0 { twice / 2 } else { (twice + twice.signum()) / 2 };
                prop_assert_eq!(divide(a, 2, b, 2, to), Some(rounded));
            }
        }

        /// The wide way gives what the near way gives.
        #[test]
        fn wide_is_near(a in any::<i64>(), b in any::<i64>()) {
            let (a, b) = (i128::from(a), i128::from(b));
            let wide = rescale_wide(i256::from_i128(a).wrapping_mul(i256::from_i128(b)), 6, shape(38, 3));
            prop_assert_eq!(multiply(a, b, 6, shape(38, 3)), wide);
        }
    }
}

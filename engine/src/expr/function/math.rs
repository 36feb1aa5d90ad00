//! Functions of numbers.

use std::{
    borrow::Cow,
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use arrow_array::{Float64Array, Int32Array, StringArray};

use super::{
    kernel::{Kernel, map1, numbers1, numbers2, operand},
    native::{Bytes, F64, I32, I64, Text, View},
    registry::{Call, FunctionInfo, Group},
    signature::{Param, Returns},
};
use crate::{
    expr::{Expr, bind, function::arithmetic::Arithmetic},
    syntax::SqlError,
    types::TypeKind as K,
};

/// A function of one DOUBLE.
macro_rules! of_double {
    ($into:expr, $name:literal, $doc:literal, $example:literal, $result:literal, $f:expr) => {
        $into.push(
            FunctionInfo::new(Group::Arithmetic, $name, concat!($name, "(number)"), $doc, ($example, $result)).takes(
                &[Param::Double],
                Returns::Of(K::Double),
                numbers1::<F64, F64>($f),
            ),
        )
    };
}

/// Adds the functions of numbers.
pub fn register(into: &mut Vec<FunctionInfo>) {
    of_double!(into, "SQRT", "The square root.", "SQRT(16)", "4.0", f64::sqrt);
    of_double!(into, "LN", "The natural logarithm.", "LN(1)", "0.0", f64::ln);
    of_double!(into, "LOG10", "The logarithm to base 10.", "LOG10(1000)", "3.0", f64::log10);
    of_double!(into, "LOG2", "The logarithm to base 2.", "LOG2(8)", "3.0", |x| x.ln() / 2_f64.ln());
    of_double!(into, "EXP", "e to a power.", "EXP(0)", "1.0", f64::exp);
    of_double!(into, "SIN", "The sine.", "SIN(0)", "0.0", f64::sin);
    of_double!(into, "SINH", "The hyperbolic sine.", "SINH(0)", "0.0", f64::sinh);
    of_double!(into, "COS", "The cosine.", "COS(0)", "1.0", f64::cos);
    of_double!(into, "COSH", "The hyperbolic cosine.", "COSH(0)", "1.0", f64::cosh);
    of_double!(into, "TAN", "The tangent.", "TAN(0)", "0.0", f64::tan);
    of_double!(into, "TANH", "The hyperbolic tangent.", "TANH(0)", "0.0", f64::tanh);
    of_double!(into, "COT", "The cotangent.", "COT(1)", "0.6420926159343306", |x| 1.0 / x.tan());
    of_double!(into, "ASIN", "The arc sine.", "ASIN(0)", "0.0", f64::asin);
    of_double!(into, "ACOS", "The arc cosine.", "ACOS(1)", "0.0", f64::acos);
    of_double!(into, "ATAN", "The arc tangent.", "ATAN(1)", "0.7853981633974483", f64::atan);
    of_double!(into, "DEGREES", "Radians in degrees.", "DEGREES(1)", "57.29577951308232", f64::to_degrees);
    of_double!(into, "RADIANS", "Degrees in radians.", "RADIANS(180)", "3.141592653589793", f64::to_radians);
    of_two(into);
    constants(into);
    digits(into);
    random(into);
}

fn of_two(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Arithmetic, name, signature, doc, example);
    const TWO: &[Param] = &[Param::Double, Param::Double];
    let double = || Returns::Of(K::Double);
    into.push(info("POWER", "POWER(base, exponent)", "The base to a power.", ("POWER(2, 10)", "1024.0")).takes(
        TWO,
        double(),
        numbers2::<F64, F64, F64>(f64::powf),
    ));
    into.push(info("ATAN2", "ATAN2(y, x)", "The angle of the point (x, y).", ("ATAN2(0, 1)", "0.0")).takes(
        TWO,
        double(),
        numbers2::<F64, F64, F64>(f64::atan2),
    ));
    into.push(
        info("LOG", "LOG([base, ]number)", "The logarithm, natural where no base is given.", ("LOG(2, 8)", "3.0"))
            .takes(&[Param::Double], double(), numbers1::<F64, F64>(f64::ln))
            .takes(TWO, double(), numbers2::<F64, F64, F64>(|base, x| x.ln() / base.ln())),
    );
    into.push(
        info(
            "MOD",
            "MOD(number, divisor)",
            "The rest of a division, with the sign of the number.",
            ("MOD(-7, 3)", "-1"),
        )
        .rule(|call| match call.arguments.as_slice() {
            [a, b] => bind::arithmetic(Arithmetic::Rem, a.clone(), b.clone(), call.at),
            _ => Err(call.refusal()),
        }),
    );
}

fn constants(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Arithmetic, name, signature, doc, example);
    let constant =
        |value: f64| Kernel::new(move |site, _| Ok(Arc::new(Float64Array::from(vec![value; site.rows])))).total();
    into.push(
        info("PI", "PI()", "The ratio of a circle's circumference to its diameter.", ("PI()", "3.141592653589793"))
            .takes(&[], Returns::NotNull(K::Double), constant(std::f64::consts::PI)),
    );
    into.push(info("E", "E()", "The base of the natural logarithm.", ("E()", "2.718281828459045")).takes(
        &[],
        Returns::NotNull(K::Double),
        constant(std::f64::consts::E),
    ));
}

/// Upper-case hexadecimal digits of bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The bytes of hexadecimal digits. Of an odd number of them Flink drops the first one for a zero byte.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let bytes = text.as_bytes();
    let digits: Vec<u32> = bytes.iter().map(digit).collect::<Option<_>>()?;
    let odd = digits.len() % 2;
    let mut out = vec![0; odd];
    out.extend(digits[odd..].chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8));
    Some(out)
}

fn digits(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Arithmetic, name, signature, doc, example);
    let text = || Returns::Of(K::STRING);
    into.push(info("BIN", "BIN(integer)", "The number in binary digits.", ("BIN(12)", "1100")).takes(
        &[Param::BigInt],
        text(),
        map1::<I64, Text>(|_, value| Some(Cow::Owned(format!("{value:b}")))),
    ));
    into.push(
        info(
            "HEX",
            "HEX(integer or string)",
            "The number, or the bytes of the string, in hexadecimal digits.",
            ("HEX('hello,world')", "68656C6C6F2C776F726C64"),
        )
        .takes(&[Param::BigInt], text(), map1::<I64, Text>(|_, value| Some(Cow::Owned(format!("{value:X}")))))
        .takes(&[Param::Text], text(), map1::<Text, Text>(|_, value| Some(Cow::Owned(hex(value.as_bytes()))))),
    );
    into.push(
        info(
            "UNHEX",
            "UNHEX(string)",
            "The bytes of hexadecimal digits; NULL where they are none.",
            ("CAST(UNHEX('666F6F') AS STRING)", "foo"),
        )
        .takes(
            &[Param::Text],
            Returns::Nullable(K::BYTES),
            map1::<Text, Bytes>(|_, text| unhex(text).map(Cow::Owned)),
        ),
    );
}

/// `java.util.Random`: the same seed gives the same numbers.
#[derive(Debug)]
pub struct JavaRandom(u64);

impl JavaRandom {
    const MASK: u64 = (1 << 48) - 1;

    /// Of a seed.
    pub fn new(seed: i64) -> Self {
        Self((seed as u64 ^ 0x5_DEEC_E66D) & Self::MASK)
    }

    /// Of a seed that nobody knows.
    fn unseeded() -> Self {
        Self::new(RandomState::new().build_hasher().finish() as i64)
    }

    fn next(&mut self, bits: u32) -> i32 {
        self.0 = self.0.wrapping_mul(0x5_DEEC_E66D).wrapping_add(0xB) & Self::MASK;
        (self.0 >> (48 - bits)) as i32
    }

    /// From 0 to below 1.
    pub fn next_f64(&mut self) -> f64 {
        let high = i64::from(self.next(26)) << 27;
        (high + i64::from(self.next(27))) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// From 0 to below `bound`, which is positive.
    pub fn next_below(&mut self, bound: i32) -> i32 {
        if bound & bound.wrapping_neg() == bound {
            return ((i64::from(bound) * i64::from(self.next(31))) >> 31) as i32;
        }
        loop {
            let bits = self.next(31);
            let value = bits % bound;
            if bits.wrapping_sub(value).wrapping_add(bound - 1) >= 0 {
                return value;
            }
        }
    }
}

/// A sequence that goes on from batch to batch, begun by the first row's seed.
#[derive(Debug, Default)]
struct Sequence(Mutex<Option<JavaRandom>>);

impl Sequence {
    fn with<T>(&self, seed: Option<i32>, f: impl FnOnce(&mut JavaRandom) -> T) -> T {
        let mut random = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = || seed.map_or_else(JavaRandom::unseeded, |seed| JavaRandom::new(i64::from(seed)));
        f(random.get_or_insert_with(begin))
    }
}

fn rand(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Int], 0).ok_or_else(|| call.refusal())?;
    let sequence = Sequence::default();
    let kernel = Kernel::new(move |site, arguments| {
        let seed = match arguments.first() {
            Some(seed) if site.rows > 0 && !seed.is_null(0) => Some(View::<I32>::new(seed)?.get(0)),
            _ => None,
        };
        Ok(Arc::new(
            sequence
                .with(seed, |random| Float64Array::from((0..site.rows).map(|_| random.next_f64()).collect::<Vec<_>>())),
        ))
    });
    Ok(call.call(kernel.total().volatile(), arguments, K::Double.not_null()))
}

fn rand_integer(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Int, Param::Int], 1).ok_or_else(|| call.refusal())?;
    let sequence = Sequence::default();
    let seeded = arguments.len() == 2;
    let nullable = super::any_nullable(&arguments);
    let kernel = Kernel::new(move |site, arguments| {
        let bounds = operand(arguments, usize::from(seeded))?;
        let bound = View::<I32>::new(bounds)?;
        let seed = match operand(arguments, 0)? {
            seed if seeded && site.rows > 0 && !seed.is_null(0) => Some(View::<I32>::new(seed)?.get(0)),
            _ => None,
        };
        Ok(Arc::new(sequence.with(seed, |random| {
            let value = |row: usize| (!bounds.is_null(row)).then(|| random.next_below(bound.get(row).max(1)));
            Int32Array::from((0..site.rows).map(value).collect::<Vec<_>>())
        })))
    });
    Ok(call.call(kernel.total().volatile(), arguments, K::Int.nullable().with_nullable(nullable)))
}

/// A UUID of version 4.
fn uuid() -> String {
    let state = RandomState::new();
    let part = |salt: u8| {
        let mut hasher = state.build_hasher();
        hasher.write_u8(salt);
        hasher.finish()
    };
    let (high, low) = (part(0) & !0xF000 | 0x4000, part(1) & !(0b11 << 62) | 1 << 63);
    let digits = format!("{high:016x}{low:016x}");
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

fn random(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Arithmetic, name, signature, doc, example);
    into.push(
        info("RAND", "RAND([seed])", "A random number from 0 to below 1.", ("RAND(42)", "0.7275636800328681"))
            .rule(rand),
    );
    into.push(
        info(
            "RAND_INTEGER",
            "RAND_INTEGER([seed, ]bound)",
            "A random integer from 0 to below the bound.",
            ("RAND_INTEGER(42, 10)", "0"),
        )
        .rule(rand_integer),
    );
    let kernel = Kernel::new(|site, _| Ok(Arc::new((0..site.rows).map(|_| Some(uuid())).collect::<StringArray>())));
    into.push(info("UUID", "UUID()", "A random UUID of version 4.", ("CHAR_LENGTH(UUID())", "36")).takes(
        &[],
        Returns::NotNull(K::Char(36)),
        kernel.total().volatile(),
    ));
}

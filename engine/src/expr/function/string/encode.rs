//! Base64 and character sets.

use std::borrow::Cow;

use crate::{
    expr::{
        EvalError,
        function::{
            kernel::{attempt1, attempt2, map1},
            native::{Bytes, Text},
            registry::{FunctionInfo, Group},
            signature::{Param, Returns},
        },
    },
    types::TypeKind as K,
};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base 64.
pub fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The bytes of base 64; `None` where it is none.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if digits.len() % 4 == 1 || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut word, mut bits) = (0_u32, 0);
    for byte in digits.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        word = word << 6 | digit as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits) as u8);
        }
    }
    Some(bytes)
}

fn unknown(charset: &str) -> EvalError {
    let known = "US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16";
    EvalError::new("java.lang.RuntimeException", format!("Unsupported encoding '{charset}'; known: {known}"))
}

fn encode(text: &str, charset: &str) -> Result<Vec<u8>, EvalError> {
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let narrow = |last: u32| text.chars().map(|c| if u32::from(c) <= last { c as u32 as u8 } else { b'?' }).collect();
    Ok(match charset.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => text.as_bytes().to_vec(),
        "US-ASCII" | "ASCII" => narrow(0x7F),
        "ISO-8859-1" | "LATIN1" => narrow(0xFF),
        "UTF-16BE" => wide(u16::to_be_bytes),
        "UTF-16LE" => wide(u16::to_le_bytes),
        "UTF-16" => [vec![0xFE, 0xFF], wide(u16::to_be_bytes)].concat(),
        _ => return Err(unknown(charset)),
    })
}

fn decode(bytes: &[u8], charset: &str) -> Result<String, EvalError> {
    let wide = |bytes: &[u8], order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    Ok(match charset.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => String::from_utf8_lossy(bytes).into_owned(),
        "US-ASCII" | "ASCII" => bytes
            .iter()
            .map(|byte| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER })
            .collect(),
        "ISO-8859-1" | "LATIN1" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        "UTF-16BE" => wide(bytes, u16::from_be_bytes),
        "UTF-16LE" => wide(bytes, u16::from_le_bytes),
        "UTF-16" => match bytes {
            [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
            all => wide(all, u16::from_be_bytes),
        },
        _ => return Err(unknown(charset)),
    })
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::String, name, signature, doc, example);
    let text = || Returns::Of(K::STRING);
    into.push(
        info(
            "TO_BASE64",
            "TO_BASE64(string or bytes)",
            "The bytes in base 64.",
            ("TO_BASE64('hello world')", "aGVsbG8gd29ybGQ="),
        )
        .takes(&[Param::Text], text(), map1::<Text, Text>(|_, text| Some(Cow::Owned(to_base64(text.as_bytes())))))
        .takes(&[Param::Bytes], text(), map1::<Bytes, Text>(|_, bytes| Some(Cow::Owned(to_base64(bytes))))),
    );
    into.push(
        info(
            "FROM_BASE64",
            "FROM_BASE64(string)",
            "The text whose bytes are in base 64.",
            ("FROM_BASE64('aGVsbG8gd29ybGQ=')", "hello world"),
        )
        .takes(
            &[Param::Text],
            text(),
            attempt1::<Text, Text>(|_, text| {
                let bytes = from_base64(text).ok_or_else(|| {
                    EvalError::new("java.lang.IllegalArgumentException", format!("'{text}' is no base 64"))
                })?;
                Ok(Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())))
            }),
        ),
    );
    into.push(
        info(
            "ENCODE",
            "ENCODE(string, charset)",
            "The bytes of a text in a character set.",
            ("TO_BASE64(ENCODE('é', 'ISO-8859-1'))", "6Q=="),
        )
        .takes(
            &[Param::Text, Param::Text],
            Returns::Of(K::BYTES),
            attempt2::<Text, Text, Bytes>(|_, text, charset| {
                encode(text, charset).map(|bytes| Some(Cow::Owned(bytes)))
            }),
        ),
    );
    into.push(
        info(
            "DECODE",
            "DECODE(bytes, charset)",
            "The text of bytes in a character set.",
            ("DECODE(x'68656C6C6F', 'US-ASCII')", "hello"),
        )
        .takes(
            &[Param::Bytes, Param::Text],
            text(),
            attempt2::<Bytes, Text, Text>(|_, bytes, charset| {
                decode(bytes, charset).map(|text| Some(Cow::Owned(text)))
            }),
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn base64_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(from_base64(&to_base64(&bytes)), Some(bytes));
        }
    }
}

//! Hashes: of the bytes of a text or of bytes, in hexadecimal digits.

mod md5;
mod sha1;
mod sha2;

use std::borrow::Cow;

use super::{
    kernel::{Kernel, attempt2, map1},
    native::{Bytes, I32, Text},
    registry::{FunctionInfo, Group},
    signature::{Param, Returns},
};
use crate::{expr::EvalError, types::TypeKind as K};

fn hex(bytes: &[u8]) -> Cow<'static, str> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    Cow::Owned(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
}

/// Blocks of a message with its padding: a one bit, zeros, and the length in bits.
fn padded(message: &[u8], block: usize, length: &[u8]) -> Vec<u8> {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while !(padded.len() + length.len()).is_multiple_of(block) {
        padded.push(0);
    }
    padded.extend(length);
    padded
}

fn bit_length(message: &[u8]) -> u64 {
    (message.len() as u64).wrapping_mul(8)
}

type Digest = fn(&[u8]) -> Vec<u8>;

const DIGESTS: [(&str, &str, &str, u32, Digest, &str); 6] = [
    ("MD5", "MD5(string)", "The MD5 hash.", 32, md5::md5, "900150983cd24fb0d6963f7d28e17f72"),
    ("SHA1", "SHA1(string)", "The SHA-1 hash.", 40, sha1::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
        "SHA224",
        "SHA224(string)",
        "The SHA-224 hash.",
        56,
        sha2::sha224,
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    ),
    (
        "SHA256",
        "SHA256(string)",
        "The SHA-256 hash.",
        64,
        sha2::sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    (
        "SHA384",
        "SHA384(string)",
        "The SHA-384 hash.",
        96,
        sha2::sha384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        "SHA512",
        "SHA512(string)",
        "The SHA-512 hash.",
        128,
        sha2::sha512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
];

fn examples(name: &str) -> &'static str {
    match name {
        "MD5" => "MD5('abc')",
        "SHA1" => "SHA1('abc')",
        "SHA224" => "SHA224('abc')",
        "SHA256" => "SHA256('abc')",
        "SHA384" => "SHA384('abc')",
        _ => "SHA512('abc')",
    }
}

fn sha2_of(bytes: &[u8], bits: i32) -> Result<Option<Cow<'static, str>>, EvalError> {
    Ok(Some(hex(&match bits {
        224 => sha2::sha224(bytes),
        256 => sha2::sha256(bytes),
        384 => sha2::sha384(bytes),
        512 => sha2::sha512(bytes),
        _ => {
            let message = format!("Unsupported algorithm: SHA2 of {bits} bits; there are 224, 256, 384 and 512");
            return Err(EvalError::new("java.lang.RuntimeException", message));
        }
    })))
}

/// Adds the hashes.
pub fn register(into: &mut Vec<FunctionInfo>) {
    for (name, signature, doc, digits, digest, result) in DIGESTS {
        let returns = || Returns::Of(K::Char(digits));
        let text: Kernel = map1::<Text, Text>(move |_, text| Some(hex(&digest(text.as_bytes()))));
        let bytes: Kernel = map1::<Bytes, Text>(move |_, bytes| Some(hex(&digest(bytes))));
        into.push(
            FunctionInfo::new(Group::Hash, name, signature, doc, (examples(name), result))
                .takes(&[Param::Text], returns(), text)
                .takes(&[Param::Bytes], returns(), bytes),
        );
    }
    let returns = || Returns::Of(K::Varchar(128));
    into.push(
        FunctionInfo::new(
            Group::Hash,
            "SHA2",
            "SHA2(string, 224 | 256 | 384 | 512)",
            "The hash of the SHA-2 family of so many bits.",
            ("SHA2('abc', 224)", DIGESTS[2].5),
        )
        .takes(
            &[Param::Text, Param::Int],
            returns(),
            attempt2::<Text, I32, Text>(|_, text, bits| sha2_of(text.as_bytes(), bits)),
        )
        .takes(
            &[Param::Bytes, Param::Int],
            returns(),
            attempt2::<Bytes, I32, Text>(|_, bytes, bits| sha2_of(bytes, bits)),
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message longer than a block, of which the padding makes another.
    #[test]
    fn of_more_than_a_block() {
        let message = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(&md5::md5(message)), "8215ef0796a20bcaaae116d3876c664a");
        assert_eq!(hex(&sha1::sha1(message)), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
        assert_eq!(hex(&sha2::sha256(message)), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        assert_eq!(
            hex(&sha2::sha512(b"")),
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
        );
    }
}

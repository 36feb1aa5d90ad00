//! Identifiers: random ones for jobs, sessions and task managers, and stable ones for vertices.

use std::{
    fs::File,
    hash::{BuildHasher, Hasher, RandomState},
    io::Read,
};

/// 128 random bits.
fn random_bits() -> u128 {
    let mut bytes = [0_u8; 16];
    let read = File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    match read {
        Ok(()) => u128::from_ne_bytes(bytes),
        // Without the device: the keys of two hashers, which the standard library seeds from the system.
        Err(_) => (u128::from(RandomState::new().build_hasher().finish()) << 64) | u128::from(random_seed()),
    }
}

/// A seed for a generator.
pub fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A number from 0 to 1, by chance.
pub fn chance() -> f64 {
    random_seed() as f64 / u64::MAX as f64
}

/// 32 random hexadecimal digits: a job's id.
pub fn random() -> String {
    format!("{:032x}", random_bits())
}

/// A random UUID: a session's or an operation's handle.
pub fn handle() -> String {
    // Version 4, variant 1.
    let bits = (random_bits() & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// 32 hexadecimal digits that are the same for the same text: FNV-1a of 128 bits.
pub fn stable(text: &str) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = text.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_shapes() {
        assert_eq!(random().len(), 32);
        assert_ne!(random(), random());
        assert_eq!(stable("a"), stable("a"));
        let handle = handle();
        assert_eq!(handle.len(), 36);
        assert_eq!(&handle[14..15], "4");
    }
}

//! Which subtask a keyed row belongs to: by key group, so that the same keys stay together at any parallelism.

use crate::sql::{
    config::MAX_PARALLELISM,
    value::{Row, Value},
};

/// The key group of the columns `key` of `row`.
pub fn key_group(row: &Row, key: &[usize]) -> u32 {
    let mut bytes = Vec::with_capacity(16 * key.len());
    for column in key {
        write_key(row.get(*column).unwrap_or(&Value::Null), &mut bytes);
    }
    murmur3(&bytes) % MAX_PARALLELISM
}

/// The subtask, of `parallelism`, that owns a key group: contiguous ranges, as in Flink.
pub fn subtask(key_group: u32, parallelism: u32) -> u32 {
    key_group * parallelism / MAX_PARALLELISM
}

/// Equal keys have equal bytes, and keys that differ have bytes that differ.
fn write_key(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Null => bytes.push(0),
        Value::Boolean(value) => bytes.extend([1, u8::from(*value)]),
        Value::Integer(value) => {
            bytes.push(2);
            bytes.extend(value.to_le_bytes());
        }
        // 0.0 and -0.0 are equal.
        Value::Float(value) => {
            bytes.push(3);
            bytes.extend((value + 0.0).to_bits().to_le_bytes());
        }
        Value::Double(value) => {
            bytes.push(4);
            bytes.extend((value + 0.0).to_bits().to_le_bytes());
        }
        Value::Text(text) => {
            bytes.push(5);
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        Value::Date(days) => {
            bytes.push(6);
            bytes.extend(days.to_le_bytes());
        }
        Value::Timestamp(micros) => {
            bytes.push(7);
            bytes.extend(micros.to_le_bytes());
        }
    }
}

/// MurmurHash3, 32 bits, seed 0.
fn murmur3(bytes: &[u8]) -> u32 {
    let mix = |block: u32| block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = blocks.iter().fold(0_u32, |hash, block| {
        (hash ^ mix(u32::from_le_bytes(*block))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    if !tail.is_empty() {
        let block = tail.iter().rev().fold(0_u32, |block, byte| (block << 8) | u32::from(*byte));
        hash ^= mix(block);
    }
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_hash_is_murmur3() {
        assert_eq!(murmur3(b""), 0);
        assert_eq!(murmur3(b"hello"), 0x248b_fa47);
        assert_eq!(murmur3(b"The quick brown fox jumps over the lazy dog"), 0x2e4f_f723);
    }

    proptest! {
        /// The oracle: group g belongs to subtask s exactly if s's range [ceil(s*128/p), ceil((s+1)*128/p)) holds it.
        #[test]
        fn key_groups_are_dealt_in_ranges(group in 0..MAX_PARALLELISM, parallelism in 1..=MAX_PARALLELISM) {
            let owner = subtask(group, parallelism);
            let start = (owner * MAX_PARALLELISM).div_ceil(parallelism);
            let end = ((owner + 1) * MAX_PARALLELISM).div_ceil(parallelism);
            prop_assert!(owner < parallelism && (start..end).contains(&group));
        }

        #[test]
        fn equal_keys_stay_together(key in "[a-z]{0,6}", other in any::<i64>()) {
            let row = |other| vec![Value::Integer(other), Value::text(key.as_str())];
            prop_assert_eq!(key_group(&row(other), &[1]), key_group(&row(0), &[1]));
        }
    }
}

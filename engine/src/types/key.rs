//! Keys: their hash, their key group, and the subtask that owns it.
//!
//! All three are part of the format of savepoints: a change of any of them loses every job's state.

/// The hash of a key's bytes, as [`super::row_codec::RowCodec`] writes them. Stable for ever.
pub fn hash(bytes: &[u8]) -> u64 {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(SEED);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        hash = mix(hash, word);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        hash = mix(hash, rest);
    }
    // The finaliser of murmur3: every bit of the input reaches the low bits.
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

fn mix(hash: u64, word: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..word.len()].copy_from_slice(word);
    (hash.rotate_left(23) ^ u64::from_le_bytes(bytes)).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The key group of a hash: from 0, less than `max_parallelism`.
pub fn group(hash: u64, max_parallelism: u32) -> u16 {
    (hash % u64::from(max_parallelism.max(1))) as u16
}

/// The subtask that owns a key group, as Flink's `KeyGroupRangeAssignment` has it.
pub fn subtask(group: u16, max_parallelism: u32, parallelism: u32) -> u32 {
    u32::from(group) * parallelism / max_parallelism.max(1)
}

/// The key groups that a subtask owns.
pub fn groups_of(subtask: u32, max_parallelism: u32, parallelism: u32) -> std::ops::Range<u16> {
    let first = |subtask: u32| (subtask * max_parallelism).div_ceil(parallelism.max(1)) as u16;
    first(subtask)..first(subtask + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_the_one_owner_whose_range_it_is_in() {
        for max in [1, 7, 128, 300] {
            for parallelism in 1..=max.min(40) {
                for group in 0..max as u16 {
                    let owner = subtask(group, max, parallelism);
                    assert!(groups_of(owner, max, parallelism).contains(&group), "{group} of {max} at {parallelism}");
                }
            }
        }
    }

    /// Savepoints depend on it.
    #[test]
    fn the_hash_does_not_change() {
        assert_eq!([hash(b""), hash(b"squirrel"), hash(b"a longer key")].map(|hash| group(hash, 128)), HASHES);
    }

    const HASHES: [u16; 3] = [106, 1, 46];
}

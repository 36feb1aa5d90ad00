//! Java's `SplittableRandom`, so that generated data is the same as what Java generates of the same seed.

/// A generator (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next_seed(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let mut mixed = self.next_seed();
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bits_32(&mut self) -> u32 {
        let mut mixed = self.next_seed();
        mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0x62a9_d9ed_7997_05f5);
        (((mixed ^ (mixed >> 28)).wrapping_mul(0xcb24_d0a5_c88c_35b3)) >> 32) as u32
    }

    /// From 0 up to and without `bound`, which is from 1 to 2^31 - 1: `nextInt(bound)`.
    pub fn below(&mut self, bound: u32) -> u32 {
        let mut drawn = self.bits_32();
        if bound.is_power_of_two() {
            return drawn & (bound - 1);
        }
        loop {
            let half = drawn >> 1;
            let rest = half % bound;
            // The last, incomplete run of remainders is drawn again.
            if half + (bound - 1) - rest < 1 << 31 {
                return rest;
            }
            drawn = self.bits_32();
        }
    }

    /// From 0 up to and without `bound`: `nextLong(bound)`.
    pub fn below_long(&mut self, bound: u64) -> u64 {
        let mut drawn = self.bits();
        if bound.is_power_of_two() {
            return drawn & (bound - 1);
        }
        loop {
            let half = drawn >> 1;
            let rest = half % bound;
            if half + (bound - 1) - rest < 1 << 63 {
                return rest;
            }
            drawn = self.bits();
        }
    }

    /// From 0 up to and without 1.
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `min` to `max`, both included.
    pub fn between(&mut self, min: i64, max: i64) -> i64 {
        let span = max.wrapping_sub(min) as u64;
        if span == u64::MAX {
            return self.bits() as i64;
        }
        min.wrapping_add((self.bits() % (span + 1)) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Java's generator draws of the seed 42.
    #[test]
    fn the_numbers_are_javas() {
        let mut random = Random::new(42);
        let drawn: Vec<u32> = (0..5).map(|_| random.below(1000)).collect();
        assert_eq!(drawn, JAVA_BELOW);
        let mut random = Random::new(42);
        assert_eq!((random.bits() as i64, random.fraction().to_bits(), random.below_long(1_000_000_007)), JAVA_LONG);
    }

    const JAVA_BELOW: [u32; 5] = [31, 556, 481, 172, 781];
    const JAVA_LONG: (i64, u64, u64) = (-4_767_286_540_954_276_203, 4_594_929_399_376_720_760, 243_888_937);
}

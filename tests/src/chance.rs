//! Chance that can be had again: numbers that follow from a seed.

use std::{env, ops::Range, time::SystemTime};

/// A sequence of numbers that look random (splitmix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// The sequence of the seed in `DRSQUIRREL_SEED`, else of the clock; which one is printed, for it to be tried again.
    pub fn seeded() -> Chance {
        let clock =
            || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_micros() as u64;
        let given = env::var("DRSQUIRREL_SEED").ok().map(|seed| seed.parse().expect("DRSQUIRREL_SEED is a number"));
        let seed = given.unwrap_or_else(clock);
        eprintln!("seed: DRSQUIRREL_SEED={seed}");
        Chance(seed)
    }

    /// The next number, of this range.
    pub fn of(&mut self, range: Range<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start + (mixed ^ (mixed >> 31)) % (range.end - range.start)
    }
}

//! How long the tests with random input and random damage run.

use proptest::prelude::ProptestConfig;

/// So many cases of each, where the variable is set; else each test's own number, which takes seconds.
const VARIABLE: &str = "DRSQUIRREL_FUZZ_CASES";

/// The configuration of a test that runs `cases` in a normal run.
pub fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var(VARIABLE).ok().and_then(|asked| asked.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(cases), max_shrink_iters: 2000, ..ProptestConfig::default() }
}

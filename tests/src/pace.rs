//! How fast this machine is. Time limits of the product hold at normal speed; on a machine that is slower, or shared, they
//! are stretched as much as it is slower, so that a test fails for the product's sake only.

use std::{
    hint::black_box,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

/// Steps of work, and the time that two threads take for it side by side on a machine of normal speed.
const STEPS: u64 = 150_000_000;
const NORMAL: Duration = Duration::from_millis(250);

/// A machine that is slower than this is not waited for.
const SLOWEST: f64 = 5.0;

static SLOWNESS: LazyLock<f64> = LazyLock::new(|| {
    let started = Instant::now();
    thread::scope(|scope| (0..2).for_each(|seed| drop(scope.spawn(move || black_box(work(seed))))));
    let slowness = (started.elapsed().as_secs_f64() / NORMAL.as_secs_f64()).clamp(1.0, SLOWEST);
    eprintln!("this machine's time limits are stretched by {slowness:.1}");
    slowness
});

/// `limit`, as long as this machine needs for it.
pub fn at_this_pace(limit: Duration) -> Duration {
    limit.mul_f64(*SLOWNESS)
}

/// How long a thing is waited for that has no limit of its own: five times what it takes.
pub fn patience(usual: Duration) -> Duration {
    at_this_pace(usual) * 5
}

fn work(seed: u64) -> u64 {
    (0..STEPS).fold(seed, |x, _| x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
}

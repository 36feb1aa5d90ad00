//! What sampled stacks say: idle, waiting for something outside, or computing.

use model::{Stack, StackSample, VertexSnapshot};

use crate::case::Case;
use crate::load::to_f64;
use crate::names::Frame;
use crate::thresholds::STACKS_FRESH_MS;

/// What a thread was doing in one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It had no input or no room for output: it sat in its mailbox.
    Idle,
    /// It waited inside a call, and the sampler saw it off the processor.
    Parked,
    /// It waited inside a native read; the JVM calls that running.
    Native,
    /// It computed.
    Computing,
}

/// Innermost frames of a thread that is off the processor.
const PARKED: [&str; 6] =
    ["Thread.sleep", "Unsafe.park", "Object.wait", "Thread.join", "LockSupport.park", "TimeUnit.sleep"];
/// Innermost frames of a thread that waits in the kernel while the JVM calls it runnable.
const NATIVE: [&str; 9] = [
    "socketRead0",
    "SocketDispatcher.read",
    "SocketDispatcher.write",
    "Net.poll",
    "EPoll.wait",
    "epollWait",
    "KQueue.poll",
    "FileDispatcherImpl.read",
    "FileDispatcherImpl.force",
];
/// How many innermost frames are looked at for these.
const INNERMOST: usize = 3;

/// What the thread of one stack was doing.
pub fn doing(stack: &Stack) -> Doing {
    let inner = |names: &[&str]| stack.frames.iter().take(INNERMOST).any(|f| names.iter().any(|name| f.contains(name)));
    if stack.frames.iter().any(|frame| frame.contains("TaskMailboxImpl.take")) {
        Doing::Idle
    } else if inner(&NATIVE) {
        Doing::Native
    } else if inner(&PARKED) {
        Doing::Parked
    } else {
        Doing::Computing
    }
}

/// A vertex's sample, sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted<'a> {
    /// Samples inside a call that waits.
    pub waiting: u64,
    /// Samples that computed.
    pub computing: u64,
    /// The most frequent stack that waits.
    pub waits_in: Option<&'a Stack>,
    /// The most frequent stack that computes.
    pub computes_in: Option<&'a Stack>,
}

impl Sorted<'_> {
    /// Share of the working samples that wait; `None` where none works.
    pub fn waiting_share(&self) -> Option<f64> {
        let working = self.waiting.saturating_add(self.computing);
        (working >= FEWEST).then(|| share(self.waiting, working))
    }
}

/// Fewer working samples than these say nothing.
pub const FEWEST: u64 = 10;

/// `part / whole`.
pub fn share(part: u64, whole: u64) -> f64 {
    let number = |n: u64| i64::try_from(n).map_or(f64::MAX, to_f64);
    number(part) / number(whole).max(1.0)
}

/// Sorts a sample by what its threads did.
pub fn sort(sample: &StackSample) -> Sorted<'_> {
    let of = |wanted: &[Doing]| sample.top.iter().filter(|s| wanted.contains(&doing(s))).collect::<Vec<_>>();
    let count = |stacks: &[&Stack]| stacks.iter().fold(0_u64, |sum, stack| sum.saturating_add(stack.samples));
    let (parked, native, computing) = (of(&[Doing::Parked]), of(&[Doing::Native]), of(&[Doing::Computing]));
    let on_cpu = if sample.on_cpu.saturating_add(sample.off_cpu) == 0 { count(&computing) } else { sample.on_cpu };
    Sorted {
        waiting: count(&parked).saturating_add(count(&native)),
        computing: on_cpu.saturating_sub(count(&native)),
        waits_in: of(&[Doing::Parked, Doing::Native]).into_iter().max_by_key(|stack| stack.samples),
        computes_in: computing.into_iter().max_by_key(|stack| stack.samples),
    }
}

/// The vertex' sample, where it is of this run and recent; an older one describes another time.
pub fn fresh<'a>(case: &Case, vertex: &'a VertexSnapshot) -> Option<&'a StackSample> {
    let sample = vertex.stacks.as_ref()?;
    let recent = case.now().at().since_ms(sample.at) <= STACKS_FRESH_MS;
    (recent && sample.at >= case.run_began()).then_some(sample)
}

/// The innermost frame of the user's own code.
pub fn user_frame(stack: &Stack) -> Option<Frame> {
    stack.frames.iter().filter_map(|line| Frame::parse(line)).find(Frame::is_users)
}

#[cfg(test)]
mod tests {
    use model::{Stack, StackSample};

    use super::{Doing, doing, sort};

    fn stack(samples: u64, frames: &[&str]) -> Stack {
        Stack { samples, frames: frames.iter().map(|f| (*f).to_owned()).collect() }
    }

    #[test]
    fn tells_idle_from_waiting_from_computing() {
        let park = ["jdk.internal.misc.Unsafe.park:-2", "java.util.concurrent.locks.LockSupport.parkNanos:252"];
        assert_eq!(doing(&stack(1, &[park[0], park[1], "org.x.TaskMailboxImpl.take:161"])), Doing::Idle);
        assert_eq!(doing(&stack(1, &[park[0], park[1], "KafkaJob$SinkCall.call:74"])), Doing::Parked);
        assert_eq!(
            doing(&stack(1, &["sun.nio.ch.SocketDispatcher.read0:-2", "sun.nio.ch.SocketDispatcher.read:47"])),
            Doing::Native
        );
        assert_eq!(doing(&stack(1, &["OrdersPipeline$Agg.hotLoop:102"])), Doing::Computing);
    }

    #[test]
    fn a_native_read_that_the_jvm_calls_running_is_waiting() {
        let sample = StackSample {
            on_cpu: 100,
            off_cpu: 0,
            top: vec![stack(95, &["java.net.SocketInputStream.socketRead0:-2", "Dao.query:7"])],
            ..Default::default()
        };
        let sorted = sort(&sample);
        assert_eq!((sorted.waiting, sorted.computing), (95, 5));
    }

    #[test]
    fn too_few_working_samples_say_nothing() {
        let sample = StackSample { on_cpu: 3, off_cpu: 197, ..Default::default() };
        assert_eq!(sort(&sample).waiting_share(), None);
    }
}

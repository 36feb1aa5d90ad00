//! Side outputs.

use std::{
    marker::PhantomData,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Numbers from 1; 0 is an operator's own output.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// Names a side output and the type of its records.
///
/// ```
/// use engine::dataflow::{Dataflow, Tag, run};
/// use std::sync::{Arc, Mutex};
///
/// let flow = Dataflow::new("odd and even");
/// let odd = Tag::new();
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let even = flow.collection("numbers", 1..=4).split("odd", &odd, |n: &i64| n % 2 == 1);
/// let (evens, odds) = (Arc::clone(&seen), Arc::clone(&seen));
/// even.side(&odd).for_each("odds", move |n| odds.lock().unwrap().push(format!("odd {n}")));
/// even.for_each("evens", move |n| evens.lock().unwrap().push(format!("even {n}")));
/// run(flow.build(&Default::default())?)?;
/// let mut seen = seen.lock().unwrap().clone();
/// seen.sort();
/// assert_eq!(seen, ["even 2", "even 4", "odd 1", "odd 3"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tag<T> {
    number: usize,
    item: PhantomData<fn() -> T>,
}

impl<T> Tag<T> {
    /// A tag that is no other.
    #[expect(clippy::new_without_default, reason = "two defaults would not be equal")]
    pub fn new() -> Self {
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), item: PhantomData }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }
}

impl<T> Clone for Tag<T> {
    fn clone(&self) -> Self {
        Self { number: self.number, item: PhantomData }
    }
}

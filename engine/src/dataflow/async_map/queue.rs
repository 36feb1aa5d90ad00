//! Calls in the order in which they were made, and the watermarks between them.

use std::collections::VecDeque;

use super::Order;
use crate::dataflow::record::Record;

/// A call or a watermark.
#[derive(Debug)]
enum Entry<T, U> {
    Call { number: u64, value: Record<T>, answer: Option<U> },
    Watermark(i64),
}

/// What may be emitted.
#[derive(Debug, PartialEq, Eq)]
pub enum Ready<U> {
    /// An answer.
    Answer(Record<U>),
    /// A watermark.
    Watermark(i64),
}

/// Calls that were not emitted yet.
#[derive(Debug)]
pub struct Queue<T, U> {
    order: Order,
    entries: VecDeque<Entry<T, U>>,
    calls: usize,
    next: u64,
}

impl<T, U> Queue<T, U> {
    /// An empty queue.
    pub fn new(order: Order) -> Self {
        Self { order, entries: VecDeque::new(), calls: 0, next: 0 }
    }

    /// How many calls there are.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Whether there is nothing to wait for.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Appends a call; its number.
    pub fn push(&mut self, value: Record<T>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.calls += 1;
        self.entries.push_back(Entry::Call { number, value, answer: None });
        number
    }

    /// Appends a watermark: it is emitted after the answers of all calls before it.
    pub fn watermark(&mut self, watermark: i64) {
        self.entries.push_back(Entry::Watermark(watermark));
    }

    /// A call was answered.
    pub fn answered(&mut self, of: u64, with: U) {
        let found = self.entries.iter_mut().find_map(|entry| match entry {
            Entry::Call { number, answer, .. } if *number == of => Some(answer),
            _ => None,
        });
        if let Some(answer) = found {
            *answer = Some(with);
        }
    }

    /// Takes out what may be emitted now, in order.
    pub fn ready(&mut self) -> Vec<Ready<U>> {
        let mut ready = Vec::new();
        loop {
            let place = match (self.entries.front(), self.order) {
                (Some(Entry::Watermark(_) | Entry::Call { answer: Some(_), .. }), _) => Some(0),
                // Up to the next watermark, whichever is answered.
                (Some(_), Order::Unordered) => self
                    .entries
                    .iter()
                    .take_while(|entry| matches!(entry, Entry::Call { .. }))
                    .position(|entry| matches!(entry, Entry::Call { answer: Some(_), .. })),
                _ => None,
            };
            match place.and_then(|place| self.entries.remove(place)) {
                Some(Entry::Watermark(watermark)) => ready.push(Ready::Watermark(watermark)),
                Some(Entry::Call { value, answer: Some(answer), .. }) => {
                    self.calls -= 1;
                    ready.push(Ready::Answer(value.map(|_| answer)));
                }
                _ => return ready,
            }
        }
    }

    /// The values whose answers were not emitted, in their order.
    pub fn values(&self) -> impl Iterator<Item = &Record<T>> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Call { value, .. } => Some(value),
            Entry::Watermark(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(order: Order, steps: &[(&str, i64)], expect: &[&str]) {
        let mut queue = Queue::new(order);
        let mut emitted = Vec::new();
        for (step, n) in steps {
            match *step {
                "call" => {
                    queue.push(Record { value: *n, timestamp: Some(*n) });
                }
                "watermark" => queue.watermark(*n),
                _ => queue.answered(n.unsigned_abs(), n * 10),
            }
            emitted.extend(queue.ready().into_iter().map(|ready| match ready {
                Ready::Answer(record) => format!("{}@{:?}", record.value, record.timestamp),
                Ready::Watermark(watermark) => format!("w{watermark}"),
            }));
        }
        assert_eq!(emitted, expect, "{order:?}");
        assert_eq!(queue.calls(), queue.values().count());
    }

    #[test]
    fn answers_keep_their_order_or_that_of_watermarks() {
        let calls = [("call", 0), ("call", 1), ("watermark", 1), ("call", 2)];
        let answers = [("answer", 2), ("answer", 1), ("answer", 0)];
        let steps = [calls.as_slice(), answers.as_slice()].concat();
        check(Order::Ordered, &steps, &["0@Some(0)", "10@Some(1)", "w1", "20@Some(2)"]);
        check(Order::Unordered, &steps, &["10@Some(1)", "0@Some(0)", "w1", "20@Some(2)"]);
        check(Order::Unordered, &[("watermark", 5), ("call", 0), ("watermark", 6)], &["w5"]);
    }
}

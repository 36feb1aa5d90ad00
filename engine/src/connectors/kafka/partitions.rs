//! The partitions of one subtask, how far each was read, and their way into the state.

use super::start::TopicPartition;
use crate::{
    runtime::Failure,
    types::{Field, RowReader, RowWriter, TypeKind},
};

/// A partition that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Which.
    pub partition: TopicPartition,
    /// The next record's offset.
    pub next: i64,
    /// Where it ends; `None` without end.
    pub end: Option<i64>,
}

impl Split {
    /// Whether all of it was read.
    pub fn is_done(&self) -> bool {
        self.end.is_some_and(|end| self.next >= end)
    }
}

/// The subtask that reads a partition: partitions of a topic in turn, from one that the topic's name decides, as in Flink.
pub fn owner(partition: &TopicPartition, parallelism: u32) -> u32 {
    let hash = partition.topic.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    let start = (hash.wrapping_mul(31) & i32::MAX) as u32 % parallelism;
    (start + partition.partition as u32) % parallelism
}

/// The columns of an element of the state.
pub fn schema() -> Vec<Field> {
    vec![
        Field::new("topic", TypeKind::STRING.not_null()),
        Field::new("partition", TypeKind::Int.not_null()),
        Field::new("offset", TypeKind::BigInt.not_null()),
        Field::new("end", TypeKind::BigInt.nullable()),
    ]
}

/// An element of the state.
pub fn encode(split: &Split) -> Box<[u8]> {
    let mut row = RowWriter::new();
    row.slice(split.partition.topic.as_bytes());
    row.i32(split.partition.partition);
    row.i64(split.next);
    match split.end {
        Some(end) => row.i64(end),
        None => row.null(),
    }
    row.into_bytes().into()
}

/// The split of an element.
pub fn decode(element: &[u8]) -> Result<Split, Failure> {
    let read = || {
        let mut row = RowReader::new(element);
        let topic = row.read_text().ok()??.to_owned();
        let partition = row.read_i32().ok()??;
        let (next, end) = (row.read_i64().ok()??, row.read_i64().ok()?);
        Some(Split { partition: TopicPartition { topic, partition }, next, end })
    };
    read().ok_or_else(|| {
        Failure::new("java.lang.IllegalStateException", "The state 'splits' of a Kafka source cannot be read")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn splits_go_into_the_state_and_back() {
        for end in [None, Some(7)] {
            let partition = TopicPartition { topic: "orders".to_owned(), partition: 3 };
            let split = Split { partition, next: 5, end };
            assert_eq!(decode(&encode(&split)).unwrap(), split);
        }
        assert!(decode(b"").is_err());
    }

    #[test]
    fn each_partition_has_one_owner_and_they_are_shared_evenly() {
        let partition = |partition| TopicPartition { topic: "orders".to_owned(), partition };
        for parallelism in 1..7 {
            let mut counts = vec![0; parallelism as usize];
            (0..12).for_each(|number| counts[owner(&partition(number), parallelism) as usize] += 1);
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
        }
    }
}

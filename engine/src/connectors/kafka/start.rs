//! Where a Kafka source begins and ends.

use std::collections::BTreeMap;

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
};

use super::client::{ASK_TIMEOUT, failure};
use crate::{options::Options, runtime::Failure};

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic.
    pub topic: String,
    /// The number of the partition.
    pub partition: i32,
}

/// A place in every partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The first record that is still there.
    Earliest,
    /// Behind the last record.
    Latest,
    /// What the group has committed.
    Group,
    /// The first record of this time or later: milliseconds since 1970.
    Timestamp(i64),
    /// The offset of each partition by number; others as [`Place::Group`] at the start, and without end at the end.
    Specific(BTreeMap<i32, i64>),
}

impl Place {
    /// `scan.startup.mode`; the committed offsets by default, as in Flink.
    pub fn startup(options: Options<'_>) -> Self {
        match options.get("scan.startup.mode") {
            Some("earliest-offset") => Self::Earliest,
            Some("latest-offset") => Self::Latest,
            Some("timestamp") => Self::Timestamp(options.number("scan.startup.timestamp-millis").unwrap_or(0)),
            Some("specific-offsets") => {
                let offsets = options.get("scan.startup.specific-offsets").and_then(parse_offsets);
                Self::Specific(offsets.unwrap_or_default())
            }
            _ => Self::Group,
        }
    }

    /// `scan.bounded.mode`; `None` without end.
    pub fn bounded(options: Options<'_>) -> Option<Self> {
        match options.get("scan.bounded.mode") {
            Some("latest-offset") => Some(Self::Latest),
            Some("group-offsets") => Some(Self::Group),
            Some("timestamp") => Some(Self::Timestamp(options.number("scan.bounded.timestamp-millis").unwrap_or(0))),
            Some("specific-offsets") => {
                let offsets = options.get("scan.bounded.specific-offsets").and_then(parse_offsets);
                Some(Self::Specific(offsets.unwrap_or_default()))
            }
            _ => None,
        }
    }
}

/// `partition:0,offset:42;partition:1,offset:300`
pub fn parse_offsets(text: &str) -> Option<BTreeMap<i32, i64>> {
    let entry = |entry: &str| {
        let (partition, offset) = entry.split_once(',')?;
        let partition = partition.trim().strip_prefix("partition:")?.trim().parse().ok()?;
        let offset = offset.trim().strip_prefix("offset:")?.trim().parse().ok()?;
        Some((partition, offset))
    };
    text.split(';').filter(|part| !part.trim().is_empty()).map(entry).collect()
}

/// The offset of a place in each of these partitions: where the next record would be. With a place of the group where
/// nothing was committed, `otherwise` says which; `None` there is an error.
pub fn offsets<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    partitions: &[TopicPartition],
    place: &Place,
    otherwise: Option<&Place>,
) -> Result<Vec<i64>, Failure> {
    let mut found = match place {
        Place::Earliest | Place::Latest => vec![None; partitions.len()],
        Place::Group => committed(consumer, partitions)?,
        Place::Timestamp(millis) => at_time(consumer, partitions, *millis)?,
        Place::Specific(offsets) => {
            let mut found = committed(consumer, partitions)?;
            for (found, partition) in found.iter_mut().zip(partitions) {
                *found = offsets.get(&partition.partition).copied().or(*found);
            }
            found
        }
    };
    for (offset, partition) in found.iter_mut().zip(partitions) {
        if offset.is_some() {
            continue;
        }
        let place = match place {
            Place::Group | Place::Specific(_) => otherwise.ok_or_else(|| nothing_committed(partition))?,
            // Nothing of that time or later is there.
            Place::Timestamp(_) => &Place::Latest,
            other => other,
        };
        let (first, end) = consumer
            .fetch_watermarks(&partition.topic, partition.partition, ASK_TIMEOUT)
            .map_err(|error| failure(&format!("Could not find the offsets of {partition}"), &error))?;
        *offset = Some(if *place == Place::Earliest { first } else { end });
    }
    Ok(found.into_iter().flatten().collect())
}

fn nothing_committed(partition: &TopicPartition) -> Failure {
    let message = format!(
        "The group has committed no offset of {partition}. Set 'scan.startup.mode' to 'earliest-offset' or \
         'latest-offset', or 'properties.auto.offset.reset' to 'earliest' or 'latest'"
    );
    Failure::new("org.apache.kafka.clients.consumer.NoOffsetForPartitionException", message)
}

fn committed<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    partitions: &[TopicPartition],
) -> Result<Vec<Option<i64>>, Failure> {
    let mut asked = TopicPartitionList::new();
    for partition in partitions {
        asked.add_partition(&partition.topic, partition.partition);
    }
    let answered = consumer
        .committed_offsets(asked, ASK_TIMEOUT)
        .map_err(|error| failure("Could not read the committed offsets", &error))?;
    Ok(partitions.iter().map(|partition| of_partition(&answered, partition)).collect())
}

fn at_time<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    partitions: &[TopicPartition],
    millis: i64,
) -> Result<Vec<Option<i64>>, Failure> {
    let mut asked = TopicPartitionList::new();
    for partition in partitions {
        // The time stands where the answer's offset will.
        asked
            .add_partition_offset(&partition.topic, partition.partition, Offset::Offset(millis))
            .map_err(|error| failure("The starting time", &error))?;
    }
    let answered = consumer
        .offsets_for_times(asked, ASK_TIMEOUT)
        .map_err(|error| failure("Could not find the offsets of the time", &error))?;
    Ok(partitions.iter().map(|partition| of_partition(&answered, partition)).collect())
}

fn of_partition(list: &TopicPartitionList, partition: &TopicPartition) -> Option<i64> {
    match list.find_partition(&partition.topic, partition.partition)?.offset() {
        Offset::Offset(offset) if offset >= 0 => Some(offset),
        _ => None,
    }
}

impl std::fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specific_offsets_are_read_as_flink_reads_them() {
        let expect = BTreeMap::from([(0, 42), (1, 300)]);
        assert_eq!(parse_offsets("partition:0,offset:42;partition:1,offset:300"), Some(expect.clone()));
        assert_eq!(parse_offsets(" partition:0, offset:42; partition:1,offset:300; "), Some(expect));
        for bad in ["0:42", "partition:0", "partition:x,offset:1", "partition:0,offset:"] {
            assert_eq!(parse_offsets(bad), None, "{bad}");
        }
    }
}

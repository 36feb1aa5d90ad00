//! Pending messages in the state.

use std::collections::BTreeMap;

use crate::{
    connectors::kafka::sink::OutMessage,
    runtime::Failure,
    types::{Field, RowReader, RowWriter, TypeKind},
};

/// The messages of one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its number.
    pub checkpoint: u64,
    /// When it was made: milliseconds since 1970.
    pub made_ms: i64,
    /// The messages, in order.
    pub messages: Vec<OutMessage>,
}

/// What a checkpoint has of a sink.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restored {
    /// The sink's id.
    pub sink_id: String,
    /// The attempt that made the checkpoint.
    pub attempt: String,
    /// What each of its subtasks had pending, by checkpoint.
    pub by_subtask: BTreeMap<u32, Vec<Pending>>,
}

/// Whose an element is.
#[derive(Debug, Clone)]
pub struct Identity<'a> {
    sink_id: &'a str,
    attempt: &'a str,
    subtask: u32,
}

/// Whose the elements of a subtask are.
pub fn identity<'a>(sink_id: &'a str, attempt: &'a str, subtask: u32) -> Identity<'a> {
    Identity { sink_id, attempt, subtask }
}

/// An element holds about so many bytes of messages.
const ELEMENT_BYTES: usize = 1 << 20;

/// The columns of an element.
pub fn schema() -> Vec<Field> {
    vec![
        Field::new("sink", TypeKind::STRING.not_null()),
        Field::new("attempt", TypeKind::STRING.not_null()),
        Field::new("subtask", TypeKind::Int.not_null()),
        Field::new("checkpoint", TypeKind::BigInt.nullable()),
        Field::new("made", TypeKind::BigInt.nullable()),
        Field::new("messages", TypeKind::BYTES.nullable()),
    ]
}

impl Identity<'_> {
    fn begin(&self) -> RowWriter {
        let mut row = RowWriter::new();
        row.slice(self.sink_id.as_bytes());
        row.slice(self.attempt.as_bytes());
        row.i32(self.subtask as i32);
        row
    }

    /// An element without messages.
    pub fn alone(&self) -> Box<[u8]> {
        let mut row = self.begin();
        (0..3).for_each(|_| row.null());
        row.into_bytes().into()
    }
}

/// The elements of a checkpoint's messages.
pub fn encode(own: &Identity<'_>, pending: &Pending) -> Vec<Box<[u8]>> {
    let mut elements = Vec::new();
    let mut messages = RowWriter::new();
    for (index, message) in pending.messages.iter().enumerate() {
        encode_message(message, &mut messages);
        if messages.bytes().len() >= ELEMENT_BYTES || index + 1 == pending.messages.len() {
            let mut row = own.begin();
            row.i64(pending.checkpoint as i64);
            row.i64(pending.made_ms);
            row.slice(messages.bytes());
            elements.push(row.into_bytes().into());
            messages.clear();
        }
    }
    elements
}

fn encode_message(message: &OutMessage, row: &mut RowWriter) {
    row.slice(message.topic.as_bytes());
    match message.partition {
        Some(partition) => row.i32(partition),
        None => row.null(),
    }
    for part in [&message.key, &message.value] {
        match part {
            Some(bytes) => row.slice(bytes),
            None => row.null(),
        }
    }
    match message.timestamp {
        Some(timestamp) => row.i64(timestamp),
        None => row.null(),
    }
    row.i32(message.headers.len() as i32);
    for (key, value) in &message.headers {
        row.slice(key.as_bytes());
        row.slice(value);
    }
}

/// What the elements of all subtasks hold; `None` where there are none.
pub fn decode(elements: &[Box<[u8]>]) -> Result<Option<Restored>, Failure> {
    let mut restored: Option<Restored> = None;
    for element in elements {
        let broken =
            || Failure::new("java.lang.IllegalStateException", "The state 'pending' of a Kafka sink cannot be read");
        decode_element(element, &mut restored).ok_or_else(broken)?;
    }
    Ok(restored)
}

fn decode_element(element: &[u8], restored: &mut Option<Restored>) -> Option<()> {
    let mut row = RowReader::new(element);
    let (sink_id, attempt) = (row.read_text().ok()??.to_owned(), row.read_text().ok()??.to_owned());
    let subtask = row.read_i32().ok()?? as u32;
    let (checkpoint, made_ms, messages) = (row.read_i64().ok()?, row.read_i64().ok()?, row.read_slice().ok()?);
    let restored = restored.get_or_insert_with(|| Restored { sink_id, attempt, by_subtask: BTreeMap::new() });
    let pending = restored.by_subtask.entry(subtask).or_default();
    let (Some(checkpoint), Some(made_ms), Some(messages)) = (checkpoint, made_ms, messages) else { return Some(()) };
    let messages = decode_messages(messages)?;
    match pending.last_mut() {
        Some(last) if last.checkpoint == checkpoint as u64 => last.messages.extend(messages),
        _ => pending.push(Pending { checkpoint: checkpoint as u64, made_ms, messages }),
    }
    Some(())
}

fn decode_messages(bytes: &[u8]) -> Option<Vec<OutMessage>> {
    let mut row = RowReader::new(bytes);
    let mut messages = Vec::new();
    while !row.is_empty() {
        let topic = row.read_text().ok()??.to_owned();
        let partition = row.read_i32().ok()?;
        let key = row.read_slice().ok()?.map(<[u8]>::to_vec);
        let value = row.read_slice().ok()?.map(<[u8]>::to_vec);
        let timestamp = row.read_i64().ok()?;
        let count = row.read_i32().ok()??;
        let mut headers = Vec::new();
        for _ in 0..count {
            headers.push((row.read_text().ok()??.to_owned(), row.read_slice().ok()??.to_vec()));
        }
        messages.push(OutMessage { topic, partition, key, value, timestamp, headers });
    }
    Some(messages)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn messages_go_into_the_state_and_back() {
        let message = |n: usize| OutMessage {
            topic: "t".to_owned(),
            partition: n.is_multiple_of(2).then_some(3),
            key: Some(vec![1, 2]),
            value: (n > 0).then(|| vec![0; n]),
            timestamp: Some(-5),
            headers: vec![("h".to_owned(), vec![9])],
        };
        let pending: Vec<Pending> =
            [vec![message(0), message(3)], vec![message(700_000), message(600_000), message(1)]]
                .into_iter()
                .zip(4..)
                .map(|(messages, checkpoint)| Pending { checkpoint, made_ms: 77, messages })
                .collect();
        let own = identity("sink", "attempt", 2);
        let mut elements: Vec<Box<[u8]>> = pending.iter().flat_map(|pending| encode(&own, pending)).collect();
        assert_eq!(elements.len(), 3);
        elements.extend([own.alone(), identity("sink", "attempt", 0).alone()]);
        let restored = decode(&elements).unwrap().unwrap();
        assert_eq!((restored.sink_id.as_str(), restored.attempt.as_str()), ("sink", "attempt"));
        assert_eq!(restored.by_subtask, BTreeMap::from([(0, vec![]), (2, pending)]));
        assert_eq!(decode(&[]).unwrap(), None);
        assert!(decode(&[b"nonsense".as_slice().into()]).is_err());
    }
}

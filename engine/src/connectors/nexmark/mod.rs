//! `'connector' = 'nexmark'`: the events of the Nexmark benchmark, an online auction: persons, auctions and bids, 1 : 3 : 46,
//! as the generator of the public Flink benchmark makes them. An event is decided by its number, so every run is the same.

mod events;
mod names;

use std::collections::BTreeMap;

use super::{
    generated::Generated,
    layout::{Layout, ReadColumn},
};
use crate::{
    options::Options,
    runtime::Stop,
    runtime::operator::{OperatorContext, Source, SourceFactory},
    types::{RowField, TypeKind, Value},
};
use events::{Event, Generator};

/// What is made.
#[derive(Debug, Clone)]
pub struct NexmarkConfig {
    /// `events.num` of them, at `rows-per-second`.
    events: Generated,
    generator: Generator,
}

/// 2020-01-01T00:00:00Z
const FIRST_EVENT_MS: i64 = 1_577_836_800_000;
/// Events of a second of event time: the benchmark's default.
const EVENTS_PER_SECOND: u64 = 10_000;

impl NexmarkConfig {
    /// Reads the options of a table of which these columns are read. A column is known by its name: `event_type`, `person`,
    /// `auction`, `bid`; the fields of the last three by theirs.
    pub fn new(columns: &[ReadColumn], options: &BTreeMap<String, String>) -> Self {
        let options = Options(options);
        Self {
            events: Generated {
                layout: Layout::new(columns),
                rows: options.number("events.num").filter(|events| *events > 0),
                rows_per_second: options.number("rows-per-second").unwrap_or(0),
            },
            generator: Generator {
                first_ms: options.number("first-event.time").unwrap_or(FIRST_EVENT_MS),
                per_second: options.number("next-event.rate").filter(|rate| *rate > 0).unwrap_or(EVENTS_PER_SECOND),
            },
        }
    }
}

impl SourceFactory for NexmarkConfig {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let (fields, generator) = (self.events.layout.physical.clone(), self.generator.clone());
        self.events.open(context, move |number, writers| {
            let event = generator.event(number);
            for (field, writer) in fields.iter().zip(writers) {
                writer.push(&value(&field.name, &field.data_type.kind, &event));
            }
        })
    }
}

/// The value of a column.
fn value(name: &str, kind: &TypeKind, event: &Event) -> Value {
    let row = |wanted: &str| match kind {
        TypeKind::Row(fields) if event.name() == wanted => {
            Value::Row(fields.iter().map(|field| part(field, event)).collect())
        }
        _ => Value::Null,
    };
    match name {
        "event_type" => Value::Integer(event.kind()),
        "person" | "auction" | "bid" => row(name),
        _ => Value::Null,
    }
}

fn part(field: &RowField, event: &Event) -> Value {
    event.field(&field.name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::runtime::TaskContext;
    use crate::runtime::operator::{Chunk, Next};
    use crate::types::Field;

    fn column(name: &str, fields: &[(&str, TypeKind)]) -> ReadColumn {
        let field =
            |(name, kind): &(&str, TypeKind)| RowField { name: (*name).to_owned(), data_type: kind.clone().nullable() };
        let kind = TypeKind::Row(fields.iter().map(field).collect());
        ReadColumn::Physical(Field::new(name, kind.nullable()))
    }

    #[test]
    fn events_are_mixed_and_the_same_every_time() {
        let columns = [
            ReadColumn::Physical(Field::new("event_type", TypeKind::Int.nullable())),
            column(
                "person",
                &[("id", TypeKind::BigInt), ("name", TypeKind::STRING), ("dateTime", TypeKind::Timestamp(3))],
            ),
            column(
                "auction",
                &[("id", TypeKind::BigInt), ("seller", TypeKind::BigInt), ("category", TypeKind::BigInt)],
            ),
            column("bid", &[("auction", TypeKind::BigInt), ("price", TypeKind::BigInt), ("channel", TypeKind::STRING)]),
        ];
        let options = BTreeMap::from([("events.num".to_owned(), "5000".to_owned())]);
        let config = NexmarkConfig::new(&columns, &options);
        assert!(config.events.rows.is_some());
        let types: Vec<_> = config.events.layout.physical.iter().map(|field| field.data_type.clone()).collect();
        let read = |parallelism: u32| {
            let mut rows = Vec::new();
            for subtask in 0..parallelism {
                let task = TaskContext { subtask, parallelism, ..TaskContext::for_test() };
                let mut source = config.open(OperatorContext { task: &task, index: 0, restored: None }).unwrap();
                while let Next::Chunk(Chunk::Batch(batch)) = source.next(&task).unwrap() {
                    rows.extend((0..batch.rows).map(|row| format!("{:?}", batch.row(row, &types))));
                }
            }
            rows.sort();
            rows
        };
        let rows = read(1);
        assert_eq!(rows, read(3));
        let count = |kind: i64| rows.iter().filter(|row| row.starts_with(&format!("[Integer({kind})"))).count();
        assert_eq!([count(0), count(1), count(2)], [100, 300, 4600]);
    }
}

//! `'connector' = 'nexmark'`: the events of the Nexmark benchmark, an online auction: persons, auctions and bids, 1 : 3 : 46,
//! as the generator of the public Flink benchmark makes them. An event is decided by its number, so every run is the same.

mod events;
mod names;

use std::collections::BTreeMap;

use super::{
    BATCH_ROWS,
    format::Columns,
    layout::{Layout, ReadColumn},
    pace::Pace,
    progress::Progress,
};
use crate::{
    options::Options,
    runtime::operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    runtime::{Stop, TaskContext},
    state::SnapshotWriter,
    types::{RowField, TypeKind, Value},
};
use events::{Event, Generator};

/// What is made.
#[derive(Debug, Clone)]
pub struct NexmarkConfig {
    layout: Layout,
    /// `events.num`, over all subtasks; `None` without end.
    events: Option<u64>,
    /// `rows-per-second`, over all subtasks; 0 as fast as it goes.
    rows_per_second: u64,
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
            layout: Layout::new(columns),
            events: options.number("events.num").filter(|events| *events > 0),
            rows_per_second: options.number("rows-per-second").unwrap_or(0),
            generator: Generator {
                first_ms: options.number("first-event.time").unwrap_or(FIRST_EVENT_MS),
                per_second: options.number("next-event.rate").filter(|rate| *rate > 0).unwrap_or(EVENTS_PER_SECOND),
            },
        }
    }
}

impl SourceFactory for NexmarkConfig {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let (subtask, parallelism) = (context.task.subtask, context.task.parallelism);
        let elements = context.restored.and_then(|mut restored| restored.lists.remove("splits"));
        let progress = match elements {
            Some(elements) => Progress::restore(&elements, subtask, parallelism)?,
            None => Progress::begin(subtask, parallelism),
        };
        let pace = Pace::share(Some(self.rows_per_second), parallelism);
        Ok(Box::new(Nexmark { config: self.clone(), columns: self.layout.columns(), pace, progress }))
    }
}

/// Makes every n-th event.
struct Nexmark {
    config: NexmarkConfig,
    columns: Columns,
    pace: Option<Pace>,
    progress: Progress,
}

impl Source for Nexmark {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        let most = match self.pace.as_mut().map(Pace::permits) {
            None => BATCH_ROWS,
            Some(Ok(allowed)) => (allowed as usize).min(BATCH_ROWS),
            Some(Err(wait)) => return Ok(Next::Wait(wait)),
        };
        for _ in 0..most {
            let due = |number: &u64| self.config.events.is_none_or(|events| *number < events);
            let Some(number) = self.progress.peek().filter(due) else { break };
            self.progress.next();
            let event = self.config.generator.event(number);
            for (field, writer) in self.config.layout.physical.iter().zip(&mut self.columns.writers) {
                writer.push(&value(&field.name, &field.data_type.kind, &event));
            }
            self.columns.end_row();
        }
        let rows = self.columns.rows();
        if rows == 0 {
            return Ok(Next::End);
        }
        if let Some(pace) = &mut self.pace {
            pace.emitted(rows as u64);
        }
        Ok(Next::Chunk(Chunk::Batch(self.config.layout.finish(&mut self.columns)?)))
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        writer.list("splits", Progress::schema(), self.progress.elements());
        Ok(())
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
        assert!(config.events.is_some());
        let types: Vec<_> = config.layout.physical.iter().map(|field| field.data_type.clone()).collect();
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

//! `'connector' = 'datagen'`: rows made up, at a pace.

mod field;

use std::collections::BTreeMap;

pub use field::FieldPlan;

use super::{
    BATCH_ROWS,
    layout::{Layout, ReadColumn},
    pace::Pace,
    progress::Progress,
    random::Random,
};
use crate::{
    connectors::format::Columns,
    ids::random_seed,
    options::Options,
    runtime::operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    runtime::{Stop, TaskContext},
    state::SnapshotWriter,
    types::Field,
};

/// Flink's default pace, over all subtasks.
pub const DEFAULT_ROWS_PER_SECOND: u64 = 10_000;

/// What is made.
#[derive(Debug, Clone)]
pub struct DatagenConfig {
    /// The columns that are read.
    fields: Vec<FieldPlan>,
    layout: Layout,
    rows_per_second: u64,
    /// How many rows there are, over all subtasks; `None` without end.
    rows: Option<u64>,
}

impl DatagenConfig {
    /// Reads the options of a table of the columns `all`, of which `columns` are read.
    pub fn new(all: &[Field], columns: &[ReadColumn], options: &BTreeMap<String, String>) -> Self {
        let options = Options(options);
        let layout = Layout::new(columns);
        // A sequence ends the table whether it is read or not.
        let sequences = all.iter().filter_map(|field| FieldPlan::new(field, options).rows()).min();
        let numbered: Option<u64> = options.number("number-of-rows");
        Self {
            fields: layout.physical.iter().map(|field| FieldPlan::new(field, options)).collect(),
            layout,
            rows_per_second: options.number("rows-per-second").unwrap_or(DEFAULT_ROWS_PER_SECOND),
            rows: numbered.into_iter().chain(sequences).min(),
        }
    }
}

impl SourceFactory for DatagenConfig {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let (subtask, parallelism) = (context.task.subtask, context.task.parallelism);
        let elements = context.restored.and_then(|mut restored| restored.lists.remove("splits"));
        let progress = match elements {
            Some(elements) => Progress::restore(&elements, subtask, parallelism)?,
            None => Progress::begin(subtask, parallelism),
        };
        Ok(Box::new(Datagen {
            config: self.clone(),
            columns: self.layout.columns(),
            pace: Pace::share(Some(self.rows_per_second), parallelism),
            progress,
            random: Random::new(random_seed()),
        }))
    }
}

/// Makes every n-th row of the table.
struct Datagen {
    config: DatagenConfig,
    columns: Columns,
    pace: Option<Pace>,
    progress: Progress,
    random: Random,
}

impl Source for Datagen {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        let most = match self.pace.as_mut().map(Pace::permits) {
            None => BATCH_ROWS,
            Some(Ok(allowed)) => (allowed as usize).min(BATCH_ROWS),
            Some(Err(wait)) => return Ok(Next::Wait(wait)),
        };
        for _ in 0..most {
            let Some(row) = self.progress.peek().filter(|row| self.config.rows.is_none_or(|rows| *row < rows)) else {
                break;
            };
            self.progress.next();
            for (field, writer) in self.config.fields.iter().zip(&mut self.columns.writers) {
                writer.push(&field.value(row, &mut self.random));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::types::{DataType, TypeKind, Value};

    fn rows(fields: &[Field], options: &[(&str, &str)]) -> Vec<Vec<Value>> {
        let options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let columns: Vec<ReadColumn> = fields.iter().cloned().map(ReadColumn::Physical).collect();
        let config = DatagenConfig::new(fields, &columns, &options);
        assert!(config.rows.is_some());
        let task = TaskContext::for_test();
        let mut source = config.open(OperatorContext { task: &task, index: 0, restored: None }).unwrap();
        let types: Vec<DataType> = fields.iter().map(|field| field.data_type.clone()).collect();
        let mut rows = Vec::new();
        loop {
            match source.next(&task).unwrap() {
                Next::Chunk(Chunk::Batch(batch)) => rows.extend((0..batch.rows).map(|row| batch.row(row, &types))),
                Next::Wait(_) => {}
                _ => return rows,
            }
        }
    }

    #[test]
    fn rows_are_made_as_asked_for() {
        let fields = [
            Field::new("n", TypeKind::BigInt.nullable()),
            Field::new("s", TypeKind::Varchar(5).nullable()),
            Field::new("d", TypeKind::Decimal(6, 2).nullable()),
            Field::new("a", TypeKind::Array(Box::new(TypeKind::Int.nullable())).nullable()),
            Field::new("x", TypeKind::Double.nullable()),
        ];
        let made = rows(
            &fields,
            &[
                ("fields.n.kind", "sequence"),
                ("fields.n.start", "7"),
                ("fields.n.end", "9"),
                ("rows-per-second", "0"),
                ("fields.x.null-rate", "1"),
            ],
        );
        let numbers: Vec<&Value> = made.iter().map(|row| &row[0]).collect();
        assert_eq!(numbers, [&Value::Integer(7), &Value::Integer(8), &Value::Integer(9)]);
        for row in &made {
            let [_, Value::Text(text), Value::Decimal(_), Value::Array(items), Value::Null] = row.as_slice() else {
                unreachable!("{row:?}")
            };
            assert_eq!((text.len(), items.len()), (5, 3));
        }
        let bounded = rows(
            &fields[..1],
            &[("number-of-rows", "2500"), ("fields.n.min", "-1"), ("fields.n.max", "1"), ("rows-per-second", "0")],
        );
        assert_eq!(bounded.len(), 2500);
        assert!(bounded.iter().all(|row| matches!(row[0], Value::Integer(-1..=1))));
    }
}

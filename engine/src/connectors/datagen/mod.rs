//! `'connector' = 'datagen'`: rows made up, at a pace.

mod field;

use std::collections::BTreeMap;

pub use field::FieldPlan;

use super::{
    generated::Generated,
    layout::{Layout, ReadColumn},
    random::Random,
};
use crate::{
    ids::random_seed,
    options::Options,
    runtime::Stop,
    runtime::operator::{OperatorContext, Source, SourceFactory},
    types::Field,
};

/// Flink's default pace, over all subtasks.
pub const DEFAULT_ROWS_PER_SECOND: u64 = 10_000;

/// What is made.
#[derive(Debug, Clone)]
pub struct DatagenConfig {
    /// The columns that are read.
    fields: Vec<FieldPlan>,
    rows: Generated,
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
            rows: Generated {
                layout,
                rows: numbered.into_iter().chain(sequences).min(),
                rows_per_second: options.number("rows-per-second").unwrap_or(DEFAULT_ROWS_PER_SECOND),
            },
        }
    }
}

impl SourceFactory for DatagenConfig {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let (fields, mut random) = (self.fields.clone(), Random::new(random_seed()));
        self.rows.open(context, move |row, writers| {
            for (field, writer) in fields.iter().zip(writers) {
                writer.push(&field.value(row, &mut random));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::runtime::TaskContext;
    use crate::runtime::operator::{Chunk, Next};
    use crate::types::{DataType, TypeKind, Value};

    fn rows(fields: &[Field], options: &[(&str, &str)]) -> Vec<Vec<Value>> {
        let options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let columns: Vec<ReadColumn> = fields.iter().cloned().map(ReadColumn::Physical).collect();
        let config = DatagenConfig::new(fields, &columns, &options);
        assert!(config.rows.rows.is_some());
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

//! `'connector' = 'datagen'`: rows made up, at a pace.

use super::{BATCH_ROWS, Next, Source, datagen_field::Field, pace::Pace};
use crate::{
    ids::random_seed,
    options::Options,
    runtime::{Stop, TaskContext},
    sql::{
        catalog::Table,
        value::{Row, row_bytes},
    },
};

/// Flink's default pace, over all subtasks.
const DEFAULT_ROWS_PER_SECOND: u64 = 10_000;

/// Makes every n-th row of the table.
pub struct Datagen {
    fields: Vec<Field>,
    pace: Option<Pace>,
    /// The number of the next row, over all subtasks.
    next_row: u64,
    step: u64,
    /// The number of rows, over all subtasks.
    rows: Option<u64>,
    random: Random,
}

impl Datagen {
    /// Reads the options.
    pub fn open(table: &Table, context: &TaskContext) -> Self {
        let options = Options(&table.options);
        let fields: Vec<Field> = table.columns.iter().map(|column| Field::new(column, options)).collect();
        let numbered = options.number("number-of-rows");
        let sequences = fields.iter().filter_map(Field::rows).min();
        Self {
            fields,
            pace: Pace::share(options.number("rows-per-second").or(Some(DEFAULT_ROWS_PER_SECOND)), context.parallelism),
            next_row: u64::from(context.subtask),
            step: u64::from(context.parallelism),
            rows: numbered.into_iter().chain(sequences).min(),
            random: Random(random_seed()),
        }
    }
}

impl Source for Datagen {
    fn next(&mut self, rows: &mut Vec<Row>, context: &TaskContext) -> Result<Next, Stop> {
        let most = match self.pace.as_mut().map(Pace::permits) {
            None => BATCH_ROWS,
            Some(Ok(allowed)) => (allowed as usize).min(BATCH_ROWS),
            Some(Err(wait)) => return Ok(Next::Wait(wait)),
        };
        let flow = &context.metrics.operators[0].1;
        for made in 0..most {
            if self.rows.is_some_and(|rows| self.next_row >= rows) {
                return Ok(if made == 0 { Next::End } else { Next::Rows });
            }
            let row: Row = self.fields.iter().map(|field| field.value(self.next_row, &mut self.random)).collect();
            flow.bytes_out.add(row_bytes(&row));
            rows.push(row);
            self.next_row += self.step;
            if let Some(pace) = &mut self.pace {
                pace.emitted(1);
            }
        }
        Ok(Next::Rows)
    }
}

/// SplitMix64: small, quick, and good enough to make up data.
pub struct Random(pub u64);

impl Random {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without 1.
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `min` to `max`, both included.
    pub fn between(&mut self, min: i64, max: i64) -> i64 {
        let span = max.wrapping_sub(min) as u64;
        if span == u64::MAX {
            return self.bits() as i64;
        }
        min.wrapping_add((self.bits() % (span + 1)) as i64)
    }
}

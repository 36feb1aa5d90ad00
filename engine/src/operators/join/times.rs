//! The times of rows.

use arrow_array::{Array, cast::AsArray, types::TimestampMicrosecondType};

use super::failure;
use crate::{
    runtime::{Failure, Stop},
    types::Batch,
};

/// The times in a column of timestamps, milliseconds since 1970. NULL fails the job, as in Flink.
pub fn milliseconds(batch: &Batch, column: usize) -> Result<Vec<i64>, Stop> {
    let Some(times) = batch.columns[column].as_primitive_opt::<TimestampMicrosecondType>() else {
        return Err(failure::internal("Join", format!("column {column} holds no timestamps")));
    };
    if times.null_count() > 0 {
        let message = "RowTime field should not be null, please convert it to a non-null long value.";
        return Err(Failure::new("java.lang.RuntimeException", message).into());
    }
    Ok(times.values().iter().map(|time| time.div_euclid(1000)).collect())
}

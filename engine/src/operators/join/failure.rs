//! What can go wrong in a join that is not the data's fault.

use crate::{
    runtime::operator::Chunk,
    runtime::{Failure, Stop},
    types::{Batch, row_codec::DecodeError},
};

const CLASS: &str = "org.apache.flink.table.api.TableException";

/// Arrow refused columns of known types, or state did not have the types of its rows: a fault of this engine.
pub fn internal(operator: &str, error: impl std::fmt::Display) -> Stop {
    Failure::new(CLASS, format!("{operator}: {error}")).into()
}

/// State that cannot be read back.
pub fn damaged(operator: &str, error: DecodeError) -> Stop {
    Failure::new("org.apache.flink.util.StateMigrationException", format!("The state of {operator}: {error}")).into()
}

/// The rows of a chunk: operators of SQL are given nothing else.
pub fn batch_of(operator: &str, chunk: Chunk) -> Result<Batch, Stop> {
    match chunk {
        Chunk::Batch(batch) => Ok(batch),
        Chunk::Typed(_) => Err(internal(operator, "got values of the typed API where rows belong")),
    }
}

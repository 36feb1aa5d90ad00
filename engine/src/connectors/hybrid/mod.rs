//! `'connector' = 'hybrid'`: history from files, then on from Kafka, as one table without a gap or a duplicate.
//!
//! Two ways to say where one ends and the other begins:
//!
//! - By place: the files hold exactly what lies before a place in the topic. The options `scan.startup.mode` and its like say
//!   that place, as for a Kafka table.
//! - By a column: the files and the topic overlap, and each holds all records of its side. `switch.column` names a column
//!   and `switch.at` a value of it. Of the files rows below the value count, of the topic rows from it on (and rows in which
//!   it is NULL). Kafka is read from `switch.lateness` before that time, for a record may have come to the topic a while
//!   before or after what its column says.
//!
//! Where Kafka begins is found when the job starts, not when the files are done: what comes to the topic meanwhile is read.
//! Each subtask first reads its share of the files, then its partitions; both positions are in its state from the start, so
//! a job may go on at another parallelism in either phase.

mod source;
mod switch;
#[cfg(test)]
mod tests;

pub use source::HybridSourceConfig;
pub use switch::{Switch, parse_at};

//! Apache Kafka: the broker and its tools, from Maven Central.

use super::{Found, java, maven, store};
use crate::{failure::Failure, place::Place};

/// Versions that were run together.
const ARTIFACTS: [&str; 3] =
    ["org.apache.kafka:kafka_2.13:4.3.1", "org.apache.kafka:kafka-tools:4.3.1", "org.slf4j:slf4j-simple:1.7.36"];

/// A folder with all the jars.
pub fn find(place: &Place) -> Result<Found, Failure> {
    java::ensure()?;
    let recipe = format!("1: {}\n", ARTIFACTS.join(" "));
    let jars = store::folder(place, "kafka-4.3.1", &recipe, |scratch| {
        maven::fetch(scratch, &ARTIFACTS, &scratch.result, true)
    })?;
    Ok(vec![("DRSQUIRREL_KAFKA", jars)])
}

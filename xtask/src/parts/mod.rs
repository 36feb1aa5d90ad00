//! The real parts that tests run against: found on the machine, or fetched through package managers into the cache.

mod apt;
mod chromium;
mod flink;
mod java;
mod jobs;
mod kafka;
mod maven;
mod pip;
mod s3proxy;
mod store;

use std::{fs, path::PathBuf};

use crate::{failure::Failure, place::Place, say};

/// What a part gives to the tests: an environment variable and the path in it.
pub type Found = Vec<(&'static str, PathBuf)>;

/// One part: its name, and how it is found or fetched.
struct Part {
    name: &'static str,
    /// The variable by which tests ask for it first; `…_MISSING` holds the reason where it could not be had.
    variable: &'static str,
    find: fn(&Place) -> Result<Found, Failure>,
}

/// In this order: Flink and Kafka need Java.
const PARTS: [Part; 5] = [
    Part { name: "Chromium and its driver", variable: "DRSQUIRREL_CHROMIUM", find: chromium::find },
    Part { name: "Apache Flink 2.3", variable: "DRSQUIRREL_FLINK_23", find: flink::flink_2_3 },
    Part { name: "Apache Flink 1.20", variable: "DRSQUIRREL_FLINK_120", find: flink::flink_1_20 },
    Part { name: "Apache Kafka", variable: "DRSQUIRREL_KAFKA", find: kafka::find },
    Part { name: "S3Proxy", variable: "DRSQUIRREL_S3PROXY", find: s3proxy::find },
];

/// What was found, and what was not.
pub struct Parts {
    /// Environment variables for the tests.
    pub variables: Vec<(String, String)>,
    /// Names of the parts that could not be had, each with its reason.
    pub missing: Vec<(&'static str, String)>,
}

/// Finds or fetches all parts. The outcome is also written down in the cache, for tests that are started by hand.
pub fn install(place: &Place) -> Result<Parts, Failure> {
    let mut parts = Parts { variables: Vec::new(), missing: Vec::new() };
    for part in PARTS {
        match (part.find)(place) {
            Ok(found) => {
                say::detail(&format!("{}: {}", part.name, found[0].1.display()));
                parts.variables.extend(found.into_iter().map(|(name, path)| (name.into(), path.display().to_string())));
            }
            Err(failure) => {
                say::detail(&format!("{}: could not be had: {failure}", part.name));
                parts.variables.push((format!("{}_MISSING", part.variable), one_line(&failure)));
                parts.missing.push((part.name, failure.to_string()));
            }
        }
    }
    write_down(place, &parts)?;
    Ok(parts)
}

/// The home of Flink 2.3.
pub fn flink(place: &Place) -> Result<PathBuf, Failure> {
    flink::home_2_3(place)
}

/// What Flink 2.3 needs beside its own jars to read Parquet: a folder of jars.
pub fn flink_parquet(place: &Place) -> Result<PathBuf, Failure> {
    flink::parquet_2_3(place)
}

fn write_down(place: &Place, parts: &Parts) -> Result<(), Failure> {
    let list = place.cache.join("parts/variables");
    let text: String = parts.variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    fs::write(&list, text).map_err(Failure::file("write", &list))
}

fn one_line(failure: &Failure) -> String {
    failure.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

//! Apache Flink: its libraries and scripts from PyPI, the SQL gateway and the Kafka connector from Maven Central. Together
//! they are a complete distribution; the versions are ones that were run together.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{Found, java, jobs, maven, pip, pip::Kind, store, store::Scratch};
use crate::{failure::Failure, place::Place, shell};

/// A version of Flink, and where its pieces are.
struct Version {
    number: &'static str,
    /// What PyPI has of the libraries, and the folder in it.
    libraries: (Kind, &'static str),
    /// For `opt/`.
    gateway: &'static str,
    /// For `connectors/`.
    connectors: &'static [&'static str],
}

const FLINK_2_3: Version = Version {
    number: "2.3.0",
    libraries: (Kind::Wheel, "pyflink"),
    gateway: "org.apache.flink:flink-sql-gateway:2.3.0",
    connectors: &["org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2"],
};
/// Flink's Parquet reader is made of Hadoop's.
const PARQUET: [&str; 3] = [
    "org.apache.flink:flink-sql-parquet:2.3.0",
    "org.apache.hadoop:hadoop-client-api:3.4.1",
    "org.apache.hadoop:hadoop-client-runtime:3.4.1",
];

/// Flink 2.3 and the fault jobs compiled for it.
pub fn flink_2_3(place: &Place) -> Result<Found, Failure> {
    find(place, &FLINK_2_3, "DRSQUIRREL_FLINK_23", "DRSQUIRREL_JOBS_23")
}

/// Flink 2.3 alone.
pub fn home_2_3(place: &Place) -> Result<PathBuf, Failure> {
    home(place, &FLINK_2_3)
}

/// The jars with which Flink 2.3 reads Parquet.
pub fn parquet_2_3(place: &Place) -> Result<PathBuf, Failure> {
    let recipe = format!("1: {}\n", PARQUET.join(" "));
    let fetch = |scratch: &Scratch| maven::fetch(scratch, &PARQUET, &scratch.result, false);
    store::folder(place, "flink-2.3.0-parquet", &recipe, fetch)
}

/// Flink 1.20 and the fault jobs compiled for it. Its Kafka connector is a thin one, and needs two more jars.
pub fn flink_1_20(place: &Place) -> Result<Found, Failure> {
    let version = Version {
        number: "1.20.3",
        libraries: (Kind::Source, "deps"),
        gateway: "org.apache.flink:flink-sql-gateway:1.20.3",
        connectors: &[
            "org.apache.flink:flink-connector-kafka:3.4.0-1.20",
            "org.apache.flink:flink-connector-base:1.20.3",
            "org.apache.kafka:kafka-clients:3.4.0",
        ],
    };
    find(place, &version, "DRSQUIRREL_FLINK_120", "DRSQUIRREL_JOBS_120")
}

fn find(place: &Place, version: &Version, flink: &'static str, jobs: &'static str) -> Result<Found, Failure> {
    let home = home(place, version)?;
    let jar = jobs::compile(place, &home, version.number)?;
    Ok(vec![(flink, home), (jobs, jar)])
}

fn home(place: &Place, version: &Version) -> Result<PathBuf, Failure> {
    java::ensure()?;
    let name = format!("flink-{}", version.number);
    let recipe = format!("1: {} {} {}\n", version.number, version.gateway, version.connectors.join(" "));
    store::folder(place, &name, &recipe, |scratch| assemble(scratch, version))
}

fn assemble(scratch: &Scratch, version: &Version) -> Result<(), Failure> {
    let (kind, inside) = &version.libraries;
    let libraries = scratch.aside.join("libraries");
    pip::fetch(&format!("apache-flink-libraries=={}", version.number), kind, &libraries)?;
    let scripts = scratch.aside.join("scripts");
    pip::fetch(&format!("apache-flink=={}", version.number), &Kind::Wheel, &scripts)?;
    for folder in ["bin", "lib", "opt", "plugins"] {
        take(&libraries.join(inside).join(folder), &scratch.result.join(folder))?;
    }
    for folder in ["bin", "conf", "log"] {
        take(&scripts.join("pyflink").join(folder), &scratch.result.join(folder))?;
    }
    make_executable(&scratch.result.join("bin"))?;
    maven::fetch(scratch, &[version.gateway], &scratch.result.join("opt"), false)?;
    maven::fetch(scratch, version.connectors, &scratch.result.join("connectors"), false)
}

/// Moves the files of `from` into `to`, which may have files already.
fn take(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(Failure::file("create", to))?;
    shell::output(std::process::Command::new("cp").arg("-rl").arg(from.join(".")).arg(to)).map(drop)
}

fn make_executable(folder: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(Failure::file("list", folder))? {
        let path = entry.map_err(Failure::file("list", folder))?.path();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(Failure::file("change", &path))?;
    }
    Ok(())
}

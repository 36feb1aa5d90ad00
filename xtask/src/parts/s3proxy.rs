//! S3Proxy: a server of the S3 protocol over a folder, from Maven Central.

use super::{Found, java, maven, store};
use crate::{failure::Failure, place::Place};

const ARTIFACT: &str = "org.gaul:s3proxy:2.6.0";

/// A folder with all the jars.
pub fn find(place: &Place) -> Result<Found, Failure> {
    java::ensure()?;
    let jars = store::folder(place, "s3proxy-2.6.0", &format!("1: {ARTIFACT}\n"), |scratch| {
        maven::fetch(scratch, &[ARTIFACT], &scratch.result, true)
    })?;
    Ok(vec![("DRSQUIRREL_S3PROXY", jars)])
}

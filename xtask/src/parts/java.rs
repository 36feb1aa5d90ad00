//! A Java development kit of version 17 or later (Flink 2.3 runs on 11, 17 and 21; both Flinks here were run on 17).

use std::{env, path::PathBuf, process::Command};

use super::apt;
use crate::{failure::Failure, shell};

/// The oldest version that is used.
const OLDEST: u32 = 17;

/// Packages that bring one, the first that the machine's distribution has.
const PACKAGES: [&str; 3] = ["openjdk-17-jdk-headless", "openjdk-21-jdk-headless", "default-jdk-headless"];

/// Makes sure that `java`, `javac` and `jar` are there.
pub fn ensure() -> Result<(), Failure> {
    if version().is_ok_and(|version| version >= OLDEST) {
        return Ok(());
    }
    let mut outcomes = PACKAGES.iter().map(|package| apt::install(&[package]));
    if !outcomes.any(|outcome| outcome.is_ok()) {
        return Err(Failure::Other(format!("no Java development kit of version {OLDEST} or later: install one")));
    }
    match version()? {
        version if version >= OLDEST => Ok(()),
        old => Err(Failure::Other(format!("Java is of version {old}, not {OLDEST} or later: set JAVA_HOME"))),
    }
}

/// One of the kit's programs: in `JAVA_HOME` where that is set, else on PATH.
pub fn program(name: &str) -> PathBuf {
    match env::var_os("JAVA_HOME").filter(|home| !home.is_empty()) {
        Some(home) => PathBuf::from(home).join("bin").join(name),
        None => PathBuf::from(name),
    }
}

/// The version of the compiler, so that a bare run time does not pass.
fn version() -> Result<u32, Failure> {
    shell::output(Command::new(program("jar")).arg("--version"))?;
    let said = shell::output(Command::new(program("javac")).arg("-version"))?;
    major(&said).ok_or_else(|| Failure::Other(format!("`javac -version` said {said:?}")))
}

/// 17 of `javac 17.0.15`.
fn major(said: &str) -> Option<u32> {
    said.split_whitespace().nth(1)?.split(['.', '-']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn reads_the_version() {
        assert_eq!(major("javac 17.0.15"), Some(17));
        assert_eq!(major("javac 21-ea"), Some(21));
        assert_eq!(major("javac 1.8.0_392"), Some(1));
        assert_eq!(major(""), None);
    }
}

//! Jars of Maven Central.

use std::{fs, path::Path, process::Command};

use super::{apt, java, store::Scratch};
use crate::{failure::Failure, shell};

/// Puts `artifacts` (`group:name:version`) into `folder`; with everything they need where `transitive`.
pub fn fetch(scratch: &Scratch, artifacts: &[&str], folder: &Path, transitive: bool) -> Result<(), Failure> {
    java::ensure()?;
    if shell::on_path(&["mvn"]).is_none() {
        apt::install(&["maven"])?;
    }
    let pom = scratch.aside.join("pom.xml");
    fs::write(&pom, project(artifacts)).map_err(Failure::file("write", &pom))?;
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-f"]).arg(&pom);
    maven.arg(format!("-DexcludeTransitive={}", !transitive)).arg(format!("-DoutputDirectory={}", folder.display()));
    shell::output(&mut maven).map(drop)
}

fn project(artifacts: &[&str]) -> String {
    let dependencies: String = artifacts.iter().map(|artifact| dependency(artifact)).collect();
    format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>drsquirrel</groupId><artifactId>parts</artifactId>\
         <version>1</version><dependencies>{dependencies}</dependencies></project>"
    )
}

fn dependency(artifact: &str) -> String {
    let mut words = artifact.splitn(3, ':');
    let mut word = || words.next().unwrap_or_default();
    let (group, name, version) = (word(), word(), word());
    format!(
        "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
    )
}

#[cfg(test)]
mod tests {
    use super::project;

    #[test]
    fn a_project_lists_its_artifacts() {
        let pom = project(&["org.slf4j:slf4j-simple:1.7.36"]);
        assert!(
            pom.contains("<groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>")
        );
    }
}

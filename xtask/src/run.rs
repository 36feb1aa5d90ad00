//! `run`: from a checkout to the page.

use std::{
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

use crate::{build, failure::Failure, place::Place, say, say::Stages};

/// Where `drsquirrel serve` listens unless it is told otherwise.
const DEFAULT_LISTEN: &str = "127.0.0.1:8088";

/// Builds, then becomes `drsquirrel serve ARGS`: signals and the exit status are the portal's own.
pub fn run(place: &Place, args: &[String]) -> Result<ExitCode, Failure> {
    let mut stages = Stages::new(build::STAGES + 1);
    let binary = build::stages(place, &mut stages)?;
    let address = listen(args).unwrap_or(DEFAULT_LISTEN);
    stages.announce(&format!(
        "starting Dr. Squirrel at http://{address} (built in {}; Ctrl-C stops it)",
        say::span(stages.elapsed())
    ));
    let source = Command::new(&binary).arg("serve").args(args).exec();
    Err(Failure::Program { program: binary.display().to_string(), source })
}

/// The address in `--listen ADDR` or `--listen=ADDR`.
fn listen(args: &[String]) -> Option<&str> {
    let at = args.iter().position(|arg| arg == "--listen" || arg.starts_with("--listen="))?;
    match args[at].split_once('=') {
        Some((_, address)) => Some(address),
        None => args.get(at + 1).map(String::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::listen;

    fn check(args: &[&str], expect: Option<&str>) {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        assert_eq!(listen(&args), expect, "{args:?}");
    }

    #[test]
    fn the_address_is_the_one_that_was_asked_for() {
        check(&["--data", "d", "--listen", "127.0.0.1:9000"], Some("127.0.0.1:9000"));
        check(&["--listen=0.0.0.0:80"], Some("0.0.0.0:80"));
        check(&["--data", "d"], None);
        check(&["--listen"], None);
    }
}

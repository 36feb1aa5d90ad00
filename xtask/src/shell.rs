//! Other programs: how they are started, and what is said when they fail.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::failure::Failure;

/// How much of a failed program's output is shown.
const OUTPUT_LINES: usize = 15;

/// Cargo, in the checkout. What `cargo run` set for this tool itself is taken out: build scripts that watch those variables
/// would run again whenever cargo is called by this tool after it was called by hand.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|n| n.starts_with("CARGO_PKG_") || n.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `command` with its output going to the terminal.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(not_started(command))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Command { command: text(command), status: status.to_string(), output: String::new() })
}

/// Runs `command` and returns what it wrote to standard output; its output is shown only if it fails.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.stdin(Stdio::null()).output().map_err(not_started(command))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::Command { command: text(command), status: output.status.to_string(), output: last_lines(&output) })
}

/// The first of `names` that is on PATH.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}

fn not_started(command: &Command) -> impl FnOnce(std::io::Error) -> Failure + use<> {
    let program = command.get_program().to_string_lossy().into_owned();
    move |source| Failure::Program { program, source }
}

fn text(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

fn last_lines(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let said = if stderr.trim().is_empty() { stdout } else { stderr };
    let lines: Vec<&str> = said.trim().lines().collect();
    let shown = &lines[lines.len().saturating_sub(OUTPUT_LINES)..];
    shown.iter().map(|line| format!("\n      {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_ran_and_what_it_answered() {
        let failure = output(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).err();
        let text = failure.map(|f| f.to_string()).unwrap_or_default();
        assert!(text.contains("exit 3") && text.contains("exit status: 3") && text.contains("no such thing"), "{text}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = run(&mut Command::new("no-such-program-here")).err();
        let text = failure.map(|f| f.to_string()).unwrap_or_default();
        assert!(text.contains("no-such-program-here") && text.contains("Install"), "{text}");
    }

    #[test]
    fn finds_programs_on_path() {
        assert!(on_path(&["no-such-program-here", "sh"]).is_some());
        assert!(on_path(&["no-such-program-here"]).is_none());
    }
}

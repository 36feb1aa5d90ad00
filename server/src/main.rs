//! `drsquirrel`: the portal, the embedded engine and the command line in one binary.

mod clock;
mod config;
mod store;
mod watch;
mod words;

fn main() {}

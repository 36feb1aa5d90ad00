//! The conformance suite: the scripts under `tests/conformance/cases`, what Flink answers to each (recorded beside it), and
//! what it takes to run them through a SQL gateway, be it Flink's or the embedded engine's. `tests/conformance/README.md` says
//! how a case is written.

pub mod case;
pub mod client;
pub mod compare;
pub mod json;
pub mod nexmark;
pub mod run;
pub mod script;
pub mod sink;
pub mod suite;
pub mod types;

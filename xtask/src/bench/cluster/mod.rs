//! The engines that benches measure, and how they are spoken to: both have the same APIs.

pub mod engine;
pub mod flink;
pub mod http;
pub mod job;
pub mod process;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::failure::Failure;

/// A port of loopback that was free a moment ago.
pub fn free_address() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    listener.and_then(|l| l.local_addr()).map_err(|e| Failure::Other(format!("no free port on loopback: {e}")))
}

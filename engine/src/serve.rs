//! The life of an engine: from its data directory and address to its last worker.

use std::{
    fs::{self, File},
    future::Future,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use tokio::net::TcpListener;

use crate::{EngineError, gateway::Gateway, host::Host, rest};

/// What an engine is started with.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Its name: task managers are named after it.
    pub name: String,
    /// The failure domain it is in.
    pub zone: String,
    /// Where it listens; port 0 lets the system choose. The choice is written to `address` in the data directory.
    pub listen: SocketAddr,
    /// Where jobs are stored, and workers keep their files.
    pub data: PathBuf,
    /// How many parallel tasks its workers may run in all, counted as Flink counts slots.
    pub slots: u32,
    /// The program that is a worker.
    pub worker: PathBuf,
    /// The arguments that make it one.
    pub worker_args: Vec<String>,
}

impl EngineOptions {
    /// Options whose workers are this very program with the argument `worker`.
    pub fn new(name: &str, zone: &str, listen: SocketAddr, data: PathBuf, slots: u32) -> Self {
        Self {
            name: name.to_owned(),
            zone: zone.to_owned(),
            listen,
            data,
            slots,
            // Where the program cannot be found by its path, it may still be by its name.
            worker: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("drsquirrel")),
            worker_args: vec!["worker".to_owned()],
        }
    }
}

/// Runs an engine until `shutdown`; then stops its workers, and remembers which jobs to start again next time.
pub async fn run_engine(
    mut options: EngineOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), EngineError> {
    fs::create_dir_all(&options.data).map_err(|error| EngineError::Data { path: options.data.clone(), error })?;
    let _lock = lock(&options.data)?;
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| EngineError::Listen { address: options.listen, error })?;
    let address = listener.local_addr().map_err(EngineError::Serve)?;
    options.listen = address;
    publish(&options.data, address)?;
    let host = Host::open(options)?;
    let router = rest::router(host.clone(), Gateway::new(host.clone()));
    // Standard error may be closed: whoever started the engine need not outlive it.
    let _ = writeln!(std::io::stderr(), "listening on {address}");
    tracing::info!(engine.name = host.options.name, engine.zone = host.options.zone, %address, "the engine listens");

    // Made into a service here, for else the whole router is copied for each connection.
    let server = axum::serve(listener, router.into_make_service());
    let served = tokio::select! {
        served = server => served.map_err(EngineError::Serve),
        () = shutdown => Ok(()),
    };
    host.stop().await;
    // The address is no longer anybody's.
    let _ = fs::remove_file(address_file(&host.options.data));
    served
}

fn address_file(data: &Path) -> PathBuf {
    data.join("address")
}

/// Writes down where the engine is to be found, for whoever comes to adopt or stop it: first its process id in `pid`, then
/// its address in `address`, each whole or not at all. So an address always comes with the process it belongs to.
fn publish(data: &Path, address: SocketAddr) -> Result<(), EngineError> {
    let write = |path: PathBuf, text: String| {
        let fresh = path.with_extension("tmp");
        fs::write(&fresh, text)
            .and_then(|()| fs::rename(&fresh, &path))
            .map_err(|error| EngineError::Data { path, error })
    };
    write(data.join("pid"), std::process::id().to_string())?;
    write(address_file(data), address.to_string())
}

/// Holds the data directory as long as the answer lives: two engines on one store would run each job twice.
fn lock(data: &Path) -> Result<File, EngineError> {
    let path = data.join("lock");
    let file = File::create(&path).map_err(|error| EngineError::Data { path: path.clone(), error })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(EngineError::InUse { path: data.to_owned() }),
        Err(fs::TryLockError::Error(error)) => Err(EngineError::Data { path, error }),
    }
}

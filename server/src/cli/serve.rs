//! `drsquirrel serve`: the portal.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use model::{ApiError, ClusterKind, NewCluster};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::collect::{Board, ClusterState, Collectors, FlinkSource, Shared};
use crate::config::{Config, Overrides};
use crate::example::Example;
use crate::http::{self, AppState};
use crate::portal::{Parts, PortalService};
use crate::store::{ClusterRecord, Origin, Store};
use crate::zones::{self, Notice, Zone};

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen [default: 127.0.0.1:8088]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Where to keep state [default: drsquirrel in the user's data folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration, a YAML file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Runs until SIGTERM or Ctrl-C.
pub async fn run(args: Args) -> ExitCode {
    let overrides = Overrides { listen: args.listen, data: args.data, file: args.config };
    let served = async {
        let config = Config::load(&overrides)?;
        serve(config).await
    };
    match served.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::fail(&error.to_string()),
    }
}

async fn serve(config: Config) -> Result<(), Error> {
    let bind = TcpListener::bind(config.listen).await;
    let listener =
        bind.map_err(|e| format!("cannot listen on {}: {e}; give another address with --listen", config.listen))?;
    let address = listener.local_addr()?;
    let store = Arc::new(Store::open(&config.data).await?);
    let shutdown = CancellationToken::new();
    let board = Arc::new(Board::default());
    let collectors = Arc::new(Collectors::start(Shared {
        board: Arc::clone(&board),
        store: Arc::clone(&store),
        connect: Arc::new(FlinkSource),
        interval: config.poll_interval,
        shutdown: shutdown.clone(),
    })?);
    let mut parts = Parts { board, store, collectors, example: None };
    let zones_end = CancellationToken::new();
    let zones = start_clusters(&config, &parts, &zones_end).await?;
    if config.example && !zones.is_empty() {
        parts.example = Some(start_example(&config, &parts, &shutdown).await?);
    }
    let portal = Arc::new(PortalService::new(parts.clone()));
    let router = http::router(AppState::new(portal, shutdown.clone(), config.hosts.clone()));
    stop_when_asked(shutdown.clone());
    greet(&config, address);
    http::serve(listener, router, shutdown.clone()).await?;
    shutdown.cancel();
    parts.collectors.ended().await;
    zones_end.cancel();
    zones.join_all().await;
    parts.store.close().await;
    Ok(())
}

fn greet(config: &Config, address: std::net::SocketAddr) {
    if !http::has_assets() {
        tracing::warn!(
            "built without web assets: pages have neither scripts nor style. Build with `cargo xtask build`"
        );
    }
    tracing::info!(data = %config.data.display(), "state is kept in the data folder");
    println!("Dr. Squirrel is ready: open http://{address} in a browser. Ctrl-C stops it.");
}

fn stop_when_asked(shutdown: CancellationToken) {
    tokio::spawn(async move {
        super::asked_to_stop().await;
        tracing::info!("asked to stop");
        shutdown.cancel();
    });
}

/// Begins to watch every cluster: the configuration's, those that visitors added, and the zones where none is configured.
/// Answers with the zones' supervisors.
async fn start_clusters(config: &Config, parts: &Parts, end: &CancellationToken) -> Result<JoinSet<()>, Error> {
    let zones: Vec<Zone> = if config.clusters.is_empty() {
        zones::NAMES.iter().map(|name| Zone::new(name, &config.data)).collect()
    } else {
        Vec::new()
    };
    let named: Vec<ClusterRecord> = config
        .clusters
        .iter()
        .map(configured)
        .chain(zones.iter().map(|zone| zone_record(zone, String::new())))
        .collect();
    forget_unnamed(parts, &named).await?;
    for record in &named {
        parts.store.put_cluster(record, clock::now()).await?;
    }
    for record in parts.store.clusters().await? {
        if record.origin != Origin::Zone {
            parts.collectors.watch(record).await?;
        }
    }
    let mut supervisors = JoinSet::new();
    for zone in zones {
        let (end, parts) = (end.clone(), parts.clone());
        supervisors.spawn(run_zone(zone, parts, end));
    }
    Ok(supervisors)
}

/// Drops clusters that an earlier start named and this one does not.
async fn forget_unnamed(parts: &Parts, named: &[ClusterRecord]) -> Result<(), Error> {
    let names: BTreeSet<&String> = named.iter().map(|record| &record.name).collect();
    for record in parts.store.clusters().await? {
        if record.origin == Origin::User || names.contains(&record.name) {
            continue;
        }
        let now = clock::now();
        let mut watch = parts.store.load_watch(&record.name, now).await?;
        let closed = watch.close_all(now, "its cluster is no longer configured");
        parts.store.put_findings(&record.name, &closed).await?;
        parts.store.delete_cluster(&record.name).await?;
    }
    Ok(())
}

/// Keeps a zone running, and its collector at the right address.
async fn run_zone(zone: Zone, parts: Parts, end: CancellationToken) {
    let (sender, mut notices) = tokio::sync::mpsc::unbounded_channel();
    let record = zone_record(&zone, String::new());
    let supervising = zones::supervise(zone, end, move |notice| {
        let _ = sender.send(notice);
    });
    let telling = async {
        while let Some(notice) = notices.recv().await {
            if let Err(error) = told(&parts, &record, notice).await {
                tracing::error!(zone = record.name, "the zone cannot be watched: {error}");
            }
        }
    };
    tokio::join!(supervising, telling);
}

async fn told(parts: &Parts, record: &ClusterRecord, notice: Notice) -> Result<(), Error> {
    match notice {
        Notice::Up(url) => {
            let record = ClusterRecord { gateway_url: Some(url.clone()), url, ..record.clone() };
            parts.store.put_cluster(&record, clock::now()).await?;
            parts.collectors.watch(record).await?;
        }
        Notice::Down(why) => {
            let known = parts.board.get(&record.name);
            let mut state = match known {
                Some(state) => ClusterState::clone(&state),
                None => {
                    let watch = parts.store.load_watch(&record.name, clock::now()).await?;
                    ClusterState::new(record.clone(), watch.jobs)
                }
            };
            let hint = "Look into the zone's engine.log in the data folder; the portal keeps trying";
            state.error = Some(ApiError { retryable: true, ..ApiError::platform("zone_down", why, hint) });
            parts.board.put(state);
        }
    }
    Ok(())
}

async fn start_example(config: &Config, parts: &Parts, shutdown: &CancellationToken) -> Result<Arc<Example>, Error> {
    let (store, board, collectors) = (parts.store.clone(), parts.board.clone(), parts.collectors.clone());
    let example = Arc::new(Example::new(&config.data, store, board, collectors).await?);
    let (deploying, shutdown) = (Arc::clone(&example), shutdown.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = deploying.deploy_if_absent() => {}
            () = shutdown.cancelled() => {}
        }
    });
    Ok(example)
}

fn configured(cluster: &NewCluster) -> ClusterRecord {
    ClusterRecord {
        name: cluster.name.clone(),
        kind: ClusterKind::Flink,
        url: cluster.url.clone(),
        gateway_url: cluster.gateway_url.clone(),
        zone: cluster.zone.clone().unwrap_or_else(|| cluster.name.clone()),
        origin: Origin::Config,
    }
}

fn zone_record(zone: &Zone, url: String) -> ClusterRecord {
    ClusterRecord {
        name: zone.name.clone(),
        kind: ClusterKind::Embedded,
        url,
        gateway_url: None,
        zone: zone.name.clone(),
        origin: Origin::Zone,
    }
}

//! The portal's configuration: built-in defaults, overridden by a YAML file, overridden by the command line.
//!
//! An unknown key is an error that names the key and the nearest known one: a misspelt setting that is silently ignored is
//! found on the worst possible day.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::NewCluster;
use serde::Deserialize;
use serde_yaml_ng::Value;

use crate::words;

/// The address that `serve` listens on unless told otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8088";

/// The keys of the file, for the errors about unknown ones.
const KEYS: [&str; 7] = ["allow_remote", "clusters", "data", "example", "hosts", "listen", "poll_interval_s"];
/// The keys of one entry of `clusters`.
const CLUSTER_KEYS: [&str; 4] = ["gateway_url", "name", "url", "zone"];
/// How often a cluster is read unless told otherwise, in seconds: Flink's figures are about as old as that.
const DEFAULT_POLL_INTERVAL_S: u64 = 10;
/// A poll more often than this costs a Flink cluster more than it tells.
const POLL_INTERVAL_S: std::ops::RangeInclusive<u64> = 1..=60;

/// The file, as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct File {
    allow_remote: bool,
    clusters: Vec<NewCluster>,
    data: Option<PathBuf>,
    example: Option<bool>,
    hosts: Vec<String>,
    listen: Option<String>,
    poll_interval_s: Option<u64>,
}

/// What the command line says; each wins over the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`.
    pub listen: Option<String>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--config`.
    pub file: Option<PathBuf>,
}

/// The configuration that is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the portal listens.
    pub listen: SocketAddr,
    /// Where the portal keeps its state.
    pub data: PathBuf,
    /// The clusters that are watched from the start; none means two embedded zones.
    pub clusters: Vec<NewCluster>,
    /// How often each cluster is read; an embedded one is read twice as often.
    pub poll_interval: Duration,
    /// Whether the example job is deployed onto the first embedded zone.
    pub example: bool,
    /// Host names beside `localhost` and plain addresses under which browsers may reach the portal.
    pub hosts: Vec<String>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("the configuration {path} is not valid: {what}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// The address is not one.
    #[error("cannot listen on `{0}`: give an address and a port, for example {DEFAULT_LISTEN}")]
    Listen(String),
    /// There is no login yet, so the portal keeps to its own machine.
    #[error(
        "refusing to listen on {0}: the portal has no login yet, and whoever reaches it can change what it runs. Listen on \
         127.0.0.1, or set `allow_remote: true` in the configuration if the network itself keeps strangers out"
    )]
    Remote(SocketAddr),
}

impl Config {
    /// Puts defaults, file and command line together.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(overrides: &Overrides) -> Result<Config, ConfigError> {
        let file = match &overrides.file {
            Some(path) => read(path)?,
            None => File::default(),
        };
        resolve(file, overrides)
    }
}

fn resolve(file: File, overrides: &Overrides) -> Result<Config, ConfigError> {
    let listen = overrides.listen.clone().or(file.listen).unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
    let listen = parse_listen(&listen).ok_or(ConfigError::Listen(listen))?;
    if !listen.ip().is_loopback() && !file.allow_remote {
        return Err(ConfigError::Remote(listen));
    }
    Ok(Config {
        listen,
        data: overrides.data.clone().or(file.data).unwrap_or_else(default_data),
        clusters: file.clusters,
        poll_interval: Duration::from_secs(file.poll_interval_s.unwrap_or(DEFAULT_POLL_INTERVAL_S)),
        example: file.example.unwrap_or(true),
        hosts: file.hosts,
    })
}

/// `localhost:8088` is taken for the loopback address without asking a resolver.
fn parse_listen(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port.parse().ok()?)),
        None => text.parse().ok(),
    }
}

/// Where state goes on a user's machine: `$XDG_DATA_HOME`, `~/.local/share`, or the folder the portal was started in.
fn default_data() -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map_or_else(|| PathBuf::from(".drsquirrel"), |base| base.join("drsquirrel"))
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    parse(&text).map_err(|what| ConfigError::Invalid { path: path.to_owned(), what })
}

fn parse(text: &str) -> Result<File, String> {
    let value: Value = serde_yaml_ng::from_str(text).map_err(|e| e.to_string())?;
    if value.is_null() {
        return Ok(File::default());
    }
    known_keys(&value, "", &KEYS)?;
    if let Some(clusters) = value.get("clusters").and_then(Value::as_sequence) {
        for (i, cluster) in clusters.iter().enumerate() {
            known_keys(cluster, &format!("clusters[{i}]."), &CLUSTER_KEYS)?;
        }
    }
    // Read from the text again: only then do type errors carry their line.
    let file: File = serde_yaml_ng::from_str(text).map_err(|e| e.to_string())?;
    check(&file)?;
    Ok(file)
}

fn known_keys(value: &Value, at: &str, known: &[&str]) -> Result<(), String> {
    let Some(map) = value.as_mapping() else {
        return Err(format!("{} must be a mapping of keys to values", if at.is_empty() { "the file" } else { at }));
    };
    for key in map.keys() {
        let key = key.as_str().unwrap_or_default();
        if !known.contains(&key) {
            let hint = words::did_you_mean(key, known.iter().copied());
            return Err(format!("unknown key `{at}{key}`{hint} (known: {})", known.join(", ")));
        }
    }
    Ok(())
}

fn check(file: &File) -> Result<(), String> {
    if let Some(seconds) = file.poll_interval_s.filter(|s| !POLL_INTERVAL_S.contains(s)) {
        return Err(format!("`poll_interval_s` is {seconds}; give 1 to 60 seconds"));
    }
    let mut names = std::collections::BTreeSet::new();
    for (i, cluster) in file.clusters.iter().enumerate() {
        if !words::is_name(&cluster.name) {
            return Err(format!("`clusters[{i}].name` is `{}`; use 1 to 63 of a-z, 0-9 and -", cluster.name));
        }
        if !names.insert(&cluster.name) {
            return Err(format!("`clusters[{i}].name` is `{}` a second time; names must differ", cluster.name));
        }
        if !matches!(url::Url::parse(&cluster.url), Ok(url) if matches!(url.scheme(), "http" | "https")) {
            return Err(format!("`clusters[{i}].url` is `{}`; give a URL such as http://flink:8081", cluster.url));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Overrides, parse, resolve};

    fn refused(text: &str, expect: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.contains(expect), "{error}");
    }

    fn listening(listen: &str, yaml: &str) -> Result<String, String> {
        let overrides = Overrides { listen: Some(listen.into()), ..Overrides::default() };
        resolve(parse(yaml).unwrap(), &overrides).map(|c| c.listen.to_string()).map_err(|e| e.to_string())
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest_known_one() {
        refused("clutsers: []", "unknown key `clutsers`; did you mean `clusters`?");
        refused("clusters: [{name: a, urll: x}]", "unknown key `clusters[0].urll`; did you mean `url`?");
        refused("frobnicate: 1", "unknown key `frobnicate` (known: allow_remote");
    }

    #[test]
    fn wrong_values_are_named() {
        refused("poll_interval_s: 0", "`poll_interval_s` is 0");
        refused("poll_interval_s: soon", "poll_interval_s");
        refused("clusters: [{name: A b, url: 'http://x'}]", "`clusters[0].name` is `A b`");
        refused("clusters: [{name: a, url: 'ftp://x'}]", "`clusters[0].url` is `ftp://x`");
        refused("clusters: [{name: a, url: 'http://x'}, {name: a, url: 'http://y'}]", "a second time");
        refused("clusters: [{name: a}]", "url");
        refused("- 1", "the file must be a mapping");
        refused("a: [", "");
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        assert_eq!(listening("127.0.0.1:1", "listen: 127.0.0.1:2").unwrap(), "127.0.0.1:1");
        let file = resolve(parse("listen: 127.0.0.1:2\npoll_interval_s: 7").unwrap(), &Overrides::default()).unwrap();
        assert_eq!((file.listen.port(), file.poll_interval.as_secs()), (2, 7));
        assert_eq!(
            resolve(parse("").unwrap(), &Overrides::default()).unwrap().listen.to_string(),
            super::DEFAULT_LISTEN
        );
    }

    #[test]
    fn other_machines_are_let_in_only_on_purpose() {
        assert!(listening("0.0.0.0:80", "").unwrap_err().contains("allow_remote: true"));
        assert_eq!(listening("0.0.0.0:80", "allow_remote: true").unwrap(), "0.0.0.0:80");
        assert_eq!(listening("localhost:80", "").unwrap(), "127.0.0.1:80");
        assert_eq!(listening("[::1]:80", "").unwrap(), "[::1]:80");
        assert!(listening("8088", "").unwrap_err().contains("cannot listen on `8088`"));
    }
}

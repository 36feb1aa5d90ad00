//! The transport to a live cluster: HTTP with time-outs, bounded bodies, and a second try only where the first cannot have
//! had an effect.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::{Method, Request, Response};
use url::Url;

use super::{
    error::Failure,
    transport::{MAX_BODY, Reply, Transport},
};

/// How long a connection may take; a machine that is up answers at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A live cluster over HTTP.
#[derive(Debug, Clone)]
pub struct Live {
    base: Url,
    http: reqwest::Client,
}

impl Live {
    /// A transport to `url`: `http://host:port`, with a path where a proxy adds one. Nothing is connected yet.
    ///
    /// # Errors
    /// [`Failure::Address`] where `url` is not of that form.
    pub fn new(url: &str) -> Result<Live, Failure> {
        let address = || Failure::Address(url.to_string());
        let base = Url::parse(url.trim().trim_end_matches('/')).map_err(|_| address())?;
        let host = base.host_str().filter(|host| !host.is_empty()).ok_or_else(address)?;
        if !matches!(base.scheme(), "http" | "https") || base.query().is_some() || base.fragment().is_some() {
            return Err(address());
        }
        // The first call in the process wins; a later one finds the same provider in place.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("drsquirrel/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(4);
        // A proxy of the environment is for the world outside, not for this machine.
        let near = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        let builder = if near { builder.no_proxy() } else { builder };
        // Plain HTTP must work on a machine without any root certificates.
        let builder = if base.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let http = builder.build().map_err(|e| Failure::Connect(innermost(&e)))?;
        Ok(Live { base, http })
    }

    /// The address, without credentials.
    pub fn address(&self) -> String {
        let mut shown = self.base.clone();
        let _ = (shown.set_username(""), shown.set_password(None));
        shown.as_str().trim_end_matches('/').to_string()
    }

    /// Sends `body` as JSON, once: a statement or a job must never be submitted twice.
    pub async fn post(&self, path: &str, body: &serde_json::Value, timeout: Duration) -> Result<Reply, Failure> {
        let url = self.url(path, "")?;
        let request = self.http.post(url).json(body).build().map_err(|e| failure(&e, timeout))?;
        self.send(request, timeout).await
    }

    /// Deletes `path`, once.
    pub async fn delete(&self, path: &str, timeout: Duration) -> Result<Reply, Failure> {
        self.send(Request::new(Method::DELETE, self.url(path, "")?), timeout).await
    }

    /// Changes `path`, once: `PATCH /jobs/:id?mode=cancel` stops a job.
    pub async fn patch(&self, path: &str, query: &str, timeout: Duration) -> Result<Reply, Failure> {
        self.send(Request::new(Method::PATCH, self.url(path, query)?), timeout).await
    }

    async fn send(&self, request: Request, timeout: Duration) -> Result<Reply, Failure> {
        let exchange = async {
            let response = self.http.execute(request).await.map_err(|e| failure(&e, timeout))?;
            let status = response.status().as_u16();
            Ok(Reply { status, body: bounded(response, timeout).await? })
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| Err(timed_out(timeout)))
    }

    fn url(&self, path: &str, query: &str) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        let base = url.path().trim_end_matches('/').to_string();
        url.set_path(&format!("{base}{path}"));
        url.set_query((!query.is_empty()).then_some(query));
        Ok(url)
    }
}

#[async_trait]
impl Transport for Live {
    async fn get(&self, path: &str, query: &str, timeout: Duration) -> Result<Reply, Failure> {
        let url = self.url(path, query)?;
        match self.send(Request::new(Method::GET, url.clone()), timeout).await {
            // A connection that was refused may have hit a restart; reading again harms nobody.
            Err(Failure::Connect(_)) => self.send(Request::new(Method::GET, url), timeout).await,
            answer => answer,
        }
    }

    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn live(&self) -> bool {
        true
    }
}

async fn bounded(mut response: Response, timeout: Duration) -> Result<Bytes, Failure> {
    if response.content_length().is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Failure::TooLarge(MAX_BODY));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| failure(&e, timeout))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Failure::TooLarge(MAX_BODY));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn failure(error: &reqwest::Error, timeout: Duration) -> Failure {
    match error {
        e if e.is_timeout() && !e.is_connect() => timed_out(timeout),
        e if e.is_connect() => Failure::Connect(innermost(e)),
        e => Failure::Broken(innermost(e)),
    }
}

fn timed_out(timeout: Duration) -> Failure {
    Failure::Timeout(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX))
}

/// The words of the innermost error: "Connection refused (os error 111)" tells more than "error sending request".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_with_a_host() {
        for wrong in ["", "flink", "flink:8081", "ftp://flink", "http://", "http://h/?a=b", "file:///etc/passwd"] {
            assert!(matches!(Live::new(wrong), Err(Failure::Address(_))), "{wrong}");
        }
        assert!(Live::new("http://flink:8081").is_ok());
    }

    #[test]
    fn the_address_shows_no_credentials_and_paths_are_appended() {
        let live = Live::new("http://me:secret@proxy/flink/").ok();
        assert_eq!(live.as_ref().map(Live::address).as_deref(), Some("http://proxy/flink"));
        let url = live.and_then(|live| live.url("/jobs/overview", "a=b").ok());
        assert_eq!(url.as_ref().map(Url::as_str), Some("http://me:secret@proxy/flink/jobs/overview?a=b"));
    }
}

//! Storage across the network: buckets of S3, and of whatever speaks its protocol.

use std::sync::{Arc, OnceLock};

use object_store::{
    ClientOptions, ObjectStore,
    aws::{AmazonS3Builder, S3ConditionalPut},
    prefix::PrefixStore,
};
use tokio::runtime::{Builder, Handle, Runtime};

/// The threads that talk to buckets; they wait more than they compute.
static NETWORK: OnceLock<Runtime> = OnceLock::new();

/// The store of `bucket/prefix`, and the runtime that it works on.
///
/// Where the service is and who asks is read from the environment, under the names that its own tools use, so that no secret is
/// in a script or a log: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION`, `AWS_ENDPOINT_URL` (for
/// services other than Amazon's; `AWS_ALLOW_HTTP=true` where it has no TLS).
pub fn open(path: &str) -> Result<(Arc<dyn ObjectStore>, Handle), String> {
    let (bucket, prefix) = path.trim_end_matches('/').split_once('/').unwrap_or((path, ""));
    if bucket.is_empty() {
        return Err("the bucket is missing: s3://bucket/folder is expected".to_owned());
    }
    // Does nothing where the process has one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = std::env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
    let builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_conditional_put(S3ConditionalPut::Disabled)
        .with_client_options(ClientOptions::new().with_allow_http(plain));
    let store = builder.build().map_err(|error| error.to_string())?;
    let store: Arc<dyn ObjectStore> =
        if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) };
    Ok((store, network()?))
}

fn network() -> Result<Handle, String> {
    if let Some(runtime) = NETWORK.get() {
        return Ok(runtime.handle().clone());
    }
    let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("storage").enable_all().build();
    let runtime = runtime.map_err(|error| format!("no thread could be started: {error}"))?;
    Ok(NETWORK.get_or_init(|| runtime).handle().clone())
}

//! `'connector' = 'rest-lookup'`: a table that is asked by HTTP for the rows of a key, in lookup joins. Its options are those
//! of the public Flink HTTP connector of this name, so that a script runs on both.

mod cache;
mod request;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    sync::mpsc::{RecvTimeoutError, sync_channel},
    time::Duration,
};

use futures::StreamExt;

use self::{cache::Cache, request::Requests};
use super::{
    format::{
        Columns,
        json::{JsonDecoder, JsonOptions, elements},
    },
    layout::arrow_failure,
};
use crate::{
    operators::spec::{Lookup, LookupFactory},
    options::Options,
    runtime::{Failure, Stop, TaskContext},
    types::{Batch, Field, RowWriter},
};

/// Options of requests begin so.
pub const PREFIX: &str = "gid.connector.http.source.lookup.";
/// The connector's default number of requests at a time.
const CONCURRENCY: usize = 8;
/// The connector's default time that an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Flink's default number of further tries.
const RETRIES: u32 = 3;
/// How often a cancellation is looked for while answers are waited for.
const STEP: Duration = Duration::from_millis(50);

/// What is asked, and how.
#[derive(Debug, Clone)]
pub struct RestConfig {
    /// The table's name.
    table: String,
    requests: Requests,
    json: JsonOptions,
    /// The columns that are answered.
    columns: Vec<Field>,
    /// The columns by which is asked.
    keys: Vec<Field>,
    concurrency: usize,
    cache: Option<CacheConfig>,
}

/// `lookup.cache` = `PARTIAL`
#[derive(Debug, Clone, Default)]
pub struct CacheConfig {
    /// `lookup.partial-cache.max-rows`: here of keys.
    pub max_keys: Option<usize>,
    /// `lookup.partial-cache.expire-after-write`
    pub after_write: Option<Duration>,
    /// `lookup.partial-cache.expire-after-access`
    pub after_access: Option<Duration>,
    /// `lookup.partial-cache.cache-missing-key`
    pub missing: bool,
}

impl RestConfig {
    /// Reads the options of a table.
    pub fn new(table: &str, options: &BTreeMap<String, String>, columns: Vec<Field>, keys: Vec<Field>) -> Self {
        let read = Options(options);
        let own = |key: &str| format!("{PREFIX}{key}");
        let cached = read.get("lookup.cache").is_some_and(|cache| cache.eq_ignore_ascii_case("PARTIAL"));
        let cache = || CacheConfig {
            max_keys: read.number("lookup.partial-cache.max-rows"),
            after_write: read.duration("lookup.partial-cache.expire-after-write"),
            after_access: read.duration("lookup.partial-cache.expire-after-access"),
            missing: read.get("lookup.partial-cache.cache-missing-key") != Some("false"),
        };
        let header_prefix = own("header.");
        let headers = options
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(&header_prefix)?.to_owned(), value.clone())));
        Self {
            table: table.to_owned(),
            requests: Requests {
                url: read.get("url").unwrap_or_default().to_owned(),
                method: read.get("lookup-method").unwrap_or("GET").to_uppercase(),
                headers: headers.collect(),
                retries: read.number("lookup.max-retries").unwrap_or(RETRIES),
                timeout: read.number(&own("request.timeout")).map_or(TIMEOUT, Duration::from_secs),
            },
            json: JsonOptions::new(read, "json."),
            columns,
            keys,
            concurrency: read.number(&own("request.thread-pool.size")).filter(|size| *size > 0).unwrap_or(CONCURRENCY),
            cache: cached.then(cache),
        }
    }
}

impl LookupFactory for RestConfig {
    fn open(&self, _: &TaskContext) -> Result<Box<dyn Lookup>, Stop> {
        Ok(Box::new(RestLookup {
            client: self.requests.client()?,
            decoder: JsonDecoder::new(&self.columns, &self.json),
            cache: Cache::new(self.cache.clone()),
            config: self.clone(),
        }))
    }
}

struct RestLookup {
    config: RestConfig,
    client: reqwest::Client,
    decoder: JsonDecoder,
    cache: Cache,
}

impl RestLookup {
    /// Asks for these keys: rows of `keys`. The bodies of the answers, in order; `None` where nothing was found.
    fn ask(&self, keys: &Batch, rows: &[usize], context: &TaskContext) -> Result<Vec<Option<Vec<u8>>>, Stop> {
        let built = rows.iter().map(|row| self.config.requests.build(&self.client, &self.config.keys, keys, *row));
        let built: Vec<reqwest::Request> = built.collect::<Result<_, _>>()?;
        let (sender, answers) = sync_channel(1);
        let (client, requests) = (self.client.clone(), self.config.requests.clone());
        let concurrency = self.config.concurrency;
        let asking = context.services.handle()?.spawn(async move {
            let answers = futures::stream::iter(built).map(|request| requests.send(&client, request));
            let answers: Vec<Result<Option<Vec<u8>>, String>> = answers.buffered(concurrency).collect().await;
            // Where nobody waits any more, the task was cancelled.
            let _ = sender.send(answers);
        });
        let answers = loop {
            match answers.recv_timeout(STEP) {
                Ok(answers) => break answers,
                Err(RecvTimeoutError::Timeout) if context.cancel.is_cancelled() => {
                    asking.abort();
                    return Err(Stop::Cancelled);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.failure("the requests were given up".to_owned()).into());
                }
            }
        };
        Ok(answers.into_iter().collect::<Result<_, _>>().map_err(|error| self.failure(error))?)
    }

    fn failure(&self, what: String) -> Failure {
        let message = format!("Could not look up rows of '{}': {what}", self.config.table);
        Failure::new("java.io.IOException", message)
    }

    /// The rows of an answer: an object, or an array of objects.
    fn decode(&mut self, body: &[u8]) -> Result<Batch, Failure> {
        let mut columns = Columns::new(&self.config.columns);
        let documents = elements(body).map_err(|error| self.failure(error.at("the answer")))?;
        for document in documents {
            match self.decoder.decode(document, &mut columns, 0) {
                Ok(true) => columns.end_row(),
                Ok(false) => {}
                Err(_) if self.config.json.ignore_parse_errors => columns.undo_row(),
                Err(error) => return Err(self.failure(error.at("the answer"))),
            }
        }
        columns.finish().map_err(|error| arrow_failure(&error))
    }
}

impl Lookup for RestLookup {
    fn lookup(&mut self, keys: &Batch, context: &TaskContext) -> Result<(Vec<u32>, Batch), Stop> {
        let mut found: HashMap<Vec<u8>, Option<Batch>> = HashMap::new();
        let mut of_row = Vec::with_capacity(keys.rows);
        let mut missing = Vec::new();
        let mut writer = RowWriter::new();
        for row in 0..keys.rows {
            writer.clear();
            for (column, field) in keys.columns.iter().zip(&self.config.keys) {
                writer.cell(column, row, &field.data_type.kind);
            }
            let key = writer.bytes().to_vec();
            if !found.contains_key(&key) {
                let cached = self.cache.get(&key);
                if cached.is_none() {
                    missing.push((row, key.clone()));
                }
                found.insert(key.clone(), cached);
            }
            of_row.push(key);
        }
        let rows: Vec<usize> = missing.iter().map(|(row, _)| *row).collect();
        let bodies = if rows.is_empty() { Vec::new() } else { self.ask(keys, &rows, context)? };
        for ((_, key), body) in missing.into_iter().zip(bodies) {
            let batch = self.decode(body.as_deref().unwrap_or(b"[]"))?;
            self.cache.put(key.clone(), &batch);
            found.insert(key, Some(batch));
        }
        let (mut answers, mut parts) = (Vec::new(), Vec::new());
        for (row, key) in (0_u32..).zip(&of_row) {
            let Some(Some(batch)) = found.get(key) else { continue };
            answers.extend(std::iter::repeat_n(row, batch.rows));
            parts.push(batch.clone());
        }
        let types: Vec<_> = self.config.columns.iter().map(|field| field.data_type.clone()).collect();
        let rows = Batch::concat(&parts).map_err(|error| arrow_failure(&error))?;
        Ok((answers, rows.unwrap_or_else(|| Batch::empty(&types))))
    }
}

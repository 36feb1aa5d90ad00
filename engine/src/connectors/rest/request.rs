//! The requests of a lookup.

use std::time::Duration;

use reqwest::{Client, Request, Response, StatusCode};

use crate::{
    connectors::format::{
        json::{JsonEncoder, JsonOptions},
        view::View,
    },
    options::Options,
    runtime::Failure,
    types::{Batch, Field},
};

/// The most bytes of an answer.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// The pause before the first further try; it doubles from try to try.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// What requests have in common.
#[derive(Debug, Clone)]
pub struct Requests {
    /// Where they go.
    pub url: String,
    /// `GET`, `POST` or `PUT`.
    pub method: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// How many times a failed request is tried again.
    pub retries: u32,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Requests {
    /// The client.
    pub fn client(&self) -> Result<Client, Failure> {
        // The first one stays; whether this is it does not matter.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder()
            .timeout(self.timeout)
            .build()
            .map_err(|error| Failure::new("java.io.IOException", format!("Could not set up an HTTP client: {error}")))
    }

    /// The request for the key at `row`: as parameters of the address, or, for POST and PUT, as a JSON object in the body.
    pub fn build(&self, client: &Client, keys: &[Field], batch: &Batch, row: usize) -> Result<Request, Failure> {
        let columns = batch.columns.iter().zip(keys);
        let views: Vec<View<'_>> = columns.map(|(column, field)| View::new(column, &field.data_type.kind)).collect();
        let mut request = match self.method.as_str() {
            "POST" | "PUT" => {
                let options = JsonOptions::new(Options(&std::collections::BTreeMap::new()), "");
                let mut body = Vec::new();
                JsonEncoder::new(keys, &options).encode(&views, row, &mut body);
                let request = if self.method == "POST" { client.post(&self.url) } else { client.put(&self.url) };
                request.header("content-type", "application/json").body(body)
            }
            _ => {
                let parameters: Vec<(&str, String)> = keys
                    .iter()
                    .zip(&views)
                    .map(|(field, view)| {
                        let mut text = Vec::new();
                        crate::connectors::print::write_value(view, row, &mut text);
                        (field.name.as_str(), String::from_utf8_lossy(&text).into_owned())
                    })
                    .collect();
                client.get(&self.url).query(&parameters)
            }
        };
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.build().map_err(|error| {
            Failure::new("java.io.IOException", format!("Could not make a request to {}: {error}", self.url))
        })
    }

    /// Sends a request, again where it fails and may succeed later. The body of the answer; `None` where there is nothing
    /// (404, or an answer without a body).
    pub async fn send(&self, client: &Client, request: Request) -> Result<Option<Vec<u8>>, String> {
        let mut pause = PAUSE;
        let mut tries = 0;
        loop {
            let copy = request.try_clone().ok_or("a request cannot be sent twice")?;
            let error = match client.execute(copy).await {
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Ok(None),
                Ok(answer) if answer.status().is_success() => match body(answer).await {
                    Ok(body) => return Ok((!body.is_empty()).then_some(body)),
                    Err(error) => error,
                },
                Ok(answer) => {
                    let status = answer.status();
                    let error = format!("{} answered {status}", self.url);
                    // What the service refuses it refuses again.
                    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
                        return Err(error);
                    }
                    error
                }
                Err(error) => format!("{}: {}", self.url, error.without_url()),
            };
            if tries == self.retries {
                return Err(format!("{error}, after {} tries", tries + 1));
            }
            tries += 1;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }
}

async fn body(mut answer: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
        if body.len() + part.len() > MAX_ANSWER_BYTES {
            return Err(format!("the answer is longer than {MAX_ANSWER_BYTES} bytes, which is the most"));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

//! Plain HTTP with JSON.

use std::{sync::LazyLock, time::Duration};

use reqwest::{Client, Method, header::CONTENT_TYPE};
use serde_json::Value;

/// No request of a test takes longer, except one that waits on purpose.
const TIMEOUT: Duration = Duration::from_secs(60);

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    // Fails only where one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(TIMEOUT).build().expect("a client can be made")
});

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, where it is JSON, else null.
    pub json: Value,
    /// The body as it came.
    pub text: String,
}

/// Asks; a server that cannot be reached is an error with its reason.
pub async fn ask(method: Method, url: &str, body: Option<&Value>) -> Result<Answer, String> {
    let mut request = CLIENT.request(method.clone(), url);
    if let Some(body) = body {
        request = request.json(body);
    }
    answer(request).await.map_err(|e| format!("{method} {url}: {e}"))
}

/// Asks, and returns the JSON of a successful answer.
pub async fn json(method: Method, url: &str, body: Option<&Value>) -> Result<Value, String> {
    let answer = ask(method.clone(), url, body).await?;
    match answer.status {
        200..300 => Ok(answer.json),
        status => {
            Err(format!("{method} {url}: status {status}: {}", answer.text.chars().take(600).collect::<String>()))
        }
    }
}

/// `GET`, and the JSON of a successful answer.
pub async fn get(url: &str) -> Result<Value, String> {
    json(Method::GET, url, None).await
}

/// Sends one file as a browser's form would.
pub async fn upload(url: &str, field: &str, name: &str, content: &[u8]) -> Result<Value, String> {
    let boundary = "drsquirrel-test-boundary";
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), content, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    let request = CLIENT.post(url).header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}")).body(body);
    let answer = answer(request).await.map_err(|e| format!("POST {url}: {e}"))?;
    if answer.status == 200 { Ok(answer.json) } else { Err(format!("POST {url}: {}: {}", answer.status, answer.text)) }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let text = response.text().await?;
    Ok(Answer { status, json: serde_json::from_str(&text).unwrap_or_default(), text })
}

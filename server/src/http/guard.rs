//! What keeps strangers out while there is no login: the portal answers only to its own name, and changes nothing at the
//! word of another site's page.
//!
//! A page of any site can make a browser send requests to `127.0.0.1`, and a site can point its own name there (DNS
//! rebinding). The first is told by the Origin header, the second by the Host header.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::ApiError;

use super::AppState;
use super::error::Refusal;

/// What a page may load: what is our own, and inline scripts that `scripts` lets through. The wasm needs leave to be
/// compiled.
pub fn policy(scripts: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {scripts}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// Refuses foreign hosts and foreign origins.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let host = host(&request);
    if !host.as_deref().is_some_and(|host| is_own(host, &state.hosts)) {
        let shown = host.unwrap_or_default();
        let error = ApiError::user(
            "host_refused",
            format!("The portal does not answer to the name `{shown}`"),
            "Use localhost or the address, or add the name to `hosts` in the configuration",
        );
        return Refusal::new(StatusCode::MISDIRECTED_REQUEST, error).into_response();
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && !is_same_origin(request.headers(), host.as_deref().unwrap_or_default()) {
        let error = ApiError::user(
            "origin_refused",
            "Another site's page may not change anything here",
            "Send the request from the portal's own pages, or without an Origin header",
        );
        return Refusal::new(StatusCode::FORBIDDEN, error).into_response();
    }
    next.run(request).await
}

/// Headers of every response.
pub async fn headers(mut response: Response) -> Response {
    let headers = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // What is no page has no inline scripts.
    if !response.headers().contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy(""))
    {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// HTTP/2 has the host in the URI, HTTP/1 in its header.
fn host(request: &Request) -> Option<String> {
    let named = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).map(str::to_owned);
    named.or_else(|| request.uri().authority().map(|a| a.as_str().to_owned()))
}

/// An address cannot be rebound; of names, only those that are known to be ours count.
fn is_own(host: &str, hosts: &[String]) -> bool {
    let name = without_port(host);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || hosts.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.is_empty() && balanced(name) => name,
        _ => host,
    }
}

/// Not in the middle of an IPv6 address.
fn balanced(name: &str) -> bool {
    name.starts_with('[') == name.ends_with(']')
}

/// Browsers send Origin with every request that changes something; whoever sends none is no page.
fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match text(header::ORIGIN) {
        Some(origin) => origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)),
        None => match headers.get(HeaderName::from_static("sec-fetch-site")) {
            Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
            None => !headers.contains_key(header::ORIGIN),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn addresses_and_own_names_are_own() {
        let hosts = ["portal.example.com".to_owned()];
        for own in [
            "127.0.0.1:8088",
            "127.0.0.1",
            "localhost:8088",
            "LOCALHOST",
            "[::1]:8088",
            "[::1]",
            "a.localhost:1",
            "portal.example.com:443",
            "Portal.Example.com",
            "10.1.2.3:80",
        ] {
            assert!(is_own(own, &hosts), "{own}");
        }
        for foreign in ["evil.example:8088", "localhost.evil.example", "portal.example.com.evil", "", ":8088", "evil:x"]
        {
            assert!(!is_own(foreign, &hosts), "{foreign}");
        }
    }
}

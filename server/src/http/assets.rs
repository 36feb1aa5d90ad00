//! Static files: part of the binary, packed ahead of time.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// A static file.
pub struct Asset {
    /// Its path under the portal's address.
    pub path: &'static str,
    /// What it is.
    pub content_type: &'static str,
    /// Changes with its content.
    pub etag: &'static str,
    /// Its bytes.
    pub identity: &'static [u8],
    /// Its bytes, packed with brotli.
    pub br: Option<&'static [u8]>,
    /// Its bytes, packed with gzip.
    pub gz: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Whether there are any.
pub fn any() -> bool {
    !ASSETS.is_empty()
}

/// The file at `path`, in the best packing that the reader takes.
pub fn find(path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    ASSETS.iter().find(|asset| asset.path == path).map(|asset| respond(asset, headers))
}

fn respond(asset: &Asset, headers: &HeaderMap) -> Response<Body> {
    let (encoding, bytes) = choose(asset, headers);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let unchanged = known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag);
    let body = if unchanged { Body::empty() } else { Body::from(Bytes::from_static(bytes)) };
    let mut response = Response::new(body);
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    out.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    // Names do not change with content: the reader asks each time, and mostly hears that nothing changed.
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn choose(asset: &Asset, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match (asset.br, asset.gz) {
        (Some(br), _) if accepts(accepted, "br") => (Some("br"), br),
        (_, Some(gz)) if accepts(accepted, "gzip") => (Some("gzip"), gz),
        _ => (None, asset.identity),
    }
}

/// Whether an Accept-Encoding header takes the encoding: named, and not with a weight of zero.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && !words.any(|w| w.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::http::{HeaderMap, StatusCode, header};

    use super::{Asset, accepts, respond};

    const STYLE: Asset = Asset {
        path: "/style.css",
        content_type: "text/css",
        etag: "\"1\"",
        identity: b"whole",
        br: Some(b"b"),
        gz: Some(b"gz"),
    };

    fn asked(name: header::HeaderName, value: &str) -> axum::http::Response<axum::body::Body> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        respond(&STYLE, &headers)
    }

    #[test]
    fn the_best_packing_that_is_taken() {
        for (accepted, expect) in
            [("gzip, br", Some("br")), ("gzip", Some("gzip")), ("identity", None), ("br;q=0", None), ("", None)]
        {
            let response = asked(header::ACCEPT_ENCODING, accepted);
            let encoding = response.headers().get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap());
            assert_eq!(encoding, expect, "{accepted}");
        }
        assert!(accepts("deflate, BR;q=0.5", "br") && !accepts("brr", "br"));
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        assert_eq!(asked(header::IF_NONE_MATCH, "\"0\", W/\"1\"").status(), StatusCode::NOT_MODIFIED);
        assert_eq!(asked(header::IF_NONE_MATCH, "\"0\"").status(), StatusCode::OK);
    }
}

//! The API's description, kept by hand and tested against the routes.

use axum::http::header;
use axum::response::{IntoResponse, Response};

const OPENAPI: &str = include_str!("openapi.json");

/// `GET /openapi.json`
pub async fn get() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::OPENAPI;
    use crate::http::api::{operations, streams};

    #[test]
    fn every_operation_is_described_and_no_other() {
        let described: serde_json::Value = serde_json::from_str(OPENAPI).unwrap();
        let paths = described["paths"].as_object().unwrap();
        let described: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().filter(|k| *k != "parameters").map(move |m| (m.clone(), path.clone()))
            })
            .collect();
        let routed: BTreeSet<(String, String)> = operations()
            .into_iter()
            .chain(streams())
            .map(|(method, path, _)| (method.to_owned(), path.to_owned()))
            .collect();
        assert_eq!(described, routed);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let described: serde_json::Value = serde_json::from_str(OPENAPI).unwrap();
        let references: Vec<&str> =
            OPENAPI.split("\"$ref\": \"#").skip(1).map(|r| r.split('"').next().unwrap()).collect();
        assert!(!references.is_empty());
        for reference in references {
            assert!(described.pointer(reference).is_some(), "{reference}");
        }
    }
}

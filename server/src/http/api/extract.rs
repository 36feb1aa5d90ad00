//! Bodies and queries, with errors that name the field.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use model::ApiError;
use serde::de::DeserializeOwned;

use crate::http::error::Refusal;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Body(body)),
            Err(rejection) => Err(refuse_body(&rejection)),
        }
    }
}

fn refuse_body(rejection: &JsonRejection) -> Refusal {
    let said = rejection.body_text();
    let (code, hint) = match rejection {
        JsonRejection::JsonDataError(_) => {
            ("body_invalid", "Correct the field that is named; /api/v1/openapi.json has the shape")
        }
        JsonRejection::JsonSyntaxError(_) => ("body_not_json", "Send one JSON document"),
        JsonRejection::MissingJsonContentType(_) => {
            ("body_not_json", "Send JSON with the header Content-Type: application/json")
        }
        _ if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => ("body_too_large", "Send a shorter body"),
        _ => ("body_unreadable", "Send the request again"),
    };
    Refusal::new(rejection.status(), ApiError::user(code, said, hint))
}

/// The query's parameters.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        read.map(|Query(params)| Params(params)).map_err(|rejection| {
            let hint = "Correct the parameter that is named; /api/v1/openapi.json has them all";
            Refusal::new(StatusCode::BAD_REQUEST, ApiError::user("query_invalid", rejection.body_text(), hint))
        })
    }
}

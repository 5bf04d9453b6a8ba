//! Forms of answers that several methods give.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Serialize;

use crate::hold::repo::RepoError;

const CAR: HeaderValue = HeaderValue::from_static("application/vnd.ipld.car");

/// A value as JSON.
pub(super) fn json(value: impl Serialize) -> Response {
    let mut response = axum::Json(value).into_response();
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A CAR.
pub(super) fn car(bytes: Vec<u8>) -> Response {
    car_of(Body::from(bytes))
}

/// A CAR in pieces. Where one fails, the answer does not end cleanly.
pub(super) fn streamed_car(
    pieces: impl Stream<Item = Result<Bytes, RepoError>> + Send + 'static,
) -> Response {
    let logged = pieces.inspect(|piece| {
        if let Err(error) = piece {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "an export broke off"
            );
        }
    });
    car_of(Body::from_stream(logged))
}

fn car_of(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, CAR);
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    response
}

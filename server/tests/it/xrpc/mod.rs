//! The hold's methods: who may call them, what they answer, and that the repo proves what they say.

mod boundary;
mod crew;
mod garbage;
mod matrix;
mod people;
mod quota;
mod service_tokens;
mod sync;
mod uploads;

use http::Method;
use serde_json::Value;

use crate::harness::{Answer, TestServer};
use people::Person;

/// Calls a query, as nobody or with a service token.
pub async fn query(
    server: &TestServer,
    person: Option<&Person>,
    method: &str,
    query: &str,
) -> Answer {
    send(server, person, Method::GET, method, query, "").await
}

/// Calls a procedure with JSON.
pub async fn procedure(
    server: &TestServer,
    person: Option<&Person>,
    method: &str,
    input: &Value,
) -> Answer {
    send(server, person, Method::POST, method, "", input.to_string()).await
}

pub async fn send(
    server: &TestServer,
    person: Option<&Person>,
    verb: Method,
    method: &str,
    query: &str,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let token = person.map(|person| person.token(server, method));
    with_token(server, token.as_deref(), verb, method, query, body).await
}

/// Calls a method with any text as the token.
pub async fn with_token(
    server: &TestServer,
    token: Option<&str>,
    verb: Method,
    method: &str,
    query: &str,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let authorization = token.map(|token| format!("Bearer {token}"));
    let mut headers = Vec::new();
    if let Some(authorization) = &authorization {
        headers.push(("authorization", authorization.as_str()));
    }
    if verb == Method::POST {
        headers.push(("content-type", "application/json"));
    }
    server
        .nobody()
        .send(verb, &format!("/xrpc/{method}?{query}"), &headers, body)
        .await
}

//! Asking several relays, of which some refuse.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;
use crate::clients::outbound::OutboundPolicy;

type Heard = Arc<Mutex<Vec<Value>>>;

async fn relay(answer: StatusCode, heard: &Heard) -> Url {
    let hear = move |State(heard): State<Heard>, Json(body): Json<Value>| async move {
        heard.lock().unwrap().push(body);
        answer
    };
    let router = Router::new()
        .route(REQUEST_CRAWL, post(hear))
        .with_state(Arc::clone(heard));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url.parse().unwrap()
}

#[tokio::test]
async fn every_relay_is_asked_also_behind_one_that_refuses() {
    let heard = Heard::default();
    let relays = vec![
        relay(StatusCode::FORBIDDEN, &heard).await,
        "http://127.0.0.1:1".parse().unwrap(),
        relay(StatusCode::OK, &heard).await,
    ];
    let policy = OutboundPolicy {
        allow_loopback_http: true,
        user_agent: "test".to_owned(),
        ..OutboundPolicy::default()
    };
    let outbound = OutboundClient::new(&policy).unwrap();
    let relays = Relays::new(outbound, relays, "hold.example".to_owned());
    let outcomes = relays.request_crawl().await;
    let worked: Vec<bool> = outcomes
        .iter()
        .map(|(_, outcome)| outcome.is_ok())
        .collect();
    assert_eq!(worked, [false, false, true]);
    let expected = json!({ "hostname": "hold.example" });
    assert_eq!(*heard.lock().unwrap(), [expected.clone(), expected]);
}

//! Connections to the fake services; one that hangs up does so without a word.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::faults::{Fault, broken};
use super::{State, methods};

pub async fn serve(listener: TcpListener, state: Arc<State>) {
    // Connections end with the task that accepts them.
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let state = state.clone();
        connections.spawn(async move {
            let service =
                hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                    answer(state.clone(), request.map(Body::new))
                });
            drop(
                http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await,
            );
        });
    }
}

async fn answer(state: Arc<State>, request: http::Request<Body>) -> io::Result<Response> {
    let path = request.uri().path().to_owned();
    let method = path
        .rsplit('.')
        .next()
        .filter(|_| path.starts_with("/xrpc/"))
        .unwrap_or("plc");
    *state
        .calls
        .lock()
        .unwrap()
        .entry(method.to_owned())
        .or_default() += 1;
    let fault = {
        let faults = state.faults.lock().unwrap();
        faults.get(method).or_else(|| faults.get("*")).copied()
    };
    match fault {
        Some(Fault::HangUp) => return Err(io::Error::other("hung up on purpose")),
        Some(fault) => {
            if let Some(response) = broken(fault).await {
                return Ok(response);
            }
        }
        None => {}
    }
    Ok(methods::call(&state, method, request, fault).await)
}

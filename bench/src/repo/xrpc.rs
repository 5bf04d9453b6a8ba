//! Calls of XRPC methods.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use serde_json::Value;

use crate::connection::Connection;

/// A request. `path` is the method with its parameters.
pub fn request(
    address: SocketAddr,
    verb: &str,
    path: &str,
    token: Option<&str>,
    input: Option<&Value>,
) -> Vec<u8> {
    let authorization = match token {
        Some(token) => format!("authorization: Bearer {token}\r\n"),
        None => String::new(),
    };
    let body = input.map(Value::to_string).unwrap_or_default();
    let content = match input {
        Some(_) => format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        ),
        None => String::new(),
    };
    format!("{verb} /xrpc/{path} HTTP/1.1\r\nhost: {address}\r\n{authorization}{content}\r\n{body}")
        .into_bytes()
}

/// Sends a request and reads its answer, which must be 200 and JSON.
pub async fn call(connection: &mut Connection, request: &[u8]) -> Result<Value> {
    connection.send(request).await?;
    let answer = connection.read_answer().await?;
    ensure!(
        answer.status == 200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    Ok(serde_json::from_slice(&answer.body)?)
}

/// Sends all requests, each once, on some connections.
pub async fn send_all(address: SocketAddr, requests: &[Vec<u8>], connections: usize) -> Result<()> {
    let groups = requests.chunks(requests.len().div_ceil(connections));
    try_join_all(groups.map(|group| async move {
        let mut connection = Connection::open(address).await?;
        for request in group {
            call(&mut connection, request).await?;
        }
        anyhow::Ok(())
    }))
    .await?;
    Ok(())
}

/// Reads an answer to its end; returns the length of its body.
pub async fn download(address: SocketAddr, request: &[u8]) -> Result<usize> {
    let mut connection = Connection::open(address).await?;
    connection.send(request).await?;
    let (status, length) = connection.skip_answer(false).await?;
    ensure!(status == 200, "the download was answered {status}");
    Ok(length)
}

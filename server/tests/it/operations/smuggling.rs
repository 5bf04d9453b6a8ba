//! Messages whose end two readers could see in two places. A proxy in front and this server must never disagree about
//! where a request ends, so whatever could be read in two ways is refused, and its connection closed.

use http::{Method, StatusCode};

use super::raw::{connect, exchange, read_until};
use crate::harness::{Engine, TestServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// What would be answered with 200 if somebody smuggled it in.
const SMUGGLED: &str = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// Every status line that comes until the server closes.
async fn statuses(server: &TestServer, request: &str) -> Vec<u16> {
    let answer = exchange(server, request).await;
    answer
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|rest| rest[..3].parse().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_17_a_message_with_two_ends_is_refused_and_nothing_behind_it_is_read() {
    let server = TestServer::start(Engine::Sqlite).await;
    let length = SMUGGLED.len();
    let heads = [
        (
            "transfer-encoding: chunked\r\ncontent-length: 4".to_owned(),
            "0\r\n\r\n",
        ),
        (
            "content-length: 4\r\ntransfer-encoding: chunked".to_owned(),
            "0\r\n\r\n",
        ),
        ("content-length: 0\r\ncontent-length: 4".to_owned(), ""),
        (format!("content-length: 0\r\ncontent-length: {length}"), ""),
        (format!("content-length: 0, {length}"), ""),
        ("content-length: +0".to_owned(), ""),
        ("content-length: 0x0".to_owned(), ""),
        ("content-length: -1".to_owned(), ""),
        ("content-length: 99999999999999999999".to_owned(), ""),
        (
            "transfer-encoding: chunked, identity".to_owned(),
            "0\r\n\r\n",
        ),
        ("transfer-encoding: xchunked".to_owned(), "0\r\n\r\n"),
        (
            "transfer-encoding: chunked\r\ntransfer-encoding: identity".to_owned(),
            "0\r\n\r\n",
        ),
        ("transfer-encoding : chunked".to_owned(), "0\r\n\r\n"),
        ("x: y\r\n transfer-encoding: chunked".to_owned(), ""),
        ("x: y\0z".to_owned(), ""),
    ];
    for (head, body) in heads {
        let request = format!(
            "POST /auth/device HTTP/1.1\r\nhost: {}\r\n{head}\r\n\r\n{body}{SMUGGLED}",
            server.host
        );
        let found = statuses(&server, &request).await;
        assert!(
            found.len() <= 1 && found.iter().all(|status| (400..500).contains(status)),
            "{head:?}: {found:?}"
        );
    }
    server.nobody().get("/health").await.expect(StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_17_a_bad_chunk_ends_the_connection() {
    let server = TestServer::start(Engine::Sqlite).await;
    for chunks in [
        "zz\r\nx\r\n0\r\n\r\n",
        "-1\r\n\r\n",
        "5\r\nabcdefgh\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nx",
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "5;a\nabcde\r\n0\r\n\r\n",
        "5 \r\r\nabcde\r\n0\r\n\r\n",
    ] {
        let request = format!(
            "POST /auth/device HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: chunked\r\n\r\n{chunks}{SMUGGLED}",
            server.host
        );
        let found = statuses(&server, &request).await;
        assert!(!found.contains(&200), "{chunks:?}: {found:?}");
        assert!(found.len() <= 1, "{chunks:?}: {found:?}");
    }
    server.stop().await;
}

/// A body that nobody read is not taken for the next request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_17_the_body_of_a_refused_request_is_no_request() {
    let server = TestServer::start(Engine::Sqlite).await;
    let length = SMUGGLED.len();
    let request = format!(
        "POST /sign-out HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n{SMUGGLED}\
         GET /v2/no/such HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n",
        host = server.host
    );
    let found = statuses(&server, &request).await;
    assert!(!found.contains(&200), "{found:?}");
    server.stop().await;
}

/// There is one version of HTTP here, and TLS is the proxy's: neither prior knowledge nor an upgrade leads to HTTP/2,
/// with its names that are no headers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_17_http_2_is_not_spoken() {
    let server = TestServer::start(Engine::Sqlite).await;
    let mut stream = connect(&server).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).await.unwrap();
    let mut answer = Vec::new();
    // It may close before it has read everything.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"\0\0"), "{answer:?}");
    let mut stream = connect(&server).await;
    let request = format!(
        "GET /health HTTP/1.1\r\nhost: {}\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n\
         http2-settings: AAMAAABkAAQAAP__\r\n\r\n",
        server.host
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = read_until(&mut stream, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    for name in [":path", ":method", ":authority", "a b"] {
        let request = format!("GET / HTTP/1.1\r\nhost: x\r\n{name}: /health\r\n\r\n{SMUGGLED}");
        let found = statuses(&server, &request).await;
        assert!(
            found.len() <= 1 && !found.contains(&200),
            "{name}: {found:?}"
        );
    }
    let trace = server.nobody().send(Method::TRACE, "/", &[], "").await;
    assert!(!trace.status.is_success());
    server.stop().await;
}

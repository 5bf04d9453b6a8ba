//! Stopping: what is under way is finished, nothing else begins.

use http::{Method, StatusCode};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::raw::{connect, read_until};
use crate::harness::{Engine, TestServer, blob, with_digest};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_upload_is_finished_before_the_server_stops_and_goes_on_after_the_restart() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let scope = format!("repository:{name}:pull,push");
    let alice = &crate::harness::network().alice;
    let answer = server.nobody().ask_token(Some(alice), &[&scope]).await;
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let owner = server.nobody().with_token(token.clone());
    let started = owner
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    let location = started.expect(StatusCode::ACCEPTED).header("location");

    let content = blob(2000);
    let (first, second) = content.split_at(1000);
    let mut stream = connect(&server).await;
    let head = format!(
        "PATCH {location} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        server.host,
        first.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The handler is reading the body now.
    assert!(
        read_until(&mut stream, "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 100")
    );
    stream.write_all(&first[..500]).await.unwrap();

    let (address, host) = (stream.peer_addr().unwrap(), server.host.clone());
    let restarting = tokio::spawn(server.restart());
    // The listener closes first; from then on the server is stopping.
    while let Ok(probe) = TcpStream::connect(address).await {
        drop(probe);
        tokio::task::yield_now().await;
        assert!(
            !restarting.is_finished(),
            "the server stopped with an upload under way"
        );
    }
    stream.write_all(&first[500..]).await.unwrap();
    let answer = read_until(&mut stream, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert!(
        answer.to_lowercase().contains("connection: close"),
        "{answer}"
    );

    let server = restarting.await.unwrap();
    assert_eq!(server.host, host);
    let owner = server.owner_of(&name).await;
    let url = with_digest(&location, &oci::Digest::sha256_of(&content));
    owner
        .send(Method::PUT, &url, &[], second.to_vec())
        .await
        .expect(StatusCode::CREATED);
    server.stop().await;
}

//! Blobs in a bucket: clients are sent there, and replicas of a server share it.

use http::{Method, StatusCode};
use oci::Digest;

use crate::harness::{Client, Engine, Options, TestServer, blob, http, image, with_digest};

const MIB: usize = 1 << 20;

/// The path of a URL: replicas answer under one address, and each test client asks its own.
fn path_of(location: &str) -> &str {
    let after_scheme = location
        .split_once("://")
        .map_or(location, |(_, rest)| rest);
    after_scheme
        .find('/')
        .map_or(location, |slash| &after_scheme[slash..])
}

async fn start_upload(client: &Client, name: &str) -> String {
    let path = format!("/v2/{name}/blobs/uploads/");
    let started = client.send(Method::POST, &path, &[], "").await;
    started.expect(StatusCode::ACCEPTED);
    path_of(&started.header("location")).to_owned()
}

async fn patch(client: &Client, location: &str, first: usize, chunk: &[u8]) {
    let range = format!("{first}-{}", first + chunk.len() - 1);
    let headers = [("content-range", range.as_str())];
    let answer = client
        .send(Method::PATCH, location, &headers, chunk.to_vec())
        .await;
    answer.expect(StatusCode::ACCEPTED);
    assert_eq!(
        answer.header("range"),
        format!("0-{}", first + chunk.len() - 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_fetch_blobs_from_the_bucket_and_strangers_do_not() {
    let mut options = Options::new(Engine::Postgresql);
    options.hold_public = false;
    options.settings = vec![("S3_REDIRECT", "true".to_owned())];
    let server = TestServer::start_with(options).await;
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    let layer = blob(9 * MIB);
    let digest = owner.push_blob(&name, &layer).await;
    owner.push_image(&name, "v1", &image(2)).await;
    let path = format!("/v2/{name}/blobs/{digest}");
    let sent_there = owner.get(&path).await;
    sent_there.expect(StatusCode::TEMPORARY_REDIRECT);
    let location = sent_there.header("location");
    // Without our token: the URL is the right.
    let fetched = http().get(&location).send().await.unwrap();
    assert_eq!(
        fetched.headers()["content-type"],
        "application/octet-stream"
    );
    assert!(fetched.bytes().await.unwrap() == layer);
    let part = http().get(&location).header("range", "bytes=5-8");
    let part = part.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(part, layer[5..=8]);
    let looked_up = owner.head(&path).await;
    looked_up.expect(StatusCode::OK);
    assert_eq!(looked_up.header("content-length"), layer.len().to_string());
    server
        .nobody()
        .get(&path)
        .await
        .expect(StatusCode::UNAUTHORIZED);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_goes_on_at_another_replica_chunk_by_chunk() {
    let server = TestServer::start(Engine::Postgresql).await;
    let replica = server.start_replica().await;
    let name = server.repository();
    let (here, there) = (server.owner_of(&name).await, replica.owner_of(&name).await);
    let layer = blob(21 * MIB + 5);
    let location = start_upload(&here, &name).await;
    let cuts = [0, 7 * MIB, 18 * MIB, 18 * MIB + 1, 20 * MIB];
    for (turn, cut) in cuts.windows(2).enumerate() {
        let client = if turn % 2 == 0 { &there } else { &here };
        patch(client, &location, cut[0], &layer[cut[0]..cut[1]]).await;
    }
    let digest = Digest::sha256_of(&layer);
    let last = layer[20 * MIB..].to_vec();
    let done = there
        .send(Method::PUT, &with_digest(&location, &digest), &[], last)
        .await;
    done.expect(StatusCode::CREATED);
    for client in [&here, &there] {
        let answer = client.get(&format!("/v2/{name}/blobs/{digest}")).await;
        assert!(answer.expect(StatusCode::OK).body == layer);
    }
    let image = image(2);
    here.push_image(&name, "v1", &image).await;
    let seen = there.get(&format!("/v2/{name}/manifests/v1")).await;
    assert_eq!(seen.expect(StatusCode::OK).body, image.manifest);
    assert_eq!(server.count_staged(), 0);
    replica.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_hashed_other_bytes_does_not_vouch_for_these() {
    let server = TestServer::start(Engine::Postgresql).await;
    let replica = server.start_replica().await;
    let name = server.repository();
    let (here, there) = (server.owner_of(&name).await, replica.owner_of(&name).await);
    let (announced, sent) = (blob(1000), blob(1000));
    let location = start_upload(&here, &name).await;
    patch(&here, &location, 0, &announced[..500]).await;
    patch(&there, &location, 500, &sent[500..]).await;
    let digest = Digest::sha256_of(&announced);
    let refused = here
        .send(Method::PUT, &with_digest(&location, &digest), &[], "")
        .await;
    refused.expect_error(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
    replica.stop().await;
    server.stop().await;
}

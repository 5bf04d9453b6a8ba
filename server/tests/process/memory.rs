//! Nothing is kept whole in memory: a large layer goes through the server and its memory stays small.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use ::http::{Method, StatusCode};
use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};
use oci::Digest;
use sha2::{Digest as _, Sha256};

use crate::harness::{Client, Installation, ServerProcess, http, network, with_digest};

const LAYER_BYTES: u64 = 2 << 30;
/// How much of the layer comes as one body of unknown length, as docker sends it.
const STREAMED_BYTES: u64 = 1 << 30;
/// The rest comes in chunks with `Content-Range`.
const CHUNK_BYTES: u64 = 64 << 20;
/// What is made and hashed at a time.
const PIECE_BYTES: u64 = 1 << 20;
/// By how much the server may grow while the layer goes through.
const ALLOWED_GROWTH: u64 = 64 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layer_of_2_gib_comes_and_goes_without_growing_the_server_by_64_mib() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let server = installation.start();
    let name = format!("{}/large", network().alice.handle);
    let alice = sign_in(&server, &name).await;
    // What every server has loaded after its first requests does not count.
    alice.push_blob(&name, b"small").await;
    let idle = server.memory("VmRSS");

    let started = Instant::now();
    let digest = push(&alice, &name).await;
    let (pushed_in, after_push) = (started.elapsed(), growth(&server, idle));
    let started = Instant::now();
    let pulled = pull(&server, &name, &digest).await;
    let (pulled_in, after_pull) = (started.elapsed(), growth(&server, idle));

    println!(
        "2 GiB layer: idle {} MiB; pushed in {:.1} s, grown by {} MiB; pulled in {:.1} s, grown by {} MiB",
        idle >> 20,
        pushed_in.as_secs_f32(),
        after_push >> 20,
        pulled_in.as_secs_f32(),
        after_pull >> 20,
    );
    assert_eq!(pulled, (LAYER_BYTES, digest));
    assert!(after_pull < ALLOWED_GROWTH, "grown by {after_pull} bytes");
    server.stop().expect_success();
}

/// The most the server ever had, over what it had when idle.
fn growth(server: &ServerProcess, idle: u64) -> u64 {
    server.memory("VmHWM").saturating_sub(idle)
}

async fn sign_in(server: &ServerProcess, name: &str) -> Client {
    let scope = format!("repository:{name}:pull,push");
    server
        .nobody()
        .signed_in(Some(&network().alice), &[&scope])
        .await
}

/// Sends the layer, one half as one long body and the other in chunks.
async fn push(alice: &Client, name: &str) -> Digest {
    let begun = alice
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    let mut location = begun.expect(StatusCode::ACCEPTED).header("location");
    let hash = Arc::new(Mutex::new(Sha256::new()));

    let body = reqwest::Body::wrap_stream(layer(0..STREAMED_BYTES, &hash));
    let sent = alice.send(Method::PATCH, &location, &[], body).await;
    location = sent.expect(StatusCode::ACCEPTED).header("location");
    for first in (STREAMED_BYTES..LAYER_BYTES).step_by(usize::try_from(CHUNK_BYTES).unwrap()) {
        let end = first + CHUNK_BYTES;
        let range = format!("{first}-{}", end - 1);
        let length = CHUNK_BYTES.to_string();
        let headers = [
            ("content-range", range.as_str()),
            ("content-length", &length),
        ];
        let body = reqwest::Body::wrap_stream(layer(first..end, &hash));
        let sent = alice.send(Method::PATCH, &location, &headers, body).await;
        location = sent.expect(StatusCode::ACCEPTED).header("location");
    }
    let hex = hex::encode(hash.lock().unwrap().clone().finalize());
    let digest: Digest = format!("sha256:{hex}").parse().unwrap();
    let url = with_digest(&location, &digest);
    alice
        .send(Method::PUT, &url, &[], "")
        .await
        .expect(StatusCode::CREATED);
    digest
}

/// Bytes of the layer, made and hashed as they are asked for. No two pieces are the same.
fn layer(
    range: Range<u64>,
    hash: &Arc<Mutex<Sha256>>,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let hash = hash.clone();
    let pieces = range
        .step_by(usize::try_from(PIECE_BYTES).unwrap())
        .map(move |first| {
            let mut piece = vec![0x5a; usize::try_from(PIECE_BYTES).unwrap()];
            piece[..8].copy_from_slice(&first.to_be_bytes());
            hash.lock().unwrap().update(&piece);
            Ok(Bytes::from(piece))
        });
    futures::stream::iter(pieces)
}

/// Reads the layer as somebody without a login; its length and digest.
async fn pull(server: &ServerProcess, name: &str, digest: &Digest) -> (u64, Digest) {
    let scope = format!("repository:{name}:pull");
    let token = server.nobody().ask_token(None, &[&scope]).await.json()["token"].clone();
    let url = format!("http://{}/v2/{name}/blobs/{digest}", server.host());
    let request = http().get(url).bearer_auth(token.as_str().unwrap());
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let mut pieces = response.bytes_stream();
    let (mut length, mut hash) = (0, Sha256::new());
    while let Some(piece) = pieces.try_next().await.unwrap() {
        length += piece.len() as u64;
        hash.update(&piece);
    }
    (
        length,
        format!("sha256:{}", hex::encode(hash.finalize()))
            .parse()
            .unwrap(),
    )
}

//! Requests that no honest client sends: ten thousand of them, each run with another seed.
//!
//! `LONGSHORE_TEST_SEED` repeats a run.

mod framing;
mod requests;

use std::collections::BTreeMap;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use http::StatusCode;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use server::clock::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{TestServer, image};
use crate::pds::FakeNetwork;
use requests::{Generator, RawRequest};

const REQUESTS: usize = 10_000;
const WORKERS: usize = 8;

/// A server that has not answered by then waits for bytes that will not come, and is told so.
const WAITS_FOR_MORE: Duration = Duration::from_secs(3);
/// A connection that is open this long after we closed our side is leaked.
const PATIENCE: Duration = Duration::from_secs(30);

/// Panics in the code under test; those of other tests in this process are their own business.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
            if !panic
                .location()
                .is_some_and(|location| location.file().contains("tests/it/"))
            {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(panic);
        }));
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "a failed run is repeated by its seed"
)]
fn seed() -> u64 {
    std::env::var("LONGSHORE_TEST_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(rand::random)
}

/// Sends one request on a connection of its own, and returns the head of its answer, or what there is of it.
async fn exchange(port: u16, request: &RawRequest) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(&request.bytes).await;
    let mut answer = Vec::new();
    let is_answered = !request.closes_early
        && tokio::time::timeout(WAITS_FOR_MORE, read_head(&mut stream, &mut answer))
            .await
            .is_ok();
    if !is_answered {
        let _ = stream.shutdown().await;
        let read = tokio::time::timeout(PATIENCE, read_head(&mut stream, &mut answer)).await;
        assert!(read.is_ok(), "no end of the answer to {request}");
    }
    answer
}

/// Reads until there is the head of a final answer, or the server closes.
async fn read_head(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    let mut chunk = [0; 4096];
    loop {
        while let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") {
            if status(answer).is_none_or(|status| status >= 200) {
                return;
            }
            answer.drain(..end + 4);
        }
        match stream.read(&mut chunk).await {
            Ok(length @ 1..) => answer.extend_from_slice(&chunk[..length]),
            Ok(0) | Err(_) => return,
        }
    }
}

fn status(answer: &[u8]) -> Option<u16> {
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_malformed_requests_break_nothing() {
    count_panics();
    let seed = seed();
    let fake = FakeNetwork::start(&Clock::System).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    let image = image(1);
    owner.push_image(&name, "v1", &image).await;
    let scope = format!("repository:{name}:pull,push,delete");
    let token = server
        .nobody()
        .ask_token(Some(&fake.account), &[&scope, "registry:catalog:*"])
        .await;
    let token = token.expect(StatusCode::OK).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let uploads = format!("/v2/{name}/blobs/uploads/");
    let upload = owner
        .send(http::Method::POST, &uploads, &[], "")
        .await
        .header("location");
    let generator = Arc::new(Generator::new(&server, &name, &image, &token, &upload));
    let panics_before = PANICS.load(Ordering::SeqCst);

    let port = server.host.rsplit_once(':').unwrap().1.parse().unwrap();
    let failed = Arc::new(AtomicBool::new(false));
    let workers = (0..WORKERS).map(|worker| {
        let (generator, failed) = (generator.clone(), failed.clone());
        tokio::spawn(async move {
            let mut random = StdRng::seed_from_u64(seed.wrapping_add(worker as u64));
            let mut statuses = BTreeMap::new();
            for _ in 0..REQUESTS / WORKERS {
                if failed.load(Ordering::Relaxed) {
                    break;
                }
                let request = generator.request(&mut random);
                let answer = exchange(port, &request).await;
                if let Some(status @ 500..) = status(&answer) {
                    failed.store(true, Ordering::Relaxed);
                    let answer = String::from_utf8_lossy(&answer).into_owned();
                    panic!(
                        "status {status}, seed {seed}, worker {worker}\n{request}\n---\n{answer}"
                    );
                }
                *statuses.entry(status(&answer)).or_insert(0) += 1;
            }
            statuses
        })
    });
    let mut statuses: BTreeMap<Option<u16>, usize> = BTreeMap::new();
    for outcome in futures::future::join_all(workers).await {
        for (status, count) in outcome.unwrap_or_else(|error| panic!("seed {seed}: {error}")) {
            *statuses.entry(status).or_default() += count;
        }
    }
    assert_eq!(
        PANICS.load(Ordering::SeqCst),
        panics_before,
        "seed {seed}: something panicked"
    );
    // Requests that all fail at the door would test nothing behind it.
    for expected in [200, 201, 202, 400, 401, 404, 405, 431] {
        assert!(
            statuses.contains_key(&Some(expected)),
            "seed {seed}: no answer with {expected}: {statuses:?}"
        );
    }
    still_works(&server, &fake).await;
    server.stop().await;
}

async fn still_works(server: &TestServer, fake: &FakeNetwork) {
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(server, &name).await;
    let image = image(2);
    owner.push_image(&name, "v1", &image).await;
    assert_eq!(
        owner.get(&format!("/v2/{name}/manifests/v1")).await.body,
        image.manifest
    );
    server.nobody().get("/ready").await.expect(StatusCode::OK);
}

/// The generator makes the same requests from the same seed, or a printed seed would be worth nothing.
#[tokio::test]
async fn a_seed_repeats_its_requests() {
    let generator =
        Generator::from_parts("localhost:5000", "alice.test/x", "sha256:00", "t", "/v2/x");
    let run = || {
        let mut random = StdRng::seed_from_u64(7);
        (0..200)
            .map(|_| generator.request(&mut random).bytes)
            .collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
    let mut other = StdRng::seed_from_u64(8);
    assert_ne!(generator.request(&mut other).bytes, run()[0]);
    assert_ne!(other.random::<u64>(), 0);
}

//! Two servers of one hold, over one PostgreSQL database and one bucket: either may die at any moment.

use ::http::{Method, StatusCode};
use oci::Digest;

use crate::harness::{
    Client, Installation, S3Server, ServerProcess, network, new_postgresql_database, s3_server,
    with_digest,
};

const MIB: usize = 1 << 20;

/// The second has the keys and the address of the first, as behind a load balancer.
async fn start_pair(bucket: &S3Server) -> (Installation, Installation) {
    bucket.create_bucket("hold");
    let (first, second) =
        tokio::task::spawn_blocking(|| (Installation::new(), Installation::new()))
            .await
            .unwrap();
    let database = new_postgresql_database().await;
    let (data, base) = (first.data().display().to_string(), first.base());
    let shared = |installation: Installation| {
        installation
            .with("DATABASE_URL", database.clone())
            .with("STORAGE_DRIVER", "s3")
            .with("S3_ENDPOINT", bucket.endpoint())
            .with("S3_BUCKET", "hold")
            .with("S3_REDIRECT", "false")
            .with("AWS_ACCESS_KEY_ID", s3_server::ACCESS_KEY_ID)
            .with("AWS_SECRET_ACCESS_KEY", s3_server::SECRET_ACCESS_KEY)
            .with("LONGSHORE_DATA_DIR", data.clone())
            .with("LONGSHORE_PUBLIC_URL", base.clone())
    };
    (shared(first), shared(second))
}

async fn sign_in(server: &ServerProcess, service: &str, name: &str) -> Client {
    let client = Client::new(&format!("http://{}", server.host()), service);
    let token = ask_token(&client, name).await;
    client.with_token(token)
}

async fn ask_token(client: &Client, name: &str) -> String {
    let scope = format!("repository:{name}:pull,push");
    let answer = client.ask_token(Some(&network().alice), &[&scope]).await;
    answer.json()["token"].as_str().unwrap().to_owned()
}

fn path_of(location: &str) -> String {
    match location.split_once("://") {
        Some((_, rest)) => rest[rest.find('/').unwrap()..].to_owned(),
        None => location.to_owned(),
    }
}

/// How many bytes of the upload the server has.
async fn acknowledged(client: &Client, location: &str) -> usize {
    let status = client.get(location).await;
    let range = status.expect(StatusCode::NO_CONTENT).header("range");
    let last: usize = range.split_once('-').unwrap().1.parse().unwrap();
    last + 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_survives_the_replica_that_dies_in_its_middle() {
    let bucket = S3Server::start().await;
    let (first, second) = start_pair(&bucket).await;
    let (here, there) = (first.start(), second.start());
    let name = format!("{}/replicas-{}", network().alice.handle, std::process::id());
    let service = first.host();
    let (at_first, at_second) = (
        sign_in(&here, &service, &name).await,
        sign_in(&there, &service, &name).await,
    );
    let layer: Vec<u8> = (0..30 * MIB)
        .map(|index| (index * 31 + index / 251).to_le_bytes()[0])
        .collect();
    let started = at_first
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    let location = path_of(&started.expect(StatusCode::ACCEPTED).header("location"));
    let chunk = layer[..12 * MIB].to_vec();
    let answer = at_first.send(Method::PATCH, &location, &[], chunk).await;
    answer.expect(StatusCode::ACCEPTED);

    // The next chunk never ends: the replica dies over it.
    let (sender, body) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(1);
    let body = reqwest::Body::wrap_stream(futures::stream::unfold(body, |mut body| async {
        body.recv().await.map(|chunk| (chunk, body))
    }));
    let dying = tokio::spawn({
        let (base, location) = (at_first.base.clone(), location.clone());
        let token = ask_token(&at_first, &name).await;
        async move {
            let request = crate::harness::http().patch(format!("{base}{location}"));
            request.bearer_auth(token).body(body).send().await
        }
    });
    for part in layer[12 * MIB..22 * MIB].chunks(MIB) {
        sender.send(Ok(part.to_vec())).await.unwrap();
    }
    tokio::task::block_in_place(|| here.kill()).expect_no_errors();
    assert!(dying.await.unwrap().is_err());
    drop(sender);

    let kept = acknowledged(&at_second, &location).await;
    assert_eq!(kept, 12 * MIB, "what was acknowledged, and nothing else");
    let digest = Digest::sha256_of(&layer);
    let rest = layer[kept..].to_vec();
    let done = at_second
        .send(Method::PUT, &with_digest(&location, &digest), &[], rest)
        .await;
    done.expect(StatusCode::CREATED);
    let here = first.start();
    for server in [&here, &there] {
        let client = sign_in(server, &service, &name).await;
        let answer = client.get(&format!("/v2/{name}/blobs/{digest}")).await;
        assert!(answer.expect(StatusCode::OK).body == layer);
    }
    tokio::task::block_in_place(|| {
        here.stop().expect_success();
        there.stop().expect_success();
    });
}

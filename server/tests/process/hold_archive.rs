//! A hold that moves: from a folder and SQLite to another folder, and to a bucket and PostgreSQL.

use std::path::Path;

use ::http::StatusCode;
use oci::Digest;
use serde_json::Value;

use crate::cli::{complaint, said};
use crate::harness::{
    Account, Image, Installation, S3Server, ServerProcess, blob, image_of, network,
    new_postgresql_database, s3_server,
};

/// What somebody pushed.
struct Pushed {
    name: String,
    tag: String,
    image: Image,
}

async fn push(server: &ServerProcess, account: &Account, tag: &str, shared: &[u8]) -> Pushed {
    let name = format!("{}/moving-{}", account.handle, std::process::id());
    let image = image_of(shared.to_vec(), vec![blob(300), blob(300)]);
    let scope = format!("repository:{name}:pull,push");
    let client = server.nobody().signed_in(Some(account), &[&scope]).await;
    client.push_image(&name, tag, &image).await;
    Pushed {
        name,
        tag: tag.to_owned(),
        image,
    }
}

/// What anybody gets from the hold: every image whole, its last commit, and what people use.
async fn look(server: &ServerProcess, pushed: &[Pushed]) -> (Value, Vec<Value>) {
    let nobody = server.nobody();
    for Pushed { name, tag, image } in pushed {
        let manifest = nobody.get(&format!("/v2/{name}/manifests/{tag}")).await;
        assert!(manifest.expect(StatusCode::OK).body == image.manifest);
        for content in image.blobs() {
            let digest = Digest::sha256_of(content);
            let blob = nobody.get(&format!("/v2/{name}/blobs/{digest}")).await;
            assert!(blob.expect(StatusCode::OK).body == content);
        }
    }
    let did = nobody.get("/.well-known/atproto-did").await.text();
    let did = did.trim().replace('%', "%25");
    let commit = nobody
        .get(&format!("/xrpc/com.atproto.sync.getLatestCommit?did={did}"))
        .await;
    let mut quotas = Vec::new();
    for account in [&network().alice, &network().bob] {
        let path = format!("/xrpc/io.atcr.hold.getQuota?userDid={}", account.did);
        quotas.push(nobody.get(&path).await.expect(StatusCode::OK).json());
    }
    (commit.expect(StatusCode::OK).json(), quotas)
}

fn import(installation: &Installation, archive: &Path) -> String {
    let from = archive.display().to_string();
    said(&installation.run(&["hold", "import", "--from", &from]), 0)
}

/// The repo is the one that was exported, or has gone on from there: pulls that waited were counted at the start.
fn expect_to_go_on((before, used): &(Value, Vec<Value>), (now, quotas): &(Value, Vec<Value>)) {
    assert_eq!(used, quotas);
    let (before, now) = (before["rev"].as_str(), now["rev"].as_str());
    assert!(before.is_some() && before <= now, "{before:?} {now:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_moves_to_another_folder_and_to_a_bucket_with_all_images() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let installation = installation.with("HOLD_QUOTA_TIERS", "small=1MB");
    let archive = installation.parent().join("archive");
    let to = archive.display().to_string();
    let (alice, bob) = (&network().alice, &network().bob);

    let server = installation.start();
    said(&installation.run(&["hold", "crew", "add", &bob.did]), 0);
    let mut pushed = Vec::new();
    for (account, tag) in [(alice, "one"), (alice, "two"), (bob, "one")] {
        pushed.push(push(&server, account, tag, b"a shared config").await);
    }
    let first = said(&installation.run(&["hold", "export", "--to", &to]), 0);
    assert!(
        first.contains("7 blobs") && first.contains("not in there"),
        "{first}"
    );
    pushed.push(push(&server, bob, "two", b"a shared config").await);
    let before = look(&server, &pushed).await;
    server.stop().expect_success();
    let last = installation.run(&["hold", "export", "--to", &to, "--with-key"]);
    let (last, told) = (said(&last, 0), complaint(&last));
    assert!(
        last.contains("9 blobs") && last.contains("7 were there already"),
        "{last}"
    );
    assert!(told.contains("9 of 9 blobs"), "{told}");

    let here = installation.parent().join("here").display().to_string();
    let installation = installation.with("LONGSHORE_DATA_DIR", here);
    let imported = import(&installation, &archive);
    assert!(
        imported.contains("9 blobs") && imported.contains("0 were there already"),
        "{imported}"
    );
    assert!(import(&installation, &archive).contains("imported before"));
    let server = installation.start();
    expect_to_go_on(&before, &look(&server, &pushed).await);
    // The repo goes on from there.
    pushed.push(push(&server, alice, "three", b"a shared config").await);
    let (commit, quotas) = look(&server, &pushed).await;
    assert!(
        commit["rev"].as_str() > before.0["rev"].as_str(),
        "{commit}"
    );
    assert_ne!(quotas, before.1);
    let beside = installation.run(&["hold", "import", "--from", &to]);
    assert!(complaint(&beside).contains("another Longshore works on"));
    server.stop().expect_success();

    let bucket = S3Server::start().await;
    bucket.create_bucket("hold");
    let there = installation.parent().join("there").display().to_string();
    let installation = installation
        .with("LONGSHORE_DATA_DIR", there)
        .with("DATABASE_URL", new_postgresql_database().await)
        .with("STORAGE_DRIVER", "s3")
        .with("S3_ENDPOINT", bucket.endpoint())
        .with("S3_BUCKET", "hold")
        .with("S3_REDIRECT", "false")
        .with("AWS_ACCESS_KEY_ID", s3_server::ACCESS_KEY_ID)
        .with("AWS_SECRET_ACCESS_KEY", s3_server::SECRET_ACCESS_KEY);
    tokio::task::block_in_place(|| import(&installation, &archive));
    let server = tokio::task::block_in_place(|| installation.start());
    pushed.pop();
    expect_to_go_on(&before, &look(&server, &pushed).await);
    tokio::task::block_in_place(|| server.stop().expect_success().status);
}

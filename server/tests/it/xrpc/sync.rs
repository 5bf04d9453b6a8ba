//! What the hold serves of its repo proves itself: archives, proofs and events.

use atproto::crypto::PublicKey;
use atproto::firehose::Frame;
use atproto::repo::{RepoPath, verify_car, verify_record};
use futures::StreamExt as _;
use http::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::query;
use crate::harness::{TestServer, image};
use crate::on_both_databases;

fn hold(server: &TestServer) -> String {
    server.hold().did().as_str().replace('%', "%25")
}

/// The key that the hold's own DID document names.
async fn key_of(server: &TestServer) -> PublicKey {
    let document = server.nobody().get("/.well-known/did.json").await;
    document.expect(StatusCode::OK);
    let document = document.json();
    assert_eq!(document["id"], server.hold().did().as_str());
    let services: Vec<_> = document["service"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| (service["id"].clone(), service["serviceEndpoint"].clone()))
        .collect();
    let expected = ["#atproto_pds", "#atcr_hold"].map(|id| (json!(id), json!(server.base)));
    assert_eq!(services, expected);
    let key = document["verificationMethod"][0]["publicKeyMultibase"]
        .as_str()
        .unwrap();
    PublicKey::from_multikey(key).unwrap()
}

async fn push(server: &TestServer) -> String {
    let name = server.repository();
    server
        .owner_of(&name)
        .await
        .push_image(&name, "v1", &image(2))
        .await;
    name
}

on_both_databases! {
    async fn the_exported_repo_verifies_and_has_a_record_for_each_layer(server) {
        let before = query(server, None, "com.atproto.sync.getLatestCommit", &format!("did={}", hold(server))).await.json();
        push(server).await;
        let key = key_of(server).await;
        let car = query(server, None, "com.atproto.sync.getRepo", &format!("did={}", hold(server))).await;
        car.expect(StatusCode::OK);
        assert_eq!(car.header("content-type"), "application/vnd.ipld.car");
        let repo = verify_car(&car.body, server.hold().did(), &key).unwrap();
        let count = |collection: &str| repo.records.iter().filter(|record| record.collection.as_str() == collection).count();
        assert_eq!(count("io.atcr.hold.captain"), 1);
        assert_eq!(count("io.atcr.hold.crew"), 1);
        assert_eq!(count("io.atcr.hold.layer"), 3, "config and layers");
        assert_eq!(count("io.atcr.hold.stats"), 1);
        let latest = query(server, None, "com.atproto.sync.getLatestCommit", &format!("did={}", hold(server))).await.json();
        assert_eq!(latest["cid"], repo.commit_cid.to_string());

        let news = query(server, None, "com.atproto.sync.getRepo", &format!("did={}&since={}", hold(server), before["rev"].as_str().unwrap())).await;
        assert!(news.body.len() < car.body.len());
        let described = query(server, None, "com.atproto.repo.describeRepo", &format!("repo={}", hold(server))).await.json();
        assert_eq!(described["collections"].as_array().unwrap().len(), 5, "{described}");
    }

    async fn a_proof_says_what_is_there_and_that_nothing_is(server) {
        let key = key_of(server).await;
        let did = server.hold().did();
        for (rkey, is_there) in [("self", true), ("other", false)] {
            let car = query(server, None, "com.atproto.sync.getRecord", &format!("did={}&collection=io.atcr.hold.captain&rkey={rkey}", hold(server))).await;
            car.expect(StatusCode::OK);
            let path: RepoPath = format!("io.atcr.hold.captain/{rkey}").parse().unwrap();
            let proven = verify_record(&car.body, did, &key, &path).unwrap();
            assert_eq!(proven.record.is_some(), is_there, "{rkey}");
        }
    }

    async fn blocks_are_given_by_their_cid_or_named_as_missing(server) {
        let latest = query(server, None, "com.atproto.sync.getLatestCommit", &format!("did={}", hold(server))).await.json();
        let cid = latest["cid"].as_str().unwrap();
        let found = query(server, None, "com.atproto.sync.getBlocks", &format!("did={}&cids={cid}", hold(server))).await;
        found.expect(StatusCode::OK);
        let missing = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
        let answer = query(server, None, "com.atproto.sync.getBlocks", &format!("did={}&cids={cid}&cids={missing}", hold(server))).await;
        assert_eq!(answer.json()["error"], "BlockNotFound");
    }

    async fn the_firehose_tells_every_commit_and_each_follows_from_the_one_before(server) {
        let key = key_of(server).await;
        let url = format!("{}/xrpc/com.atproto.sync.subscribeRepos?cursor=0", server.base.replace("http", "ws"));
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        push(server).await;
        let last = server.hold().repo().last_seq().await.unwrap();
        let (mut seq, mut previous) = (0, None);
        while seq < last {
            let Some(Ok(Message::Binary(bytes))) = socket.next().await else {
                continue;
            };
            match Frame::decode(&bytes).unwrap() {
                Frame::Commit(event) => {
                    assert_eq!(event.seq, seq + 1);
                    seq = event.seq;
                    let verified = event.verify(&key).unwrap();
                    if let Some((rev, data)) = previous {
                        assert!(event.follows(rev, data));
                    }
                    previous = Some((event.rev, verified.commit.data));
                }
                Frame::Identity(event) => seq = event.seq,
                Frame::Account(event) => seq = event.seq,
                Frame::Sync(event) => seq = event.seq,
                other => panic!("{other:?}"),
            }
        }
        let head = server.hold().repo().head().await.unwrap().unwrap();
        assert_eq!(previous, Some((head.rev, head.data)));
        socket.close(None).await.unwrap();
    }

    async fn a_cursor_of_the_future_is_refused_by_name(server) {
        let url = format!("{}/xrpc/com.atproto.sync.subscribeRepos?cursor=1000000", server.base.replace("http", "ws"));
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        let Some(Ok(Message::Binary(bytes))) = socket.next().await else {
            panic!("a frame before the end")
        };
        let Frame::Error(error) = Frame::decode(&bytes).unwrap() else {
            panic!("an error frame")
        };
        assert_eq!(error.error, "FutureCursor");
        let Some(Ok(Message::Close(Some(close)))) = socket.next().await else {
            panic!("a close frame")
        };
        assert_eq!(u16::from(close.code), 1008);
    }

    async fn the_hold_s_handle_leads_to_it(server) {
        let did = server.hold().did().as_str();
        assert_eq!(server.nobody().get("/.well-known/atproto-did").await.text(), did);
        let answer = query(server, None, "com.atproto.identity.resolveHandle", &format!("handle={}", server.host)).await;
        assert_eq!(answer.json(), json!({ "did": did }));
        assert!(server.nobody().get("/xrpc/_health").await.json()["version"].is_string());
        let repos = query(server, None, "com.atproto.sync.listRepos", "").await.json();
        assert_eq!(repos["repos"][0]["did"], did);
    }
}

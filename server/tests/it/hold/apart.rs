//! A registry without a hold, and holds alone on other servers: what goes wrong between them, and whose choice counts.

use atproto::syntax::Did;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use oci::Digest;
use serde_json::{Value, json};
use server::clock::Clock;
use server::hold::CrewChange;

use crate::harness::{
    Account, Client, Engine, Options, TestServer, blob, descriptor, image, network, with_digest,
};

const PUT_RECORD: &str = "com.atproto.repo.putRecord";

async fn start(settings: &[(&'static str, &str)]) -> TestServer {
    start_by(Clock::System, settings).await
}

async fn start_by(clock: Clock, settings: &[(&'static str, &str)]) -> TestServer {
    let mut options = Options::new(Engine::Apart);
    options.clock = clock;
    options.settings = settings
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    TestServer::start_with(options).await
}

async fn add_member(server: &TestServer, member: &Account) {
    let captain = server.hold().captain().await.unwrap().did;
    let member = member.did.parse().unwrap();
    let change = CrewChange::default();
    let hold = server.hold();
    hold.set_crew_member(&captain, &member, change)
        .await
        .unwrap();
}

async fn signed_in(server: &TestServer, account: &Account) -> (String, Client) {
    let name = TestServer::repository_of(account);
    let client = server.signed_in(account, &name, "pull,push,delete").await;
    (name, client)
}

async fn start_upload(client: &Client, name: &str) -> String {
    let path = format!("/v2/{name}/blobs/uploads/");
    let started = client.send(Method::POST, &path, &[], "").await;
    started.expect(StatusCode::ACCEPTED).header("location")
}

async fn records(account: &Account, collection: &str) -> Vec<Value> {
    let url = format!("{}/xrpc/com.atproto.repo.listRecords", account.pds);
    let query = [("repo", account.did.as_str()), ("collection", collection)];
    let answer = crate::harness::http()
        .get(url)
        .query(&query)
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["records"].as_array().unwrap().clone()
}

async fn put_record(account: &Account, collection: &str, rkey: &str, record: Value) {
    let token = network().pds_token(account).await;
    let mut record = record;
    record["$type"] = collection.into();
    let input = json!({
        "repo": account.did, "collection": collection, "rkey": rkey, "record": record, "validate": false,
    });
    network()
        .xrpc(&account.pds, PUT_RECORD, Some(&token), &input)
        .await;
}

async fn choose_hold(server: &TestServer, account: &Account, hold: &Did) {
    let profile = json!({ "createdAt": "2026-01-01T00:00:00Z", "defaultHold": hold.as_str() });
    put_record(account, "io.atcr.sailor.profile", "self", profile).await;
    let did = account.did.parse().unwrap();
    server.state.registry.forget_choice(&did).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_refused_with_the_sums_and_nothing_is_written() {
    let server = start(&[("HOLD_QUOTA_TIERS", "small=100kB")]).await;
    let member = network().new_account().await;
    add_member(&server, &member).await;
    let (name, client) = signed_in(&server, &member).await;
    client.push_blob(&name, &blob(60_000)).await;
    let location = start_upload(&client, &name).await;
    let content = blob(60_000);
    let too_much = with_digest(&location, &Digest::sha256_of(&content));
    let refused = client.send(Method::PUT, &too_much, &[], content).await;
    refused.expect_error(StatusCode::FORBIDDEN, "DENIED");
    let message = refused.json()["errors"][0]["message"].to_string();
    assert!(
        message.contains("100 kB") && message.contains(server.hold().did().as_str()),
        "{message}"
    );
    assert_eq!(
        records(&member, "io.atcr.manifest").await,
        Vec::<Value>::new()
    );
    assert_eq!(server.count_staged(), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_who_is_removed_during_a_push_cannot_end_it() {
    let server = start(&[]).await;
    let member = network().new_account().await;
    add_member(&server, &member).await;
    let (name, client) = signed_in(&server, &member).await;
    let (small, layer) = (blob(100), blob(9 << 20));
    client.push_blob(&name, &small).await;
    let location = start_upload(&client, &name).await;
    let taken = client
        .send(Method::PATCH, &location, &[], layer.clone())
        .await;
    taken.expect(StatusCode::ACCEPTED);
    let (captain, did) = (
        server.hold().captain().await.unwrap().did,
        member.did.parse().unwrap(),
    );
    server
        .hold()
        .remove_crew_member(&captain, &did)
        .await
        .unwrap();
    let end = with_digest(&location, &Digest::sha256_of(&layer));
    let refused = client.send(Method::PUT, &end, &[], "").await;
    refused.expect_error(StatusCode::FORBIDDEN, "DENIED");
    let config = "application/vnd.oci.image.config.v1+json";
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor(config, &small), "layers": [],
    });
    let refused = client
        .put_manifest(
            &name,
            "v1",
            "application/vnd.oci.image.manifest.v1+json",
            manifest.to_string().as_bytes(),
        )
        .await;
    refused.expect_error(StatusCode::FORBIDDEN, "DENIED");
    assert_eq!(
        records(&member, "io.atcr.manifest").await,
        Vec::<Value>::new()
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_while_the_hold_is_down_says_so_and_works_again_after() {
    let mut server = start(&[]).await;
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    let image = image(1);
    owner.push_image(&name, "v1", &image).await;
    let layer = format!("/v2/{name}/blobs/{}", Digest::sha256_of(&image.layers[0]));
    let hold = server.take_hold_server();
    let did = hold.hold().did().clone();
    let hold = hold.pause().await;
    let manifest = owner.get(&format!("/v2/{name}/manifests/v1")).await;
    assert_eq!(manifest.expect(StatusCode::OK).body, image.manifest);
    let failed = owner.get(&layer).await;
    failed.expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    assert!(failed.text().contains(did.as_str()), "{}", failed.text());
    let hold = hold.resume().await;
    assert_eq!(
        owner.get(&layer).await.expect(StatusCode::OK).body,
        image.layers[0]
    );
    hold.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_is_down_when_a_manifest_comes_is_told_later() {
    let clock = Clock::fixed(Clock::System.now());
    let mut server = start_by(clock.clone(), &[]).await;
    let owner_did: Did = network().alice.did.parse().unwrap();
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    let image = image(2);
    for content in image.blobs() {
        owner.push_blob(&name, content).await;
    }
    let hold = server.take_hold_server();
    let before = hold.hold().load_usage(&owner_did).await.unwrap();
    let hold = hold.pause().await;
    let stored = owner
        .put_manifest(&name, "v1", image.media_type, &image.manifest)
        .await;
    stored.expect(StatusCode::CREATED);
    let registry = &server.state.registry;
    clock.advance(TimeDelta::seconds(31));
    assert_eq!(
        registry.deliver_notices().await.unwrap(),
        0,
        "it is still down"
    );
    let hold = hold.resume().await;
    assert_eq!(hold.hold().load_usage(&owner_did).await.unwrap(), before);
    assert_eq!(
        registry.deliver_notices().await.unwrap(),
        0,
        "it is not time yet"
    );
    clock.advance(TimeDelta::seconds(61));
    assert_eq!(registry.deliver_notices().await.unwrap(), 1);
    let after = hold.hold().load_usage(&owner_did).await.unwrap();
    assert_eq!(after.unique_blobs, before.unique_blobs + 3);
    assert_eq!(
        registry.deliver_notices().await.unwrap(),
        0,
        "it was told once"
    );
    hold.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_goes_where_its_owner_chose_and_a_pull_where_the_manifest_says() {
    let server = start(&[]).await;
    let sailor = network().new_account().await;
    add_member(&server, &sailor).await;
    let mut options = Options::new(Engine::Sqlite);
    options.settings = vec![
        ("LONGSHORE_ROLES", "hold".to_owned()),
        ("HOLD_OWNER", sailor.did.clone()),
    ];
    let own = TestServer::start_with(options).await;
    let (name, client) = signed_in(&server, &sailor).await;
    let image = image(2);
    client.push_image(&name, "first", &image).await;
    let record = records(&sailor, "io.atcr.manifest").await.remove(0);
    assert_eq!(record["value"]["holdDid"], server.hold().did().as_str());

    choose_hold(&server, &sailor, own.hold().did()).await;
    let layer = format!("/v2/{name}/blobs/{}", Digest::sha256_of(&image.layers[0]));
    client.head(&layer).await.expect(StatusCode::NOT_FOUND);
    assert_eq!(
        client.get(&layer).await.expect(StatusCode::OK).body,
        image.layers[0]
    );
    let other = crate::harness::image(1);
    client.push_image(&name, "second", &other).await;
    let pushed = records(&sailor, "io.atcr.manifest").await;
    let there = |record: &&Value| record["value"]["holdDid"] == own.hold().did().as_str();
    assert_eq!(pushed.iter().filter(there).count(), 1, "{pushed:?}");
    let did: Did = sailor.did.parse().unwrap();
    assert_eq!(own.hold().load_usage(&did).await.unwrap().unique_blobs, 2);
    let nobody = server.nobody();
    for (tag, image) in [("first", &image), ("second", &other)] {
        let manifest = nobody.get(&format!("/v2/{name}/manifests/{tag}")).await;
        assert_eq!(manifest.expect(StatusCode::OK).body, image.manifest);
        for content in image.blobs() {
            let path = format!("/v2/{name}/blobs/{}", Digest::sha256_of(content));
            assert_eq!(nobody.get(&path).await.expect(StatusCode::OK).body, content);
        }
    }
    client
        .delete(&format!("/v2/{name}/manifests/{}", other.digest()))
        .await
        .expect(StatusCode::ACCEPTED);
    assert_eq!(own.hold().load_usage(&did).await.unwrap().unique_blobs, 0);
    own.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_record_of_a_hold_counts_where_the_profile_names_none() {
    let server = start(&[]).await;
    let sailor = network().new_account().await;
    let mut options = Options::new(Engine::Sqlite);
    options.settings = vec![
        ("LONGSHORE_ROLES", "hold".to_owned()),
        ("HOLD_OWNER", sailor.did.clone()),
    ];
    let own = TestServer::start_with(options).await;
    let legacy = json!({ "endpoint": own.base, "owner": sailor.did, "createdAt": "2025-01-01T00:00:00Z", "public": true });
    put_record(&sailor, "io.atcr.hold", "mine", legacy).await;
    let (name, client) = signed_in(&server, &sailor).await;
    client.push_image(&name, "v1", &image(1)).await;
    let record = records(&sailor, "io.atcr.manifest").await.remove(0);
    assert_eq!(record["value"]["holdDid"], own.hold().did().as_str());
    own.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_push_makes_a_profile_and_later_ones_leave_it() {
    let server = start(&[]).await;
    let member = network().new_account().await;
    add_member(&server, &member).await;
    let (name, client) = signed_in(&server, &member).await;
    client.push_image(&name, "v1", &image(0)).await;
    let made = network()
        .record(&member, "io.atcr.sailor.profile", "self")
        .await
        .expect("a profile");
    assert!(
        made["createdAt"].is_string() && made.get("defaultHold").is_none(),
        "{made}"
    );
    client.push_image(&name, "v2", &image(0)).await;
    assert_eq!(
        network()
            .record(&member, "io.atcr.sailor.profile", "self")
            .await,
        Some(made)
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_alone_has_no_registry_and_a_registry_alone_no_methods() {
    let server = start(&[]).await;
    let hold = server.hold_server();
    for (base, path, status) in [
        (&server.base, "/v2/", StatusCode::UNAUTHORIZED),
        (&server.base, "/", StatusCode::OK),
        (&server.base, "/xrpc/_health", StatusCode::NOT_FOUND),
        (&server.base, "/.well-known/did.json", StatusCode::NOT_FOUND),
        (&hold.base, "/xrpc/_health", StatusCode::OK),
        (&hold.base, "/.well-known/did.json", StatusCode::OK),
        (&hold.base, "/ready", StatusCode::OK),
        (&hold.base, "/v2/", StatusCode::NOT_FOUND),
        (&hold.base, "/auth/token", StatusCode::NOT_FOUND),
    ] {
        let answer = crate::harness::http()
            .get(format!("{base}{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
    server.stop().await;
}

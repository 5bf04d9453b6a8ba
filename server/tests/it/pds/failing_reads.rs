//! Pulls while the PDS, or the whole network, is down or lies.

use chrono::TimeDelta;
use futures::future::join_all;
use http::StatusCode;

use super::{FakeNetwork, Fault, fixed_clock};
use crate::harness::{Client, Image, TestServer, image};

/// Longer than a tag is served without asking its PDS again.
const TAG_GETS_OLD: TimeDelta = TimeDelta::seconds(60);
/// Longer than any identity is good without a look-up.
const NAMES_GET_OLD: TimeDelta = TimeDelta::hours(3);

async fn anybody(server: &TestServer, name: &str) -> Client {
    server
        .nobody()
        .signed_in(None, &[&format!("repository:{name}:pull")])
        .await
}

async fn pulls_by_digest(client: &Client, name: &str, image: &Image) {
    let manifest = client
        .get(&format!("/v2/{name}/manifests/{}", image.digest()))
        .await;
    manifest.expect(StatusCode::OK);
    assert_eq!(manifest.body, image.manifest);
    assert_eq!(
        manifest.find_header("warning"),
        None,
        "what a digest names is never stale"
    );
    for content in image.blobs() {
        let blob = client
            .get(&format!(
                "/v2/{name}/blobs/{}",
                oci::Digest::sha256_of(content)
            ))
            .await;
        blob.expect(StatusCode::OK);
        assert_eq!(blob.body, content);
    }
}

async fn pulls_by_tag_with_a_warning(client: &Client, name: &str, image: &Image) {
    for answer in [
        client.get(&format!("/v2/{name}/manifests/v1")).await,
        client.head(&format!("/v2/{name}/manifests/v1")).await,
    ] {
        answer.expect(StatusCode::OK);
        assert!(
            answer.header("warning").starts_with("110 "),
            "{:?}",
            answer.headers
        );
        assert_eq!(
            answer.header("docker-content-digest"),
            image.digest().to_string()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pulls_go_on_while_the_pds_fails_and_a_tag_comes_with_a_warning() {
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let image = image(2);
    fake.owner_of(&server, &name)
        .await
        .push_image(&name, "v1", &image)
        .await;

    for fault in [
        Fault::HangUp,
        Fault::Status(500),
        Fault::Nonsense,
        Fault::Huge,
        Fault::BreakOff,
    ] {
        clock.advance(TAG_GETS_OLD);
        fake.break_method("getRecord", fault);
        fake.break_method("getBlob", fault);
        let anybody = anybody(&server, &name).await;
        pulls_by_digest(&anybody, &name, &image).await;
        pulls_by_tag_with_a_warning(&anybody, &name, &image).await;
        let tags = anybody.get(&format!("/v2/{name}/tags/list")).await;
        tags.expect(StatusCode::OK);
        assert!(tags.text().contains("v1"), "{fault:?}: {}", tags.text());
        // What was never seen here may exist there: "unknown" would be a lie.
        let unseen = anybody
            .get(&format!("/v2/{name}/manifests/never-seen"))
            .await;
        unseen.expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
        fake.repair();
        clock.advance(TAG_GETS_OLD);
        let confirmed = anybody.get(&format!("/v2/{name}/manifests/v1")).await;
        assert_eq!(
            confirmed.expect(StatusCode::OK).find_header("warning"),
            None,
            "{fault:?}"
        );
    }
    server.stop().await;
}

/// The first request waits for the PDS, and those behind it do not wait again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_pulls_from_a_pds_that_never_answers_wait_for_it_once() {
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let image = image(0);
    fake.owner_of(&server, &name)
        .await
        .push_image(&name, "v1", &image)
        .await;
    clock.advance(TAG_GETS_OLD);
    let (records, lists) = (fake.calls("getRecord"), fake.calls("listRecords"));
    for method in ["getRecord", "listRecords"] {
        fake.break_method(method, Fault::Hang);
    }
    let anybody = anybody(&server, &name).await;
    join_all((0..20).map(|_| pulls_by_tag_with_a_warning(&anybody, &name, &image))).await;
    for list in [
        "tags/list".to_owned(),
        format!("referrers/{}", image.digest()),
    ] {
        anybody
            .get(&format!("/v2/{name}/{list}"))
            .await
            .expect(StatusCode::OK);
    }
    assert_eq!(fake.calls("getRecord") - records, 1);
    assert_eq!(fake.calls("listRecords") - lists, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pulls_work_after_a_restart_while_pds_and_directory_are_down() {
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let image = image(1);
    fake.owner_of(&server, &name)
        .await
        .push_image(&name, "v1", &image)
        .await;

    fake.break_method("*", Fault::HangUp);
    clock.advance(NAMES_GET_OLD);
    let server = server.restart().await;
    // As docker does it: with a token, and as others do it: without.
    for client in [anybody(&server, &name).await, server.nobody()] {
        pulls_by_digest(&client, &name, &image).await;
        pulls_by_tag_with_a_warning(&client, &name, &image).await;
    }
    let login = server.nobody().ask_token(Some(&fake.account), &[]).await;
    login.expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    server.stop().await;
}

/// Rights to write are never given on the strength of an old answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_08_a_token_asked_for_while_the_directory_is_down_does_not_push() {
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    owner.push_image(&name, "v1", &image(1)).await;
    clock.advance(TimeDelta::minutes(15));
    fake.break_method("*", Fault::HangUp);
    let scopes = [format!("repository:{name}:pull,push,delete")];
    let answer = server.nobody().ask_token(None, &[&scopes[0]]).await;
    answer.expect(StatusCode::OK);
    assert_eq!(answer.json()["scope"], format!("repository:{name}:pull"));
    server.stop().await;
}

/// A second registry that has never seen the image takes it from the PDS, if what it gets is what it asked for.
struct Elsewhere {
    fake: FakeNetwork,
    server: TestServer,
    client: Client,
    name: String,
    image: Image,
}

async fn elsewhere() -> Elsewhere {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let first = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let image = image(1);
    fake.owner_of(&first, &name)
        .await
        .push_image(&name, "v1", &image)
        .await;
    first.stop().await;
    let server = fake.server().await;
    let client = anybody(&server, &name).await;
    Elsewhere {
        fake,
        server,
        client,
        name,
        image,
    }
}

impl Elsewhere {
    async fn manifest(&self, reference: &str) -> crate::harness::Answer {
        self.client
            .get(&format!("/v2/{}/manifests/{reference}", self.name))
            .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_do_not_match_their_cid_are_refused() {
    let there = elsewhere().await;
    there.fake.break_method("getBlob", Fault::OtherBytes);
    for reference in ["v1", &there.image.digest().to_string()] {
        there
            .manifest(reference)
            .await
            .expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    }
    there.fake.repair();
    assert_eq!(there.manifest("v1").await.body, there.image.manifest);
    there.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_whose_blob_is_another_manifest_is_refused() {
    let there = elsewhere().await;
    let other = there.fake.add_blob(&image(1).manifest);
    let hex = there.image.digest().hex().to_owned();
    let mut right = serde_json::Value::Null;
    there.fake.edit_record("io.atcr.manifest", &hex, |record| {
        right = std::mem::replace(&mut record["manifestBlob"], other);
    });
    for reference in ["v1", &there.image.digest().to_string()] {
        there
            .manifest(reference)
            .await
            .expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
    }
    there.fake.edit_record("io.atcr.manifest", &hex, |record| {
        record["manifestBlob"] = right;
    });
    assert_eq!(there.manifest("v1").await.body, there.image.manifest);
    there.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_does_not_follow_its_lexicon_counts_as_absent() {
    let there = elsewhere().await;
    there
        .fake
        .edit_record("io.atcr.manifest", there.image.digest().hex(), |record| {
            record["manifestBlob"] = serde_json::json!("not a blob");
        });
    there
        .manifest("v1")
        .await
        .expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
    there.server.stop().await;
}

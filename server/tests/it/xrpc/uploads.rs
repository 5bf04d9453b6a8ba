//! Uploads in parts, as registries elsewhere make them.

use http::{Method, StatusCode};
use oci::Digest;
use serde_json::{Value, json};
use server::hold::CrewChange;

use super::people::Person;
use super::{procedure, query};
use crate::harness::{Answer, Engine, Options, TestServer, blob};
use crate::on_both_engines;

pub async fn start_hold(engine: Engine, captain: &Person, tiers: &str) -> TestServer {
    let mut options = Options::new(engine);
    options.settings = vec![
        ("HOLD_OWNER", captain.did.to_string()),
        ("HOLD_QUOTA_TIERS", tiers.to_owned()),
    ];
    TestServer::start_with(options).await
}

pub async fn add_member(server: &TestServer, captain: &Person, member: &Person) {
    let change = CrewChange::default();
    server
        .hold()
        .set_crew_member(&captain.did, &member.did, change)
        .await
        .unwrap();
}

pub async fn initiate(server: &TestServer, person: &Person, size: Option<u64>) -> Answer {
    let mut input = json!({ "digest": "uploads/temp-1" });
    if let Some(size) = size {
        input["size"] = size.into();
    }
    procedure(server, Some(person), "io.atcr.hold.initiateUpload", &input).await
}

/// Puts a part to the URL the hold names, with nothing but it.
pub async fn put_part(
    server: &TestServer,
    person: &Person,
    upload: &str,
    number: u32,
    content: &[u8],
) -> Answer {
    let input = json!({ "uploadId": upload, "partNumber": number });
    let answer = procedure(
        server,
        Some(person),
        "io.atcr.hold.getPartUploadUrl",
        &input,
    )
    .await;
    answer.expect(StatusCode::OK);
    assert_eq!(answer.json()["method"], "PUT");
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    server
        .nobody()
        .send(Method::PUT, &url, &[], content.to_vec())
        .await
}

pub async fn complete(
    server: &TestServer,
    person: &Person,
    upload: &str,
    digest: &Digest,
    parts: Value,
) -> Answer {
    let input = json!({ "uploadId": upload, "digest": digest.to_string(), "parts": parts });
    procedure(server, Some(person), "io.atcr.hold.completeUpload", &input).await
}

/// A blob in one part.
pub async fn upload(server: &TestServer, person: &Person, content: &[u8]) -> Answer {
    let started = initiate(server, person, None).await;
    if started.status != StatusCode::OK {
        return started;
    }
    let id = started.json()["uploadId"].as_str().unwrap().to_owned();
    let part = put_part(server, person, &id, 1, content).await;
    if part.status != StatusCode::OK {
        return part;
    }
    let parts = json!([{ "partNumber": 1, "etag": part.header("etag") }]);
    complete(server, person, &id, &Digest::sha256_of(content), parts).await
}

async fn read(server: &TestServer, person: &Person, digest: &Digest) -> Answer {
    let wanted = format!(
        "did={}&cid={digest}",
        person.did.as_str().replace('%', "%25")
    );
    query(server, None, "com.atproto.sync.getBlob", &wanted).await
}

on_both_engines! {
    async fn parts_become_a_blob_and_the_last_one_may_be_sent_again(engine) {
        let captain = Person::new().await;
        let server = start_hold(engine, &captain, "none").await;
        let started = initiate(&server, &captain, None).await;
        started.expect(StatusCode::OK);
        let id = started.json()["uploadId"].as_str().unwrap().to_owned();
        let (first, second) = (blob(3000), blob(2000));
        let one = put_part(&server, &captain, &id, 1, &first).await;
        one.expect(StatusCode::OK);
        put_part(&server, &captain, &id, 2, b"something else").await.expect(StatusCode::OK);
        let two = put_part(&server, &captain, &id, 2, &second).await;
        two.expect(StatusCode::OK);
        let skipped = put_part(&server, &captain, &id, 4, &second).await;
        assert!(skipped.status.is_client_error(), "{}", skipped.text());

        let whole = [first, second].concat();
        let digest = Digest::sha256_of(&whole);
        let etag = |answer: &Answer| answer.json()["etag"].as_str().unwrap().to_owned();
        let missing = complete(&server, &captain, &id, &digest, json!([{ "partNumber": 1, "etag": etag(&one) }])).await;
        assert_eq!(missing.json()["error"], "MissingParts");
        let parts = json!([
            { "partNumber": 1, "etag": etag(&one) },
            { "partNumber": 2, "etag": format!("\"{}\"", etag(&two)) },
        ]);
        let done = complete(&server, &captain, &id, &digest, parts.clone()).await;
        done.expect(StatusCode::OK);
        assert_eq!(done.json(), json!({ "status": "completed", "digest": digest.to_string() }));
        let blob = read(&server, &captain, &digest).await;
        blob.expect(StatusCode::OK);
        assert_eq!(blob.body, whole);
        let again = complete(&server, &captain, &id, &digest, parts).await;
        assert_eq!(again.json()["error"], "InvalidUploadId");
        server.stop().await;
    }

    async fn bytes_of_another_digest_are_refused_and_gone(engine) {
        let captain = Person::new().await;
        let server = start_hold(engine, &captain, "none").await;
        let id = initiate(&server, &captain, None).await.json()["uploadId"].as_str().unwrap().to_owned();
        let part = put_part(&server, &captain, &id, 1, b"not that").await;
        let other = Digest::sha256_of(&blob(10));
        let parts = json!([{ "partNumber": 1, "etag": part.header("etag") }]);
        let refused = complete(&server, &captain, &id, &other, parts).await;
        assert_eq!(refused.json()["error"], "InvalidDigest", "{}", refused.text());
        assert_eq!(read(&server, &captain, &other).await.json()["error"], "BlobNotFound");
        assert_eq!(server.count_staged(), 0);
        server.stop().await;
    }

    async fn an_upload_answers_to_nobody_but_its_opener(engine) {
        let (captain, member) = (Person::new().await, Person::new().await);
        let server = start_hold(engine, &captain, "none").await;
        add_member(&server, &captain, &member).await;
        let id = initiate(&server, &captain, None).await.json()["uploadId"].as_str().unwrap().to_owned();
        let input = json!({ "uploadId": id, "partNumber": 1 });
        let url = procedure(&server, Some(&member), "io.atcr.hold.getPartUploadUrl", &input).await;
        assert_eq!(url.json()["error"], "InvalidUploadId");
        let abort = procedure(&server, Some(&member), "io.atcr.hold.abortUpload", &json!({ "uploadId": id })).await;
        assert_eq!(abort.json()["error"], "InvalidUploadId");
        // A URL is good for its own part and no other.
        let answer = procedure(&server, Some(&captain), "io.atcr.hold.getPartUploadUrl", &input).await;
        let url = answer.json()["url"].as_str().unwrap().replace("partNumber=1", "partNumber=2");
        let refused = server.nobody().send(Method::PUT, &url, &[], "x").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        server.stop().await;
    }

    async fn a_member_who_is_removed_during_an_upload_cannot_complete_it(engine) {
        let (captain, member) = (Person::new().await, Person::new().await);
        let server = start_hold(engine, &captain, "none").await;
        add_member(&server, &captain, &member).await;
        let id = initiate(&server, &member, None).await.json()["uploadId"].as_str().unwrap().to_owned();
        let content = blob(1000);
        let part = put_part(&server, &member, &id, 1, &content).await;
        part.expect(StatusCode::OK);
        server.hold().remove_crew_member(&captain.did, &member.did).await.unwrap();
        let digest = Digest::sha256_of(&content);
        let parts = json!([{ "partNumber": 1, "etag": part.header("etag") }]);
        let refused = complete(&server, &member, &id, &digest, parts).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert!(refused.json()["message"].as_str().unwrap().starts_with("Access denied: user is not a crew member"));
        assert_eq!(read(&server, &captain, &digest).await.json()["error"], "BlobNotFound");
        assert_eq!(server.count_staged(), 0);
        server.stop().await;
    }
}

//! A push to a PDS that fails: a clear error in bounded time, no half-written image, and the next try works.

use std::time::Duration;

use chrono::TimeDelta;
use http::StatusCode;

use super::{FakeNetwork, Fault, fixed_clock};
use crate::harness::{Client, Image, TestServer, image};

/// Longer than any time limit of a call that carries no large body, and much longer than the rest.
const NEVER_A_HANG: Duration = Duration::from_secs(20);

/// Failures of the PDS's own.
const FAULTS: &[Fault] = &[
    Fault::HangUp,
    Fault::BreakOff,
    Fault::Status(500),
    Fault::Status(503),
    Fault::Nonsense,
    Fault::WrongShape,
    Fault::Huge,
    Fault::Redirect,
    Fault::Error(500, "InternalServerError"),
];

async fn push_blobs(client: &Client, name: &str, image: &Image) {
    for content in image.blobs() {
        client.push_blob(name, content).await;
    }
}

/// Puts the manifest while `method` is broken, and once more when it works again.
async fn fails_and_recovers(fake: &FakeNetwork, server: &TestServer, method: &str, fault: Fault) {
    let what = format!("{method} with {fault:?}");
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(server, &name).await;
    let image = image(1);
    push_blobs(&owner, &name, &image).await;

    fake.break_method(method, fault);
    let put = owner.put_manifest(&name, "v1", image.media_type, &image.manifest);
    let answer = tokio::time::timeout(NEVER_A_HANG, put)
        .await
        .unwrap_or_else(|_| panic!("{what} hangs"));
    fake.repair();
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{what}: {}",
        answer.text()
    );
    answer.expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    assert!(answer.text().contains("PDS"), "{what}: {}", answer.text());
    assert!(answer.find_header("retry-after").is_some(), "{what}");

    for reference in ["v1", &image.digest().to_string()] {
        let found = owner
            .get(&format!("/v2/{name}/manifests/{reference}"))
            .await;
        assert_eq!(
            found.status,
            StatusCode::NOT_FOUND,
            "{what}: {reference} is known"
        );
    }
    let tags = owner.get(&format!("/v2/{name}/tags/list")).await;
    assert!(!tags.text().contains("v1"), "{what}: {}", tags.text());

    let again = owner
        .put_manifest(&name, "v1", image.media_type, &image.manifest)
        .await;
    assert_eq!(
        again.status,
        StatusCode::CREATED,
        "{what}: {}",
        again.text()
    );
    let pulled = owner.get(&format!("/v2/{name}/manifests/v1")).await;
    assert_eq!(pulled.body, image.manifest, "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_to_a_pds_that_fails_leaves_nothing_and_works_when_repeated() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    for method in ["uploadBlob", "getRecord", "putRecord"] {
        for fault in FAULTS {
            fails_and_recovers(&fake, &server, method, *fault).await;
        }
    }
    fails_and_recovers(&fake, &server, "uploadBlob", Fault::OtherBytes).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_to_a_pds_that_never_answers_ends_within_the_time_limit() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    fails_and_recovers(&fake, &server, "getRecord", Fault::Hang).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_whose_tag_record_fails_leaves_no_tag() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    let (first, second) = (image(1), image(1));
    owner.push_image(&name, "v1", &first).await;
    push_blobs(&owner, &name, &second).await;
    let by_digest = second.digest().to_string();
    owner
        .put_manifest(&name, &by_digest, second.media_type, &second.manifest)
        .await
        .expect(StatusCode::CREATED);

    // The record of the manifest is there, so only the tag is left to write.
    fake.break_method("putRecord", Fault::Status(502));
    let answer = owner
        .put_manifest(&name, "v1", second.media_type, &second.manifest)
        .await;
    answer.expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    fake.repair();
    let still = owner.get(&format!("/v2/{name}/manifests/v1")).await;
    assert_eq!(
        still.body, first.manifest,
        "the tag points where it pointed"
    );

    owner
        .put_manifest(&name, "v1", second.media_type, &second.manifest)
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(
        owner.get(&format!("/v2/{name}/manifests/v1")).await.body,
        second.manifest
    );
    server.stop().await;
}

/// Refusals that are no failure: each has its own answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_that_the_pds_refuses_says_what_to_do() {
    let table: &[(Fault, StatusCode, &str, &str)] = &[
        (
            Fault::Error(429, "RateLimitExceeded"),
            StatusCode::TOO_MANY_REQUESTS,
            "TOOMANYREQUESTS",
            "limits requests",
        ),
        (
            Fault::Error(413, "PayloadTooLarge"),
            StatusCode::PAYLOAD_TOO_LARGE,
            "SIZE_INVALID",
            "larger than",
        ),
        (
            Fault::Error(400, "AccountDeactivated"),
            StatusCode::FORBIDDEN,
            "DENIED",
            "not active",
        ),
        (
            Fault::Error(400, "AccountTakedown"),
            StatusCode::FORBIDDEN,
            "DENIED",
            "not active",
        ),
        (
            Fault::Error(400, "InvalidMimeType"),
            StatusCode::FORBIDDEN,
            "DENIED",
            "InvalidMimeType",
        ),
    ];
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    let image = image(1);
    push_blobs(&owner, &name, &image).await;
    for (fault, status, code, words) in table {
        // Whatever asked to slow down is over.
        clock.advance(TimeDelta::seconds(31));
        fake.break_method("uploadBlob", *fault);
        let answer = owner
            .put_manifest(&name, "v1", image.media_type, &image.manifest)
            .await;
        fake.repair();
        answer.expect_error(*status, code);
        assert!(
            answer.text().contains(words),
            "{fault:?}: {}",
            answer.text()
        );
    }
    server.stop().await;
}

/// Deleting speaks to the PDS too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delete_that_the_pds_does_not_take_deletes_nothing() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    let image = image(1);
    owner.push_image(&name, "v1", &image).await;
    for method in ["applyWrites", "deleteRecord"] {
        fake.break_method(method, Fault::HangUp);
    }
    for reference in ["v1", &image.digest().to_string()] {
        let path = format!("/v2/{name}/manifests/{reference}");
        owner
            .delete(&path)
            .await
            .expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
        owner.get(&path).await.expect(StatusCode::OK);
    }
    fake.repair();
    for reference in ["v1", &image.digest().to_string()] {
        let path = format!("/v2/{name}/manifests/{reference}");
        owner.delete(&path).await.expect(StatusCode::ACCEPTED);
        owner.get(&path).await.expect(StatusCode::NOT_FOUND);
    }
    server.stop().await;
}

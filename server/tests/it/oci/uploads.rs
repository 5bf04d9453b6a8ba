//! end-4, end-5, end-6, end-13, end-14: blobs on their way in.

use bytes::Bytes;
use http::{Method, StatusCode};
use oci::{Digest, DigestAlgorithm};

use super::start_upload;
use crate::harness::{Client, Engine, TestServer, blob, image, with_digest};
use crate::on_every_topology;

/// Sends a chunk that says where it belongs.
async fn patch(
    client: &Client,
    location: &str,
    range: &str,
    content: &[u8],
) -> crate::harness::Answer {
    client
        .send(
            Method::PATCH,
            location,
            &[("content-range", range)],
            content.to_vec(),
        )
        .await
}

on_every_topology! {
    async fn an_upload_begins_empty_and_says_so(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        for path in [format!("/v2/{name}/blobs/uploads/"), format!("/v2/{name}/blobs/uploads")] {
            let started = owner.send(Method::POST, &path, &[], "").await;
            started.expect(StatusCode::ACCEPTED);
            assert_eq!(started.header("range"), "0-0");
            assert_eq!(started.header("content-length"), "0");
            let location = started.header("location");
            assert!(location.ends_with(&started.header("docker-upload-uuid")));
            let status = owner.get(&location).await;
            status.expect(StatusCode::NO_CONTENT);
            assert_eq!(status.header("range"), "0-0");
            assert_eq!(status.header("location"), location);
        }
    }

    async fn chunks_in_order_become_a_blob(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(1_000_000);
        let mut location = start_upload(&owner, &name).await;
        for (first, last) in [(0, 399_999), (400_000, 400_000), (400_001, 899_999)] {
            let answer = patch(&owner, &location, &format!("{first}-{last}"), &content[first..=last]).await;
            answer.expect(StatusCode::ACCEPTED);
            assert_eq!(answer.header("range"), format!("0-{last}"));
            location = answer.header("location");
            let status = owner.get(&location).await;
            status.expect(StatusCode::NO_CONTENT);
            assert_eq!(status.header("range"), format!("0-{last}"));
        }
        let digest = Digest::sha256_of(&content);
        let last = [("content-range", "900000-999999")];
        let done = owner
            .send(Method::PUT, &with_digest(&location, &digest), &last, content[900_000..].to_vec())
            .await;
        done.expect(StatusCode::CREATED);
        assert_eq!(done.header("docker-content-digest"), digest.to_string());
        assert_eq!(owner.get(&done.header("location")).await.body, content);
    }

    async fn a_chunk_out_of_order_is_refused_and_the_upload_stays_usable(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(300);
        let location = start_upload(&owner, &name).await;
        // A gap before the first byte.
        patch(&owner, &location, "1-100", &content[1..=100]).await.expect(StatusCode::RANGE_NOT_SATISFIABLE);
        patch(&owner, &location, "0-99", &content[..100]).await.expect(StatusCode::ACCEPTED);
        for (range, chunk) in [
            ("0-99", &content[..100]),
            ("50-149", &content[50..150]),
            ("200-299", &content[200..]),
            ("99-100", &content[99..=100]),
        ] {
            let refused = patch(&owner, &location, range, chunk).await;
            refused.expect_error(StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID");
            assert_eq!(refused.header("range"), "0-99", "{range}");
        }
        let digest = Digest::sha256_of(&content);
        let url = with_digest(&location, &digest);
        let gap = [("content-range", "200-299")];
        owner.send(Method::PUT, &url, &gap, content[200..].to_vec()).await.expect(StatusCode::RANGE_NOT_SATISFIABLE);
        for range in ["nonsense", "5", "9-5", "-", "100-"] {
            patch(&owner, &location, range, &content[100..]).await.expect(StatusCode::RANGE_NOT_SATISFIABLE);
        }
        // The length of the body and the range disagree.
        patch(&owner, &location, "100-150", &content[100..]).await.expect_error(StatusCode::BAD_REQUEST, "SIZE_INVALID");
        assert_eq!(owner.get(&location).await.header("range"), "0-99");
        patch(&owner, &location, "100-299", &content[100..]).await.expect(StatusCode::ACCEPTED);
        owner.send(Method::PUT, &url, &[], "").await.expect(StatusCode::CREATED);
        assert_eq!(owner.get(&format!("/v2/{name}/blobs/{digest}")).await.body, content);
    }

    async fn a_stream_of_unknown_length_is_taken_in_patch_and_put(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(100_000);
        let stream = |part: &[u8]| {
            let chunks: Vec<_> = part.chunks(7_000).map(|chunk| Ok::<_, std::io::Error>(Bytes::copy_from_slice(chunk))).collect();
            reqwest::Body::wrap_stream(futures::stream::iter(chunks))
        };
        let location = start_upload(&owner, &name).await;
        let patched = owner.send(Method::PATCH, &location, &[], stream(&content[..60_000])).await;
        patched.expect(StatusCode::ACCEPTED);
        assert_eq!(patched.header("range"), "0-59999");
        let digest = Digest::sha256_of(&content);
        let url = with_digest(&patched.header("location"), &digest);
        owner.send(Method::PUT, &url, &[], stream(&content[60_000..])).await.expect(StatusCode::CREATED);
        assert_eq!(owner.get(&format!("/v2/{name}/blobs/{digest}")).await.body, content);
    }

    async fn a_blob_may_come_with_the_first_request(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        for content in [blob(500), Vec::new()] {
            for digest in [Digest::sha256_of(&content), Digest::of(DigestAlgorithm::Sha512, &content)] {
                let path = format!("/v2/{name}/blobs/uploads/?digest={digest}");
                let done = owner.send(Method::POST, &path, &[], content.clone()).await;
                done.expect(StatusCode::CREATED);
                assert_eq!(done.header("docker-content-digest"), digest.to_string());
                let got = owner.get(&done.header("location")).await;
                assert_eq!(got.expect(StatusCode::OK).body, content);
            }
        }
    }

    async fn a_wrong_digest_is_refused_and_keeps_nothing(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        for algorithm in DigestAlgorithm::ALL {
            let (content, announced) = (blob(500), Digest::of(algorithm, &blob(500)));
            let path = format!("/v2/{name}/blobs/uploads/?digest={announced}");
            let refused = owner.send(Method::POST, &path, &[], content.clone()).await;
            refused.expect_error(StatusCode::BAD_REQUEST, "DIGEST_INVALID");

            let location = start_upload(&owner, &name).await;
            owner.send(Method::PATCH, &location, &[], content.clone()).await.expect(StatusCode::ACCEPTED);
            let refused = owner.send(Method::PUT, &with_digest(&location, &announced), &[], "").await;
            refused.expect_error(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
            owner.get(&location).await.expect_error(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN");
            for digest in [announced, Digest::of(algorithm, &content)] {
                owner.head(&format!("/v2/{name}/blobs/{digest}")).await.expect(StatusCode::NOT_FOUND);
            }
        }
        assert_eq!(stored_bytes(&server.folder.join("blobs")), 0, "bytes of refused uploads are still there");
    }

    async fn sha512_is_verified_over_chunks_that_came_before_it_was_known(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(5000);
        let digest = Digest::of(DigestAlgorithm::Sha512, &content);
        let location = start_upload(&owner, &name).await;
        owner.send(Method::PATCH, &location, &[], content[..4000].to_vec()).await.expect(StatusCode::ACCEPTED);
        let done = owner.send(Method::PUT, &with_digest(&location, &digest), &[], content[4000..].to_vec()).await;
        done.expect(StatusCode::CREATED);
        assert_eq!(done.header("docker-content-digest"), digest.to_string());
        assert_eq!(owner.get(&done.header("location")).await.body, content);
    }

    async fn the_empty_blob_is_a_blob(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let digest = Digest::sha256_of(b"");
        let location = start_upload(&owner, &name).await;
        owner.send(Method::PATCH, &location, &[], "").await.expect(StatusCode::ACCEPTED);
        owner.send(Method::PUT, &with_digest(&location, &digest), &[], "").await.expect(StatusCode::CREATED);
        let got = owner.get(&format!("/v2/{name}/blobs/{digest}")).await;
        assert_eq!(got.expect(StatusCode::OK).body.len(), 0);
    }

    async fn finishing_needs_a_digest_and_a_refusal_of_it_leaves_the_upload(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(50);
        let location = start_upload(&owner, &name).await;
        owner.send(Method::PATCH, &location, &[], content.clone()).await.expect(StatusCode::ACCEPTED);
        owner.send(Method::PUT, &location, &[], "").await.expect_error(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
        for (digest, code) in [
            ("sha256:12", "DIGEST_INVALID"),
            ("nonsense", "DIGEST_INVALID"),
            ("", "DIGEST_INVALID"),
            ("md5:d41d8cd98f00b204e9800998ecf8427e", "UNSUPPORTED"),
        ] {
            let refused = owner.send(Method::PUT, &format!("{location}?digest={digest}"), &[], "").await;
            refused.expect_error(StatusCode::BAD_REQUEST, code);
        }
        let url = with_digest(&location, &Digest::sha256_of(&content));
        owner.send(Method::PUT, &url, &[], "").await.expect(StatusCode::CREATED);
    }

    async fn uploads_that_never_were_or_are_over_are_unknown(server) {
        let (name, other) = (server.repository(), server.repository());
        let owner = server.owner_of(&name).await;
        let content = blob(50);
        let digest = Digest::sha256_of(&content);

        let cancelled = start_upload(&owner, &name).await;
        owner.send(Method::PATCH, &cancelled, &[], content.clone()).await.expect(StatusCode::ACCEPTED);
        owner.delete(&cancelled).await.expect(StatusCode::NO_CONTENT);
        let completed = start_upload(&owner, &name).await;
        owner.send(Method::PUT, &with_digest(&completed, &digest), &[], content.clone()).await.expect(StatusCode::CREATED);
        let never = format!("/v2/{name}/blobs/uploads/00000000000000000000");
        for location in [cancelled, completed, never] {
            for (method, path) in [
                (Method::GET, location.clone()),
                (Method::PATCH, location.clone()),
                (Method::PUT, with_digest(&location, &digest)),
                (Method::DELETE, location.clone()),
            ] {
                let answer = owner.send(method.clone(), &path, &[], content.clone()).await;
                answer.expect_error(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN");
            }
        }

        // One of another repository, asked for with every right on this one.
        let theirs = start_upload(&server.owner_of(&other).await, &other).await;
        let moved = theirs.replace(&other, &name);
        for method in [Method::GET, Method::PATCH, Method::DELETE] {
            owner.send(method, &moved, &[], content.clone()).await.expect(StatusCode::NOT_FOUND);
        }
        owner.send(Method::PUT, &with_digest(&moved, &digest), &[], content.clone()).await.expect(StatusCode::NOT_FOUND);
    }

    async fn uploading_needs_the_right_to_push(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let location = start_upload(&owner, &name).await;
        let reader = server.nobody().signed_in(None, &[&format!("repository:{name}:pull,push")]).await;
        let path = format!("/v2/{name}/blobs/uploads/");
        for client in [server.nobody(), reader] {
            for (method, path) in [
                (Method::POST, path.as_str()),
                (Method::GET, &location),
                (Method::PATCH, &location),
                (Method::PUT, &with_digest(&location, &Digest::sha256_of(b""))),
                (Method::DELETE, &location),
            ] {
                let refused = client.send(method, path, &[], "").await;
                refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
                assert!(refused.header("www-authenticate").contains(&format!("repository:{name}:")));
            }
        }
    }
}

/// The sizes of all files below a folder.
fn stored_bytes(folder: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                stored_bytes(&entry.path())
            } else {
                entry.metadata().unwrap().len()
            }
        })
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_survives_a_restart_on_sqlite() {
    Box::pin(restart_in_the_middle(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_survives_a_restart_on_postgresql() {
    Box::pin(restart_in_the_middle(Engine::Postgresql)).await;
}

/// The client continues with the same token, at the byte that was acknowledged.
async fn restart_in_the_middle(engine: Engine) {
    let server = TestServer::start(engine).await;
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    let content = blob(300_000);
    let mut locations = Vec::new();
    for _ in DigestAlgorithm::ALL {
        let location = start_upload(&owner, &name).await;
        patch(&owner, &location, "0-199999", &content[..200_000])
            .await
            .expect(StatusCode::ACCEPTED);
        locations.push(location);
    }
    // What was finished before is there after it, too.
    let finished = image(2);
    owner.push_image(&name, "v1", &finished).await;
    let server = server.restart().await;
    let manifest = owner.get(&format!("/v2/{name}/manifests/v1")).await;
    assert_eq!(manifest.expect(StatusCode::OK).body, finished.manifest);
    for part in finished.blobs() {
        let digest = Digest::sha256_of(part);
        let got = owner.get(&format!("/v2/{name}/blobs/{digest}")).await;
        assert_eq!(got.expect(StatusCode::OK).body, part);
    }
    for (algorithm, location) in DigestAlgorithm::ALL.into_iter().zip(locations) {
        let status = owner.get(&location).await;
        status.expect(StatusCode::NO_CONTENT);
        assert_eq!(status.header("range"), "0-199999");
        patch(
            &owner,
            &location,
            "200000-249999",
            &content[200_000..250_000],
        )
        .await
        .expect(StatusCode::ACCEPTED);
        let digest = Digest::of(algorithm, &content);
        let done = owner
            .send(
                Method::PUT,
                &with_digest(&location, &digest),
                &[],
                content[250_000..].to_vec(),
            )
            .await;
        done.expect(StatusCode::CREATED);
        assert_eq!(owner.get(&done.header("location")).await.body, content);
    }
    server.stop().await;
}

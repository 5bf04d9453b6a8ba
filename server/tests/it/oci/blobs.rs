//! end-2: blobs on their way out.

use http::{Method, StatusCode};
use oci::{Digest, DigestAlgorithm};

use super::start_upload;
use crate::harness::{blob, network, with_digest};
use crate::on_every_topology;

on_every_topology! {
    async fn a_blob_is_its_bytes_with_length_and_digest_and_head_says_the_same_without_them(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        for content in [blob(1000), Vec::new()] {
            let digest = owner.push_blob(&name, &content).await;
            let path = format!("/v2/{name}/blobs/{digest}");
            let whole = owner.get(&path).await;
            assert_eq!(whole.expect(StatusCode::OK).body, content);
            let head = owner.head(&path).await;
            assert_eq!(head.expect(StatusCode::OK).body.len(), 0);
            for answer in [&whole, &head] {
                assert_eq!(answer.header("content-length"), content.len().to_string());
                assert_eq!(answer.header("docker-content-digest"), digest.to_string());
                assert_eq!(answer.header("accept-ranges"), "bytes");
                assert_eq!(answer.header("content-type"), "application/octet-stream");
                assert_eq!(answer.header("x-content-type-options"), "nosniff");
            }
        }
    }

    async fn a_range_is_served_and_one_past_the_end_is_refused(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(1000);
        let digest = owner.push_blob(&name, &content).await;
        let path = format!("/v2/{name}/blobs/{digest}");
        for (range, first, last) in [
            ("bytes=0-0", 0, 0),
            ("bytes=999-999", 999, 999),
            ("bytes=100-199", 100, 199),
            ("bytes=990-", 990, 999),
            ("bytes=-10", 990, 999),
            ("bytes=-5000", 0, 999),
            ("bytes=500-99999999999999999999999", 500, 999),
        ] {
            let part = owner.send(Method::GET, &path, &[("range", range)], "").await;
            part.expect(StatusCode::PARTIAL_CONTENT);
            assert_eq!(part.body, content[first..=last], "{range}");
            assert_eq!(part.header("content-range"), format!("bytes {first}-{last}/1000"));
            assert_eq!(part.header("content-length"), (last - first + 1).to_string());
            assert_eq!(part.header("docker-content-digest"), digest.to_string());
        }
        for range in ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999999-"] {
            let refused = owner.send(Method::GET, &path, &[("range", range)], "").await;
            refused.expect_error(StatusCode::RANGE_NOT_SATISFIABLE, "RANGE_INVALID");
            assert_eq!(refused.header("content-range"), "bytes */1000", "{range}");
        }
        // What is not one range of bytes is ignored, as RFC 9110 allows.
        for range in ["bytes=0-1,5-6", "bytes=5-2", "bytes=a-b", "lines=0-1", "bytes", ""] {
            let whole = owner.send(Method::GET, &path, &[("range", range)], "").await;
            assert_eq!(whole.expect(StatusCode::OK).body, content, "{range}");
        }
        let head = owner.send(Method::HEAD, &path, &[("range", "bytes=5000-")], "").await;
        head.expect(StatusCode::OK);
    }

    async fn a_download_continues_only_in_the_same_content(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(100);
        let path = format!("/v2/{name}/blobs/{}", owner.push_blob(&name, &content).await);
        let tag = owner.head(&path).await.header("etag");
        let same = [("range", "bytes=50-"), ("if-range", tag.as_str())];
        owner.send(Method::GET, &path, &same, "").await.expect(StatusCode::PARTIAL_CONTENT);
        let other = [("range", "bytes=50-"), ("if-range", "\"something else\"")];
        assert_eq!(owner.send(Method::GET, &path, &other, "").await.expect(StatusCode::OK).body, content);
    }

    async fn a_range_of_the_empty_blob_is_never_a_failure_of_ours(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let path = format!("/v2/{name}/blobs/{}", owner.push_blob(&name, b"").await);
        for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            let answer = owner.send(Method::GET, &path, &[("range", range)], "").await;
            answer.expect_error(StatusCode::RANGE_NOT_SATISFIABLE, "RANGE_INVALID");
            assert_eq!(answer.header("content-range"), "bytes */0");
        }
    }

    async fn a_blob_pushed_by_sha512_is_served_by_sha512(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(3000);
        let digest = Digest::of(DigestAlgorithm::Sha512, &content);
        let location = start_upload(&owner, &name).await;
        let done = owner.send(Method::PUT, &with_digest(&location, &digest), &[], content.clone()).await;
        done.expect(StatusCode::CREATED);
        assert_eq!(done.header("docker-content-digest"), digest.to_string());
        let path = done.header("location");
        assert_eq!(path, format!("/v2/{name}/blobs/{digest}"));
        let got = owner.get(&path).await;
        assert_eq!(got.expect(StatusCode::OK).body, content);
        assert_eq!(got.header("docker-content-digest"), digest.to_string());
        owner.head(&path).await.expect(StatusCode::OK);
    }

    async fn a_blob_of_another_repository_is_not_visible(server) {
        let (name, other) = (server.repository(), server.repository());
        let content = blob(100);
        let digest = server.owner_of(&name).await.push_blob(&name, &content).await;
        let elsewhere = server.owner_of(&other).await;
        // Also not in a repository that has something, and that its reader may read.
        elsewhere.push_blob(&other, &blob(10)).await;
        let path = format!("/v2/{other}/blobs/{digest}");
        elsewhere.get(&path).await.expect_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN");
        assert_eq!(elsewhere.head(&path).await.expect(StatusCode::NOT_FOUND).body.len(), 0);
        let ranged = elsewhere.send(Method::GET, &path, &[("range", "bytes=0-0")], "").await;
        ranged.expect_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN");
        elsewhere.delete(&path).await.expect_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN");
    }

    async fn a_token_for_one_repository_says_nothing_about_another(server) {
        let (name, other) = (server.repository(), server.repository());
        let digest = server.owner_of(&name).await.push_blob(&name, &blob(100)).await;
        let elsewhere = server.owner_of(&other).await;
        let path = format!("/v2/{name}/blobs/{digest}");
        let refused = elsewhere.get(&path).await;
        refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(refused.header("www-authenticate").contains(&format!(r#"scope="repository:{name}:pull""#)));
    }

    async fn blobs_and_names_that_are_not_there_are_unknown(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let digest = Digest::sha256_of(&blob(10));
        let path = format!("/v2/{name}/blobs/{digest}");
        owner.get(&path).await.expect_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN");
        owner.head(&path).await.expect(StatusCode::NOT_FOUND);
        let nobody = server.nobody();
        let bob = network().bob.handle.clone();
        nobody.get(&format!("/v2/{bob}/nothing/blobs/{digest}")).await.expect(StatusCode::NOT_FOUND);
        let unknown = nobody.get(&format!("/v2/nobody-of-that-name.test/app/blobs/{digest}")).await;
        unknown.expect_error(StatusCode::NOT_FOUND, "NAME_UNKNOWN");
    }
}

//! end-11: blobs that are in another repository already.

use http::{Method, StatusCode};
use oci::Digest;

use crate::harness::{Client, TestServer, blob, network};
use crate::on_every_topology;

/// Alice, with a token for pushing to one repository and pulling from another.
async fn with_both(server: &TestServer, target: &str, source: &str) -> Client {
    let scopes = [
        format!("repository:{target}:pull,push"),
        format!("repository:{source}:pull"),
    ];
    server
        .nobody()
        .signed_in(Some(&network().alice), &[&scopes[0], &scopes[1]])
        .await
}

async fn mount(
    client: &Client,
    target: &str,
    digest: &Digest,
    more: &str,
) -> crate::harness::Answer {
    client
        .send(
            Method::POST,
            &format!("/v2/{target}/blobs/uploads/?mount={digest}{more}"),
            &[],
            "",
        )
        .await
}

on_every_topology! {
    async fn a_blob_is_mounted_from_a_repository_that_the_token_lets_read(server) {
        let (source, target) = (server.repository(), server.repository());
        let content = blob(500);
        let digest = server.owner_of(&source).await.push_blob(&source, &content).await;
        let client = with_both(server, &target, &source).await;
        let path = format!("/v2/{target}/blobs/{digest}");
        client.head(&path).await.expect(StatusCode::NOT_FOUND);
        let mounted = mount(&client, &target, &digest, &format!("&from={source}")).await;
        mounted.expect(StatusCode::CREATED);
        assert_eq!(mounted.header("location"), path);
        assert_eq!(mounted.header("docker-content-digest"), digest.to_string());
        assert_eq!(client.get(&path).await.expect(StatusCode::OK).body, content);
        // The two are independent from now on.
        server.owner_of(&source).await.delete(&format!("/v2/{source}/blobs/{digest}")).await.expect(StatusCode::ACCEPTED);
        assert_eq!(client.get(&path).await.expect(StatusCode::OK).body, content);
    }

    async fn without_the_right_or_the_blob_mounting_is_an_ordinary_upload_with_no_hint(server) {
        let (source, target) = (server.repository(), server.repository());
        let content = blob(500);
        let digest = server.owner_of(&source).await.push_blob(&source, &content).await;
        let unknown = Digest::sha256_of(&blob(20));
        let without_source = server.owner_of(&target).await;
        let with_source = with_both(server, &target, &source).await;
        let bob = network().bob.handle.clone();
        for (client, digest, more) in [
            (&without_source, &digest, format!("&from={source}")),
            (&with_source, &unknown, format!("&from={source}")),
            (&with_source, &unknown, String::new()),
            (&with_source, &digest, format!("&from={bob}/nothing")),
            (&with_source, &digest, "&from=nobody-of-that-name.test/app".to_owned()),
            (&with_source, &digest, "&from=NOT/..//a%20name".to_owned()),
            (&with_source, &digest, format!("&from={target}")),
        ] {
            let answer = mount(client, &target, digest, &more).await;
            answer.expect(StatusCode::ACCEPTED);
            assert_eq!(answer.header("range"), "0-0", "{more}");
            assert!(answer.find_header("docker-content-digest").is_none(), "{more}");
            client.head(&format!("/v2/{target}/blobs/{digest}")).await.expect(StatusCode::NOT_FOUND);
            // The upload works, as any other.
            client.delete(&answer.header("location")).await.expect(StatusCode::NO_CONTENT);
        }
    }

    async fn without_a_source_the_owner_s_own_repositories_are_looked_at(server) {
        let (source, target) = (server.repository(), server.repository());
        let digest = server.owner_of(&source).await.push_blob(&source, &blob(500)).await;
        let owner = server.owner_of(&target).await;
        mount(&owner, &target, &digest, "").await.expect(StatusCode::CREATED);
        owner.head(&format!("/v2/{target}/blobs/{digest}")).await.expect(StatusCode::OK);
    }

    async fn a_malformed_digest_to_mount_is_refused(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        for digest in ["", "sha256:12", "nonsense"] {
            let path = format!("/v2/{name}/blobs/uploads/?mount={digest}&from={name}");
            owner.send(Method::POST, &path, &[], "").await.expect_error(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
        }
    }

    async fn the_challenge_for_a_mount_names_both_repositories(server) {
        let (source, target) = (server.repository(), server.repository());
        let answer = mount(&server.nobody(), &target, &Digest::sha256_of(b"x"), &format!("&from={source}")).await;
        answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        let scope = format!(r#"scope="repository:{target}:pull,push repository:{source}:pull""#);
        assert!(answer.header("www-authenticate").contains(&scope), "{}", answer.header("www-authenticate"));
    }
}

//! end-9, end-10: deleting.

use http::StatusCode;
use serde_json::json;

use super::{described, digest_of, index_of, pushed_parts, put_json};
use crate::harness::{blob, image, network};
use crate::on_every_topology;

on_every_topology! {
    async fn deleting_a_tag_removes_the_tag_only(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = image(1);
        owner.push_image(&name, "v1", &image).await;
        owner.push_image(&name, "v2", &image).await;
        let path = format!("/v2/{name}/manifests/v1");
        owner.delete(&path).await.expect(StatusCode::ACCEPTED);
        owner.get(&path).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
        owner.head(&path).await.expect(StatusCode::NOT_FOUND);
        owner.delete(&path).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
        for reference in ["v2", &image.digest().to_string()] {
            let got = owner.get(&format!("/v2/{name}/manifests/{reference}")).await;
            assert_eq!(got.expect(StatusCode::OK).body, image.manifest);
        }
        assert_eq!(owner.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["v2"]));
        owner.push_image(&name, "v1", &image).await;
        owner.get(&path).await.expect(StatusCode::OK);
    }

    async fn deleting_a_manifest_removes_its_tags_and_nothing_else(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let child = pushed_parts(&owner, &name).await;
        put_json(&owner, &name, "child", &child).await.expect(StatusCode::CREATED);
        let index = index_of(&[described(&child)]);
        put_json(&owner, &name, "a?tag=b&tag=c", &index).await.expect(StatusCode::CREATED);
        let path = format!("/v2/{name}/manifests/{}", digest_of(&index));
        owner.delete(&path).await.expect(StatusCode::ACCEPTED);
        for reference in ["a", "b", "c", &digest_of(&index).to_string()] {
            let gone = format!("/v2/{name}/manifests/{reference}");
            owner.get(&gone).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
            owner.head(&gone).await.expect(StatusCode::NOT_FOUND);
        }
        owner.delete(&path).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
        assert_eq!(owner.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["child"]));
        owner.get(&format!("/v2/{name}/manifests/child")).await.expect(StatusCode::OK);
        for part in [&child["config"], &child["layers"][0]] {
            let digest = part["digest"].as_str().unwrap();
            owner.head(&format!("/v2/{name}/blobs/{digest}")).await.expect(StatusCode::OK);
        }
    }

    async fn deleting_a_blob_hides_it_in_this_repository_only(server) {
        let (name, other) = (server.repository(), server.repository());
        let (owner, elsewhere) = (server.owner_of(&name).await, server.owner_of(&other).await);
        let content = blob(100);
        let digest = owner.push_blob(&name, &content).await;
        elsewhere.push_blob(&other, &content).await;
        let path = format!("/v2/{name}/blobs/{digest}");
        owner.delete(&path).await.expect(StatusCode::ACCEPTED);
        owner.get(&path).await.expect_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN");
        owner.head(&path).await.expect(StatusCode::NOT_FOUND);
        owner.delete(&path).await.expect_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN");
        let there = elsewhere.get(&format!("/v2/{other}/blobs/{digest}")).await;
        assert_eq!(there.expect(StatusCode::OK).body, content);
        // It can be pushed again.
        owner.push_blob(&name, &content).await;
        assert_eq!(owner.get(&path).await.expect(StatusCode::OK).body, content);
    }

    async fn a_manifest_cannot_be_pushed_over_a_deleted_blob(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        let layer = manifest["layers"][0]["digest"].as_str().unwrap();
        owner.delete(&format!("/v2/{name}/blobs/{layer}")).await.expect(StatusCode::ACCEPTED);
        put_json(&owner, &name, "v1", &manifest).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN");
    }

    async fn deleting_needs_its_own_right(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = image(1);
        owner.push_image(&name, "v1", &image).await;
        let layer = oci::Digest::sha256_of(&image.layers[0]);
        let pusher = server.signed_in(&network().alice, &name, "pull,push").await;
        let bob = server.signed_in(&network().bob, &name, "pull,push,delete").await;
        for path in [
            format!("/v2/{name}/manifests/v1"),
            format!("/v2/{name}/manifests/{}", image.digest()),
            format!("/v2/{name}/blobs/{layer}"),
        ] {
            for client in [&server.nobody(), &pusher] {
                let refused = client.delete(&path).await;
                refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
                assert!(refused.header("www-authenticate").contains(&format!(r#"scope="repository:{name}:delete""#)));
            }
            bob.delete(&path).await.expect_error(StatusCode::FORBIDDEN, "DENIED");
            owner.head(&path).await.expect(StatusCode::OK);
        }
    }
}

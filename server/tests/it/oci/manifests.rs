//! end-3, end-7: manifests on their way in and out.

use http::{Method, StatusCode};
use oci::{Digest, DigestAlgorithm, MAX_MANIFEST_BYTES, media_types};
use serde_json::{Value, json};

use super::{described, digest_of, index_of, pushed_parts, put_json};
use crate::harness::{blob, descriptor, image};
use crate::on_every_topology;

/// The manifest, made exactly `size` bytes long by an annotation.
fn padded(mut manifest: Value, size: usize) -> Value {
    manifest["annotations"]["org.example.padding"] = json!("");
    let missing = size - manifest.to_string().len();
    manifest["annotations"]["org.example.padding"] = json!("x".repeat(missing));
    manifest
}

on_every_topology! {
    async fn a_manifest_comes_back_byte_for_byte_by_tag_and_by_digest(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        // Spaces and the order of fields are part of the content.
        let content = serde_json::to_string_pretty(&pushed_parts(&owner, &name).await).unwrap() + "\n \n";
        let digest = Digest::sha256_of(content.as_bytes());
        for reference in ["v1", &digest.to_string()] {
            let put = owner.put_manifest(&name, reference, media_types::OCI_IMAGE_MANIFEST, content.as_bytes()).await;
            put.expect(StatusCode::CREATED);
            assert_eq!(put.header("docker-content-digest"), digest.to_string());
            assert_eq!(put.header("location"), format!("/v2/{name}/manifests/{digest}"));
            assert!(put.find_header("oci-subject").is_none());
            assert!(put.find_header("oci-tag").is_none());
        }
        for reference in ["v1", &digest.to_string()] {
            let path = format!("/v2/{name}/manifests/{reference}");
            let got = owner.get(&path).await;
            assert_eq!(got.expect(StatusCode::OK).body, content.as_bytes());
            let head = owner.head(&path).await;
            assert_eq!(head.expect(StatusCode::OK).body.len(), 0);
            for answer in [&got, &head] {
                assert_eq!(answer.header("content-type"), media_types::OCI_IMAGE_MANIFEST);
                assert_eq!(answer.header("content-length"), content.len().to_string());
                assert_eq!(answer.header("docker-content-digest"), digest.to_string());
                assert_eq!(answer.header("etag"), format!("\"{digest}\""));
            }
        }
    }

    async fn a_manifest_is_not_sent_to_who_has_it_and_never_converted(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        put_json(&owner, &name, "v1", &manifest).await.expect(StatusCode::CREATED);
        let path = format!("/v2/{name}/manifests/v1");
        let tag = owner.get(&path).await.header("etag");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            for method in [Method::GET, Method::HEAD] {
                let answer = owner.send(method, &path, &[("if-none-match", &known)], "").await;
                answer.expect(StatusCode::NOT_MODIFIED);
                assert_eq!(answer.body.len(), 0);
                assert_eq!(answer.header("etag"), tag);
                assert_eq!(answer.header("docker-content-digest"), digest_of(&manifest).to_string());
            }
        }
        for headers in [("if-none-match", "\"other\""), ("accept", media_types::DOCKER_MANIFEST), ("accept", "text/html, */*;q=0.1")] {
            let answer = owner.send(Method::GET, &path, &[headers], "").await;
            assert_eq!(answer.expect(StatusCode::OK).body, manifest.to_string().as_bytes());
            assert_eq!(answer.header("content-type"), media_types::OCI_IMAGE_MANIFEST);
        }
    }

    async fn what_is_not_there_is_unknown(server) {
        let (name, other) = (server.repository(), server.repository());
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        put_json(&owner, &name, "v1", &manifest).await.expect(StatusCode::CREATED);
        let digest = digest_of(&manifest);
        let elsewhere = server.owner_of(&other).await;
        elsewhere.push_blob(&other, &blob(10)).await;
        // The manifest of another repository is among what is not there.
        for (client, path) in [
            (&owner, format!("/v2/{name}/manifests/v2")),
            (&owner, format!("/v2/{name}/manifests/{}", Digest::sha256_of(&blob(10)))),
            (&elsewhere, format!("/v2/{other}/manifests/v1")),
            (&elsewhere, format!("/v2/{other}/manifests/{digest}")),
        ] {
            client.get(&path).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
            assert_eq!(client.head(&path).await.expect(StatusCode::NOT_FOUND).body.len(), 0);
            client.delete(&path).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
        }
    }

    async fn a_digest_that_is_not_the_content_s_is_refused(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        for algorithm in DigestAlgorithm::ALL {
            let other = Digest::of(algorithm, &blob(10)).to_string();
            put_json(&owner, &name, &other, &manifest).await.expect_error(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
        }
        owner.get(&format!("/v2/{name}/manifests/{}", digest_of(&manifest))).await.expect(StatusCode::NOT_FOUND);
    }

    async fn a_manifest_pushed_by_sha512_is_answered_listed_and_tagged_by_sha512(server) {
        let (name, other) = (server.repository(), server.repository());
        for name in [name, other] {
            let owner = server.owner_of(&name).await;
            let layer = blob(100);
            let layer_digest = Digest::of(DigestAlgorithm::Sha512, &layer);
            let path = format!("/v2/{name}/blobs/uploads/?digest={layer_digest}");
            owner.send(Method::POST, &path, &[], layer.clone()).await.expect(StatusCode::CREATED);
            let mut manifest = pushed_parts(&owner, &name).await;
            manifest["layers"][0]["digest"] = json!(layer_digest.to_string());
            manifest["layers"][0]["size"] = json!(layer.len());
            let digest = Digest::of(DigestAlgorithm::Sha512, manifest.to_string().as_bytes());
            let put = put_json(&owner, &name, &format!("{digest}?tag=long"), &manifest).await;
            put.expect(StatusCode::CREATED);
            assert_eq!(put.header("docker-content-digest"), digest.to_string());
            assert_eq!(put.header("location"), format!("/v2/{name}/manifests/{digest}"));
            for reference in ["long", &digest.to_string()] {
                let got = owner.get(&format!("/v2/{name}/manifests/{reference}")).await;
                assert_eq!(got.expect(StatusCode::OK).body, manifest.to_string().as_bytes());
                assert_eq!(got.header("docker-content-digest"), digest.to_string());
            }
            // An index may name it by that digest.
            let mut child = described(&manifest);
            child["digest"] = json!(digest.to_string());
            put_json(&owner, &name, "index", &index_of(&[child])).await.expect(StatusCode::CREATED);
        }
    }

    async fn a_manifest_may_have_four_mebibytes_and_not_a_byte_more(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let mut manifest = pushed_parts(&owner, &name).await;
        let layer = manifest["layers"][0].clone();
        manifest["layers"] = json!(vec![layer; 10_000]);
        let largest = padded(manifest.clone(), MAX_MANIFEST_BYTES);
        put_json(&owner, &name, "largest", &largest).await.expect(StatusCode::CREATED);
        let got = owner.get(&format!("/v2/{name}/manifests/largest")).await;
        assert!(got.expect(StatusCode::OK).body == largest.to_string().as_bytes());
        assert_eq!(got.header("content-length"), MAX_MANIFEST_BYTES.to_string());
        let refused = put_json(&owner, &name, "larger", &padded(manifest, MAX_MANIFEST_BYTES + 1)).await;
        refused.expect_error(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID");
        owner.head(&format!("/v2/{name}/manifests/larger")).await.expect(StatusCode::NOT_FOUND);
    }

    async fn manifests_of_every_size_fit_into_the_owner_s_pds(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        let layer = manifest["layers"][0].clone();
        for size in [139_000, 152_000, 1_100_000] {
            let mut many_layers = manifest.clone();
            many_layers["layers"] = json!(vec![layer.clone(); size / layer.to_string().len() - 4]);
            put_json(&owner, &name, &format!("layers-{size}"), &many_layers).await.expect(StatusCode::CREATED);
            let large_note = padded(manifest.clone(), size);
            put_json(&owner, &name, &format!("note-{size}"), &large_note).await.expect(StatusCode::CREATED);
            let got = owner.get(&format!("/v2/{name}/manifests/note-{size}")).await;
            assert!(got.expect(StatusCode::OK).body == large_note.to_string().as_bytes());
        }
        // So does an index of very many children.
        put_json(&owner, &name, "child", &manifest).await.expect(StatusCode::CREATED);
        let index = index_of(&vec![described(&manifest); 6_000]);
        put_json(&owner, &name, "index", &index).await.expect(StatusCode::CREATED);
    }

    async fn what_a_manifest_names_must_be_in_the_repository(server) {
        let (name, other) = (server.repository(), server.repository());
        let owner = server.owner_of(&name).await;
        let good = pushed_parts(&owner, &name).await;
        // In another repository of the same owner is not here.
        let elsewhere = blob(80);
        server.owner_of(&other).await.push_blob(&other, &elsewhere).await;
        let absent = descriptor(media_types::OCI_LAYER_TAR_GZIP, &blob(80));
        let missing = absent["digest"].as_str().unwrap();
        let with = |field: &str, value: Value| {
            let mut manifest = good.clone();
            manifest[field] = value;
            manifest
        };
        for manifest in [
            with("config", absent.clone()),
            with("layers", json!([good["layers"][0], absent])),
            index_of(std::slice::from_ref(&absent)),
            index_of(&[json!({ "mediaType": "application/vnd.example+json", "digest": missing, "size": 80 })]),
        ] {
            let refused = put_json(&owner, &name, "v1", &manifest).await;
            refused.expect_error(StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN");
            assert_eq!(refused.json()["errors"][0]["detail"]["missing"], json!([missing]));
            assert!(refused.text().contains(missing));
        }
        let borrowed = with("layers", json!([descriptor(media_types::OCI_LAYER_TAR_GZIP, &elsewhere)]));
        put_json(&owner, &name, "v1", &borrowed).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN");
        owner.head(&format!("/v2/{name}/manifests/v1")).await.expect(StatusCode::NOT_FOUND);
    }

    async fn several_tags_are_set_with_one_push_and_named_in_the_answer(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        let digest = digest_of(&manifest);
        let put = put_json(&owner, &name, &format!("{digest}?tag=v1&tag=v1.2&tag=latest&tag=v1"), &manifest).await;
        put.expect(StatusCode::CREATED);
        let named: Vec<_> = put.headers.get_all("oci-tag").iter().map(|tag| tag.to_str().unwrap()).collect();
        assert_eq!(named, ["v1", "v1.2", "latest"]);
        // By tag, with more tags, one of them the same again.
        let put = put_json(&owner, &name, "main?tag=main&tag=edge", &manifest).await;
        put.expect(StatusCode::CREATED);
        for tag in ["v1", "v1.2", "latest", "main", "edge"] {
            let got = owner.get(&format!("/v2/{name}/manifests/{tag}")).await;
            assert_eq!(got.expect(StatusCode::OK).header("docker-content-digest"), digest.to_string());
        }
        let refused = put_json(&owner, &name, &format!("{digest}?tag=fine&tag=-not"), &manifest).await;
        refused.expect_error(StatusCode::BAD_REQUEST, "MANIFEST_INVALID");
        owner.head(&format!("/v2/{name}/manifests/fine")).await.expect(StatusCode::NOT_FOUND);
    }

    async fn tags_follow_the_grammar(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        for tag in ["a", "_", "A.b-C_d", "0", &"t".repeat(128), "__a..b--c"] {
            put_json(&owner, &name, tag, &manifest).await.expect(StatusCode::CREATED);
            owner.get(&format!("/v2/{name}/manifests/{tag}")).await.expect(StatusCode::OK);
        }
        for tag in [".a", "-a", "a+b", "a%20b", "%C3%A9", "a@b", "a~b", &"t".repeat(129)] {
            put_json(&owner, &name, tag, &manifest).await.expect(StatusCode::BAD_REQUEST);
            owner.get(&format!("/v2/{name}/manifests/{tag}")).await.expect(StatusCode::BAD_REQUEST);
        }
    }

    async fn the_old_manifest_stays_when_a_tag_moves(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let (old, new) = (image(1), image(1));
        owner.push_image(&name, "latest", &old).await;
        owner.push_image(&name, "latest", &new).await;
        assert_eq!(owner.get(&format!("/v2/{name}/manifests/latest")).await.body, new.manifest);
        let got = owner.get(&format!("/v2/{name}/manifests/{}", old.digest())).await;
        assert_eq!(got.expect(StatusCode::OK).body, old.manifest);
    }

    async fn pushing_the_same_again_changes_nothing(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = image(1);
        for _ in 0..3 {
            owner.push_image(&name, "v1", &image).await;
        }
        assert_eq!(owner.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["v1"]));
        assert_eq!(owner.get(&format!("/v2/{name}/manifests/v1")).await.body, image.manifest);
    }
}

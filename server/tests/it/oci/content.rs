//! Everything that is pushed as a manifest, and what is refused as one.

use http::StatusCode;
use oci::{Digest, media_types};
use serde_json::{Value, json};

use super::{described, digest_of, index_of, pushed_artifact, pushed_parts, put_json};
use crate::harness::{Client, blob, descriptor};
use crate::on_every_topology;

/// Pushes by digest and reads it back.
async fn round_trip(client: &Client, name: &str, what: &str, manifest: &Value) {
    let digest = digest_of(manifest);
    let put = put_json(client, name, &digest.to_string(), manifest).await;
    assert_eq!(put.status, StatusCode::CREATED, "{what}: {}", put.text());
    let subject = manifest["subject"]["digest"].as_str().map(str::to_owned);
    assert_eq!(put.find_header("oci-subject"), subject, "{what}");
    let got = client.get(&format!("/v2/{name}/manifests/{digest}")).await;
    assert_eq!(got.status, StatusCode::OK, "{what}");
    assert_eq!(got.body, manifest.to_string().as_bytes(), "{what}");
    assert_eq!(got.header("content-type"), manifest["mediaType"], "{what}");
}

fn with(manifest: &Value, field: &str, value: Value) -> Value {
    let mut changed = manifest.clone();
    changed[field] = value;
    changed
}

on_every_topology! {
    async fn every_kind_of_content_comes_back_as_it_was_pushed(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let oci = pushed_parts(&owner, &name).await;
        round_trip(&owner, &name, "an OCI image", &oci).await;
        let docker = with(&pushed_parts(&owner, &name).await, "mediaType", json!(media_types::DOCKER_MANIFEST));
        round_trip(&owner, &name, "Docker schema 2", &docker).await;
        let index = index_of(&[described(&oci), described(&docker)]);
        round_trip(&owner, &name, "an index", &index).await;
        let list = with(&index, "mediaType", json!(media_types::DOCKER_MANIFEST_LIST));
        round_trip(&owner, &name, "a Docker manifest list", &list).await;
        let nested = index_of(&[described(&index), described(&oci)]);
        round_trip(&owner, &name, "a nested index", &nested).await;
        round_trip(&owner, &name, "an empty index", &index_of(&[])).await;
        let spoken_of = with(&nested, "subject", described(&oci));
        round_trip(&owner, &name, "an index with a subject", &spoken_of).await;
        let artifact = pushed_artifact(&owner, &name, "application/vnd.example.sbom", &described(&oci)).await;
        round_trip(&owner, &name, "an artifact without layers", &artifact).await;
        let absent = descriptor(media_types::OCI_IMAGE_MANIFEST, &blob(90));
        round_trip(&owner, &name, "a subject that does not exist", &with(&artifact, "subject", absent)).await;
        round_trip(&owner, &name, "no layers at all", &with(&artifact, "layers", json!([]))).await;
        round_trip(&owner, &name, "layers that are null", &with(&artifact, "layers", Value::Null)).await;
        round_trip(&owner, &name, "unknown fields", &with(&oci, "org.example.field", json!([{ "x": null }]))).await;
        let mut inline = artifact.clone();
        inline["config"]["data"] = json!("e30=");
        round_trip(&owner, &name, "data within a descriptor", &inline).await;
        let custom = json!({
            "mediaType": "application/vnd.example.thing.v1+json", "anything": { "nested": [1, 2.5, "x"] },
        });
        round_trip(&owner, &name, "a custom media type", &custom).await;
        round_trip(&owner, &name, "an index of custom manifests", &index_of(&[described(&custom)])).await;
    }

    async fn layers_that_may_not_be_distributed_may_be_absent(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = pushed_parts(&owner, &name).await;
        for media_type in [
            media_types::OCI_NON_DISTRIBUTABLE_LAYER_TAR_GZIP,
            media_types::DOCKER_FOREIGN_LAYER_TAR_GZIP,
        ] {
            let mut foreign = descriptor(media_type, &blob(99));
            foreign["urls"] = json!(["https://layers.example.com/base.tar.gz"]);
            let image = with(&image, "layers", json!([foreign, image["layers"][0]]));
            round_trip(&owner, &name, media_type, &image).await;
        }
    }

    async fn the_media_type_is_the_content_type_or_found_in_the_content(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let mut bare = pushed_parts(&owner, &name).await;
        bare.as_object_mut().unwrap().remove("mediaType");
        let content = bare.to_string().into_bytes();
        let digest = Digest::sha256_of(&content);
        let path = format!("/v2/{name}/manifests/{digest}");
        owner.put_manifest(&name, "v1", media_types::OCI_IMAGE_MANIFEST, &content).await.expect(StatusCode::CREATED);
        assert_eq!(owner.get(&path).await.header("content-type"), media_types::OCI_IMAGE_MANIFEST);
        let typed = pushed_parts(&owner, &name).await;
        let content = typed.to_string().into_bytes();
        let without = owner.send(http::Method::PUT, &format!("/v2/{name}/manifests/v2"), &[], content).await;
        without.expect(StatusCode::CREATED);
        let got = owner.get(&format!("/v2/{name}/manifests/v2")).await;
        assert_eq!(got.header("content-type"), media_types::OCI_IMAGE_MANIFEST);
    }

    async fn what_is_no_manifest_is_refused_and_said_why(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = pushed_parts(&owner, &name).await;
        let oci = media_types::OCI_IMAGE_MANIFEST;
        let text = image.to_string();
        let without = |field: &str| {
            let mut changed = image.clone();
            changed.as_object_mut().unwrap().remove(field);
            changed.to_string()
        };
        let wrong_size = {
            let mut changed = image.clone();
            changed["layers"][0]["size"] = json!(7);
            changed.to_string()
        };
        let cases: Vec<(&str, &str, String)> = vec![
            ("nothing", oci, String::new()),
            ("no JSON", oci, "{".to_owned()),
            ("trailing text", oci, format!("{text} x")),
            ("no object", oci, "[]".to_owned()),
            ("too deep", oci, format!("{{\"x\":{}{}}}", "[".repeat(5000), "]".repeat(5000))),
            ("a field twice", oci, text.replacen('{', "{\"schemaVersion\":2,", 1)),
            ("image and index at once", oci, with(&image, "manifests", json!([])).to_string()),
            ("index and image at once", media_types::OCI_IMAGE_INDEX,
                with(&with(&image, "manifests", json!([])), "mediaType", json!(media_types::OCI_IMAGE_INDEX)).to_string()),
            ("another Content-Type", media_types::DOCKER_MANIFEST, text.clone()),
            ("a Content-Type that is none", "not a media type", text.clone()),
            ("no config", oci, without("config")),
            ("schema 1", oci, with(&image, "schemaVersion", json!(1)).to_string()),
            ("schema 3", oci, with(&image, "schemaVersion", json!(3)).to_string()),
            ("a size that is not the blob's", oci, wrong_size),
            ("a malformed digest", oci, text.replacen("sha256:", "sha256:x", 1)),
            ("layers that are no list", oci, with(&image, "layers", json!("x")).to_string()),
            ("a subject that is none", oci, with(&image, "subject", json!({ "digest": "x" })).to_string()),
            ("annotations that are no texts", oci, with(&image, "annotations", json!({ "a": 1 })).to_string()),
            ("an index without manifests", media_types::OCI_IMAGE_INDEX,
                json!({ "schemaVersion": 2, "mediaType": media_types::OCI_IMAGE_INDEX }).to_string()),
        ];
        for (what, content_type, content) in cases {
            let refused = owner.put_manifest(&name, "bad", content_type, content.as_bytes()).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{what}: {}", refused.text());
            assert_eq!(refused.json()["errors"][0]["code"], "MANIFEST_INVALID", "{what}");
        }
        let not_text = owner.put_manifest(&name, "bad", oci, b"{\"x\":\"\xff\xfe\"}").await;
        not_text.expect_error(StatusCode::BAD_REQUEST, "MANIFEST_INVALID");
        owner.head(&format!("/v2/{name}/manifests/bad")).await.expect(StatusCode::NOT_FOUND);
    }
}

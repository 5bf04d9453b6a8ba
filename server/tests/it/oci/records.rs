//! What a push leaves in its owner's PDS, and what a deletion takes away again.

use http::StatusCode;
use oci::media_types;
use serde_json::{Value, json};

use super::{described, digest_of, index_of, pushed_artifact, pushed_parts, put_json};
use crate::harness::{blob, descriptor, image, network};
use crate::on_every_topology;

async fn record(collection: &str, rkey: &str) -> Option<Value> {
    network().record(&network().alice, collection, rkey).await
}

fn path_of(name: &str) -> &str {
    name.split_once('/').unwrap().1
}

on_every_topology! {
    async fn the_record_of_a_manifest_says_what_the_lexicon_asks_for(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let mut image = pushed_parts(&owner, &name).await;
        image["annotations"] = json!({ "org.opencontainers.image.version": "1.2" });
        put_json(&owner, &name, "v1", &image).await.expect(StatusCode::CREATED);
        let found = record("io.atcr.manifest", digest_of(&image).hex()).await.unwrap();
        assert_eq!(found["$type"], "io.atcr.manifest");
        assert_eq!(found["repository"], path_of(&name));
        assert_eq!(found["digest"], digest_of(&image).to_string());
        assert_eq!(found["mediaType"], media_types::OCI_IMAGE_MANIFEST);
        assert_eq!(found["schemaVersion"], 2);
        assert_eq!(found["config"], image["config"]);
        assert_eq!(found["layers"], image["layers"]);
        assert_eq!(found["annotations"], image["annotations"]);
        assert!(found["holdDid"].as_str().unwrap().starts_with("did:web:"));
        assert_eq!(found["manifestBlob"]["mimeType"], media_types::OCI_IMAGE_MANIFEST);
        assert_eq!(found["manifestBlob"]["size"], image.to_string().len());

        let mut child = described(&image);
        child["platform"] = json!({ "os": "linux", "architecture": "arm64", "variant": "v8" });
        let index = index_of(&[child.clone()]);
        put_json(&owner, &name, "index", &index).await.expect(StatusCode::CREATED);
        let found = record("io.atcr.manifest", digest_of(&index).hex()).await.unwrap();
        assert_eq!(found["manifests"], json!([child]));
        assert!(found.get("config").is_none() && found.get("layers").is_none());

        let artifact = pushed_artifact(&owner, &name, "application/vnd.example", &described(&image)).await;
        let found = record("io.atcr.manifest", digest_of(&artifact).hex()).await.unwrap();
        assert_eq!(found["subject"], described(&image));
    }

    async fn the_record_of_a_tag_moves_with_it(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let key = format!("{}_latest", path_of(&name));
        for _ in 0..2 {
            let image = image(1);
            owner.push_image(&name, "latest", &image).await;
            let found = record("io.atcr.tag", &key).await.unwrap();
            assert_eq!(found["repository"], path_of(&name));
            assert_eq!(found["tag"], "latest");
            assert_eq!(found["manifestDigest"], image.digest().to_string());
            let uri = format!("at://{}/io.atcr.manifest/{}", network().alice.did, image.digest().hex());
            assert_eq!(found["manifest"], uri);
        }
    }

    async fn names_that_read_alike_as_keys_stay_apart(server) {
        // `a_b` with the tag `c`, and `a` with the tag `b_c`; a path with a slash, and one with a dash.
        let base = path_of(&server.repository()).to_owned();
        let alice = &network().alice.handle;
        let cases = [
            (format!("{alice}/{base}_b"), "c"),
            (format!("{alice}/{base}"), "b_c"),
            (format!("{alice}/{base}/b"), "c"),
            (format!("{alice}/{base}-b"), "c"),
            (format!("{alice}/{base}__b"), "c"),
            (format!("{alice}/{base}"), "_b_c"),
        ];
        let mut pushed = Vec::new();
        for (name, tag) in &cases {
            let image = image(0);
            server.owner_of(name).await.push_image(name, tag, &image).await;
            pushed.push((name, tag, image));
        }
        for (name, tag, image) in &pushed {
            let got = server.nobody().get(&format!("/v2/{name}/manifests/{tag}")).await;
            assert_eq!(got.expect(StatusCode::OK).body, image.manifest, "{name}:{tag}");
        }
        for (key, tag, index) in [
            (format!("{base}:b_c"), "c", 0),
            (format!("{base}_b_c"), "b_c", 1),
            (format!("{base}~b_c"), "c", 2),
            (format!("{base}-b_c"), "c", 3),
            (format!("{base}::b_c"), "c", 4),
            (format!("{base}__b_c"), "_b_c", 5),
        ] {
            let found = record("io.atcr.tag", &key).await.unwrap_or_else(|| panic!("no tag record {key}"));
            assert_eq!(found["tag"], tag);
            assert_eq!(found["manifestDigest"], pushed[index].2.digest().to_string());
        }
    }

    async fn one_manifest_in_two_repositories_is_two_records(server) {
        let (name, other) = (server.repository(), server.repository());
        let image = image(1);
        let (owner, elsewhere) = (server.owner_of(&name).await, server.owner_of(&other).await);
        owner.push_image(&name, "v1", &image).await;
        elsewhere.push_image(&other, "v1", &image).await;
        let digest = image.digest();
        let (first, second) = (digest.hex().to_owned(), format!("{}_{}", digest.hex(), path_of(&other)));
        assert_eq!(record("io.atcr.manifest", &first).await.unwrap()["repository"], path_of(&name));
        assert_eq!(record("io.atcr.manifest", &second).await.unwrap()["repository"], path_of(&other));

        owner.delete(&format!("/v2/{name}/manifests/{digest}")).await.expect(StatusCode::ACCEPTED);
        assert!(record("io.atcr.manifest", &first).await.is_none());
        assert!(record("io.atcr.tag", &format!("{}_v1", path_of(&name))).await.is_none());
        owner.get(&format!("/v2/{name}/manifests/{digest}")).await.expect(StatusCode::NOT_FOUND);
        for reference in ["v1", &digest.to_string()] {
            let got = elsewhere.get(&format!("/v2/{other}/manifests/{reference}")).await;
            assert_eq!(got.expect(StatusCode::OK).body, image.manifest);
        }
        elsewhere.delete(&format!("/v2/{other}/manifests/{digest}")).await.expect(StatusCode::ACCEPTED);
        assert!(record("io.atcr.manifest", &second).await.is_none());
    }

    async fn deleting_a_tag_deletes_its_record_only(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = image(0);
        owner.push_image(&name, "v1", &image).await;
        owner.delete(&format!("/v2/{name}/manifests/v1")).await.expect(StatusCode::ACCEPTED);
        assert!(record("io.atcr.tag", &format!("{}_v1", path_of(&name))).await.is_none());
        assert!(record("io.atcr.manifest", image.digest().hex()).await.is_some());
    }

    async fn a_refused_manifest_leaves_no_record(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let mut manifest = pushed_parts(&owner, &name).await;
        manifest["layers"] = json!([descriptor(media_types::OCI_LAYER_TAR_GZIP, &blob(50))]);
        put_json(&owner, &name, "v1", &manifest).await.expect(StatusCode::NOT_FOUND);
        assert!(record("io.atcr.manifest", digest_of(&manifest).hex()).await.is_none());
        assert!(record("io.atcr.tag", &format!("{}_v1", path_of(&name))).await.is_none());
    }
}

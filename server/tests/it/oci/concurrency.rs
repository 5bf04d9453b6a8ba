//! The same thing pushed by sixteen clients at once: all succeed, nothing is lost.

use futures::future::join_all;
use http::{Method, StatusCode};
use oci::Digest;
use serde_json::json;

use super::{described, digest_of, pushed_artifact, pushed_parts, put_json, start_upload};
use crate::harness::{blob, network, with_digest};
use crate::on_every_topology;

const CLIENTS: usize = 16;

on_every_topology! {
    async fn the_same_blob_from_all_is_stored_once(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(50_000);
        let digest = Digest::sha256_of(&content);
        let pushes = (0..CLIENTS).map(|number| {
            let (owner, name, content, digest) = (owner.clone(), name.clone(), content.clone(), digest.clone());
            async move {
                if number % 2 == 0 {
                    let path = format!("/v2/{name}/blobs/uploads/?digest={digest}");
                    return owner.send(Method::POST, &path, &[], content).await;
                }
                let location = start_upload(&owner, &name).await;
                owner.send(Method::PATCH, &location, &[], content[..20_000].to_vec()).await.expect(StatusCode::ACCEPTED);
                owner.send(Method::PUT, &with_digest(&location, &digest), &[], content[20_000..].to_vec()).await
            }
        });
        for answer in join_all(pushes).await {
            answer.expect(StatusCode::CREATED);
        }
        assert_eq!(owner.get(&format!("/v2/{name}/blobs/{digest}")).await.body, content);
    }

    async fn one_upload_takes_one_chunk_at_a_time(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let content = blob(10_000);
        let location = start_upload(&owner, &name).await;
        let patches = (0..CLIENTS).map(|_| owner.send(Method::PATCH, &location, &[("content-range", "0-9999")], content.clone()));
        let answers = join_all(patches).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::ACCEPTED).count(), 1);
        for answer in &answers {
            let allowed = [StatusCode::ACCEPTED, StatusCode::CONFLICT, StatusCode::RANGE_NOT_SATISFIABLE];
            assert!(allowed.contains(&answer.status), "{} {}", answer.status, answer.text());
        }
        let url = with_digest(&location, &Digest::sha256_of(&content));
        owner.send(Method::PUT, &url, &[], "").await.expect(StatusCode::CREATED);
    }

    async fn the_same_manifest_and_tag_from_all(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let manifest = pushed_parts(&owner, &name).await;
        let digest = digest_of(&manifest).to_string();
        let pushes = (0..CLIENTS).map(|number| put_json(&owner, &name, if number % 2 == 0 { "v1" } else { &digest }, &manifest));
        for answer in join_all(pushes).await {
            answer.expect(StatusCode::CREATED);
        }
        let got = owner.get(&format!("/v2/{name}/manifests/v1")).await;
        assert_eq!(got.expect(StatusCode::OK).body, manifest.to_string().as_bytes());
        assert_eq!(owner.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["v1"]));
    }

    async fn a_tag_that_all_move_ends_at_one_of_them_here_and_in_the_pds(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let base = pushed_parts(&owner, &name).await;
        let manifests: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let mut manifest = base.clone();
                manifest["annotations"] = json!({ "org.example.number": number.to_string() });
                manifest
            })
            .collect();
        let pushes = manifests.iter().map(|manifest| put_json(&owner, &name, "latest", manifest));
        for answer in join_all(pushes).await {
            answer.expect(StatusCode::CREATED);
        }
        let here = owner.get(&format!("/v2/{name}/manifests/latest")).await.header("docker-content-digest");
        assert!(manifests.iter().any(|manifest| digest_of(manifest).to_string() == here));
        let path = name.split_once('/').unwrap().1;
        let record = network().record(&network().alice, "io.atcr.tag", &format!("{path}_latest")).await.unwrap();
        assert_eq!(record["manifestDigest"], here);
        for manifest in &manifests {
            owner.head(&format!("/v2/{name}/manifests/{}", digest_of(manifest))).await.expect(StatusCode::OK);
        }
    }

    async fn no_referrer_is_lost(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = pushed_parts(&owner, &name).await;
        put_json(&owner, &name, "v1", &image).await.expect(StatusCode::CREATED);
        let subject = described(&image);
        let path = format!("/v2/{name}/referrers/{}", digest_of(&image));
        let pushes = join_all((0..CLIENTS).map(|_| pushed_artifact(&owner, &name, "application/vnd.example", &subject)));
        // Readers in between, who make the server look at the owner's records.
        let reads = join_all((0..4).map(|_| owner.get(&path)));
        let (artifacts, reads) = tokio::join!(pushes, reads);
        for read in reads {
            read.expect(StatusCode::OK);
        }
        let mut expected: Vec<String> = artifacts.iter().map(|artifact| digest_of(artifact).to_string()).collect();
        expected.sort();
        let listed = owner.get(&path).await.json()["manifests"].as_array().unwrap().clone();
        let found: Vec<&str> = listed.iter().map(|entry| entry["digest"].as_str().unwrap()).collect();
        assert_eq!(found, expected);
    }

    async fn one_manifest_in_many_repositories_at_once_has_a_record_for_each(server) {
        let names: Vec<String> = (0..6).map(|_| server.repository()).collect();
        let (config, layer) = (blob(40), blob(200));
        let mut clients = Vec::new();
        for name in &names {
            let owner = server.owner_of(name).await;
            owner.push_blob(name, &config).await;
            owner.push_blob(name, &layer).await;
            clients.push(owner);
        }
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": oci::media_types::OCI_IMAGE_MANIFEST,
            "config": crate::harness::descriptor(oci::media_types::OCI_IMAGE_CONFIG, &config),
            "layers": [crate::harness::descriptor(oci::media_types::OCI_LAYER_TAR_GZIP, &layer)],
        });
        let pushes = names.iter().zip(&clients).map(|(name, owner)| put_json(owner, name, "v1", &manifest));
        for answer in join_all(pushes).await {
            answer.expect(StatusCode::CREATED);
        }
        let hex = digest_of(&manifest).hex().to_owned();
        let mut found = Vec::new();
        let paths: Vec<&str> = names.iter().map(|name| name.split_once('/').unwrap().1).collect();
        for key in std::iter::once(hex.clone()).chain(paths.iter().map(|path| format!("{hex}_{path}"))) {
            if let Some(record) = network().record(&network().alice, "io.atcr.manifest", &key).await {
                found.push(record["repository"].as_str().unwrap().to_owned());
            }
        }
        found.sort();
        let mut expected: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        expected.sort();
        assert_eq!(found, expected);
    }
}

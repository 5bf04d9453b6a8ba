//! end-12: what speaks about a manifest.

use http::StatusCode;
use oci::{Digest, DigestAlgorithm, media_types};
use serde_json::{Value, json};

use super::tags::next;
use super::{described, digest_of, index_of, pushed_artifact, pushed_parts, put_json};
use crate::harness::{Answer, Client, blob, descriptor, network};
use crate::on_every_topology;

async fn referrers(client: &Client, name: &str, subject: &Digest, query: &str) -> Answer {
    let answer = client
        .get(&format!("/v2/{name}/referrers/{subject}{query}"))
        .await;
    answer.expect(StatusCode::OK);
    assert_eq!(answer.header("content-type"), media_types::OCI_IMAGE_INDEX);
    assert_eq!(answer.json()["schemaVersion"], 2);
    assert_eq!(answer.json()["mediaType"], media_types::OCI_IMAGE_INDEX);
    answer
}

fn digests(answer: &Answer) -> Vec<String> {
    let manifests = answer.json()["manifests"].as_array().unwrap().clone();
    manifests
        .iter()
        .map(|manifest| manifest["digest"].as_str().unwrap().to_owned())
        .collect()
}

fn sorted(manifests: &[&Value]) -> Vec<String> {
    let mut digests: Vec<String> = manifests
        .iter()
        .map(|manifest| digest_of(manifest).to_string())
        .collect();
    digests.sort();
    digests
}

const SBOM: &str = "application/vnd.example.sbom+json";
const SIGNATURE: &str = "application/vnd.example.signature";

on_every_topology! {
    async fn every_manifest_that_speaks_about_another_is_listed_with_what_it_says_of_itself(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = pushed_parts(&owner, &name).await;
        put_json(&owner, &name, "v1", &image).await.expect(StatusCode::CREATED);
        let sbom = pushed_artifact(&owner, &name, SBOM, &described(&image)).await;
        let signature = pushed_artifact(&owner, &name, SIGNATURE, &described(&image)).await;
        // Without an artifact type of its own, the config's media type counts; an index has neither.
        let mut by_config = pushed_parts(&owner, &name).await;
        by_config["subject"] = described(&image);
        put_json(&owner, &name, "by-config", &by_config).await.expect(StatusCode::CREATED);
        let mut index = index_of(&[]);
        index["subject"] = described(&image);
        index["artifactType"] = json!(SBOM);
        put_json(&owner, &name, "index", &index).await.expect(StatusCode::CREATED);

        let list = referrers(&owner, &name, &digest_of(&image), "").await;
        assert!(list.find_header("oci-filters-applied").is_none());
        assert_eq!(digests(&list), sorted(&[&sbom, &signature, &by_config, &index]));
        let entries = list.json()["manifests"].as_array().unwrap().clone();
        for (manifest, artifact_type) in [
            (&sbom, SBOM), (&signature, SIGNATURE), (&index, SBOM), (&by_config, media_types::OCI_IMAGE_CONFIG),
        ] {
            let digest = digest_of(manifest).to_string();
            let entry = entries.iter().find(|entry| entry["digest"] == digest).unwrap();
            assert_eq!(entry["mediaType"], manifest["mediaType"]);
            assert_eq!(entry["size"], manifest.to_string().len());
            assert_eq!(entry["artifactType"], artifact_type);
            assert_eq!(entry.get("annotations"), manifest.get("annotations"));
        }

        let filtered = referrers(&owner, &name, &digest_of(&image), "?artifactType=application%2Fvnd.example.sbom%2Bjson").await;
        assert_eq!(filtered.header("oci-filters-applied"), "artifactType");
        assert_eq!(digests(&filtered), sorted(&[&sbom, &index]));
        let literal = referrers(&owner, &name, &digest_of(&image), &format!("?artifactType={SBOM}")).await;
        assert_eq!(digests(&literal), sorted(&[&sbom, &index]));
        let none = referrers(&owner, &name, &digest_of(&image), "?artifactType=application/none").await;
        assert_eq!(none.header("oci-filters-applied"), "artifactType");
        assert!(digests(&none).is_empty());
    }

    async fn nothing_speaks_about_what_nobody_knows_and_that_is_no_error(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let unknown = [Digest::sha256_of(&blob(9)), Digest::of(DigestAlgorithm::Sha512, &blob(9))];
        for subject in &unknown {
            assert_eq!(referrers(&owner, &name, subject, "").await.json()["manifests"], json!([]));
        }
        owner.push_blob(&name, &blob(9)).await;
        assert_eq!(referrers(&owner, &name, &unknown[0], "").await.json()["manifests"], json!([]));
        let bob = format!("{}/empty", network().bob.handle);
        assert_eq!(referrers(&server.nobody(), &bob, &unknown[0], "").await.json()["manifests"], json!([]));
        owner.head(&format!("/v2/{name}/referrers/{}", unknown[0])).await.expect(StatusCode::OK);
        for malformed in ["sha256:12", "v1", "sha256:"] {
            let refused = owner.get(&format!("/v2/{name}/referrers/{malformed}")).await;
            refused.expect_error(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
        }
    }

    async fn referrers_come_before_and_outlive_their_subject_and_stay_in_their_repository(server) {
        let (name, other) = (server.repository(), server.repository());
        let owner = server.owner_of(&name).await;
        let image = pushed_parts(&owner, &name).await;
        let subject = digest_of(&image);
        let early = pushed_artifact(&owner, &name, SIGNATURE, &described(&image)).await;
        assert_eq!(digests(&referrers(&owner, &name, &subject, "").await), sorted(&[&early]));
        put_json(&owner, &name, "v1", &image).await.expect(StatusCode::CREATED);
        let late = pushed_artifact(&owner, &name, SBOM, &described(&image)).await;
        assert_eq!(digests(&referrers(&owner, &name, &subject, "").await), sorted(&[&early, &late]));
        let elsewhere = server.owner_of(&other).await;
        assert!(digests(&referrers(&elsewhere, &other, &subject, "").await).is_empty());

        owner.delete(&format!("/v2/{name}/manifests/{subject}")).await.expect(StatusCode::ACCEPTED);
        assert_eq!(digests(&referrers(&owner, &name, &subject, "").await), sorted(&[&early, &late]));
        owner.delete(&format!("/v2/{name}/manifests/{}", digest_of(&early))).await.expect(StatusCode::ACCEPTED);
        assert_eq!(digests(&referrers(&owner, &name, &subject, "").await), sorted(&[&late]));
    }

    async fn long_lists_come_in_pages_that_keep_the_filter(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let subject = descriptor(media_types::OCI_IMAGE_MANIFEST, &blob(9));
        let digest: Digest = subject["digest"].as_str().unwrap().parse().unwrap();
        let mut sboms = Vec::new();
        for _ in 0..5 {
            sboms.push(pushed_artifact(&owner, &name, SBOM, &subject).await);
            pushed_artifact(&owner, &name, SIGNATURE, &subject).await;
        }
        let mut seen = Vec::new();
        let mut query = Some(format!("?n=2&artifactType={SBOM}"));
        while let Some(this) = query {
            let page = referrers(&owner, &name, &digest, &this).await;
            assert!((1..=2).contains(&digests(&page).len()));
            seen.extend(digests(&page));
            query = next(&page).map(|path| path[path.find('?').unwrap()..].to_owned());
        }
        assert_eq!(seen, sorted(&sboms.iter().collect::<Vec<_>>()));
        let empty = referrers(&owner, &name, &digest, "?n=0").await;
        assert!(digests(&empty).is_empty() && next(&empty).is_none());
        owner.get(&format!("/v2/{name}/referrers/{digest}?n=-1")).await.expect(StatusCode::BAD_REQUEST);
    }
}

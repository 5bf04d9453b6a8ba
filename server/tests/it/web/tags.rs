//! The list of tags.

use http::StatusCode;
use serde_json::{Value, json};

use super::samples::{config, gzip, push, put, tar};
use crate::harness::{blob, descriptor};
use crate::on_both_databases;

fn tags(page: &Value) -> Vec<&str> {
    page["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["tag"].as_str().unwrap())
        .collect()
}

on_both_databases! {
    async fn tags_stand_in_the_order_of_versions_and_can_be_filtered(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        let digest = push(&owner, &name, Some("1.9"), &config("amd64", json!({}), json!([])), std::slice::from_ref(&layer)).await;
        for tag in ["1.10", "latest", "1.10-rc.1", "main"] {
            push(&owner, &name, Some(tag), &config("amd64", json!({}), json!([])), std::slice::from_ref(&layer)).await;
        }
        let address = format!("/r/{name}/-/tags");
        let json = server.nobody().get(&format!("/api/v1{address}")).await.json();
        assert_eq!(tags(&json), ["latest", "1.10", "1.10-rc.1", "1.9", "main"]);
        assert_eq!(json["tags"][0]["platforms"][0]["platform"], "linux/amd64");
        assert_eq!(json["tags"][0]["digest"], digest.to_string());
        let html = server.nobody().get(&address).await;
        let html = html.expect(StatusCode::OK).text();
        assert!(html.find(">1.10<").unwrap() < html.find(">1.9<").unwrap());

        let filtered = server.nobody().get(&format!("/api/v1{address}?filter=RC")).await.json();
        assert_eq!(tags(&filtered), ["1.10-rc.1"]);
        assert_eq!((&filtered["total"], &filtered["matching"]), (&json!(5), &json!(1)));
        let none = server.nobody().get(&format!("{address}?filter=%3Cscript%3E%E2%80%AE")).await;
        let none = none.expect(StatusCode::OK).text();
        assert!(none.contains("No tag matches") && none.contains("⟨U+202E⟩") && !none.contains("<script>\u{202e}"));
    }

    async fn pages_of_tags_follow_each_other(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        push(&owner, &name, Some("0"), &config("amd64", json!({}), json!([])), &[layer]).await;
        let manifest = owner.get(&format!("/v2/{name}/manifests/0")).await;
        let media_type = manifest.header("content-type");
        for first in (1..120).step_by(10) {
            let query: Vec<String> = (first..first + 10).map(|tag| format!("tag=1.{tag}")).collect();
            let reference = format!("{}?{}", oci::Digest::sha256_of(&manifest.body), query.join("&"));
            owner.put_manifest(&name, &reference, &media_type, &manifest.body).await.expect(StatusCode::CREATED);
        }
        for order in ["version", "newest"] {
            let (mut after, mut seen) = (String::new(), Vec::new());
            loop {
                let address = format!("/r/{name}/-/tags?order={order}&after={after}");
                let page = server.nobody().get(&format!("/api/v1{address}")).await.json();
                seen.extend(tags(&page).into_iter().map(str::to_owned));
                let html = server.nobody().get(&address).await.text();
                match page["next"].as_str() {
                    Some(next) => {
                        assert!(html.contains("rel=\"next\""), "{html}");
                        after = next.to_owned();
                    }
                    None => break,
                }
            }
            assert_eq!(seen.len(), 121, "{order}");
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 121, "{order}");
        }
    }

    async fn an_index_shows_its_platforms_and_signatures_are_no_rows(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let mut children = Vec::new();
        for architecture in ["amd64", "arm64"] {
            let layer = gzip(&tar(&[("a", &blob(3000))])).await;
            let document = config(architecture, json!({}), json!([]));
            let digest = push(&owner, &name, None, &document, &[layer]).await;
            let manifest = owner.get(&format!("/v2/{name}/manifests/{digest}")).await;
            let mut child = descriptor(&manifest.header("content-type"), &manifest.body);
            child["platform"] = json!({ "os": "linux", "architecture": architecture });
            children.push(child);
        }
        let index = json!({ "schemaVersion": 2, "mediaType": oci::media_types::OCI_IMAGE_INDEX, "manifests": children });
        let digest = put(&owner, &name, Some("v1"), &index).await;
        let signature = format!("sha256-{}.sig", digest.hex());
        push(&owner, &name, Some(&signature), &config("amd64", json!({}), json!([])), &[gzip(&tar(&[("s", b"s")])).await]).await;

        let page = server.nobody().get(&format!("/api/v1/r/{name}/-/tags")).await.json();
        assert_eq!(tags(&page), ["v1"]);
        let tag = &page["tags"][0];
        assert_eq!((&tag["attached"], &tag["kind"]), (&json!(1), &json!("index")));
        let platforms: Vec<&str> =
            tag["platforms"].as_array().unwrap().iter().map(|image| image["platform"].as_str().unwrap()).collect();
        assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
        assert!(tag["platforms"][0]["size"].as_u64().unwrap() > 100);
        let image = server.nobody().get(&format!("/api/v1/r/{name}:v1")).await.json();
        assert_eq!(image["referrers"][0]["kind"], "signature");
        assert_eq!(image["content"]["entries"][1]["platform"], "linux/arm64");
    }
}

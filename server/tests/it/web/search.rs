//! Finding repositories.

use http::StatusCode;
use serde_json::{Value, json};

use super::samples::{config, gzip, push, put, tar};
use crate::harness::{TestServer, blob, descriptor};
use crate::on_both_databases;

async fn found(server: &TestServer, query: &str) -> Vec<String> {
    let answer = server
        .nobody()
        .get(&format!("/api/v1/search?{query}"))
        .await;
    let answer = answer.expect(StatusCode::OK).json();
    let rows = answer["repositories"].as_array().unwrap();
    rows.iter()
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

/// What was pushed is made findable by a job, which tests run themselves.
async fn index(server: &TestServer) {
    while server.state.catalog.index_repositories().await.unwrap() > 0 {}
}

on_both_databases! {
    async fn repositories_are_found_by_words_and_filters(server) {
        let (arm, intel) = (server.repository(), server.repository());
        for (name, architecture) in [(&arm, "arm64"), (&intel, "amd64")] {
            let layer = gzip(&tar(&[("a", &blob(100))])).await;
            let document = config(architecture, json!({}), json!([]));
            push(&server.owner_of(name).await, name, Some("v1"), &document, &[layer]).await;
        }
        index(server).await;
        let path = arm.split_once('/').unwrap().1;
        assert_eq!(found(server, &format!("q={}", path.to_uppercase())).await, [arm.as_str()]);
        assert_eq!(found(server, &format!("q=alice+{path}")).await, [arm.as_str()]);
        assert_eq!(found(server, "os=linux&arch=arm64").await, [arm.as_str()]);
        assert_eq!(found(server, "arch=amd64").await, [intel.as_str()]);
        assert_eq!(found(server, "os=Linux").await, [intel.as_str(), arm.as_str()]);
        assert_eq!(found(server, "sort=stars").await, [intel.as_str(), arm.as_str()]);
        assert_eq!(found(server, "").await, [intel.as_str(), arm.as_str()]);
        for nothing in ["q=%25", "q=_", "q=%5C", "q=nothing-like-it", "kind=helm", "os=windows", "arch=arm", "starred=1", "signed=1", "readme=1", "q=%00x%27%22--"] {
            assert_eq!(found(server, nothing).await, Vec::<String>::new(), "{nothing}");
        }
        // What an island shows while somebody types is a part of the same page.
        let html = server.nobody().get(&format!("/search?q={path}")).await;
        assert!(html.text().contains("data-summary=\"1 repository found\""));
        assert!(html.expect(StatusCode::OK).text().contains(&format!("href=\"/r/{arm}\"")));
        let html = server.nobody().get("/search?q=%22%3E%3C/title%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
        let html = html.expect(StatusCode::OK).text();
        assert!(html.contains("Nothing matches") && !html.contains("<script>alert"));
    }

    async fn a_signature_without_a_tag_counts_at_the_next_look_as_does_its_end(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        let digest = push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &[layer]).await;
        index(server).await;
        assert_eq!(found(server, "signed=1").await, Vec::<String>::new());
        let subject = owner.get(&format!("/v2/{name}/manifests/{digest}")).await;
        owner.push_blob(&name, b"{}").await;
        let signature = json!({
            "schemaVersion": 2,
            "mediaType": oci::media_types::OCI_IMAGE_MANIFEST,
            "artifactType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "config": descriptor(oci::media_types::OCI_EMPTY, b"{}"),
            "layers": [descriptor(oci::media_types::OCI_EMPTY, b"{}")],
            "subject": descriptor(&subject.header("content-type"), &subject.body),
        });
        let signature = put(&owner, &name, None, &signature).await;
        assert_eq!(found(server, "").await, [name.as_str()], "it is found meanwhile");
        index(server).await;
        assert_eq!(found(server, "signed=1").await, [name.as_str()]);
        let deleted = owner.delete(&format!("/v2/{name}/manifests/{signature}")).await;
        deleted.expect(StatusCode::ACCEPTED);
        index(server).await;
        assert_eq!(found(server, "signed=1").await, Vec::<String>::new());
    }

    async fn a_repository_without_tags_is_not_found_any_more(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &[layer]).await;
        index(server).await;
        assert_eq!(found(server, "").await, [name.as_str()]);
        owner.delete(&format!("/v2/{name}/manifests/v1")).await.expect(StatusCode::ACCEPTED);
        index(server).await;
        assert_eq!(found(server, "").await, Vec::<String>::new());
    }

    async fn wb_19_a_search_of_any_length_and_kind_is_short_work(server) {
        let name = server.repository();
        server.owner_of(&name).await.push_image(&name, "v1", &crate::harness::image(1)).await;
        index(server).await;
        let (long, many) = ("a".repeat(30_000), "a%20".repeat(9_000));
        let wild = format!("{}!", "%25".repeat(9_000));
        for text in [&long, &many, &wild, "(a+)%2B$", "%25%5F%5C%27%22", "%00", "%ff", "((((((((((a*)*)*)*)*)*)*)*)*)*"] {
            for parameter in ["q", "os", "arch", "kind", "sort", "after"] {
                let asking = async {
                    let answer = server.nobody().get(&format!("/api/v1/search?{parameter}={text}")).await;
                    assert!(answer.status.as_u16() < 500, "{parameter}: {}", answer.status);
                    if answer.status == StatusCode::OK {
                        assert!(answer.json()["repositories"].as_array().unwrap().len() <= 30);
                    }
                };
                tokio::time::timeout(std::time::Duration::from_secs(10), asking).await.expect("short work");
            }
        }
    }

    async fn pages_of_results_follow_each_other(server) {
        let mut names = Vec::new();
        for _ in 0..35 {
            let name = server.repository();
            let layer = gzip(&tar(&[("a", b"same everywhere")])).await;
            push(&server.owner_of(&name).await, &name, Some("v1"), &config("amd64", json!({}), json!([])), &[layer]).await;
            names.push(name);
        }
        index(server).await;
        let first = server.nobody().get("/api/v1/search").await.json();
        let mut seen: Vec<Value> = first["repositories"].as_array().unwrap().clone();
        assert_eq!(seen.len(), 30);
        let html = server.nobody().get("/search").await.text();
        let (_, rest) = html.split_once("rel=\"next\" href=\"").unwrap();
        let next = rest.split_once('"').unwrap().0.replace("&amp;", "&");
        let second = server.nobody().get(&format!("/api/v1{next}")).await.json();
        seen.extend(second["repositories"].as_array().unwrap().clone());
        let mut seen: Vec<&str> = seen.iter().map(|row| row["name"].as_str().unwrap()).collect();
        seen.sort_unstable();
        names.sort_unstable();
        assert_eq!(seen, names);
    }
}

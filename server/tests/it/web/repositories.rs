//! People and their repositories.

use http::StatusCode;
use serde_json::json;

use super::samples::{config, gzip, push, tar};
use crate::harness::{blob, network};
use crate::on_both_databases;

on_both_databases! {
    async fn a_person_has_the_repositories_that_were_pushed(server) {
        let name = server.repository();
        let path = name.split_once('/').unwrap().1;
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        push(&owner, &name, Some("v1"), &config("arm64", json!({}), json!([])), std::slice::from_ref(&layer)).await;

        let alice = &network().alice;
        for address in [format!("/u/{}", alice.handle), format!("/u/{}", alice.did), format!("/u/@{}", alice.handle)] {
            let page = server.nobody().get(&address).await;
            page.expect(StatusCode::OK);
            assert!(page.text().contains(&format!("href=\"/r/{name}\"")), "{address}");
            let json = server.nobody().get(&format!("/api/v1{address}")).await.json();
            assert_eq!(json["owner"]["did"], alice.did, "{json}");
            let listed = json["repositories"].as_array().unwrap().iter().find(|row| row["path"] == path).unwrap();
            assert_eq!(listed["platforms"], json!(["linux/arm64"]));
            assert_eq!(listed["tagCount"], 1);
            assert!(listed["size"].as_u64().unwrap() > layer.len() as u64);
        }
        for unknown in ["/u/nobody.test", "/u/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "/u/%3Cscript%3E", "/u/did:plc:%00"] {
            let page = server.nobody().get(unknown).await;
            page.expect(StatusCode::NOT_FOUND);
            assert!(page.text().contains("Back to the start"));
            server.nobody().get(&format!("/api/v1{unknown}")).await.expect(StatusCode::NOT_FOUND);
        }
    }

    async fn a_repository_shows_how_to_pull_it_and_what_its_owner_says(server) {
        let name = server.repository();
        let (_, path) = name.split_once('/').unwrap();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        let labels = json!({ "Labels": {
            "org.opencontainers.image.licenses": "MIT",
            "org.opencontainers.image.source": "javascript:alert(1)",
        }});
        let digest = push(&owner, &name, Some("1.10"), &config("amd64", labels, json!([])), &[layer]).await;
        let alice = &network().alice;
        let access = network().pds_token(alice).await;
        let readme = "# Ahoy\n\nIt *sails*. <script>alert(1)</script> [x](javascript:alert(2)) ![i](https://tracker.example/i.png)";
        network().xrpc(&alice.pds, "com.atproto.repo.putRecord", Some(&access), &json!({
            "repo": alice.did, "collection": "io.atcr.repo.page", "rkey": path, "validate": false,
            "record": {
                "$type": "io.atcr.repo.page", "repository": path, "description": readme,
                "createdAt": "2026-10-01T08:00:00Z", "updatedAt": "2026-10-01T08:00:00Z",
            },
        })).await;

        let page = server.nobody().get(&format!("/r/{name}")).await;
        let html = page.expect(StatusCode::OK).text();
        for expected in [
            format!("docker pull {}/{name}:1.10", server.host),
            format!("docker pull {}/{name}@{digest}", server.host),
            format!("nerdctl --insecure-registry pull {}/{name}:1.10", server.host),
            "<em>sails</em>".to_owned(),
            "linux/amd64".to_owned(),
            format!("at://{}/io.atcr.repo.page/{path}", alice.did),
            format!("at://{}/io.atcr.manifest/{}", alice.did, digest.hex()),
        ] {
            assert!(html.contains(&expected), "{expected}\n{html}");
        }
        assert!(!html.contains("<script>alert") && !html.contains("href=\"javascript") && !html.contains("<img"), "{html}");
        let json = server.nobody().get(&format!("/api/v1/r/{}/{path}", alice.did)).await.json();
        assert_eq!((&json["licence"], &json["source"], &json["readme"]), (&json!("MIT"), &json!(null), &json!(readme)));
        assert_eq!(json["name"], name);
    }

    async fn feeds_list_what_was_pushed_last(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), std::slice::from_ref(&layer)).await;
        let second = push(&owner, &name, Some("v2"), &config("arm64", json!({}), json!([])), &[layer]).await;
        let handle = &network().alice.handle;
        for address in [format!("/feeds/r/{name}"), format!("/feeds/u/{handle}")] {
            let feed = server.nobody().get(&address).await;
            assert_eq!(feed.expect(StatusCode::OK).header("content-type"), "application/atom+xml; charset=utf-8");
            let text = feed.text();
            let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
            assert!(place(&format!("{name}:v2")) < place(&format!("{name}:v1")));
            assert!(text.contains(&second.to_string()));
        }
        for unknown in ["/feeds/r/alice.test/nothing", "/feeds/r/alice.test", "/feeds/u/nobody.test"] {
            server.nobody().get(unknown).await.expect(StatusCode::NOT_FOUND);
        }
    }
}

//! Immutable tags and retention, as records of the owner that count at once.

use http::StatusCode;
use serde_json::json;

use super::owner::{alices_browser, filled, hidden, record};
use super::samples::{config, gzip, push, put, tar};
use crate::harness::{TestServer, blob, descriptor, network};
use crate::oauth::Browser;
use crate::on_both_databases;

const SETTINGS: &str = "dev.longshore.repository.settings";

async fn save(browser: &Browser, name: &str, fields: &[(&str, &str)]) {
    let address = format!("/r/{name}/-/settings");
    let version = hidden(&browser.get(&address).await, "version");
    let mut fields = fields.to_vec();
    fields.push(("version", &version));
    let saved = browser.post_signed_in(&address, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let page = browser.get(&saved.location()).await;
    assert!(page.text.contains("Saved."), "{}", page.text);
}

async fn tags(server: &TestServer, name: &str) -> serde_json::Value {
    let list = server.nobody().get(&format!("/v2/{name}/tags/list")).await;
    list.json()["tags"].clone()
}

on_both_databases! {
    async fn an_immutable_tag_is_neither_moved_nor_deleted_until_its_pattern_goes(server) {
        let name = filled(server, "v1").await;
        let browser = alices_browser(server).await;
        save(&browser, &name, &[("save", "immutable"), ("immutable_tags", "v*\r\n\r\n release-* ")]).await;
        assert_eq!(record(&name, SETTINGS).await.unwrap()["immutableTags"], json!(["v*", "release-*"]));
        let json = server.nobody().get(&format!("/api/v1/r/{name}")).await.json();
        assert_eq!(json["immutableTags"], json!(["v*", "release-*"]));

        let owner = server.owner_of(&name).await;
        let same = owner.get(&format!("/v2/{name}/manifests/v1")).await;
        let media_type = same.header("content-type");
        owner.put_manifest(&name, "v1", &media_type, &same.body).await.expect(StatusCode::CREATED);
        let bytes = config("arm64", json!({}), json!([])).to_string().into_bytes();
        owner.push_blob(&name, &bytes).await;
        let other = json!({
            "schemaVersion": 2, "mediaType": media_type, "config": descriptor("application/vnd.oci.image.config.v1+json", &bytes),
            "layers": [],
        });
        let refused = owner.put_manifest(&name, "v1", &media_type, other.to_string().as_bytes()).await;
        refused.expect(StatusCode::FORBIDDEN);
        let error = &refused.json()["errors"][0];
        assert_eq!(error["code"], "DENIED");
        assert!(error["message"].as_str().unwrap().contains("v1 is immutable"), "{error}");
        assert_eq!(owner.get(&format!("/v2/{name}/manifests/v1")).await.body, same.body);
        put(&owner, &name, Some("v2"), &other).await;
        put(&owner, &name, Some("dev"), &other).await;
        for reference in ["v1".to_owned(), oci::Digest::sha256_of(&same.body).to_string()] {
            owner.delete(&format!("/v2/{name}/manifests/{reference}")).await.expect(StatusCode::FORBIDDEN);
        }
        let page = browser.get(&format!("/r/{name}/-/delete?tag=v1&tag=v2&tag=dev")).await;
        assert!(page.text.contains("is immutable by the pattern") && page.text.contains("1 tag goes"), "{}", page.text);
        let everything = browser.get(&format!("/r/{name}/-/delete?everything=yes")).await;
        assert!(!everything.text.contains("name=\"typed\""), "the patterns go first: {}", everything.text);

        save(&browser, &name, &[("save", "immutable"), ("immutable_tags", "")]).await;
        put(&owner, &name, Some("v1"), &other).await;
        let refused = browser.post_signed_in(&format!("/r/{name}/-/settings"), &[("save", "immutable"), ("immutable_tags", "no tag"),
            ("version", &hidden(&browser.get(&format!("/r/{name}/-/settings")).await, "version"))]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("“no tag” is no pattern"), "{}", refused.text);
    }

    async fn retention_previews_what_it_removes_and_runs_daily_while_a_sign_in_lasts(server) {
        let name = filled(server, "latest").await;
        let owner = server.owner_of(&name).await;
        for number in 1..=4 {
            let layer = gzip(&tar(&[("n", &blob(100 + number))])).await;
            push(&owner, &name, Some(&format!("nightly-{number}")), &config("amd64", json!({}), json!([])), &[layer]).await;
        }
        let browser = alices_browser(server).await;
        save(&browser, &name, &[("save", "immutable"), ("immutable_tags", "nightly-1")]).await;
        let rules = [
            ("save", "retention"), ("rule_tags", "nightly-*"), ("rule_keep", "2"), ("rule_days", ""),
            ("rule_tags", ""), ("rule_keep", ""), ("rule_days", ""), ("untagged_after_days", "14"), ("enabled", "true"),
        ];
        save(&browser, &name, &rules).await;
        let kept = record(&name, SETTINGS).await.unwrap();
        let rule = json!({ "tags": "nightly-*", "keepNewest": 2 });
        assert_eq!(kept["retention"], json!({ "enabled": true, "rules": [rule], "untaggedAfterDays": 14 }));
        assert_eq!(kept["immutableTags"], json!(["nightly-1"]), "one form leaves the other's part");
        let preview = browser.get(&format!("/r/{name}/-/delete?rules=yes")).await;
        assert!(preview.text.contains("1 tag goes") && preview.text.contains(">nightly-2<"), "{}", preview.text);

        let repositories = &server.state.repositories;
        while repositories.apply_due_retentions().await.unwrap() > 0 {}
        assert_eq!(tags(server, &name).await, json!(["latest", "nightly-1", "nightly-3", "nightly-4"]));
        let page = browser.get(&format!("/r/{name}/-/settings")).await;
        assert!(page.text.contains("Retention rules") && page.text.contains("1 tag and 1 manifest deleted"), "{}", page.text);
        let preview = browser.get(&format!("/r/{name}/-/delete?rules=yes")).await;
        assert!(preview.text.contains("the rules remove nothing"), "{}", preview.text);

        let second = filled(server, "nightly-0").await;
        save(&browser, &second, &[("save", "retention"), ("rule_tags", "*"), ("rule_keep", "0"), ("rule_days", ""), ("enabled", "true")]).await;
        let did = network().alice.did.parse().unwrap();
        server.state.oauth.end_all_of(&did).await.unwrap();
        while repositories.apply_due_retentions().await.unwrap() > 0 {}
        assert_eq!(tags(server, &second).await, json!(["nightly-0"]));
        let page = alices_browser(server).await.get(&format!("/r/{second}/-/settings")).await;
        assert!(page.text.contains("No sign-in of yours lets this registry delete"), "{}", page.text);

        let everything = [("save", "retention"), ("rule_tags", "*"), ("rule_keep", ""), ("rule_days", "")];
        let address = format!("/r/{second}/-/settings");
        let browser = alices_browser(server).await;
        let version = hidden(&browser.get(&address).await, "version");
        let fields: Vec<_> = everything.into_iter().chain([("version", version.as_str())]).collect();
        let refused = browser.post_signed_in(&address, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "a rule that would delete everything");
    }
}

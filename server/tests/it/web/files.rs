//! The files of images and layers.

use http::StatusCode;
use serde_json::{Value, json};

use super::samples::{config, gzip, header, push, tar, zstd};
use crate::harness::{Client, blob};
use crate::on_both_databases;

fn paths(page: &Value) -> Vec<&str> {
    page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["path"].as_str().unwrap())
        .collect()
}

async fn files(client: &Client, name: &str, tag: &str, query: &str) -> Value {
    let answer = client
        .get(&format!("/api/v1/r/{name}:{tag}/-/files?{query}"))
        .await;
    answer.expect(StatusCode::OK).json()
}

on_both_databases! {
    async fn an_image_s_files_are_those_of_its_layers_on_each_other(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let seed = blob(50);
        let base = tar(&[("./etc/", b""), ("./etc/os-release", b"NAME=Quay\n"), ("etc/old", &seed), ("var/log/x", b"1"), ("bin/sh", &[0, 1, 2])]);
        let top = tar(&[("etc/.wh.old", b""), ("var/.wh..wh..opq", b""), ("var/new", b"2"), ("etc/os-release", b"NAME=Quay 2\n")]);
        let layers = [gzip(&base).await, zstd(&top).await];
        push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &layers).await;
        let nobody = server.nobody();

        let root = files(&nobody, &name, "v1", "").await;
        assert_eq!(paths(&root), ["bin", "etc", "var"]);
        assert_eq!((&root["fileCount"], &root["unpackedSize"]), (&json!(3), &json!(base.len() + top.len() - 1024)));
        assert_eq!(paths(&files(&nobody, &name, "v1", "path=/etc/").await), ["etc/os-release"]);
        let release = files(&nobody, &name, "v1", "path=etc/os-release").await;
        assert_eq!(release["content"]["text"], "NAME=Quay 2\n");
        assert_eq!(release["content"]["row"]["layer"], 2);
        assert_eq!(files(&nobody, &name, "v1", "path=bin/sh").await["content"]["text"], Value::Null);
        assert_eq!(paths(&files(&nobody, &name, "v1", "search=RELEASE").await), ["etc/os-release"]);

        let layer = files(&nobody, &name, "v1", "layer=2&path=etc").await;
        assert_eq!(paths(&layer), ["etc/old", "etc/os-release"]);
        assert_eq!((&layer["rows"][0]["change"], &layer["rows"][1]["change"]), (&json!("deleted"), &json!("changed")));
        assert_eq!((&layer["layers"][1]["added"], &layer["layers"][1]["deleted"]), (&json!(1), &json!(2)));
        // Both layers were looked into, so the sizes are known everywhere.
        let tags = nobody.get(&format!("/api/v1/r/{name}/-/tags")).await.json();
        assert!(tags["tags"][0]["platforms"][0]["unpackedSize"].as_u64().is_some());
        for address in ["?path=etc", "?path=etc/os-release", "?layer=2&path=etc", "?search=etc"] {
            let html = nobody.get(&format!("/r/{name}:v1/-/files{address}")).await;
            assert!(html.expect(StatusCode::OK).text().contains("os-release"), "{address}");
        }
        for unknown in ["?path=nothing", "?layer=3", "?layer=x", "?layer=0", "?path=etc/os-release/x"] {
            nobody.get(&format!("/r/{name}:v1/-/files{unknown}")).await.expect(StatusCode::NOT_FOUND);
        }
    }

    async fn a_layer_that_is_no_archive_says_so(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let cut = gzip(&tar(&[("first", &blob(90)), ("second", &blob(5000))])).await;
        let layers = [blob(3000), cut[..cut.len() - 60].to_vec(), header("x", b'0', 99)];
        push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &layers).await;
        let page = files(&server.nobody(), &name, "v1", "").await;
        assert_eq!((&page["layers"][0]["stopped"], &page["layers"][1]["stopped"]), (&json!("malformed"), &json!("malformed")));
        assert_eq!(page["rows"][0]["path"], "first");
        let html = server.nobody().get(&format!("/r/{name}:v1/-/files")).await.text();
        assert!(html.contains("It is no archive that can be read"));
    }

    async fn a_layer_that_unpacks_without_end_is_stopped(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let mut bomb = header("zeros", b'0', 300_000_000);
        bomb[..5].copy_from_slice(b"zeros");
        bomb.resize(120_000_000, 0);
        let layers = [gzip(&bomb).await];
        assert!(layers[0].len() < 300_000);
        push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &layers).await;
        let page = files(&server.nobody(), &name, "v1", "").await;
        assert_eq!(page["layers"][0]["stopped"], "ratio");
        assert!(page["unpackedSize"].as_u64().unwrap() < 70_000_000);
    }

    async fn names_in_archives_are_shown_and_do_nothing(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let names = ["<script>alert(1)</script>", "../../etc/passwd", "a\u{202e}b", "\"><img src=x onerror=alert(1)>", "%2e%2e", "x?y#z&a=b"];
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, b"x".as_slice())).collect();
        push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &[gzip(&tar(&entries)).await]).await;
        let html = server.nobody().get(&format!("/r/{name}:v1/-/files")).await.text();
        assert!(!html.contains("<script>alert") && !html.contains("<img") && !html.contains('\u{202e}'), "{html}");
        let answer = server.nobody().get(&format!("/api/v1/r/{name}:v1/-/files?path=x%3Fy%23z%26a%3Db")).await;
        assert_eq!(answer.expect(StatusCode::OK).json()["content"]["text"], "x");
        let passwd = server.nobody().get(&format!("/api/v1/r/{name}:v1/-/files?path=../../etc/passwd")).await;
        assert_eq!(passwd.json()["content"]["text"], "x");
    }
}

//! Two images side by side.

use http::StatusCode;
use serde_json::json;

use super::samples::{config, gzip, push, tar};
use crate::harness::blob;
use crate::on_both_databases;

on_both_databases! {
    async fn two_tags_differ_in_what_was_changed_between_them(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let base = gzip(&tar(&[("base", &blob(1000))])).await;
        let status = |version: &str| format!("Package: tide\nStatus: install ok installed\nVersion: {version}\n");
        let (old, new) = (status("1.0"), status("2.0"));
        let one = gzip(&tar(&[("var/lib/dpkg/status", old.as_bytes()), ("same", b"x"), ("gone", b"y"), ("app", b"one")])).await;
        let two = gzip(&tar(&[("var/lib/dpkg/status", new.as_bytes()), ("same", b"x"), ("fresh", b"z"), ("app", b"two")])).await;
        let settings = |level: &str| json!({
            "Env": [format!("LEVEL={level}"), format!("API_KEY={level}"), format!("SECRET_{level}=1")],
            "Entrypoint": [level], "Cmd": ["run"], "Labels": { "level": level },
        });
        push(&owner, &name, Some("v1"), &config("amd64", settings("low"), json!([])), &[base.clone(), one]).await;
        push(&owner, &name, Some("v2"), &config("amd64", settings("high"), json!([])), &[base, two]).await;

        let address = format!("/r/{name}/-/compare");
        let choose = server.nobody().get(&address).await;
        assert!(choose.expect(StatusCode::OK).text().contains("Choose two tags"));
        let answer = server.nobody().get(&format!("/api/v1{address}?from=v1&to=v2")).await;
        let found = &answer.expect(StatusCode::OK).json()["comparison"];
        assert_eq!(found["settings"], json!([
            { "name": "Entry point", "before": "low", "after": "high" },
            { "name": "Environment LEVEL", "before": "low", "after": "high" },
            { "name": "Environment SECRET_high", "before": null, "after": "hidden: looks like a secret" },
            { "name": "Environment SECRET_low", "before": "hidden: looks like a secret", "after": null },
            { "name": "Label level", "before": "low", "after": "high" },
        ]));
        assert_eq!(found["packages"], json!([{ "name": "tide", "before": "1.0", "after": "2.0" }]));
        assert_eq!(found["fileCounts"], json!([1, 1, 2]));
        assert_eq!(found["sharedLayers"][0], 1);
        let changed: Vec<&str> = found["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
        assert_eq!(changed, ["app", "fresh", "gone", "var/lib/dpkg/status"]);
        let html = server.nobody().get(&format!("{address}?from=v1&to=v2")).await;
        let html = html.expect(StatusCode::OK).text();
        assert!(html.contains("tide") && html.contains("fresh") && !html.contains("API_KEY=high"));
        assert!(html.contains("Entry point") && html.contains("hidden: looks like a secret"));
        let same = server.nobody().get(&format!("{address}?from=v1&to=v1")).await;
        assert!(same.text().contains("Both have the same files."));
        for unknown in ["from=v1&to=v3", "from=%3Cb%3E&to=v1", "from=v1&to=sha256:x"] {
            server.nobody().get(&format!("{address}?{unknown}")).await.expect(StatusCode::NOT_FOUND);
        }
    }
}

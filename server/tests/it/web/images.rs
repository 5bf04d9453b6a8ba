//! The page of one image.

use http::StatusCode;
use serde_json::json;

use super::samples::{config, gzip, push, put, tar};
use crate::harness::{blob, descriptor};
use crate::on_both_databases;

on_both_databases! {
    async fn layers_have_their_commands_and_name_the_tags_that_share_them(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let base = gzip(&tar(&[("base", &blob(2000))])).await;
        let own = gzip(&tar(&[("own", &blob(500))])).await;
        let history = json!([
            { "created_by": "/bin/sh -c #(nop) ADD file:base in / " },
            { "created_by": "ENV A=b", "empty_layer": true },
            { "created_by": "RUN /bin/sh -c make <all> # buildkit" },
        ]);
        let settings = json!({
            "Env": ["PATH=/bin", "DB_PASSWORD=hunter2"], "User": "1000", "Entrypoint": ["/own", "<b>"],
            "ExposedPorts": { "8080/tcp": {} }, "Labels": { "note": "</script><script>alert(1)</script>" },
        });
        push(&owner, &name, Some("v1"), &config("amd64", settings, history), &[base.clone(), own]).await;
        push(&owner, &name, Some("v2"), &config("amd64", json!({}), json!([])), &[base]).await;

        let page = server.nobody().get(&format!("/api/v1/r/{name}:v1")).await.json();
        let layers = page["content"]["layers"].as_array().unwrap();
        assert_eq!((&layers[0]["command"], &layers[1]["command"]), (&json!("ADD file:base in /"), &json!("RUN make <all>")));
        let other = server.nobody().get(&format!("/r/{name}:v2")).await;
        other.expect(StatusCode::OK);
        let page = server.nobody().get(&format!("/api/v1/r/{name}:v1")).await;
        assert_eq!(page.json()["content"]["layers"][0]["sharedWith"], json!(["v2"]));
        assert_eq!(page.json()["content"]["layers"][1]["sharedWith"], json!([]));

        let html = server.nobody().get(&format!("/r/{name}:v1")).await;
        let html = html.expect(StatusCode::OK).text();
        for text in [&html, &page.text()] {
            assert!(!text.contains("hunter2"), "a secret is shown");
        }
        assert!(html.contains("hidden: looks like a secret") && html.contains("8080/tcp") && html.contains("1000"));
        assert!(!html.contains("<script>alert") && !html.contains("<b>"), "{html}");
    }

    async fn a_manifest_is_shown_by_digest_with_its_exact_text(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        let digest = push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &[layer]).await;
        let manifest = owner.get(&format!("/v2/{name}/manifests/{digest}")).await.text();
        let page = server.nobody().get(&format!("/api/v1/r/{name}@{digest}")).await.json();
        assert_eq!((&page["manifest"], &page["tags"]), (&json!(manifest), &json!(["v1"])));
        for unknown in [":v2", "@sha256:0000000000000000000000000000000000000000000000000000000000000000", ":a%2Fb", "@x", ":%00"] {
            let page = server.nobody().get(&format!("/r/{name}{unknown}")).await;
            page.expect(StatusCode::NOT_FOUND);
        }
    }

    async fn what_speaks_about_an_image_stands_on_its_page(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        let digest = push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &[layer]).await;
        let subject = owner.get(&format!("/v2/{name}/manifests/{digest}")).await;
        owner.push_blob(&name, b"{}").await;
        let sbom = json!({
            "schemaVersion": 2, "mediaType": oci::media_types::OCI_IMAGE_MANIFEST, "artifactType": "application/spdx+json",
            "config": descriptor(oci::media_types::OCI_EMPTY, b"{}"), "layers": [descriptor(oci::media_types::OCI_EMPTY, b"{}")],
            "subject": descriptor(&subject.header("content-type"), &subject.body),
        });
        let sbom = put(&owner, &name, None, &sbom).await;
        let page = server.nobody().get(&format!("/api/v1/r/{name}:v1")).await.json();
        assert_eq!(page["referrers"][0]["digest"], sbom.to_string());
        assert_eq!(page["referrers"][0]["kind"], "sbom");
        let page = server.nobody().get(&format!("/api/v1/r/{name}@{sbom}")).await.json();
        assert_eq!((&page["subject"], &page["kind"]), (&json!(digest.to_string()), &json!("sbom")));
    }

    async fn a_chart_says_what_it_is(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let chart = json!({ "name": "harbour", "version": "2.1.0", "maintainers": [{ "name": "alice" }] }).to_string();
        let content = gzip(&tar(&[("harbour/Chart.yaml", b"name: harbour")])).await;
        owner.push_blob(&name, chart.as_bytes()).await;
        owner.push_blob(&name, &content).await;
        let manifest = json!({
            "schemaVersion": 2, "mediaType": oci::media_types::OCI_IMAGE_MANIFEST,
            "config": descriptor("application/vnd.cncf.helm.config.v1+json", chart.as_bytes()),
            "layers": [descriptor("application/vnd.cncf.helm.chart.content.v1.tar+gzip", &content)],
        });
        put(&owner, &name, Some("2.1.0"), &manifest).await;
        let html = server.nobody().get(&format!("/r/{name}:2.1.0")).await;
        let html = html.expect(StatusCode::OK).text();
        assert!(html.contains(&format!("helm pull --plain-http oci://{}/{name} --version 2.1.0", server.host)), "{html}");
        assert!(html.contains("Helm chart") && html.contains("alice"));
        let files = server.nobody().get(&format!("/api/v1/r/{name}:2.1.0/-/files?path=harbour/Chart.yaml")).await.json();
        assert_eq!(files["content"]["text"], "name: harbour");
    }
}

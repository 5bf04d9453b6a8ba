//! Pictures that other sites show of repositories.

use http::{Method, StatusCode};
use serde_json::json;

use super::samples::{config, gzip, push, tar};
use crate::harness::{Options, TestServer, blob};
use crate::{on_both_databases, on_both_engines};

/// Pushes an image that says this about itself.
async fn push_described(server: &TestServer, name: &str, description: &str) {
    let owner = server.owner_of(name).await;
    let layer = gzip(&tar(&[("a", &blob(100))])).await;
    let labels = json!({ "Labels": { "org.opencontainers.image.description": description } });
    let config = config("amd64", labels, json!([]));
    push(&owner, name, Some("latest"), &config, &[layer]).await;
}

/// Width and height stand in the first chunk of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (side(16), side(20))
}

on_both_databases! {
    async fn a_picture_shows_what_its_repository_says_now(server) {
        let name = server.repository();
        let address = format!("/og/r/{name}.png");
        server.nobody().get(&address).await.expect(StatusCode::NOT_FOUND);
        push_described(server, &name, "Charts of the harbour.").await;
        let page = server.nobody().get(&format!("/r/{name}")).await;
        let html = page.expect(StatusCode::OK).text();
        let picture = format!("property=\"og:image\" content=\"http://{}{address}\"", server.host);
        assert!(html.contains(&picture), "{html}");

        let first = server.nobody().get(&address).await;
        assert_eq!(first.expect(StatusCode::OK).header("content-type"), "image/png");
        assert_eq!(first.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(size(&first.body), (1200, 630));
        let etag = first.header("etag");
        let known = [("if-none-match", etag.as_str())];
        let again = server.nobody().send(Method::GET, &address, &known, "").await;
        assert!(again.expect(StatusCode::NOT_MODIFIED).body.is_empty());

        push_described(server, &name, "<script>\u{202e}alert(1)</script>").await;
        let changed = server.nobody().send(Method::GET, &address, &known, "").await;
        assert_ne!(changed.expect(StatusCode::OK).header("etag"), etag);
        assert_ne!(changed.body, first.body);
        for absent in ["/og/r/alice.test/nothing.png", "/og/r/alice.test.png", "/og/r/a/b", "/og/site"] {
            server.nobody().get(absent).await.expect(StatusCode::NOT_FOUND);
        }
    }

    async fn pages_about_no_repository_share_one_picture(server) {
        let home = server.nobody().get("/").await;
        let picture = format!("property=\"og:image\" content=\"http://{}/og/site.png\"", server.host);
        assert!(home.expect(StatusCode::OK).text().contains(&picture));
        let picture = server.nobody().get("/og/site.png").await;
        assert_eq!(size(&picture.expect(StatusCode::OK).body), (1200, 630));
    }
}

on_both_engines! {
    async fn a_private_repository_has_no_picture(engine) {
        let server = TestServer::start_with(Options { hold_public: false, ..Options::new(engine) }).await;
        let name = server.repository();
        push_described(&server, &name, "Nobody's business.").await;
        server.nobody().get(&format!("/og/r/{name}.png")).await.expect(StatusCode::NOT_FOUND);
        server.stop().await;
    }
}

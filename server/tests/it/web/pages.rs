//! What holds for all of these pages: caching, headers, other methods.

use async_compression::tokio::bufread::GzipDecoder;
use http::{Method, StatusCode};
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use super::samples::{config, gzip, push, tar};
use crate::harness::{blob, network};
use crate::on_both_databases;
use crate::token::browser::Browser;

on_both_databases! {
    async fn what_did_not_change_is_not_sent_again(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), std::slice::from_ref(&layer)).await;
        for address in [format!("/r/{name}:v1"), format!("/api/v1/r/{name}:v1"), format!("/r/{name}/-/tags"), format!("/feeds/r/{name}"), "/".to_owned()] {
            let first = server.nobody().get(&address).await;
            let etag = first.expect(StatusCode::OK).header("etag");
            assert_eq!(first.header("cache-control"), "public, no-cache");
            let known = [("if-none-match", etag.as_str())];
            let again = server.nobody().send(Method::GET, &address, &known, "").await;
            again.expect(StatusCode::NOT_MODIFIED);
            assert!(again.body.is_empty());
            // The page that the browser kept goes on with the policy that it came with.
            assert_eq!(again.find_header("content-security-policy"), None, "{address}");
            let cookie = [("cookie", "a=b"), ("if-none-match", "W/\"other\"")];
            let own = server.nobody().send(Method::GET, &address, &cookie, "").await;
            assert_eq!(own.expect(StatusCode::OK).header("cache-control"), "private, no-cache");
            server.nobody().head(&address).await.expect(StatusCode::OK);
        }
        let address = format!("/r/{name}/-/tags");
        let etag = server.nobody().get(&address).await.header("etag");
        push(&owner, &name, Some("v2"), &config("arm64", json!({}), json!([])), &[layer]).await;
        let changed = server.nobody().send(Method::GET, &address, &[("if-none-match", &etag)], "").await;
        changed.expect(StatusCode::OK);
    }

    async fn what_everybody_sees_is_sent_small_and_what_is_somebodys_own_is_not(server) {
        // Which others do not change by what they push meanwhile.
        let page = "/search?q=nothing-is-called-this";
        let gzip = [("accept-encoding", "br, gzip")];
        let whole = server.nobody().get(page).await.expect(StatusCode::OK).body.clone();
        let small = server.nobody().send(Method::GET, page, &gzip, "").await;
        assert_eq!(small.expect(StatusCode::OK).header("content-encoding"), "gzip");
        assert!(small.header("vary").contains("accept-encoding"));
        assert!(small.body.len() * 2 < whole.len(), "{} of {}", small.body.len(), whole.len());
        let mut unpacked = String::new();
        let mut decoder = GzipDecoder::new(small.body.as_ref());
        decoder.read_to_string(&mut unpacked).await.unwrap();
        // But for the nonce it is the same.
        assert_eq!(unpacked.len(), whole.len());
        assert!(unpacked.starts_with("<!DOCTYPE html>"), "{unpacked}");

        let own = Browser::of(server, &network().alice).await.open_with(page, &gzip).await;
        assert_eq!(own.expect(StatusCode::OK).find_header("content-encoding"), None);
    }

    async fn other_origins_may_read_the_json_of_what_everybody_sees(server) {
        let json = server.nobody().get("/api/v1/search").await;
        assert_eq!(json.header("access-control-allow-origin"), "*");
        assert_eq!(json.header("content-type"), "application/json");
        let html = server.nobody().get("/search").await;
        assert_eq!(html.find_header("access-control-allow-origin"), None);
        let missing = server.nobody().get("/api/v1/r/alice.test/nothing/-/tags").await;
        assert_eq!(missing.expect(StatusCode::NOT_FOUND).json()["error"], "NotFound");
    }
}

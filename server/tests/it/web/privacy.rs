//! What lies in a private hold does not exist for strangers, on no page and in no list.

use http::StatusCode;
use serde_json::json;

use super::samples::{config, gzip, push, tar};
use crate::harness::{Options, TestServer, blob, network};
use crate::on_both_engines;

on_both_engines! {
    async fn strangers_see_nothing_of_a_private_hold(engine) {
        let server = TestServer::start_with(Options { hold_public: false, ..Options::new(engine) }).await;
        let name = server.repository();
        let path = name.split_once('/').unwrap().1;
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("a", &blob(100))])).await;
        let digest = push(&owner, &name, Some("v1"), &config("amd64", json!({}), json!([])), &[layer]).await;
        while server.state.catalog.index_repositories().await.unwrap() > 0 {}
        let nothing = server.repository();

        let pages = |name: &str| [
            format!("/r/{name}"), format!("/r/{name}/-/tags"), format!("/r/{name}:v1"), format!("/r/{name}@{digest}"),
            format!("/r/{name}:v1/-/files"), format!("/r/{name}/-/compare?from=v1&to=v1"),
        ];
        for (hidden, absent) in pages(&name).iter().zip(pages(&nothing)) {
            for prefix in ["", "/api/v1"] {
                let hidden = server.nobody().get(&format!("{prefix}{hidden}")).await;
                let absent = server.nobody().get(&format!("{prefix}{absent}")).await;
                assert_eq!((hidden.status, absent.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
            }
        }
        server.nobody().get(&format!("/feeds/r/{name}")).await.expect(StatusCode::NOT_FOUND);
        let handle = &network().alice.handle;
        for list in [format!("/u/{handle}"), format!("/api/v1/u/{handle}"), "/search".to_owned(), "/api/v1/search".to_owned(),
                     format!("/feeds/u/{handle}"), format!("/search?q={path}&kind=image")] {
            let page = server.nobody().get(&list).await;
            let text = page.expect(StatusCode::OK).text();
            assert!(!text.contains(&digest.to_string()) && !text.contains(&format!("/r/{name}")), "{list}: {text}");
        }
        server.stop().await;
    }
}

//! `/v2/_catalog`: the list of repositories.

use http::StatusCode;
use serde_json::json;

use super::tags::next;
use crate::harness::{Answer, Client, Engine, Options, TestServer, blob, image, network};
use crate::on_every_topology;

fn repositories(answer: &Answer) -> Vec<String> {
    serde_json::from_value(answer.json()["repositories"].clone()).unwrap()
}

async fn lister(server: &TestServer) -> Client {
    server
        .nobody()
        .signed_in(None, &["registry:catalog:*"])
        .await
}

on_every_topology! {
    async fn the_repositories_with_content_are_listed_in_pages(server) {
        let mut names: Vec<String> = (0..5).map(|_| server.repository()).collect();
        names.sort();
        for name in &names {
            server.owner_of(name).await.push_image(name, "v1", &image(0)).await;
        }
        // A blob alone makes no repository worth listing.
        let only_blobs = server.repository();
        server.owner_of(&only_blobs).await.push_blob(&only_blobs, &blob(5)).await;
        let client = lister(server).await;
        let all = client.get("/v2/_catalog").await;
        assert_eq!(all.expect(StatusCode::OK).json(), json!({ "repositories": names }));
        for n in 1..=6 {
            let (mut path, mut seen) = (Some(format!("/v2/_catalog?n={n}")), Vec::new());
            while let Some(this) = path {
                let page = client.get(&this).await;
                let listed = repositories(page.expect(StatusCode::OK));
                assert!(!listed.is_empty() && listed.len() <= n);
                seen.extend(listed);
                path = next(&page);
            }
            assert_eq!(seen, names, "n={n}");
        }
        let empty = client.get("/v2/_catalog?n=0").await;
        assert!(repositories(&empty).is_empty() && next(&empty).is_none());
        client.get("/v2/_catalog?n=-1").await.expect_error(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID");
    }

    async fn listing_needs_a_token_for_it(server) {
        let name = server.repository();
        for client in [server.nobody(), server.owner_of(&name).await] {
            let refused = client.get("/v2/_catalog").await;
            refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
            assert!(refused.header("www-authenticate").contains(r#"scope="registry:catalog:*""#));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_registry_lists_nothing_to_those_who_may_not_read() {
    let options = Options {
        hold_public: false,
        ..Options::new(Engine::Sqlite)
    };
    let server = TestServer::start_with(options).await;
    let name = server.repository();
    server
        .owner_of(&name)
        .await
        .push_image(&name, "v1", &image(0))
        .await;
    let bob = server
        .nobody()
        .signed_in(Some(&network().bob), &["registry:catalog:*"])
        .await;
    for client in [lister(&server).await, bob] {
        assert!(!client.get("/v2/_catalog").await.text().contains(&name));
    }
    let alice = server
        .nobody()
        .signed_in(Some(&network().alice), &["registry:catalog:*"])
        .await;
    assert_eq!(repositories(&alice.get("/v2/_catalog").await), [name]);
    server.stop().await;
}

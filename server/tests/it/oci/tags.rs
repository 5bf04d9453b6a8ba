//! end-8: lists of tags.

use http::StatusCode;
use serde_json::{Value, json};

use super::{digest_of, pushed_parts, put_json};
use crate::harness::{Client, blob};
use crate::on_every_topology;

/// A repository with these tags, pushed in this order.
async fn push_tags(client: &Client, name: &str, tags: &[&str]) {
    let manifest = pushed_parts(client, name).await;
    let query: Vec<String> = tags.iter().map(|tag| format!("tag={tag}")).collect();
    let reference = format!("{}?{}", digest_of(&manifest), query.join("&"));
    put_json(client, name, &reference, &manifest)
        .await
        .expect(StatusCode::CREATED);
}

fn tags(answer: &crate::harness::Answer) -> Vec<String> {
    serde_json::from_value(answer.json()["tags"].clone()).unwrap()
}

/// The path in `Link: <…>; rel="next"`.
pub fn next(answer: &crate::harness::Answer) -> Option<String> {
    let link = answer.find_header("link")?;
    let (path, relation) = link.trim_start_matches('<').split_once('>').unwrap();
    assert_eq!(relation, r#"; rel="next""#);
    Some(path.to_owned())
}

on_every_topology! {
    async fn tags_are_listed_whole_and_in_byte_order(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        push_tags(&owner, &name, &["v10", "v2", "B", "a", "_x", "0", "v1.0", "v1-0", "A", "v1_0", "Z9"]).await;
        let sorted = ["0", "A", "B", "Z9", "_x", "a", "v1-0", "v1.0", "v10", "v1_0", "v2"];
        let list = owner.get(&format!("/v2/{name}/tags/list")).await;
        list.expect(StatusCode::OK);
        assert_eq!(list.header("content-type"), "application/json");
        assert_eq!(list.json(), json!({ "name": name, "tags": sorted }));
        assert!(next(&list).is_none());
        assert_eq!(owner.head(&format!("/v2/{name}/tags/list")).await.expect(StatusCode::OK).body.len(), 0);
    }

    async fn pages_follow_each_other_without_gap_or_overlap(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let all = ["a", "b", "c", "d", "e", "f", "g"];
        push_tags(&owner, &name, &all).await;
        for n in 1..=8 {
            let (mut path, mut seen) = (Some(format!("/v2/{name}/tags/list?n={n}")), Vec::new());
            while let Some(this) = path {
                let page = owner.get(&this).await;
                let listed = tags(page.expect(StatusCode::OK));
                assert!(!listed.is_empty() && listed.len() <= n, "{this}");
                seen.extend(listed);
                path = next(&page);
            }
            assert_eq!(seen, all, "n={n}");
        }
    }

    async fn a_page_has_what_was_asked_for(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        push_tags(&owner, &name, &["a", "c", "e"]).await;
        let cases: [(&str, &[&str], bool); 12] = [
            ("n=0", &[], false),
            ("n=0&last=a", &[], false),
            ("n=3", &["a", "c", "e"], false),
            ("n=10000000", &["a", "c", "e"], false),
            ("n=18446744073709551615", &["a", "c", "e"], false),
            ("last=a", &["c", "e"], false),
            ("last=b", &["c", "e"], false),
            ("last=b&n=1", &["c"], true),
            ("last=d&n=1", &["e"], false),
            ("last=e", &[], false),
            ("last=zzz&n=5", &[], false),
            ("last=%2F%22%27%3B--", &["a", "c", "e"], false),
        ];
        for (query, expected, has_next) in cases {
            let page = owner.get(&format!("/v2/{name}/tags/list?{query}")).await;
            assert_eq!(tags(page.expect(StatusCode::OK)), expected, "{query}");
            assert_eq!(next(&page).is_some(), has_next, "{query}");
        }
        let huge = format!("n={}", "9".repeat(300));
        for query in ["n=-1", "n=x", "n=1.5", "n=%00", "n=1e3", "n=+1", "last=%00", "n=", &huge] {
            let refused = owner.get(&format!("/v2/{name}/tags/list?{query}")).await;
            refused.expect_error(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID");
        }
    }

    async fn a_repository_without_tags_has_an_empty_list_and_one_that_is_not_there_none(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let path = format!("/v2/{name}/tags/list");
        owner.get(&path).await.expect_error(StatusCode::NOT_FOUND, "NAME_UNKNOWN");
        owner.push_blob(&name, &blob(10)).await;
        let list = owner.get(&path).await;
        assert_eq!(list.expect(StatusCode::OK).json()["tags"], Value::Array(Vec::new()));
    }
}

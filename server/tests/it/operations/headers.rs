//! Headers of every answer, and answers to HEAD.

use http::{Method, StatusCode};

use super::raw::exchange;
use crate::harness::{Answer, Engine, Image, TestServer, image};

/// Where an answer of each kind comes from: method, path and status.
async fn every_kind_of_answer() -> (TestServer, Vec<(Method, String, u16)>) {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let image: Image = image(1);
    server
        .owner_of(&name)
        .await
        .push_image(&name, "v1", &image)
        .await;
    let layer = oci::Digest::sha256_of(&image.layers[0]);
    let missing = oci::Digest::sha256_of(b"not here");
    let kinds = [
        (Method::GET, "/".to_owned(), 200),
        (Method::GET, "/no/such/page".to_owned(), 404),
        (Method::GET, "/robots.txt".to_owned(), 0),
        (Method::GET, "/pkg/nothing.js".to_owned(), 404),
        (Method::GET, "/health".to_owned(), 200),
        (Method::GET, "/ready".to_owned(), 200),
        (Method::GET, "/metrics".to_owned(), 200),
        (Method::GET, "/auth/token".to_owned(), 200),
        (Method::GET, "/auth/token?service=other".to_owned(), 400),
        (Method::GET, "/v2/".to_owned(), 401),
        (Method::GET, "/v2".to_owned(), 401),
        (Method::GET, "/v2/no/such/route".to_owned(), 404),
        (Method::GET, format!("/v2/{name}/manifests/v1"), 200),
        (Method::GET, format!("/v2/{name}/manifests/none"), 404),
        (Method::GET, format!("/v2/{name}/blobs/{layer}"), 200),
        (Method::GET, format!("/v2/{name}/blobs/{missing}"), 404),
        (Method::GET, format!("/v2/{name}/tags/list"), 200),
        (Method::GET, format!("/v2/{name}/referrers/{missing}"), 200),
        (Method::GET, format!("/v2/{name}/tags/list?n=x"), 400),
        (Method::POST, format!("/v2/{name}/blobs/uploads/"), 401),
        (Method::PUT, format!("/v2/{name}/tags/list"), 405),
        (Method::DELETE, "/health".to_owned(), 405),
        (Method::TRACE, "/".to_owned(), 0),
    ];
    (server, kinds.into())
}

fn has_security_headers(answer: &Answer, what: &str) {
    assert_eq!(
        answer.find_header("x-content-type-options").as_deref(),
        Some("nosniff"),
        "{what}"
    );
    let policy = answer
        .find_header("content-security-policy")
        .unwrap_or_else(|| panic!("{what} has no policy"));
    assert!(
        policy.contains("default-src 'none'") || policy.contains("'nonce-"),
        "{what}: {policy}"
    );
    assert_eq!(
        answer
            .headers
            .get_all("content-security-policy")
            .iter()
            .count(),
        1,
        "{what}"
    );
    for name in [
        "x-frame-options",
        "referrer-policy",
        "cross-origin-opener-policy",
        "permissions-policy",
    ] {
        assert_eq!(
            answer.headers.get_all(name).iter().count(),
            1,
            "{what}: {name}"
        );
    }
    let content_type = answer.find_header("content-type").unwrap_or_default();
    let is_page = content_type.starts_with("text/html");
    assert_eq!(
        answer
            .find_header("cross-origin-resource-policy")
            .as_deref(),
        is_page.then_some("same-origin"),
        "wb_04: {what}"
    );
    assert_eq!(answer.find_header("server"), None, "{what}");
    assert_eq!(
        answer.find_header("strict-transport-security"),
        None,
        "{what}: this server is http"
    );
    assert_eq!(
        answer.find_header("access-control-allow-origin"),
        None,
        "{what}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_03_and_wb_04_every_kind_of_answer_carries_the_security_headers_and_a_request_id() {
    let (server, kinds) = every_kind_of_answer().await;
    for (method, path, status) in kinds {
        let what = format!("{method} {path}");
        let answer = server.nobody().send(method.clone(), &path, &[], "").await;
        assert!(
            status == 0 || answer.status.as_u16() == status,
            "{what}: {} {}",
            answer.status,
            answer.text()
        );
        has_security_headers(&answer, &what);
        assert_eq!(answer.header("x-request-id").len(), 16, "{what}");
        let sent = [("x-request-id", "proxy-1.2_3")];
        let answer = server.nobody().send(method.clone(), &path, &sent, "").await;
        assert_eq!(answer.header("x-request-id"), "proxy-1.2_3", "{what}");
        let odd = [("x-request-id", "a b\u{e4}<script>")];
        let answer = server.nobody().send(method, &path, &odd, "").await;
        assert_eq!(answer.header("x-request-id").len(), 16, "{what}");
    }
    server.stop().await;
}

/// BL-01: whatever somebody pushed, a browser neither shows nor runs it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bl_01_pushed_bytes_keep_their_own_stricter_policy() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    let digest = owner
        .push_blob(&name, b"<html><script>alert(1)</script>")
        .await;
    let blob = owner.get(&format!("/v2/{name}/blobs/{digest}")).await;
    blob.expect(StatusCode::OK);
    assert_eq!(blob.header("content-type"), "application/octet-stream");
    assert_eq!(blob.header("content-disposition"), "attachment");
    assert!(blob.header("content-security-policy").contains("sandbox"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_to_head_have_the_same_status_as_to_get_and_no_body() {
    let (server, kinds) = every_kind_of_answer().await;
    for (_, path, _) in kinds
        .into_iter()
        .filter(|(method, ..)| method == Method::GET)
    {
        let ask = |method: &str| {
            format!(
                "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
                server.host
            )
        };
        let (get, head) = (
            exchange(&server, &ask("GET")).await,
            exchange(&server, &ask("HEAD")).await,
        );
        let status = |answer: &str| answer.lines().next().unwrap_or_default().to_owned();
        assert_eq!(status(&head), status(&get), "{path}");
        let (_, body) = head.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "", "{path}");
    }
    server.stop().await;
}

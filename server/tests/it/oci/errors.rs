//! Requests that name nothing: refused in the API's own form, never with a failure of ours.

use http::{Method, StatusCode};
use oci::Digest;

use crate::harness::network;
use crate::on_every_topology;

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

on_every_topology! {
    async fn malformed_digests_are_refused_wherever_they_stand(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let hex = "0123456789abcdef".repeat(4);
        for (digest, code) in [
            ("sha256:".to_owned(), "DIGEST_INVALID"),
            (format!("sha256:{}", &hex[1..]), "DIGEST_INVALID"),
            (format!("sha256:{hex}0"), "DIGEST_INVALID"),
            (format!("sha256:{}", hex.to_uppercase()), "DIGEST_INVALID"),
            (format!("sha256:{}g", &hex[1..]), "DIGEST_INVALID"),
            (format!("SHA256:{hex}"), "DIGEST_INVALID"),
            (format!("sha512:{hex}"), "DIGEST_INVALID"),
            (format!("sha256:{}%2e%2e", &hex[2..]), "DIGEST_INVALID"),
            ("not-a-digest".to_owned(), "DIGEST_INVALID"),
            (format!("blake3:{hex}"), "UNSUPPORTED"),
            ("sha384:00".to_owned(), "UNSUPPORTED"),
        ] {
            for (method, path) in [
                (Method::GET, format!("/v2/{name}/blobs/{digest}")),
                (Method::DELETE, format!("/v2/{name}/blobs/{digest}")),
                (Method::GET, format!("/v2/{name}/referrers/{digest}")),
                (Method::POST, format!("/v2/{name}/blobs/uploads/?digest={digest}")),
            ] {
                let answer = owner.send(method, &path, &[], "").await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
                let found = answer.json()["errors"][0]["code"].clone();
                assert!(found == code || found == "DIGEST_INVALID", "{path}: {found}");
            }
            let head = owner.head(&format!("/v2/{name}/blobs/{digest}")).await;
            assert_eq!(head.expect(StatusCode::BAD_REQUEST).body.len(), 0);
            if digest.contains(':') {
                owner.get(&format!("/v2/{name}/manifests/{digest}")).await.expect(StatusCode::BAD_REQUEST);
            }
        }
    }

    async fn names_outside_the_grammar_are_refused(server) {
        let alice = &network().alice.handle;
        let owner = server.owner_of(&server.repository()).await;
        let long = "a".repeat(256);
        for name in [
            format!("{alice}/App"),
            format!("{}/app", alice.to_uppercase()),
            format!("{alice}//app"),
            format!("{alice}/app/"),
            format!("{alice}/-app"),
            format!("{alice}/app-"),
            format!("{alice}/a___b"),
            format!("{alice}/a..b"),
            format!("{alice}/a%2Fb%20c"),
            format!("{alice}/caf%C3%A9"),
            format!("{alice}/%00"),
            format!("{alice}/a:b"),
            format!("{alice}/{long}"),
            alice.clone(),
        ] {
            let uploads = owner.send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "").await;
            uploads.expect_error(StatusCode::BAD_REQUEST, "NAME_INVALID");
            let list = owner.get(&format!("/v2/{name}/tags/list")).await;
            list.expect_error(StatusCode::BAD_REQUEST, "NAME_INVALID");
            let put = owner.put_manifest(&name, "v1", "application/json", b"{}").await;
            put.expect_error(StatusCode::BAD_REQUEST, "NAME_INVALID");
        }
    }

    async fn names_within_the_grammar_are_taken(server) {
        let alice = &network().alice.handle;
        let longest = "a".repeat(255 - server.host.len() - alice.len() - 2);
        for path in ["a", "0", "a.b", "a_b", "a__b", "a-b", "a---b", "a/b/c/d/e/f", "blobs/uploads", "manifests/tags/list", &longest] {
            let name = format!("{alice}/{path}");
            let owner = server.owner_of(&name).await;
            let digest = owner.push_blob(&name, path.as_bytes()).await;
            assert_eq!(owner.get(&format!("/v2/{name}/blobs/{digest}")).await.body, path.as_bytes(), "{name}");
        }
    }

    async fn what_is_no_route_is_said_in_the_form_of_the_api(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let digest = Digest::sha256_of(b"x");
        for path in [
            "/v2/x".to_owned(),
            format!("/v2/{name}"),
            format!("/v2/{name}/"),
            format!("/v2/{name}/tags"),
            format!("/v2/{name}/tags/list/"),
            format!("/v2/{name}/blobs"),
            format!("/v2/{name}/nothing/{digest}"),
            format!("/v2/{name}/blobs/{digest}/more"),
            format!("/v2/{name}/blobs/{digest}%00"),
            "/v2/%ff%fe/app/tags/list".to_owned(),
        ] {
            for method in METHODS {
                let answer = owner.send(method.clone(), &path, &[], "").await;
                assert!(answer.status.is_client_error(), "{method} {path}: {}", answer.status);
                assert_eq!(answer.header("content-type"), "application/json", "{method} {path}");
                if method != Method::HEAD {
                    assert!(answer.json()["errors"][0]["code"].is_string(), "{method} {path}");
                }
            }
        }
    }

    async fn methods_that_a_path_does_not_have_are_refused_with_those_it_has(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let digest = Digest::sha256_of(b"x");
        for (path, allowed) in [
            (format!("/v2/{name}/blobs/{digest}"), "GET, HEAD, DELETE"),
            (format!("/v2/{name}/manifests/v1"), "GET, HEAD, PUT, DELETE"),
            (format!("/v2/{name}/tags/list"), "GET, HEAD"),
            (format!("/v2/{name}/referrers/{digest}"), "GET, HEAD"),
            (format!("/v2/{name}/blobs/uploads/"), "POST"),
            ("/v2/_catalog".to_owned(), "GET, HEAD"),
        ] {
            for method in METHODS {
                let answer = owner.send(method.clone(), &path, &[], "").await;
                if allowed.split(", ").any(|allowed| allowed == method.as_str()) {
                    assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                } else {
                    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                    assert_eq!(answer.header("allow"), allowed);
                }
                assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.text());
            }
        }
    }

    async fn tokens_that_are_none_are_refused_with_a_challenge(server) {
        let name = server.repository();
        let path = format!("/v2/{name}/tags/list");
        let nobody = server.nobody();
        for token in ["x", "a.b.c", "", "é", &"x".repeat(9000)] {
            let value = format!("Bearer {token}");
            let Ok(header) = http::HeaderValue::from_str(&value) else { continue };
            let Ok(header) = header.to_str() else { continue };
            let refused = nobody.send(Method::GET, &path, &[("authorization", header)], "").await;
            refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
            assert!(refused.header("www-authenticate").contains(&format!("repository:{name}:pull")));
        }
        for value in ["Basic YWxpY2U6cGFzc3dvcmQ=", "Bearer", "Digest x"] {
            let refused = nobody.send(Method::GET, &path, &[("authorization", value)], "").await;
            refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        }
    }
}

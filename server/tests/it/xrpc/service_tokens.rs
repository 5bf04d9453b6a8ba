//! Who is let in by a service token, and who is not.

use atproto::crypto::Curve;
use atproto::service_auth::Claims;
use http::{Method, StatusCode};
use serde_json::json;

use super::people::Person;
use super::{query, with_token};
use crate::harness::{Answer, TestServer, network};
use crate::on_both_databases;

const EXPORT: &str = "io.atcr.hold.exportUserData";

async fn export(server: &TestServer, token: &str) -> Answer {
    with_token(server, Some(token), Method::GET, EXPORT, "", "").await
}

fn assert_refused(answer: &Answer, error: &str, beginning: &str) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["error"], error, "{body}");
    let message = body["message"].as_str().unwrap();
    assert!(message.starts_with(beginning), "{message}");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

on_both_databases! {
    async fn a_token_of_the_reference_pds_opens_its_method_once(server) {
        let alice = &network().alice;
        let access = network().pds_token(alice).await;
        let audience = server.hold().did();
        let token = network()
            .service_token(alice, &access, audience.as_str(), EXPORT)
            .await;
        let answer = export(server, &token).await;
        answer.expect(StatusCode::OK);
        assert_eq!(answer.json()["isCaptain"], true);
        assert_refused(&export(server, &token).await, "BadJwt", "Invalid token");
        // The same for the service by its fragment.
        let audience = format!("{audience}#atcr_hold");
        let token = network().service_token(alice, &access, &audience, EXPORT).await;
        export(server, &token).await.expect(StatusCode::OK);
        // What the PDS takes from its own account is nothing to a hold.
        assert_eq!(export(server, &access).await.status, StatusCode::UNAUTHORIZED);
    }

    async fn keys_of_both_curves_sign(server) {
        for curve in [Curve::K256, Curve::P256] {
            let person = Person::with_curve(curve).await;
            query(server, Some(&person), EXPORT, "").await.expect(StatusCode::OK);
        }
    }

    async fn every_claim_must_be_about_this_call(server) {
        let person = Person::new().await;
        let good = || person.claims(server, EXPORT);
        let now = good().issued_at;
        for (claims, error, beginning) in [
            (Claims { audience: "did:web:other.example".to_owned(), ..good() }, "BadJwtAudience", "Audience mismatch"),
            (Claims { audience: format!("{}#atproto_pds", good().audience), ..good() }, "BadJwtAudience", "Audience mismatch"),
            (Claims { method: "io.atcr.hold.deleteUserData".parse().unwrap(), ..good() }, "BadJwtLexiconMethod", "Method mismatch"),
            (Claims { expires_at: now - 1, ..good() }, "ExpiredToken", "Token expired"),
            (Claims { expires_at: now + 3600, ..good() }, "BadJwt", "Invalid token"),
            (Claims { issued_at: now + 120, expires_at: now + 180, ..good() }, "BadJwt", "Invalid token"),
            (Claims { issuer: "did:web:localhost%3A1".parse().unwrap(), ..good() }, "BadJwtSignature", "Invalid token"),
        ] {
            let answer = export(server, &person.sign(&claims)).await;
            if answer.status == StatusCode::SERVICE_UNAVAILABLE {
                assert_eq!(claims.issuer.as_str(), "did:web:localhost%3A1");
                continue;
            }
            assert_refused(&answer, error, beginning);
        }
        export(server, &person.sign(&good())).await.expect(StatusCode::OK);
    }

    async fn one_of_two_uses_at_once_wins(server) {
        let person = Person::new().await;
        // The key is known before, so that both arrive together.
        query(server, Some(&person), EXPORT, "").await.expect(StatusCode::OK);
        let token = person.token(server, EXPORT);
        let answers = futures::future::join_all((0..8).map(|_| export(server, &token))).await;
        let won = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert_eq!(won, 1);
    }

    async fn a_rotated_key_counts_at_once_and_the_old_one_no_more(server) {
        let person = Person::new().await;
        query(server, Some(&person), EXPORT, "").await.expect(StatusCode::OK);
        let by_the_old_key = person.token(server, EXPORT);
        person.rotate_key();
        query(server, Some(&person), EXPORT, "").await.expect(StatusCode::OK);
        assert_refused(&export(server, &by_the_old_key).await, "BadJwtSignature", "Invalid token");
    }

    async fn nothing_but_the_token_says_who_asks(server) {
        let person = Person::new().await;
        let captain = server.hold().captain().await.unwrap().did;
        let authorization = format!("Bearer {}", person.token(server, EXPORT));
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-user", captain.as_str()),
            ("x-forwarded-user", captain.as_str()),
            ("atproto-proxy", captain.as_str()),
        ];
        let path = format!("/xrpc/{EXPORT}?userDid={captain}");
        let answer = server.nobody().send(Method::GET, &path, &headers, "").await;
        answer.expect(StatusCode::OK);
        assert_eq!(answer.json()["userDid"], person.did.as_str());
        for scheme in ["DPoP", "Basic", "bearer"] {
            let authorization = format!("{scheme} {}", person.token(server, EXPORT));
            let answer = server
                .nobody()
                .send(Method::GET, &path, &[("authorization", &authorization)], "")
                .await;
            let expected = if scheme == "bearer" { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            assert_eq!(answer.status, expected, "{scheme}");
        }
    }

    async fn errors_have_the_protocol_s_form(server) {
        for (path, status, error) in [
            ("/xrpc/com.example.unknown", StatusCode::NOT_IMPLEMENTED, "MethodNotImplemented"),
            ("/xrpc/io.atcr.hold.initiateUpload", StatusCode::METHOD_NOT_ALLOWED, "InvalidRequest"),
            ("/xrpc/io.atcr.hold.getQuota", StatusCode::BAD_REQUEST, "InvalidUserDid"),
            ("/xrpc/com.atproto.repo.getRecord?repo=did:web:other.example&collection=io.atcr.hold.crew&rkey=x", StatusCode::BAD_REQUEST, "RepoNotFound"),
            ("/xrpc/com.atproto.repo.listRecords?repo=hold&collection=a.b.c&limit=101", StatusCode::BAD_REQUEST, "InvalidRequest"),
            ("/xrpc/com.atproto.identity.resolveHandle?handle=other.example", StatusCode::BAD_REQUEST, "HandleNotFound"),
            ("/xrpc/io.atcr.hold.exportUserData", StatusCode::UNAUTHORIZED, "AuthRequired"),
        ] {
            let answer = server.nobody().get(path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text());
            assert_eq!(answer.json()["error"], error, "{path}");
            assert!(answer.json()["message"].is_string());
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert_eq!(answer.find_header("set-cookie"), None);
        }
        let hold = server.hold().did().as_str().replace('%', "%25");
        let path = format!("/xrpc/com.atproto.repo.getRecord?repo={hold}&collection=io.atcr.hold.crew&rkey=nobody");
        let answer = server.nobody().get(&path).await;
        assert_eq!((answer.status, answer.json()["error"].clone()), (StatusCode::BAD_REQUEST, json!("RecordNotFound")));
    }
}

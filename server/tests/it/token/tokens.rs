//! Registry tokens in other people's hands: changed, retyped, too old, of another registry.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use ring::hmac;
use serde_json::{Value, json};
use server::clock::Clock;
use server::registry::registry_token::{RegistryTokens, TokenSubject};

use crate::harness::{Engine, Options, TestServer, blob, network};

/// Changes the claims of a token, without signing them again.
pub fn edit_payload(payload: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    edit(&mut claims);
    URL_SAFE_NO_PAD.encode(claims.to_string())
}

/// The server's own key, as somebody would use it who has a bug or has stolen it.
fn key(server: &TestServer) -> Vec<u8> {
    let path = server.folder.join("keys/registry-token.key");
    server::secrets::load_or_create_key(&path, 32)
        .unwrap()
        .bytes()
        .to_vec()
}

fn sign(key: &[u8], header: &str, payload: &str) -> String {
    let signed = format!("{header}.{payload}");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

async fn token(server: &TestServer) -> String {
    let name = server.repository();
    let scope = format!("repository:{name}:pull,push");
    let answer = server
        .nobody()
        .ask_token(Some(&network().alice), &[&scope])
        .await;
    answer.expect(StatusCode::OK).json()["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The version check opens with any token that is ours.
async fn status_with(server: &TestServer, token: &str) -> StatusCode {
    let answer = server.nobody().with_token(token).get("/v2/").await;
    if answer.status != StatusCode::OK {
        answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(
            answer
                .header("www-authenticate")
                .starts_with("Bearer realm=")
        );
    }
    answer.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_01_a_token_without_any_claim_or_with_one_of_another_type_opens_nothing() {
    let server = TestServer::start(Engine::Sqlite).await;
    let (key, token) = (key(&server), token(&server).await);
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(
        status_with(&server, &sign(&key, parts[0], parts[1])).await,
        StatusCode::OK,
        "this key signs"
    );

    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    for claim in claims.as_object().unwrap().keys() {
        let without = edit_payload(parts[1], |claims| {
            claims.as_object_mut().unwrap().remove(claim);
        });
        let status = status_with(&server, &sign(&key, parts[0], &without)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "without {claim}");
        for odd in [
            json!(null),
            json!(true),
            json!({}),
            json!([[]]),
            json!(-1.5),
        ] {
            let retyped = edit_payload(parts[1], |claims| claims[claim] = odd.clone());
            let status = status_with(&server, &sign(&key, parts[0], &retyped)).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{claim} = {odd}");
        }
    }
    for (claim, value) in [
        ("aud", json!("other.example.com")),
        ("iss", json!("https://other.example.com")),
        ("sub", json!("not a did")),
        ("exp", json!(0)),
        ("exp", json!(i64::MIN)),
        ("nbf", json!(i64::MAX)),
        ("nbf", json!(4_000_000_000_i64)),
        (
            "access",
            json!([{ "type": "repository", "name": "../x", "owner": "did:plc:x", "actions": ["pull"] }]),
        ),
        ("extra", json!(1)),
    ] {
        let changed = edit_payload(parts[1], |claims| claims[claim] = value.clone());
        let status = status_with(&server, &sign(&key, parts[0], &changed)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{claim} = {value}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_01_other_algorithms_kinds_and_nonsense_open_nothing() {
    let server = TestServer::start(Engine::Sqlite).await;
    let (key, token) = (key(&server), token(&server).await);
    let parts: Vec<&str> = token.split('.').collect();
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"none","typ":"registry-token+jwt"}"#,
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS512","typ":"registry-token+jwt"}"#,
        r#"{"alg":"HS256","typ":"registry-token+jwt","crit":["x"]}"#,
    ] {
        let forged = sign(&key, &URL_SAFE_NO_PAD.encode(header), parts[1]);
        assert_eq!(
            status_with(&server, &forged).await,
            StatusCode::UNAUTHORIZED,
            "{header}"
        );
    }
    let other_key = sign(&[7; 32], parts[0], parts[1]);
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    let four_parts = format!("{token}.e30");
    let padded = format!("{token}=");
    let long = "x".repeat(60_000);
    for nonsense in [
        &other_key,
        &unsigned,
        &four_parts,
        &padded,
        &long,
        ".",
        "..",
        "a.b.c",
        "e30.e30.e30",
    ] {
        assert_eq!(
            status_with(&server, nonsense).await,
            StatusCode::UNAUTHORIZED,
            "{nonsense:.40}"
        );
    }
    let other_registry = RegistryTokens::new(
        &key,
        "https://other.example".into(),
        server.host.clone(),
        300,
    );
    let now = server.state.clock.now_millis() / 1000;
    let token = other_registry.issue(TokenSubject::default(), Vec::new(), now);
    assert_eq!(status_with(&server, &token).await, StatusCode::UNAUTHORIZED);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_byte_of_a_token_counts() {
    let server = TestServer::start(Engine::Sqlite).await;
    let token = token(&server).await;
    for index in (0..token.len()).step_by(7) {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(
            status_with(&server, &changed).await,
            StatusCode::UNAUTHORIZED,
            "byte {index}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_of_another_kind_are_no_token() {
    let server = TestServer::start(Engine::Sqlite).await;
    for value in [
        "Basic YWxpY2U6eA==",
        "Bearer",
        "Bearer ",
        "bearer  ",
        "Token x",
        "\u{e4}",
        "",
    ] {
        let answer = server
            .nobody()
            .send(Method::GET, "/v2/", &[("authorization", value)], "")
            .await;
        answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_06_a_token_lives_five_minutes_and_a_slow_push_goes_on_with_the_next_one() {
    let clock = Clock::fixed(Clock::System.now());
    let mut options = Options::new(Engine::Sqlite);
    options.clock = clock.clone();
    let server = TestServer::start_with(options).await;
    let name = server.repository();
    let first = server.owner_of(&name).await;
    let content = blob(100);
    let started = first
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    let location = started.expect(StatusCode::ACCEPTED).header("location");

    clock.advance(TimeDelta::seconds(299));
    first
        .send(Method::PATCH, &location, &[], content[..50].to_vec())
        .await
        .expect(StatusCode::ACCEPTED);
    clock.advance(TimeDelta::seconds(1));
    let late = first
        .send(Method::PATCH, &location, &[], content[50..].to_vec())
        .await;
    late.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    assert!(
        late.header("www-authenticate")
            .contains(&format!("repository:{name}:"))
    );

    let next = server.owner_of(&name).await;
    let digest = oci::Digest::sha256_of(&content);
    let url = crate::harness::with_digest(&location, &digest);
    next.send(Method::PUT, &url, &[], content[50..].to_vec())
        .await
        .expect(StatusCode::CREATED);
    server.stop().await;
}

/// Nothing here takes a token that is bound to a key (RFC 9449), so nothing has to check proofs. Once something does, the
/// checks 20 to 29 of the list are its tests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dp_20_to_dp_29_no_token_is_taken_with_the_scheme_dpop() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let alice = &crate::harness::network().alice;
    let scope = format!("repository:{name}:pull,push");
    let answer = server.nobody().ask_token(Some(alice), &[&scope]).await;
    let token = answer.expect(StatusCode::OK).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        "/v2/".to_owned(),
        format!("/v2/{name}/tags/list"),
        "/auth/token".to_owned(),
    ] {
        let bound = format!("DPoP {token}");
        let headers = [("authorization", bound.as_str()), ("dpop", "e30.e30.x")];
        let answer = server.nobody().send(Method::GET, &path, &headers, "").await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
    let headers = [("authorization", "DPoP x"), ("dpop", "e30.e30.x")];
    let create = "/xrpc/com.atproto.repo.createRecord";
    let answer = server
        .nobody()
        .send(Method::POST, create, &headers, "{}")
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    server.stop().await;
}

//! `/auth/token`: who gets a token, and what the others are told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};

use crate::harness::{Account, Answer, Engine, TestServer, network};
use crate::on_both_databases;

/// `GET` with Basic credentials.
async fn login(server: &TestServer, username: &str, password: &str, query: &str) -> Answer {
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{username}:{password}"))
    );
    server
        .nobody()
        .send(
            Method::GET,
            &format!("/auth/token{query}"),
            &[("authorization", &basic)],
            "",
        )
        .await
}

/// `POST` with a form.
async fn post(server: &TestServer, form: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    server
        .nobody()
        .send(Method::POST, "/auth/token", &headers, body)
        .await
}

/// Whose token this is.
fn subject(server: &TestServer, answer: &Answer) -> String {
    let body = answer.expect(StatusCode::OK).json();
    assert_eq!(body["token"], body["access_token"]);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 300);
    assert_eq!(answer.header("cache-control"), "no-store");
    let now = server.state.clock.now_millis() / 1000;
    server
        .state
        .tokens
        .verify(body["token"].as_str().unwrap(), now)
        .unwrap()
        .sub
        .clone()
}

/// All the spellings of a name that people type at `docker login`.
fn spellings(account: &Account) -> Vec<String> {
    vec![
        account.handle.clone(),
        format!("@{}", account.handle),
        account.handle.to_uppercase(),
        account.did.clone(),
        account.did.replace(':', "-"),
    ]
}

on_both_databases! {
    async fn anybody_gets_a_token_for_nobody_in_particular(server) {
        let answer = server.nobody().ask_token(None, &[]).await;
        assert_eq!(subject(server, &answer), "");
    }

    async fn every_spelling_of_a_name_signs_the_same_person_in(server) {
        let alice = &network().alice;
        for username in spellings(alice) {
            let got = login(server, &username, &alice.app_password, "").await;
            assert_eq!(subject(server, &got), alice.did, "{username}");
            let form = [
                ("grant_type", "password"),
                ("service", server.host.as_str()),
                ("client_id", "docker"),
                ("username", username.as_str()),
                ("password", alice.app_password.as_str()),
            ];
            assert_eq!(subject(server, &post(server, &form).await), alice.did, "{username}");
        }
    }

    async fn a_wrong_password_is_refused_with_a_reason(server) {
        for username in spellings(&network().alice) {
            let answer = login(server, &username, "aaaa-bbbb-cccc-dddd", "").await;
            answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
            assert!(answer.text().contains("password is not accepted"), "{}", answer.text());
            assert_eq!(answer.json()["error"], "invalid_grant");
            assert_eq!(answer.header("www-authenticate"), "Basic realm=\"Longshore\"");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_are_nobody_s_are_refused_with_a_reason() {
    let server = TestServer::start(Engine::Sqlite).await;
    for (username, words) in [
        ("nobody-here.test", "does not point to an account"),
        ("not a name", "neither a handle"),
        ("alice.localhost", "not supported"),
        ("did:key:zQ3sh", "not supported"),
        ("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "no account"),
        ("", "neither a handle"),
    ] {
        let answer = login(&server, username, "aaaa-bbbb-cccc-dddd", "").await;
        answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(
            answer.text().contains(words),
            "{username}: {}",
            answer.text()
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_is_slowed_down() {
    let server = TestServer::start(Engine::Sqlite).await;
    let account = network().new_account().await;
    let mut last = None;
    for number in 0..11 {
        let guess = format!("aaaa-bbbb-cccc-ddd{}", char::from(b'a' + number));
        last = Some(login(&server, &account.did, &guess, "").await);
    }
    let last = last.unwrap();
    last.expect_error(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS");
    assert!(last.header("retry-after").parse::<u64>().unwrap() <= 60);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_02_a_token_for_another_service_is_not_made() {
    let server = TestServer::start(Engine::Sqlite).await;
    let alice = &network().alice;
    for service in ["other.example.com", "", "localhost", "LOCALHOST:1"] {
        let query = format!("?service={service}");
        let nobody = server.nobody().get(&format!("/auth/token{query}")).await;
        nobody.expect_error(StatusCode::BAD_REQUEST, "UNSUPPORTED");
        login(&server, &alice.handle, &alice.app_password, &query)
            .await
            .expect(StatusCode::BAD_REQUEST);
    }
    // Two of them: none is believed.
    let both = format!(
        "/auth/token?service=other.example.com&service={}",
        server.host
    );
    server
        .nobody()
        .get(&both)
        .await
        .expect(StatusCode::BAD_REQUEST);
    let both = format!(
        "/auth/token?service={}&service=other.example.com",
        server.host
    );
    server
        .nobody()
        .get(&both)
        .await
        .expect(StatusCode::BAD_REQUEST);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_scopes_are_refused_and_unknown_actions_left_out() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    for scope in [
        "repository",
        "repository:",
        "repository::pull",
        "repository:UPPER.test/x:pull",
        "repository:alice.test:pull",
        "repository:alice.test/../x:pull",
        "\u{0}",
        "repository:alice.test/\u{e4}:pull",
    ] {
        let answer = server.nobody().ask_token(None, &[scope]).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{scope:?}: {}",
            answer.text()
        );
        assert_eq!(answer.json()["error"], "invalid_request");
    }
    let scope = format!("repository:{name}:pull,fly,*");
    let answer = server.nobody().ask_token(None, &[&scope]).await;
    assert_eq!(
        answer.expect(StatusCode::OK).json()["scope"],
        format!("repository:{name}:pull")
    );
    for unknown in ["something:alice.test/x:pull", "registry:other:*"] {
        let answer = server.nobody().ask_token(None, &[unknown]).await;
        assert_eq!(
            answer.expect(StatusCode::OK).json()["scope"],
            "",
            "{unknown}"
        );
    }
    // Scopes come one per parameter, or several separated by spaces.
    let other = server.repository();
    let two = format!("repository:{name}:pull repository:{other}:pull");
    let answer = server.nobody().ask_token(None, &[&two]).await;
    assert_eq!(answer.expect(StatusCode::OK).json()["scope"], two);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_scopes_are_the_most() {
    let server = TestServer::start(Engine::Sqlite).await;
    let scopes: Vec<String> = (0..65)
        .map(|number| format!("repository:alice.test/r{number}:pull"))
        .collect();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let answer = server.nobody().ask_token(None, &scopes[..64]).await;
    let now = server.state.clock.now_millis() / 1000;
    let token = answer.expect(StatusCode::OK).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        server
            .state
            .tokens
            .verify(&token, now)
            .unwrap()
            .access
            .len(),
        64
    );
    server
        .nobody()
        .ask_token(None, &scopes)
        .await
        .expect(StatusCode::BAD_REQUEST);
    let joined = scopes.join(" ");
    server
        .nobody()
        .ask_token(None, &[&joined])
        .await
        .expect(StatusCode::BAD_REQUEST);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_are_none_are_refused() {
    let server = TestServer::start(Engine::Sqlite).await;
    let alice = &network().alice;
    let (name, secret) = (alice.handle.as_str(), alice.app_password.as_str());
    let password = ("grant_type", "password");
    for (form, error) in [
        (vec![], "invalid_request"),
        (
            vec![("username", name), ("password", secret)],
            "invalid_request",
        ),
        (vec![password], "invalid_request"),
        (vec![password, ("username", name)], "invalid_request"),
        (vec![password, ("password", secret)], "invalid_request"),
        (
            vec![("grant_type", "refresh_token"), ("refresh_token", "x")],
            "unsupported_grant_type",
        ),
        (
            vec![("grant_type", "client_credentials")],
            "unsupported_grant_type",
        ),
        (
            vec![("grant_type", ""), ("username", name), ("password", secret)],
            "unsupported_grant_type",
        ),
    ] {
        let answer = post(&server, &form).await;
        answer.expect_error(StatusCode::BAD_REQUEST, "UNSUPPORTED");
        assert_eq!(answer.json()["error"], error, "{form:?}");
    }
    let large = "x".repeat(100_000);
    let answer = post(
        &server,
        &[password, ("username", name), ("password", &large)],
    )
    .await;
    answer.expect_error(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID");
    for header in [
        "Basic",
        "Basic !!!",
        "Basic bm8tY29sb24=",
        "Basic //8=",
        "Bearer abc",
        "Negotiate x",
    ] {
        let answer = server
            .nobody()
            .send(Method::GET, "/auth/token", &[("authorization", header)], "")
            .await;
        answer.expect_error(StatusCode::BAD_REQUEST, "UNSUPPORTED");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = server.nobody().send(method, "/auth/token", &[], "").await;
        answer.expect_error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED");
        assert_eq!(answer.header("allow"), "GET, POST");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_grants_what_was_asked_for_and_is_allowed() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let (alice, bob) = (&network().alice, &network().bob);
    for (account, asked, granted) in [
        (None, "pull,push,delete", "pull"),
        (Some(bob), "pull,push,delete", "pull"),
        (Some(bob), "push", ""),
        (Some(alice), "pull", "pull"),
        (Some(alice), "delete", "delete"),
        (Some(alice), "delete,push,pull", "pull,push,delete"),
    ] {
        let answer = server
            .nobody()
            .ask_token(account, &[&format!("repository:{name}:{asked}")])
            .await;
        let scope = if granted.is_empty() {
            String::new()
        } else {
            format!("repository:{name}:{granted}")
        };
        assert_eq!(answer.expect(StatusCode::OK).json()["scope"], scope);
    }
    // Nobody's name: the token is made all the same, and grants nothing.
    let answer = server
        .nobody()
        .ask_token(None, &["repository:nobody-here.test/x:pull"])
        .await;
    let now = server.state.clock.now_millis() / 1000;
    let token = answer.expect(StatusCode::OK).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let claims = server.state.tokens.verify(&token, now).unwrap();
    assert!(claims.access.is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_07_the_challenge_is_from_the_configuration_whatever_the_request_says() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let realm = format!(
        r#"Bearer realm="{}/auth/token",service="{}""#,
        server.base, server.host
    );
    let upload = format!("/v2/{name}/blobs/uploads/");
    for headers in [
        vec![],
        vec![("host", "evil.example")],
        vec![
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
        ],
        vec![("forwarded", "host=evil.example;proto=https")],
        vec![
            ("x-original-host", "evil.example"),
            ("x-forwarded-port", "1"),
            ("x-forwarded-prefix", "/evil"),
        ],
        vec![
            ("origin", "https://evil.example"),
            ("referer", "https://evil.example/"),
        ],
    ] {
        let check = server
            .nobody()
            .send(Method::GET, "/v2/", &headers, "")
            .await;
        check.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert_eq!(check.header("www-authenticate"), realm, "{headers:?}");
        let push = server
            .nobody()
            .send(Method::POST, &upload, &headers, "")
            .await;
        let challenge = push
            .expect(StatusCode::UNAUTHORIZED)
            .header("www-authenticate");
        assert_eq!(
            challenge,
            format!(r#"{realm},scope="repository:{name}:pull,push""#),
            "{headers:?}"
        );
        for answer in [check, push] {
            assert!(
                !answer.text().contains("evil")
                    && !format!("{:?}", answer.headers).contains("evil")
            );
        }
    }
    server.stop().await;
}

//! How often one client address may guess, and begin logins of devices.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use server::accounts::access_tokens::{
    AccessScopes, AccessTokenKind, CreatedAccessToken, NewAccessToken,
};

use crate::harness::{Account, Answer, Engine, Options, TestServer, network};

const HERE: &str = "203.0.113.7";
const THERE: &str = "2001:db8:1:2::3";

async fn server(settings: &[(&'static str, &str)]) -> TestServer {
    let mut options = Options::new(Engine::Sqlite);
    let settings = settings
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    options.settings = settings.collect();
    TestServer::start_with(options).await
}

async fn log_in(server: &TestServer, from: &str, name: &str, password: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
    let headers = [("authorization", basic.as_str()), ("x-forwarded-for", from)];
    server
        .nobody()
        .send(Method::GET, "/auth/token", &headers, "")
        .await
}

async fn access_token(server: &TestServer, account: &Account) -> CreatedAccessToken {
    let did = account.did.parse().unwrap();
    let new = NewAccessToken {
        kind: AccessTokenKind::Personal,
        name: "ci".to_owned(),
        scopes: AccessScopes::of_device(&did),
        lifetime: TimeDelta::days(1),
    };
    server.state.access_tokens.create(&did, new).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_22_wrong_tokens_are_counted_and_good_ones_still_open() {
    let server = server(&[("LONGSHORE_LIMIT_WRONG_LOGINS", "2")]).await;
    let alice = &network().alice;
    let token = access_token(&server, alice).await;
    let good = token.secret.expose_secret();
    let other = access_token(&server, &network().bob).await;
    let wrong = other.secret.expose_secret();
    for _ in 0..2 {
        let refused = log_in(&server, HERE, &alice.handle, wrong).await;
        refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    }
    let refused = log_in(&server, HERE, &alice.handle.to_uppercase(), wrong).await;
    refused.expect_error(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 60);
    assert!(
        refused.text().contains("too many wrong logins"),
        "{}",
        refused.text()
    );
    log_in(&server, HERE, &alice.handle, good)
        .await
        .expect(StatusCode::OK);
    // Neither the account nor another address is locked.
    log_in(&server, THERE, &alice.handle, wrong)
        .await
        .expect(StatusCode::UNAUTHORIZED);
    log_in(&server, HERE, &network().bob.handle, good)
        .await
        .expect(StatusCode::UNAUTHORIZED);
    // With other names the address runs out of tries too.
    let mut last = StatusCode::OK;
    for number in 0..10 {
        let name = format!("did_web_guess{number}.example.com");
        last = log_in(&server, HERE, &name, wrong).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    log_in(&server, "127.0.0.1", &alice.handle, wrong)
        .await
        .expect(StatusCode::UNAUTHORIZED);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_22_wrong_app_passwords_stop_being_carried_to_the_pds() {
    let server = server(&[("LONGSHORE_LIMIT_WRONG_LOGINS", "2")]).await;
    let account = network().new_account().await;
    for wrong in ["aaaa-bbbb-cccc-dddd", "no app password"] {
        log_in(&server, HERE, &account.handle, wrong)
            .await
            .expect(StatusCode::UNAUTHORIZED);
    }
    for password in ["aaaa-bbbb-cccc-eeee", account.app_password.as_str()] {
        let refused = log_in(&server, HERE, &account.handle, password).await;
        refused.expect_error(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS");
    }
    log_in(&server, THERE, &account.handle, &account.app_password)
        .await
        .expect(StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dv_04_one_address_begins_few_device_logins_and_types_few_codes() {
    let server = server(&[("LONGSHORE_LIMIT_DEVICE_LOGINS", "2")]).await;
    let begin = async |from: &str| {
        let form = "client_id=docker-credential-longshore&client_version=0.1.0&device_name=desk";
        let headers = [("x-forwarded-for", from)];
        server
            .nobody()
            .send(Method::POST, "/auth/device", &headers, form)
            .await
    };
    for _ in 0..2 {
        begin(HERE).await.expect(StatusCode::OK);
    }
    let refused = begin(HERE).await;
    refused.expect(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.json()["error"], "slow_down");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 60);
    // A customer of IPv6 has a network of 64 bits.
    begin(THERE).await.expect(StatusCode::OK);
    begin("2001:db8:1:2:ffff::1").await.expect(StatusCode::OK);
    begin(THERE).await.expect(StatusCode::TOO_MANY_REQUESTS);

    let type_code = async |path: &str| {
        let headers = [("x-forwarded-for", HERE)];
        server.nobody().send(Method::GET, path, &headers, "").await
    };
    for _ in 0..2 {
        type_code("/device?user_code=bcdf-ghjk")
            .await
            .expect(StatusCode::SEE_OTHER);
    }
    let refused = type_code("/device?x=1&user_code=bcdf-ghjl").await;
    refused.expect(StatusCode::TOO_MANY_REQUESTS);
    assert!(
        refused.text().contains("Too many codes"),
        "{}",
        refused.text()
    );
    type_code("/device").await.expect(StatusCode::SEE_OTHER);
    server.stop().await;
}

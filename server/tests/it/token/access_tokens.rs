//! Access tokens in place of passwords: what they open, what they do not, and that revoking ends it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use oci::Action;
use secrecy::ExposeSecret as _;
use server::accounts::access_tokens::{
    AccessScope, AccessScopes, AccessTokenKind, CreatedAccessToken, NewAccessToken,
};
use server::clock::Clock;

use crate::harness::{Account, Answer, Client, Engine, Options, TestServer, image, network};
use crate::{on_both_databases, on_both_engines};

/// A token of `account`'s for what `scopes` say, as the settings page makes it.
async fn create(
    server: &TestServer,
    account: &Account,
    scopes: &[(&str, &[Action])],
) -> CreatedAccessToken {
    let tokens = &server.state.access_tokens;
    let mut parsed = Vec::new();
    for (pattern, actions) in scopes {
        parsed.push(AccessScope {
            repositories: tokens.read_pattern(pattern).await.unwrap(),
            actions: actions.iter().copied().collect(),
        });
    }
    let new = NewAccessToken {
        kind: AccessTokenKind::Personal,
        name: "test".to_owned(),
        scopes: AccessScopes::new(parsed).unwrap(),
        lifetime: TimeDelta::days(30),
    };
    tokens
        .create(&account.did.parse().unwrap(), new)
        .await
        .unwrap()
}

/// `docker login -u <name> -p <token>`, with these scopes.
async fn ask(
    server: &TestServer,
    name: &str,
    token: &CreatedAccessToken,
    scopes: &[&str],
) -> Answer {
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{name}:{}", token.secret.expose_secret()))
    );
    let path = format!(
        "/auth/token?service={}&scope={}",
        server.host,
        scopes.join("&scope=")
    );
    server
        .nobody()
        .send(Method::GET, &path, &[("authorization", &basic)], "")
        .await
}

fn granted(server: &TestServer, answer: &Answer) -> (Client, String) {
    let body = answer.expect(StatusCode::OK).json();
    let client = server.nobody().with_token(body["token"].as_str().unwrap());
    (client, body["scope"].as_str().unwrap().to_owned())
}

const ALL: &[Action] = &Action::ALL;
const PULL: &[Action] = &[Action::Pull];

async fn private(engine: Engine) -> TestServer {
    let mut options = Options::new(engine);
    options.hold_public = false;
    TestServer::start_with(options).await
}

on_both_databases! {
    async fn tk_21_a_token_does_what_it_is_good_for_and_no_more(server) {
        let alice = &network().alice;
        let (mine, other) = (server.repository(), server.repository());
        server.owner_of(&mine).await;
        let token = create(server, alice, &[(&mine, &[Action::Push, Action::Pull])]).await;
        let wanted = [
            format!("repository:{mine}:pull,push,delete"),
            format!("repository:{other}:pull,push,delete"),
        ];
        let answer = ask(server, &alice.handle, &token, &[&wanted[0], &wanted[1]]).await;
        let (client, scope) = granted(server, &answer);
        // Everybody may pull from a public hold, so a narrow token may, too.
        assert_eq!(scope, format!("repository:{mine}:pull,push repository:{other}:pull"));
        client.push_image(&mine, "v1", &image(1)).await;
        client.get(&format!("/v2/{mine}/manifests/v1")).await.expect(StatusCode::OK);
        let refused = client.delete(&format!("/v2/{mine}/manifests/v1")).await;
        refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        let upload = format!("/v2/{other}/blobs/uploads/");
        let refused = client.send(Method::POST, &upload, &[], "").await;
        refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        let catalog = client.get("/v2/_catalog").await;
        catalog.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    }

    async fn tk_22_the_name_beside_the_token_is_its_owner_s(server) {
        let network = network();
        let token = create(server, &network.alice, &[("*/*", PULL)]).await;
        for name in [&network.alice.handle, &network.alice.did, &format!("@{}", network.alice.handle)] {
            granted(server, &ask(server, name, &token, &[]).await);
        }
        for name in [&network.bob.handle, &network.bob.did] {
            let answer = ask(server, name, &token, &[]).await;
            answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
            assert!(answer.text().contains("another account"), "{}", answer.text());
        }
    }

    async fn revoking_a_token_also_ends_the_registry_tokens_made_from_it(server) {
        let alice = &network().alice;
        let name = server.repository();
        server.owner_of(&name).await.push_image(&name, "v1", &image(1)).await;
        let token = create(server, alice, &[("*/*", PULL)]).await;
        let scope = format!("repository:{name}:pull");
        let (client, _) = granted(server, &ask(server, &alice.handle, &token, &[&scope]).await);
        let manifest = format!("/v2/{name}/manifests/v1");
        client.get(&manifest).await.expect(StatusCode::OK);
        let did = alice.did.parse().unwrap();
        assert!(server.state.access_tokens.revoke(&did, &token.token.id).await.unwrap());
        let refused = client.get(&manifest).await;
        refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(refused.text().contains("revoked"), "{}", refused.text());
        let refused = ask(server, &alice.handle, &token, &[&scope]).await;
        refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(refused.text().contains("revoked"), "{}", refused.text());
    }

    async fn a_part_of_a_token_is_told_from_a_revoked_one(server) {
        let alice = &network().alice;
        let mut token = create(server, alice, &[("*/*", PULL)]).await;
        let secret = token.secret.expose_secret();
        token.secret = secret[..secret.len() - 1].into();
        let answer = ask(server, &alice.handle, &token, &[]).await;
        answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(answer.text().contains("not a whole access token"), "{}", answer.text());
    }
}

on_both_engines! {
    async fn a_push_without_a_stored_session_is_told_where_to_sign_in_and_pulls_work(engine) {
        let server = private(engine).await;
        let alice = &network().alice;
        let name = server.repository();
        let token = create(&server, alice, &[("*/*", ALL)]).await;
        let scope = format!("repository:{name}:pull,push");
        let refused = ask(&server, &alice.handle, &token, &[&scope]).await;
        refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(refused.text().contains(&format!("{}/settings/tokens", server.base)), "{}", refused.text());

        let scope = format!("repository:{name}:pull");
        let (client, _) = granted(&server, &ask(&server, &alice.handle, &token, &[&scope]).await);
        server.owner_of(&name).await.push_image(&name, "v1", &image(1)).await;
        client.get(&format!("/v2/{name}/manifests/v1")).await.expect(StatusCode::OK);
        server.stop().await;
    }

    async fn a_token_opens_a_private_hold_only_where_it_says_so(engine) {
        let server = private(engine).await;
        let alice = &network().alice;
        let (mine, other) = (server.repository(), server.repository());
        let token = create(&server, alice, &[(&mine, PULL)]).await;
        let wanted = [format!("repository:{mine}:pull"), format!("repository:{other}:pull")];
        let scopes = [wanted[0].as_str(), &wanted[1], "registry:catalog:*"];
        let (client, scope) = granted(&server, &ask(&server, &alice.handle, &token, &scopes).await);
        assert_eq!(scope, wanted[0]);
        client.get(&format!("/v2/{other}/tags/list")).await.expect(StatusCode::UNAUTHORIZED);
        client.get("/v2/_catalog").await.expect(StatusCode::UNAUTHORIZED);

        // A token gives nobody a right that they do not have themselves.
        let bobs = create(&server, &network().bob, &[("*/*", ALL)]).await;
        let (_, scope) = granted(&server, &ask(&server, &network().bob.handle, &bobs, &scopes).await);
        assert_eq!(scope, "");
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_expires_and_says_when() {
    let clock = Clock::fixed(Clock::System.now());
    let mut options = Options::new(Engine::Sqlite);
    options.clock = clock.clone();
    let server = TestServer::start_with(options).await;
    let alice = &network().alice;
    let token = create(&server, alice, &[("*/*", PULL)]).await;
    clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let (client, _) = granted(&server, &ask(&server, &alice.did, &token, &[]).await);
    client.get("/v2/").await.expect(StatusCode::OK);
    clock.advance(TimeDelta::seconds(1));
    // The registry token would have lived for some minutes yet.
    client.get("/v2/").await.expect(StatusCode::UNAUTHORIZED);
    let answer = ask(&server, &alice.did, &token, &[]).await;
    answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    let day = token.token.expires_at.format("%Y-%m-%d").to_string();
    assert!(answer.text().contains(&day), "{}", answer.text());
    server.stop().await;
}

//! The scene of the tests with somebody who is signed in.

use std::sync::atomic::Ordering;
use std::time::Duration;

use atproto::syntax::Did;
use chrono::TimeDelta;
use serde_json::json;
use server::accounts::PdsSessionError;
use server::accounts::oauth::Permission;
use server::clock::Clock;

use super::browser::Browser;
use super::fake_server::{FakeAccount, FakeServer};
use crate::harness::{Engine, TestServer};

/// Somebody who is signed in, with a session at a server that keeps tokens as the reference does: one refresh kills
/// the tokens before, and a refresh token that comes twice kills all.
pub struct SignedInScene {
    pub fake: FakeServer,
    pub longshore: TestServer,
    pub clock: Clock,
    pub account: FakeAccount,
    pub browser: Browser,
}

impl SignedInScene {
    pub async fn new(engine: Engine) -> Self {
        let clock = Clock::fixed(Clock::System.now());
        let fake = FakeServer::start(&clock).await;
        let longshore = fake.longshore(engine, &clock).await;
        let account = fake.new_account();
        Self::with_parts(fake, longshore, clock, account, &[Permission::Push]).await
    }

    /// With somebody who is the captain of the hold here, and whose server grants this.
    pub async fn of_a_captain(permissions: &[Permission]) -> Self {
        let clock = Clock::fixed(Clock::System.now());
        let fake = FakeServer::start(&clock).await;
        let account = fake.new_account();
        let settings = [("HOLD_OWNER", account.did.as_str())];
        let longshore = fake.longshore_with(Engine::Sqlite, &clock, &settings).await;
        Self::with_parts(fake, longshore, clock, account, permissions).await
    }

    async fn with_parts(
        fake: FakeServer,
        longshore: TestServer,
        clock: Clock,
        account: FakeAccount,
        permissions: &[Permission],
    ) -> Self {
        let scopes = permissions
            .iter()
            .map(|permission| permission.scopes().to_string());
        let scope: Vec<String> = std::iter::once("atproto".to_owned())
            .chain(scopes)
            .collect();
        fake.set_token_field("scope", json!(scope.join(" ")));
        let browser = Browser::new(&longshore);
        let scene = Self {
            fake,
            longshore,
            clock,
            account,
            browser,
        };
        scene.sign_in().await;
        scene
    }

    pub async fn sign_in(&self) {
        let page = self
            .browser
            .begin(&self.account.handle, &[("allow", "push")])
            .await;
        let back = self
            .browser
            .come_back(&self.fake.agree(&page, &self.account.did))
            .await;
        assert_eq!(back.status, 200, "{}", back.problem());
    }

    pub fn did(&self) -> Did {
        self.account.did.parse().unwrap()
    }

    pub async fn session(&self) -> Option<String> {
        let oauth = &self.longshore.state.oauth;
        oauth
            .find_session_for(&self.did(), Permission::Push)
            .await
            .unwrap()
    }

    /// Asks the PDS for something in the person's name, by way of one of the replicas.
    pub async fn act_by(&self, server: &TestServer, session: &str) -> Result<(), PdsSessionError> {
        let pds = server.state.sessions.open(session, &self.did()).await?;
        let until = self.clock.now() + TimeDelta::seconds(60);
        pds.get_service_auth("did:web:hold.example.com", "io.atcr.hold.getQuota", until)
            .await?;
        Ok(())
    }

    pub async fn act(&self, session: &str) -> Result<(), PdsSessionError> {
        self.act_by(&self.longshore, session).await
    }

    pub fn refreshes(&self) -> usize {
        self.fake.lies.refreshes.load(Ordering::SeqCst)
    }

    pub fn replays(&self) -> usize {
        self.fake.lies.replays.load(Ordering::SeqCst)
    }

    pub async fn is_signed_in(&self) -> bool {
        self.browser.signed_in_as().await.is_some()
    }
}

/// Waits for something that other tasks bring about.
pub async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .unwrap();
}

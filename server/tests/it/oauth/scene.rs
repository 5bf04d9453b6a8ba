//! The scene of the tests with a server that lies.

use server::clock::Clock;

use super::browser::{Browser, Shown};
use super::fake_server::{FakeAccount, FakeServer};
use crate::harness::{Engine, Options, TestServer};

impl Browser {
    pub fn new(server: &TestServer) -> Self {
        Self::at(&server.base)
    }
}

impl FakeServer {
    /// A server of ours whose whole network this is.
    pub async fn longshore(&self, engine: Engine, clock: &Clock) -> TestServer {
        self.longshore_with(engine, clock, &[]).await
    }

    /// The same with these settings.
    pub async fn longshore_with(
        &self,
        engine: Engine,
        clock: &Clock,
        settings: &[(&'static str, &str)],
    ) -> TestServer {
        let mut options = Options::new(engine);
        options.clock = clock.clone();
        options.settings = vec![
            ("PLC_DIRECTORY_URL", self.origin.clone()),
            ("HANDLE_RESOLVER_URL", self.origin.clone()),
        ];
        let settings = settings
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        options.settings.extend(settings);
        TestServer::start_with(options).await
    }
}

/// A server that may lie, a server of ours that knows no other, and somebody whom the first one hosts.
pub struct Scene {
    pub fake: FakeServer,
    pub longshore: TestServer,
    pub account: FakeAccount,
}

impl Scene {
    pub async fn new() -> Self {
        let clock = Clock::System;
        let fake = FakeServer::start(&clock).await;
        let longshore = fake.longshore(Engine::Sqlite, &clock).await;
        let account = fake.new_account();
        Self {
            fake,
            longshore,
            account,
        }
    }

    /// Begins, and comes back with the account's agreement.
    pub async fn attempt(&self, browser: &Browser, typed: &str, answers_for: &str) -> Shown {
        let page = browser.begin(typed, &[]).await;
        browser
            .come_back(&self.fake.agree(&page, answers_for))
            .await
    }

    /// Nobody was signed in, and nothing of the attempt is left.
    pub async fn expect_nobody(&self, browser: &Browser) {
        assert_eq!(browser.signed_in_as().await, None);
        let did = self.account.did.parse().unwrap();
        let found = self.longshore.state.browsers.list(&did).await.unwrap();
        assert_eq!(found, []);
        let purged = self.longshore.state.oauth.end_all_of(&did).await.unwrap();
        assert_eq!(purged, 0, "an OAuth session was stored");
    }
}

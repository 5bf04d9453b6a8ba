//! Access tokens over a database and a directory of accounts, with a clock that only the test moves.

use std::sync::atomic::Ordering;

use oci::Action;
use secrecy::ExposeSecret as _;

use super::*;
use crate::db::testing::{TestDatabase, test_on_databases};
use crate::identity::testing::FakeDirectory;

const ALICE: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const BOB: &str = "did:plc:44ybard66vv44zksje25o7dz";

struct Setting {
    directory: Arc<FakeDirectory>,
    clock: Clock,
    tokens: AccessTokens,
    replica: AccessTokens,
}

impl Setting {
    async fn new(test: &TestDatabase) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let directory = FakeDirectory::new();
        for (did, handle) in [(ALICE, "alice.test"), (BOB, "bob.test")] {
            directory.add_account(did, &[handle], "https://pds.example.com");
            directory.point_handle(handle, did);
        }
        let replica = |database: Database| {
            let identities =
                Identities::new(directory.clone(), database.clone(), clock.clone(), true);
            AccessTokens::new(AccessTokensSetup {
                database,
                identities,
                clock: clock.clone(),
                oauth: None,
            })
        };
        let tokens = replica(test.database.clone());
        let replica = replica(test.connect_again().await);
        Self {
            directory,
            clock,
            tokens,
            replica,
        }
    }

    async fn create(&self, lifetime: TimeDelta) -> CreatedAccessToken {
        self.tokens
            .create(&alice(), new_token("ci", lifetime))
            .await
            .unwrap()
    }
}

fn alice() -> Did {
    ALICE.parse().unwrap()
}

fn new_token(name: &str, lifetime: TimeDelta) -> NewAccessToken {
    NewAccessToken {
        kind: AccessTokenKind::Personal,
        name: name.to_owned(),
        scopes: AccessScopes::of_device(&alice()),
        lifetime,
    }
}

test_on_databases! {
    async fn tk_22_a_token_opens_for_its_owner_under_every_spelling_and_for_nobody_else(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let created = setting.create(TimeDelta::days(30)).await;
        let spelled = ALICE.replace(':', "-");
        for name in ["alice.test", "@alice.test", "ALICE.test", ALICE, &spelled] {
            let found = setting.replica.authenticate(name, &created.secret).await.unwrap();
            assert_eq!(found.id, created.token.id, "{name}");
        }
        for name in ["bob.test", BOB] {
            let error = setting.tokens.authenticate(name, &created.secret).await.unwrap_err();
            assert!(matches!(error, AccessTokenError::WrongAccount), "{name}: {error}");
        }
        let error = setting.tokens.authenticate("nobody at all", &created.secret).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::Identity(_)), "{error}");
        setting.directory.down.store(true, Ordering::Relaxed);
        setting.directory.dns_down.store(true, Ordering::Relaxed);
        setting.tokens.authenticate(ALICE, &created.secret).await.expect("a DID needs no network");
    }

    async fn tk_20_a_token_is_kept_as_a_hash_and_listed_without_its_secret(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let created = setting.create(TimeDelta::days(30)).await;
        let listed = setting.tokens.list(&alice()).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&created.token));
        assert!(listed[0].scopes.allowed_actions(&alice(), &"app".parse().unwrap()).contains(&Action::Push));
        let secret = created.secret.expose_secret();
        let stored = test.database.list_access_tokens(&alice()).await.unwrap();
        assert!(!format!("{created:?}{stored:?}{listed:?}").contains(secret));
        assert!(setting.tokens.list(&BOB.parse().unwrap()).await.unwrap().is_empty());
    }

    async fn its_last_use_is_noted_to_the_minute(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let created = setting.create(TimeDelta::days(30)).await;
        let mut last = None;
        for (seconds, noted) in [(5, 5), (30, 5), (60, 95)] {
            setting.clock.advance(TimeDelta::seconds(seconds));
            setting.tokens.authenticate(ALICE, &created.secret).await.unwrap();
            last = setting.tokens.list(&alice()).await.unwrap()[0].last_used_at;
            assert_eq!(last, Some(created.token.created_at + TimeDelta::seconds(noted)));
        }
        assert!(last.is_some());
    }

    async fn revoking_ends_it_at_once_on_every_replica(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let created = setting.create(TimeDelta::days(30)).await;
        let id = &created.token.id;
        assert!(setting.replica.is_live(id).await.unwrap());
        assert!(!setting.tokens.revoke(&BOB.parse().unwrap(), id).await.unwrap(), "not his");
        assert!(setting.replica.is_live(id).await.unwrap());
        assert!(setting.tokens.revoke(&alice(), id).await.unwrap());
        assert!(!setting.replica.is_live(id).await.unwrap());
        let error = setting.replica.authenticate(ALICE, &created.secret).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::Unknown), "{error}");

        let (one, other) = (setting.create(TimeDelta::days(1)).await, setting.create(TimeDelta::days(1)).await);
        assert_eq!(setting.tokens.revoke_all(&alice()).await.unwrap(), 2);
        for token in [one.token, other.token] {
            assert!(!setting.replica.is_live(&token.id).await.unwrap());
        }
    }

    async fn tk_25_whoever_finds_a_token_can_end_it(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let created = setting.create(TimeDelta::days(30)).await;
        setting.tokens.revoke_presented(&created.secret).await.unwrap();
        assert!(!setting.tokens.is_live(&created.token.id).await.unwrap());
        for again in [created.secret, "longshore_x".into(), "".into()] {
            setting.tokens.revoke_presented(&again).await.expect("RFC 7009, section 2.2");
        }
    }

    async fn it_expires_stays_listed_for_a_month_and_is_forgotten(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let created = setting.create(TimeDelta::days(1)).await;
        setting.clock.advance(TimeDelta::days(1) - TimeDelta::milliseconds(1));
        setting.tokens.authenticate(ALICE, &created.secret).await.unwrap();
        setting.clock.advance(TimeDelta::milliseconds(1));
        assert!(!setting.tokens.is_live(&created.token.id).await.unwrap());
        let error = setting.tokens.authenticate(ALICE, &created.secret).await.unwrap_err();
        assert!(error.to_string().contains("expired on 2027-01-16"), "{error}");
        setting.clock.advance(TimeDelta::days(30));
        assert_eq!(setting.tokens.purge().await.unwrap(), 0);
        assert_eq!(setting.tokens.list(&alice()).await.unwrap().len(), 1);
        setting.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(setting.tokens.purge().await.unwrap(), 1);
    }

    async fn names_lifetimes_and_numbers_have_limits(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let create = async |name: &str, lifetime| {
            setting.tokens.create(&alice(), new_token(name, lifetime)).await.map(|created| created.token.name)
        };
        let long = "x".repeat(MAX_NAME_CHARACTERS + 1);
        for name in ["", "  ", &long, "a\nb", "a\u{202e}b", "a\u{200b}"] {
            let refused = create(name, MIN_LIFETIME).await;
            assert!(matches!(refused, Err(AccessTokenError::BadName)), "{name:?}");
        }
        for lifetime in [TimeDelta::days(-1), TimeDelta::hours(23), TimeDelta::days(366), TimeDelta::MAX] {
            let refused = create("ci", lifetime).await;
            assert!(matches!(refused, Err(AccessTokenError::BadLifetime)), "{lifetime}");
        }
        assert_eq!(create(" Büro \u{1f6a2} ", MAX_LIFETIME).await.unwrap(), "Büro \u{1f6a2}");
        for _ in 1..MAX_TOKENS {
            create("ci", MIN_LIFETIME).await.unwrap();
        }
        assert!(matches!(create("ci", MIN_LIFETIME).await, Err(AccessTokenError::TooMany)));
    }

    async fn patterns_are_typed_with_handles_and_kept_with_dids(test: &TestDatabase) {
        let setting = Setting::new(test).await;
        let expected = format!("{ALICE}/app-*");
        let spelled = format!("{}/app-*", ALICE.replace(':', "-"));
        for text in [" alice.test/app-* ", "@alice.test/app-*", &expected, &spelled] {
            let pattern = setting.tokens.read_pattern(text).await.unwrap();
            assert_eq!(pattern.to_string(), expected, "{text}");
        }
        assert_eq!(setting.tokens.read_pattern("*/*").await.unwrap(), RepositoryPattern::all());
        for text in ["*", "app", "nobody.test/*", "alice.test/", "alice.test/A B"] {
            assert!(setting.tokens.read_pattern(text).await.is_err(), "{text}");
        }
    }
}

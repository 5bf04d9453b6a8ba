//! Sessions against a fake PDS, with a clock that only the test moves.

use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta};
use serde_json::json;

use super::*;
use crate::clients::outbound::{OutboundClient, OutboundPolicy};
use crate::clients::pds::testing::FakePds;
use crate::clients::pds::{PdsError, Swap};
use crate::identity::testing::{FakeDirectory, open_database};
use crate::secrets::load_or_create_key;

const ALICE: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const BOB: &str = "did:plc:44ybard66vv44zksje25o7dz";
const PASSWORD: &str = "abcd-efgh-ijkl-mnop";
const WRONG: &str = "aaaa-aaaa-aaaa-aaaa";

struct Setting {
    pds: FakePds,
    directory: Arc<FakeDirectory>,
    database: Database,
    clock: Clock,
    sessions: PdsSessions,
    folder: tempfile::TempDir,
}

impl Setting {
    async fn new() -> Self {
        let (folder, database) = open_database().await;
        let clock = Clock::fixed(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let pds = FakePds::start(clock.clone()).await;
        pds.levers.set_password(ALICE, PASSWORD);
        let directory = FakeDirectory::new();
        directory.add_account(ALICE, &["alice.test"], pds.url.as_str());
        directory.point_handle("alice.test", ALICE);
        let sessions = replica(&directory, &database, &clock, &folder);
        Self {
            pds,
            directory,
            database,
            clock,
            sessions,
            folder,
        }
    }

    async fn sign_in(&self, password: &str) -> Result<SignedIn, SignInError> {
        self.sessions.sign_in("alice.test", &password.into()).await
    }

    async fn session(&self) -> String {
        self.sign_in(PASSWORD).await.unwrap().session_id
    }

    fn created(&self) -> usize {
        self.pds.levers.created()
    }

    fn refreshed(&self) -> usize {
        self.pds.levers.refreshed()
    }
}

fn replica(
    directory: &Arc<FakeDirectory>,
    database: &Database,
    clock: &Clock,
    folder: &tempfile::TempDir,
) -> PdsSessions {
    let policy = OutboundPolicy {
        allow_loopback_http: true,
        ..OutboundPolicy::default()
    };
    let identities = Identities::new(directory.clone(), database.clone(), clock.clone(), true);
    PdsSessions::new(PdsSessionsSetup {
        database: database.clone(),
        identities,
        pds: PdsClient::new(OutboundClient::new(&policy).unwrap(), clock.clone()),
        clock: clock.clone(),
        key: load_or_create_key(&folder.path().join("session.key"), 32).unwrap(),
        allow_account_passwords: false,
        oauth: None,
    })
}

async fn put(sessions: &PdsSessions, id: &str) -> Result<(), PdsSessionError> {
    let pds = sessions.open(id, &ALICE.parse().unwrap()).await?;
    let collection = "io.atcr.tag".parse().unwrap();
    let record = json!({ "$type": "io.atcr.tag" });
    pds.put_record(
        &collection,
        &"app_latest".parse().unwrap(),
        &record,
        Swap::Any,
    )
    .await?;
    Ok(())
}

#[tokio::test]
async fn signs_in_by_every_spelling_of_the_name_with_one_session() {
    let setting = Setting::new().await;
    let first = setting.session().await;
    for name in [
        "alice.test",
        "@alice.test",
        "ALICE.test",
        ALICE,
        "did-plc-ewvi7nxzyoun6zhxrhs64oiz",
    ] {
        let signed_in = setting
            .sessions
            .sign_in(name, &PASSWORD.into())
            .await
            .unwrap();
        assert_eq!(signed_in.session_id, first, "{name}");
        assert_eq!(signed_in.did.as_str(), ALICE);
        assert_eq!(signed_in.handle.unwrap().as_str(), "alice.test");
    }
    assert_eq!((setting.created(), setting.refreshed()), (1, 0));
}

#[tokio::test]
async fn only_app_passwords_are_sent_anywhere() {
    let setting = Setting::new().await;
    let answer = setting.sign_in("my one password").await;
    assert!(matches!(answer, Err(SignInError::NotAnAppPassword)));
    assert_eq!((setting.created(), setting.directory.look_ups()), (0, 0));
}

#[tokio::test]
async fn a_wrong_password_is_asked_about_once_a_minute() {
    let setting = Setting::new().await;
    for _ in 0..5 {
        assert!(matches!(
            setting.sign_in(WRONG).await,
            Err(SignInError::WrongPassword)
        ));
    }
    assert_eq!(setting.created(), 1);
    setting.clock.advance(TimeDelta::seconds(61));
    assert!(matches!(
        setting.sign_in(WRONG).await,
        Err(SignInError::WrongPassword)
    ));
    assert_eq!(setting.created(), 2);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_does_not_lock_the_owner_out() {
    let setting = Setting::new().await;
    let known = setting.session().await;
    for guess in 0..10 {
        let guess = format!("aaaa-aaaa-aaaa-aaa{}", char::from(b'a' + guess));
        assert!(matches!(
            setting.sign_in(&guess).await,
            Err(SignInError::WrongPassword)
        ));
    }
    let asked = setting.created();
    let answer = setting.sign_in("zzzz-zzzz-zzzz-zzzz").await;
    assert!(
        matches!(answer, Err(SignInError::RateLimited { retry_after }) if retry_after.as_secs() == 60),
        "{answer:?}"
    );
    assert_eq!(setting.created(), asked);
    assert_eq!(setting.session().await, known);
    setting.clock.advance(TimeDelta::seconds(61));
    assert!(matches!(
        setting.sign_in("zzzz-zzzz-zzzz-zzzz").await,
        Err(SignInError::WrongPassword)
    ));
}

#[tokio::test]
async fn concurrent_sign_ins_open_one_session() {
    let setting = Setting::new().await;
    let ids = futures::future::join_all((0..50).map(|_| setting.session())).await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(setting.created(), 1);
}

#[tokio::test]
async fn a_pds_that_answers_for_somebody_else_is_refused() {
    let setting = Setting::new().await;
    *setting.pds.levers.lie.lock().unwrap() = Some(BOB.to_owned());
    assert!(matches!(
        setting.sign_in(PASSWORD).await,
        Err(SignInError::WrongAccount)
    ));
    *setting.pds.levers.lie.lock().unwrap() = None;
    let id = setting.session().await;
    *setting.pds.levers.lie.lock().unwrap() = Some(BOB.to_owned());
    setting.clock.advance(TimeDelta::hours(3));
    assert!(matches!(
        put(&setting.sessions, &id).await,
        Err(PdsSessionError::SessionEnded)
    ));
}

#[tokio::test]
async fn a_session_confirmed_long_ago_is_refreshed_by_the_next_sign_in() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    setting.clock.advance(TimeDelta::minutes(9));
    assert_eq!(setting.session().await, id);
    assert_eq!((setting.created(), setting.refreshed()), (1, 0));
    setting.clock.advance(TimeDelta::minutes(2));
    assert_eq!(setting.session().await, id);
    assert_eq!((setting.created(), setting.refreshed()), (1, 1));
    setting.pds.levers.revoke_everything();
    setting.clock.advance(TimeDelta::minutes(11));
    assert_ne!(setting.session().await, id);
    assert_eq!((setting.created(), setting.refreshed()), (2, 2));
}

#[tokio::test]
async fn a_session_is_not_used_for_an_account_that_has_moved() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    let other = FakePds::start(setting.clock.clone()).await;
    other.levers.set_password(ALICE, PASSWORD);
    setting
        .directory
        .add_account(ALICE, &["alice.test"], other.url.as_str());
    setting.clock.advance(TimeDelta::minutes(11));
    assert_ne!(setting.session().await, id);
    assert_eq!(other.levers.created(), 1);
}

#[tokio::test]
async fn a_storm_at_expiry_makes_one_refresh() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    setting.clock.advance(TimeDelta::minutes(119));
    let storm = (0..100).map(|_| put(&setting.sessions, &id));
    for answer in futures::future::join_all(storm).await {
        answer.unwrap();
    }
    assert_eq!(setting.refreshed(), 1);
    assert_eq!(setting.pds.levers.written.lock().unwrap().len(), 100);
}

#[tokio::test]
async fn a_storm_over_replicas_makes_one_refresh() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    let (directory, database) = (&setting.directory, &setting.database);
    let other = replica(directory, database, &setting.clock, &setting.folder);
    setting.pds.levers.revoke_access_tokens();
    let storm = (0..40).map(|number| {
        put(
            if number % 2 == 0 {
                &setting.sessions
            } else {
                &other
            },
            &id,
        )
    });
    for answer in futures::future::join_all(storm).await {
        answer.unwrap();
    }
    assert_eq!(setting.refreshed(), 1);
}

#[tokio::test]
async fn a_claim_of_a_dead_replica_is_taken_over() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    let stored = setting
        .database
        .find_pds_session(&id)
        .await
        .unwrap()
        .unwrap();
    let now = setting.clock.now_millis();
    let (token, database) = (stored.refresh_token.as_slice(), &setting.database);
    assert!(
        database
            .start_pds_session_refresh(&id, token, now, now - 30_000)
            .await
            .unwrap()
    );
    assert!(
        !database
            .start_pds_session_refresh(&id, token, now, now - 30_000)
            .await
            .unwrap()
    );
    setting.clock.advance(TimeDelta::hours(3));
    put(&setting.sessions, &id).await.unwrap();
    assert_eq!(setting.refreshed(), 1);
}

#[tokio::test]
async fn a_revoked_session_ends_and_is_forgotten() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    setting.pds.levers.revoke_everything();
    assert!(matches!(
        put(&setting.sessions, &id).await,
        Err(PdsSessionError::SessionEnded)
    ));
    assert_eq!(setting.database.find_pds_session(&id).await.unwrap(), None);
    assert!(matches!(
        put(&setting.sessions, &id).await,
        Err(PdsSessionError::SessionEnded)
    ));
    assert_eq!(setting.refreshed(), 1);
}

#[tokio::test]
async fn a_pds_in_trouble_does_not_end_the_session() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    setting.pds.levers.failing.store(true, Ordering::SeqCst);
    setting.clock.advance(TimeDelta::hours(3));
    let answer = put(&setting.sessions, &id).await;
    assert!(
        matches!(
            answer,
            Err(PdsSessionError::Pds(PdsError::Failing { status: 503 }))
        ),
        "{answer:?}"
    );
    setting.pds.levers.failing.store(false, Ordering::SeqCst);
    put(&setting.sessions, &id).await.unwrap();
}

#[tokio::test]
async fn sessions_open_only_for_their_own_account() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    for (id, did) in [(id.as_str(), BOB), ("unknown", ALICE)] {
        let answer = setting.sessions.open(id, &did.parse().unwrap()).await;
        assert!(matches!(answer, Err(PdsSessionError::SessionEnded)));
    }
}

#[tokio::test]
async fn sk_03_neither_tokens_nor_passwords_lie_in_the_database() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    let stored = setting
        .database
        .find_pds_session(&id)
        .await
        .unwrap()
        .unwrap();
    for secret in [
        &stored.access_token,
        &stored.refresh_token,
        &stored.credential_hash,
    ] {
        let text = String::from_utf8_lossy(secret).into_owned();
        for canary in ["e30.", "refresh-", PASSWORD] {
            assert!(!text.contains(canary), "{canary}");
        }
    }
    let tokens = setting
        .sessions
        .inner
        .unseal("another row", &stored.refresh_token);
    assert!(tokens.is_err());
}

#[tokio::test]
async fn put_record_never_asks_for_validation() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    put(&setting.sessions, &id).await.unwrap();
    let written = setting.pds.levers.written.lock().unwrap();
    for absent in ["validate", "swapRecord", "swapCommit"] {
        assert_eq!(written[0].get(absent), None);
    }
}

#[tokio::test]
async fn idle_sessions_end_here_and_at_their_pds() {
    let setting = Setting::new().await;
    let id = setting.session().await;
    let day = Duration::from_hours(24);
    setting.clock.advance(TimeDelta::hours(23));
    assert_eq!(setting.sessions.purge_idle(day).await.unwrap(), 0);
    put(&setting.sessions, &id).await.unwrap();
    setting.clock.advance(TimeDelta::hours(23));
    assert_eq!(
        setting.sessions.purge_idle(day).await.unwrap(),
        0,
        "it was used in between"
    );
    setting.clock.advance(TimeDelta::hours(2));
    assert_eq!(setting.sessions.purge_idle(day).await.unwrap(), 1);
    assert_eq!(setting.pds.levers.deleted(), 1);
    assert!(matches!(
        put(&setting.sessions, &id).await,
        Err(PdsSessionError::SessionEnded)
    ));
}

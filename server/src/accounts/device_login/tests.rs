//! Logins of devices over a database, with a clock that only the test moves.

use super::*;
use crate::accounts::access_tokens::AccessTokensSetup;
use crate::db::testing::{TestDatabase, test_on_databases};
use crate::identity::testing::FakeDirectory;

const ALICE: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT_URI: &str = "http://127.0.0.1:5555/callback";

struct Setting {
    clock: Clock,
    tokens: AccessTokens,
    logins: DeviceLogins,
}

impl Setting {
    fn new(test: &TestDatabase) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let directory = FakeDirectory::new();
        directory.add_account(ALICE, &["alice.test"], "https://pds.example.com");
        directory.point_handle("alice.test", ALICE);
        let database = test.database.clone();
        let identities = Identities::new(directory, database.clone(), clock.clone(), true);
        let tokens = AccessTokens::new(AccessTokensSetup {
            database: database.clone(),
            identities: identities.clone(),
            clock: clock.clone(),
            oauth: None,
        });
        let logins = DeviceLogins::new(database, tokens.clone(), identities, clock.clone());
        Self {
            clock,
            tokens,
            logins,
        }
    }

    async fn begin(&self) -> Begun {
        self.logins
            .begin(Asking::new("1.0", "desk").unwrap())
            .await
            .unwrap()
    }

    fn wait(&self) {
        self.clock.advance(POLL_INTERVAL);
    }

    async fn redirected(&self, decision: Decision) -> Url {
        let request = LoopbackRequest::new(&LoopbackParameters {
            response_type: "code".to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_version: "1.0".to_owned(),
            device_name: "desk".to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
            state: "s1".to_owned(),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
            code_challenge_method: "S256".to_owned(),
        });
        self.logins
            .answer_loopback(&alice(), &request.unwrap(), decision)
            .await
            .unwrap()
    }

    async fn code(&self) -> SecretString {
        let url = self.redirected(Decision::Approve).await;
        let code = url
            .query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned();
        code.into()
    }
}

fn alice() -> Did {
    ALICE.parse().unwrap()
}

test_on_databases! {
    async fn a_login_by_code_yields_one_token_after_it_was_approved(test: &TestDatabase) {
        let setting = Setting::new(test);
        let begun = setting.begin().await;
        let poll = async || setting.logins.poll(&begun.device_code).await;
        assert!(matches!(poll().await, Err(DeviceLoginError::Pending)));
        let pending = setting.logins.find(&alice(), &begun.user_code).await.unwrap();
        assert_eq!(pending.asking.client, "docker-credential-longshore 1.0");
        assert_eq!(pending.asking.device, "desk");
        setting.wait();
        assert!(matches!(poll().await, Err(DeviceLoginError::Pending)), "looking approves nothing");
        setting.logins.decide(&alice(), &begun.user_code, Decision::Approve).await.unwrap();
        setting.wait();
        let logged_in = poll().await.ok().unwrap();
        assert_eq!((logged_in.username.as_str(), &logged_in.did), ("alice.test", &alice()));
        let token = setting.tokens.authenticate("alice.test", &logged_in.secret).await.unwrap();
        assert_eq!((token.kind, token.name.as_str()), (AccessTokenKind::Device, "desk"));
        assert_eq!(token.expires_at - token.created_at, DEVICE_LIFETIME);
        setting.wait();
        assert!(matches!(poll().await, Err(DeviceLoginError::Expired)), "only once");
    }

    async fn a_denied_login_says_so_once(test: &TestDatabase) {
        let setting = Setting::new(test);
        let begun = setting.begin().await;
        setting.logins.decide(&alice(), &begun.user_code, Decision::Deny).await.unwrap();
        let again = setting.logins.decide(&alice(), &begun.user_code, Decision::Approve).await;
        assert!(matches!(again, Err(DeviceLoginError::NoSuchCode)));
        assert!(matches!(setting.logins.poll(&begun.device_code).await, Err(DeviceLoginError::Denied)));
        setting.wait();
        assert!(matches!(setting.logins.poll(&begun.device_code).await, Err(DeviceLoginError::Expired)));
        assert!(setting.tokens.list(&alice()).await.unwrap().is_empty());
    }

    async fn dv_04_codes_live_for_ten_minutes(test: &TestDatabase) {
        let setting = Setting::new(test);
        let begun = setting.begin().await;
        setting.clock.advance(DEVICE_CODE_LIFETIME - TimeDelta::milliseconds(1));
        setting.logins.find(&alice(), &begun.user_code).await.unwrap();
        setting.clock.advance(TimeDelta::milliseconds(1));
        let late = setting.logins.decide(&alice(), &begun.user_code, Decision::Approve).await;
        assert!(matches!(late, Err(DeviceLoginError::NoSuchCode)));
        assert!(matches!(setting.logins.poll(&begun.device_code).await, Err(DeviceLoginError::Expired)));
        assert_eq!(setting.logins.purge().await.unwrap(), 1);
    }

    async fn dv_04_a_device_that_asks_too_often_is_told_to_slow_down(test: &TestDatabase) {
        let setting = Setting::new(test);
        let begun = setting.begin().await;
        let poll_after = async |seconds| {
            setting.clock.advance(TimeDelta::seconds(seconds));
            setting.logins.poll(&begun.device_code).await.err().unwrap().to_string()
        };
        assert!(!poll_after(0).await.contains("less often"));
        assert!(!poll_after(5).await.contains("less often"));
        assert!(poll_after(3).await.contains("less often"));
        assert!(poll_after(5).await.contains("less often"), "the interval is 10 seconds now");
        assert!(!poll_after(15).await.contains("less often"), "and then 15");
    }

    async fn dv_04_after_five_wrong_codes_no_other_is_looked_at(test: &TestDatabase) {
        let setting = Setting::new(test);
        let begun = setting.begin().await;
        let wrong: UserCode = "BBBB-BBBB".parse().unwrap();
        for _ in 0..5 {
            let found = setting.logins.find(&alice(), &wrong).await;
            assert!(matches!(found, Err(DeviceLoginError::NoSuchCode)));
        }
        let found = setting.logins.find(&alice(), &begun.user_code).await;
        assert!(matches!(found, Err(DeviceLoginError::TooManyGuesses)));
        let decided = setting.logins.decide(&alice(), &begun.user_code, Decision::Approve).await;
        assert!(matches!(decided, Err(DeviceLoginError::TooManyGuesses)));
        let bob = "did:plc:44ybard66vv44zksje25o7dz".parse().unwrap();
        setting.logins.find(&bob, &begun.user_code).await.unwrap();
        setting.clock.advance(TimeDelta::minutes(10));
        let begun = setting.begin().await;
        setting.logins.find(&alice(), &begun.user_code).await.unwrap();
    }

    async fn a_loopback_code_is_good_once_for_the_program_that_asked(test: &TestDatabase) {
        let setting = Setting::new(test);
        let redeem = async |code: &SecretString, verifier: &str, redirect_uri: &str| {
            setting.logins.redeem(code, &verifier.into(), redirect_uri).await
        };
        let code = setting.code().await;
        let logged_in = redeem(&code, VERIFIER, REDIRECT_URI).await.ok().unwrap();
        assert_eq!(logged_in.username, "alice.test");
        setting.tokens.authenticate(ALICE, &logged_in.secret).await.unwrap();
        assert!(matches!(redeem(&code, VERIFIER, REDIRECT_URI).await, Err(DeviceLoginError::BadCode)));

        let other = VERIFIER.replace('d', "e");
        for (verifier, uri) in [(other.as_str(), REDIRECT_URI), (VERIFIER, "http://127.0.0.1:5556/callback")] {
            let code = setting.code().await;
            assert!(matches!(redeem(&code, verifier, uri).await, Err(DeviceLoginError::BadCode)));
            let burnt = redeem(&code, VERIFIER, REDIRECT_URI).await;
            assert!(matches!(burnt, Err(DeviceLoginError::BadCode)), "a code that somebody tried is burnt");
        }
        let code = setting.code().await;
        setting.clock.advance(LOOPBACK_CODE_LIFETIME);
        assert!(matches!(redeem(&code, VERIFIER, REDIRECT_URI).await, Err(DeviceLoginError::BadCode)));
        assert_eq!(setting.tokens.list(&alice()).await.unwrap().len(), 1);
    }

    async fn a_denied_loopback_request_goes_back_with_an_error_and_no_code(test: &TestDatabase) {
        let setting = Setting::new(test);
        let url = setting.redirected(Decision::Deny).await;
        assert_eq!(url.as_str(), "http://127.0.0.1:5555/callback?error=access_denied&state=s1");
    }
}

#[test]
fn what_a_program_calls_itself_is_shown_as_it_is_or_not_at_all() {
    assert!(Asking::new("0.1.0-rc+1", " Büro \u{1f6a2} ").is_ok());
    let long = "x".repeat(65);
    for (version, device) in [
        ("", "desk"),
        ("1 <script>", "desk"),
        ("1", ""),
        ("1", &long),
        ("1", "a\nb"),
        ("1", "a\u{202e}b"),
    ] {
        assert!(
            Asking::new(version, device).is_err(),
            "{version:?} {device:?}"
        );
    }
}

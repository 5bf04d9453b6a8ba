//! Ending what acts for people, as the operator decides.

use atproto::syntax::Did;

use super::{Database, DatabaseError, execute};

/// How much was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedOut {
    /// What authorization servers granted, to browsers and programs.
    pub oauth_sessions: u64,
    /// Browsers that were signed in.
    pub browsers: u64,
    /// Access tokens, also of devices.
    pub access_tokens: u64,
    /// What app passwords opened.
    pub password_sessions: u64,
}

impl Database {
    /// Signs one account out, or everybody. `with_programs`: access tokens, devices and logins with app passwords too.
    pub async fn sign_out(
        &self,
        did: Option<&Did>,
        with_programs: bool,
    ) -> Result<SignedOut, DatabaseError> {
        let did = did.map(Did::as_str);
        let mut transaction = self.begin().await?;
        macro_rules! end {
            ($table:literal) => {
                execute!(
                    &mut transaction,
                    concat!("DELETE FROM ", $table, " WHERE did = COALESCE($1, did)"),
                    [did]
                )?
            };
        }
        let mut ended = SignedOut {
            oauth_sessions: end!("oauth_sessions"),
            browsers: end!("browser_sessions"),
            access_tokens: 0,
            password_sessions: 0,
        };
        if with_programs {
            // Logins first, as one of them would make another token. Those that nobody approved yet may go on.
            end!("device_logins");
            end!("loopback_logins");
            ended.access_tokens = end!("access_tokens");
            ended.password_sessions = end!("pds_sessions");
        }
        transaction.commit().await?;
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::browser_sessions::StoredBrowserSession;
    use crate::db::testing::test_on_databases;

    fn browser(did: &Did, number: u8) -> StoredBrowserSession {
        StoredBrowserSession {
            id_hash: vec![number],
            name: number.to_string(),
            did: did.clone(),
            oauth_session_id: "none".to_owned(),
            browser: "Firefox".to_owned(),
            network: None,
            signed_in_at: 5,
            last_used_at: 5,
        }
    }

    test_on_databases! {
        async fn bf_09_one_account_is_signed_out_or_everybody(test: &TestDatabase) {
            let database = &test.database;
            let [alice, bob] = ["alice", "bob"].map(|name| -> Did {
                format!("did:web:{name}.example.org").parse().unwrap()
            });
            for (number, did) in [(1, &alice), (2, &alice), (3, &bob)] {
                database.insert_browser_session(&browser(did, number)).await.unwrap();
            }
            let ended = database.sign_out(Some(&alice), true).await.unwrap();
            assert_eq!((ended.browsers, ended.access_tokens), (2, 0));
            assert!(database.find_browser_session(&[1]).await.unwrap().is_none());
            assert!(database.find_browser_session(&[3]).await.unwrap().is_some());
            let ended = database.sign_out(None, false).await.unwrap();
            assert_eq!((ended.browsers, ended.oauth_sessions), (1, 0));
            assert!(database.find_browser_session(&[3]).await.unwrap().is_none());
        }
    }
}

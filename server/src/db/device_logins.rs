//! `device_logins` and `loopback_logins`: logins of devices on their way, by hashes of their codes.

use atproto::syntax::Did;

use super::{Database, DatabaseError, execute, on_pool, on_transaction};

/// A login by device code as it is stored. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDeviceLogin {
    /// What its person types, without the hyphen.
    pub user_code: String,
    /// Program and version, as it says.
    pub client: String,
    /// Name of the machine, as it says.
    pub device: String,
    /// `pending`, `approved` or `denied`.
    pub state: String,
    /// Who approved it.
    pub did: Option<Did>,
    /// When it was begun.
    pub created_at: i64,
    /// From when on it is void.
    pub expires_at: i64,
}

/// A login by loopback redirect that was approved. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLoopbackLogin {
    /// Who approved it.
    pub did: Did,
    /// Name of the machine, as it says.
    pub device: String,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// SHA-256 of the verifier, in base64url.
    pub code_challenge: String,
    /// From when on the code is void.
    pub expires_at: i64,
}

#[derive(sqlx::FromRow)]
struct DeviceLoginRow {
    user_code: String,
    client: String,
    device: String,
    state: String,
    did: Option<String>,
    created_at: i64,
    expires_at: i64,
}

#[derive(sqlx::FromRow)]
struct LoopbackLoginRow {
    did: String,
    device: String,
    redirect_uri: String,
    code_challenge: String,
    expires_at: i64,
}

impl Database {
    /// Stores a login that begins. `false` when there are `limit` already, or its user code is in use.
    pub async fn insert_device_login(
        &self,
        device_code_hash: &[u8],
        login: &StoredDeviceLogin,
        poll_interval: i64,
        limit: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let inserted = execute!(
            &mut transaction,
            "INSERT INTO device_logins (
                device_code_hash,
                user_code,
                client,
                device,
                state,
                poll_interval,
                created_at,
                expires_at
            )
            SELECT $1, $2, $3, $4, $5, $6, $7, $8
            WHERE (SELECT COUNT(*) FROM device_logins) < $9
            ON CONFLICT (user_code) DO NOTHING",
            [
                device_code_hash,
                login.user_code.as_str(),
                login.client.as_str(),
                login.device.as_str(),
                login.state.as_str(),
                poll_interval,
                login.created_at,
                login.expires_at,
                limit,
            ]
        )?;
        transaction.commit().await?;
        Ok(inserted == 1)
    }

    /// The login that a device asks about.
    pub async fn find_device_login(
        &self,
        device_code_hash: &[u8],
    ) -> Result<Option<StoredDeviceLogin>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, DeviceLoginRow>(
                "SELECT
                    user_code,
                    client,
                    device,
                    state,
                    did,
                    created_at,
                    expires_at
                FROM device_logins
                WHERE device_code_hash = $1",
                [device_code_hash]
            ),
            fetch_optional
        )?;
        row.map(StoredDeviceLogin::try_from).transpose()
    }

    /// The login whose code somebody types, as long as nobody has decided on it.
    pub async fn find_pending_device_login(
        &self,
        user_code: &str,
        now: i64,
    ) -> Result<Option<StoredDeviceLogin>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, DeviceLoginRow>(
                "SELECT
                    user_code,
                    client,
                    device,
                    state,
                    did,
                    created_at,
                    expires_at
                FROM device_logins
                WHERE user_code = $1 AND state = 'pending' AND expires_at > $2",
                [user_code, now]
            ),
            fetch_optional
        )?;
        row.map(StoredDeviceLogin::try_from).transpose()
    }

    /// Notes that a device asks. `false` when it asked less than its interval, less `tolerance`, ago; then the
    /// interval becomes longer by `step`. All in milliseconds.
    pub async fn poll_device_login(
        &self,
        device_code_hash: &[u8],
        now: i64,
        tolerance: i64,
        step: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let in_time = execute!(
            &mut transaction,
            "UPDATE device_logins
            SET last_polled_at = $2
            WHERE device_code_hash = $1
                AND (last_polled_at IS NULL OR last_polled_at + poll_interval <= $2 + $3)",
            [device_code_hash, now, tolerance]
        )? == 1;
        if !in_time {
            execute!(
                &mut transaction,
                "UPDATE device_logins
                SET last_polled_at = $2,
                    poll_interval = poll_interval + $3
                WHERE device_code_hash = $1",
                [device_code_hash, now, step]
            )?;
        }
        transaction.commit().await?;
        Ok(in_time)
    }

    /// Decides on a login, once. `false` when there is none to decide on.
    pub async fn decide_device_login(
        &self,
        user_code: &str,
        state: &str,
        did: &Did,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "UPDATE device_logins
            SET state = $2,
                did = $3
            WHERE user_code = $1 AND state = 'pending' AND expires_at > $4",
            [user_code, state, did.as_str(), now]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Takes a login that was decided on, so that nobody gets it twice.
    pub async fn take_device_login(&self, device_code_hash: &[u8]) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "DELETE FROM device_logins
            WHERE device_code_hash = $1 AND state <> 'pending'",
            [device_code_hash]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Stores a login that was approved in the browser.
    pub async fn insert_loopback_login(
        &self,
        code_hash: &[u8],
        login: &StoredLoopbackLogin,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "INSERT INTO loopback_logins (
                code_hash,
                did,
                device,
                redirect_uri,
                code_challenge,
                expires_at
            ) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                code_hash,
                login.did.as_str(),
                login.device.as_str(),
                login.redirect_uri.as_str(),
                login.code_challenge.as_str(),
                login.expires_at,
            ]
        )?;
        transaction.commit().await
    }

    /// Takes the login of a code, so that nobody gets it twice, whatever becomes of it.
    pub async fn take_loopback_login(
        &self,
        code_hash: &[u8],
    ) -> Result<Option<StoredLoopbackLogin>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let row = on_transaction!(
            &mut transaction,
            query_as::<_, LoopbackLoginRow>(
                "DELETE FROM loopback_logins
                WHERE code_hash = $1
                RETURNING
                    did,
                    device,
                    redirect_uri,
                    code_challenge,
                    expires_at",
                [code_hash]
            ),
            fetch_optional
        )?;
        transaction.commit().await?;
        row.map(StoredLoopbackLogin::try_from).transpose()
    }

    /// Forgets logins that an account has approved and no device has fetched.
    pub async fn forget_device_logins_of(&self, did: &Did) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "DELETE FROM device_logins
            WHERE did = $1",
            [did.as_str()]
        )?;
        execute!(
            &mut transaction,
            "DELETE FROM loopback_logins
            WHERE did = $1",
            [did.as_str()]
        )?;
        transaction.commit().await
    }

    /// Forgets logins that are void at `now`, and says how many.
    pub async fn purge_device_logins(&self, now: i64) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let by_code = execute!(
            &mut transaction,
            "DELETE FROM device_logins
            WHERE expires_at <= $1",
            [now]
        )?;
        let by_loopback = execute!(
            &mut transaction,
            "DELETE FROM loopback_logins
            WHERE expires_at <= $1",
            [now]
        )?;
        transaction.commit().await?;
        Ok(by_code + by_loopback)
    }
}

fn parse_did(text: &str) -> Result<Did, DatabaseError> {
    text.parse().map_err(|_| DatabaseError::Corrupt {
        what: "DID",
        value: text.to_owned(),
    })
}

impl TryFrom<DeviceLoginRow> for StoredDeviceLogin {
    type Error = DatabaseError;

    fn try_from(row: DeviceLoginRow) -> Result<Self, Self::Error> {
        Ok(Self {
            did: row.did.as_deref().map(parse_did).transpose()?,
            user_code: row.user_code,
            client: row.client,
            device: row.device,
            state: row.state,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

impl TryFrom<LoopbackLoginRow> for StoredLoopbackLogin {
    type Error = DatabaseError;

    fn try_from(row: LoopbackLoginRow) -> Result<Self, Self::Error> {
        Ok(Self {
            did: parse_did(&row.did)?,
            device: row.device,
            redirect_uri: row.redirect_uri,
            code_challenge: row.code_challenge,
            expires_at: row.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn login(user_code: &str) -> StoredDeviceLogin {
        StoredDeviceLogin {
            user_code: user_code.to_owned(),
            client: "helper 1".to_owned(),
            device: "desk".to_owned(),
            state: "pending".to_owned(),
            did: None,
            created_at: 0,
            expires_at: 100,
        }
    }

    fn did() -> Did {
        "did:web:alice.example".parse().unwrap()
    }

    test_on_databases! {
        async fn a_login_is_decided_once_and_taken_once(test: &TestDatabase) {
            let database = &test.database;
            assert!(database.insert_device_login(&[1], &login("A"), 5, 2).await.unwrap());
            assert!(!database.insert_device_login(&[2], &login("A"), 5, 2).await.unwrap(), "same code");
            assert!(database.insert_device_login(&[2], &login("B"), 5, 2).await.unwrap());
            assert!(!database.insert_device_login(&[3], &login("C"), 5, 2).await.unwrap(), "too many");
            assert!(!database.take_device_login(&[1]).await.unwrap(), "pending");
            assert_eq!(database.find_pending_device_login("A", 99).await.unwrap(), Some(login("A")));
            assert_eq!(database.find_pending_device_login("A", 100).await.unwrap(), None);
            assert!(!database.decide_device_login("A", "approved", &did(), 100).await.unwrap());
            assert!(database.decide_device_login("A", "approved", &did(), 99).await.unwrap());
            assert!(!database.decide_device_login("A", "denied", &did(), 99).await.unwrap());
            assert_eq!(database.find_pending_device_login("A", 99).await.unwrap(), None);
            let decided = database.find_device_login(&[1]).await.unwrap().unwrap();
            assert_eq!((decided.state.as_str(), decided.did), ("approved", Some(did())));
            assert!(database.take_device_login(&[1]).await.unwrap());
            assert!(!database.take_device_login(&[1]).await.unwrap());
            assert_eq!(database.purge_device_logins(99).await.unwrap(), 0);
            assert_eq!(database.purge_device_logins(100).await.unwrap(), 1);
        }

        async fn asking_too_often_makes_the_interval_longer(test: &TestDatabase) {
            let database = &test.database;
            database.insert_device_login(&[1], &login("A"), 50, 2).await.unwrap();
            let poll = async |now| database.poll_device_login(&[1], now, 10, 50).await.unwrap();
            assert!(poll(0).await);
            assert!(poll(40).await, "within the tolerance");
            assert!(!poll(79).await);
            assert!(!poll(168).await, "now it is 100");
            assert!(poll(308).await, "now it is 150");
        }

        async fn a_loopback_code_is_taken_once(test: &TestDatabase) {
            let database = &test.database;
            let login = StoredLoopbackLogin {
                did: did(),
                device: "desk".to_owned(),
                redirect_uri: "http://127.0.0.1:1/callback".to_owned(),
                code_challenge: "x".to_owned(),
                expires_at: 100,
            };
            database.insert_loopback_login(&[1], &login).await.unwrap();
            assert_eq!(database.take_loopback_login(&[2]).await.unwrap(), None);
            assert_eq!(database.take_loopback_login(&[1]).await.unwrap(), Some(login));
            assert_eq!(database.take_loopback_login(&[1]).await.unwrap(), None);
        }
    }
}

//! Logins of devices: a program on somebody's computer gets an access token, because that person, signed in here in
//! a browser, says so.
//!
//! Two ways. By device code (RFC 8628): the device shows a code, the person types or compares it on a page. By
//! loopback redirect (RFC 8252 with PKCE, RFC 7636): the browser is on the same computer and brings a code back.
//! What asks is shown as it calls itself, and nothing is approved by opening a page. Codes are kept as hashes, live
//! for minutes and are good once.

mod error;
mod guesses;
mod loopback;
#[cfg(test)]
mod tests;
mod user_code;

pub use error::DeviceLoginError;
pub use loopback::{LoopbackParameters, LoopbackRequest};
pub use user_code::UserCode;

use std::sync::Arc;

use atproto::syntax::{AtIdentifier, Did};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::access_tokens::{
    AccessScopes, AccessTokenKind, AccessTokens, DEVICE_LIFETIME, MAX_NAME_CHARACTERS,
    NewAccessToken, SecretHash, is_invisible, random_characters,
};
use crate::clock::Clock;
use crate::db::Database;
use crate::db::device_logins::{StoredDeviceLogin, StoredLoopbackLogin};
use crate::identity::{Freshness, Identities};
use guesses::Guesses;

/// The one program that logs in like this.
pub const CLIENT_ID: &str = "docker-credential-longshore";
/// How long a code can be typed.
pub const DEVICE_CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How long a device waits between two questions. RFC 8628, section 3.5
pub const POLL_INTERVAL: TimeDelta = TimeDelta::seconds(5);

/// What is added to the interval of a device that asks too often. RFC 8628, section 3.5
const SLOW_DOWN: TimeDelta = TimeDelta::seconds(5);
/// A device that waits exactly as long as it is told must not be late by the network's moods.
const TOLERANCE: TimeDelta = TimeDelta::seconds(1);
/// How long the code of a redirect is good: the program waits for it.
const LOOPBACK_CODE_LIFETIME: TimeDelta = TimeDelta::minutes(1);
/// Logins by code that may be on their way at once. Whoever fills this up keeps others from logging in by code,
/// but not by browser; without it they would fill the disk.
const MAX_PENDING: i64 = 10_000;
/// A user code is taken with a chance of one in millions.
const TRIES: usize = 3;
const MAX_VERSION_BYTES: usize = 32;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 256 bits.
const CODE_CHARACTERS: usize = 43;

/// Begins, shows, decides and ends logins of devices. Cheap to clone.
#[derive(Clone)]
pub struct DeviceLogins {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    access_tokens: AccessTokens,
    identities: Identities,
    clock: Clock,
    guesses: Guesses,
}

/// Who asks, by what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// Program and version.
    pub client: String,
    /// Name of the machine.
    pub device: String,
}

/// A login by code that has begun.
pub struct Begun {
    /// With which the device asks how it goes.
    pub device_code: SecretString,
    /// What the person types.
    pub user_code: UserCode,
}

/// A login by code that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingLogin {
    /// The code, to compare.
    pub user_code: UserCode,
    /// Who asks.
    pub asking: Asking,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
}

/// What a person says to a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The device acts as them from now on.
    Approve,
    /// It does not.
    Deny,
}

/// A device that is logged in.
pub struct LoggedIn {
    /// The access token.
    pub secret: SecretString,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whose it is.
    pub did: Did,
    /// What goes before the token at `docker login`: the handle, or the DID in a spelling without colons.
    pub username: String,
}

impl Asking {
    /// Checks what a program says of itself, so that it can be shown.
    pub fn new(version: &str, device: &str) -> Result<Self, DeviceLoginError> {
        let is_version = !version.is_empty()
            && version.len() <= MAX_VERSION_BYTES
            && version
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte));
        if !is_version {
            return Err(DeviceLoginError::Invalid(
                "client_version is not a version number",
            ));
        }
        let device = device.trim();
        let is_short = (1..=MAX_NAME_CHARACTERS).contains(&device.chars().count());
        if !is_short || device.chars().any(is_invisible) {
            return Err(DeviceLoginError::Invalid(
                "device_name is not a name of 1 to 64 printable characters",
            ));
        }
        Ok(Self {
            client: format!("{CLIENT_ID} {version}"),
            device: device.to_owned(),
        })
    }
}

impl DeviceLogins {
    /// Puts the parts together.
    pub fn new(
        database: Database,
        access_tokens: AccessTokens,
        identities: Identities,
        clock: Clock,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                access_tokens,
                identities,
                clock,
                guesses: Guesses::new(),
            }),
        }
    }

    /// A device begins to log in by code. RFC 8628, section 3.1
    pub async fn begin(&self, asking: Asking) -> Result<Begun, DeviceLoginError> {
        let database = &self.inner.database;
        let now = self.inner.clock.now();
        database.purge_device_logins(now.timestamp_millis()).await?;
        let device_code = random_characters(ALPHANUMERIC, CODE_CHARACTERS)?;
        for _ in 0..TRIES {
            let user_code = UserCode::generate()?;
            let login = StoredDeviceLogin {
                user_code: user_code.as_stored().to_owned(),
                client: asking.client.clone(),
                device: asking.device.clone(),
                state: PENDING.to_owned(),
                did: None,
                created_at: now.timestamp_millis(),
                expires_at: (now + DEVICE_CODE_LIFETIME).timestamp_millis(),
            };
            let is_stored = database
                .insert_device_login(
                    SecretHash::of(&device_code).as_bytes(),
                    &login,
                    POLL_INTERVAL.num_milliseconds(),
                    MAX_PENDING,
                )
                .await?;
            if is_stored {
                return Ok(Begun {
                    device_code: device_code.into(),
                    user_code,
                });
            }
        }
        Err(DeviceLoginError::TooMany)
    }

    /// The login whose code `viewer` typed or followed a link with. Wrong codes are counted.
    pub async fn find(
        &self,
        viewer: &Did,
        user_code: &UserCode,
    ) -> Result<PendingLogin, DeviceLoginError> {
        let now = self.inner.clock.now_millis();
        if !self.inner.guesses.may_guess(viewer, now) {
            return Err(DeviceLoginError::TooManyGuesses);
        }
        let database = &self.inner.database;
        let found = database
            .find_pending_device_login(user_code.as_stored(), now)
            .await?;
        let Some(login) = found else {
            self.inner.guesses.note_wrong(viewer, now);
            return Err(DeviceLoginError::NoSuchCode);
        };
        Ok(PendingLogin {
            user_code: user_code.clone(),
            asking: Asking {
                client: login.client,
                device: login.device,
            },
            created_at: DateTime::from_timestamp_millis(login.created_at).unwrap_or_default(),
        })
    }

    /// `viewer` decides on the login with this code, once and for all.
    pub async fn decide(
        &self,
        viewer: &Did,
        user_code: &UserCode,
        decision: Decision,
    ) -> Result<(), DeviceLoginError> {
        let now = self.inner.clock.now_millis();
        if !self.inner.guesses.may_guess(viewer, now) {
            return Err(DeviceLoginError::TooManyGuesses);
        }
        let state = match decision {
            Decision::Approve => APPROVED,
            Decision::Deny => DENIED,
        };
        let database = &self.inner.database;
        let is_decided = database
            .decide_device_login(user_code.as_stored(), state, viewer, now)
            .await?;
        if !is_decided {
            self.inner.guesses.note_wrong(viewer, now);
            return Err(DeviceLoginError::NoSuchCode);
        }
        tracing::info!(account.did = %viewer, decision = state, "somebody decided on a login by device code");
        Ok(())
    }

    /// A device asks how its login goes. RFC 8628, section 3.4
    ///
    /// # Errors
    /// [`DeviceLoginError::Pending`] and [`DeviceLoginError::SlowDown`] until somebody has decided.
    pub async fn poll(&self, device_code: &SecretString) -> Result<LoggedIn, DeviceLoginError> {
        let hash = SecretHash::of(device_code.expose_secret());
        let database = &self.inner.database;
        let now = self.inner.clock.now_millis();
        let in_time = database
            .poll_device_login(
                hash.as_bytes(),
                now,
                TOLERANCE.num_milliseconds(),
                SLOW_DOWN.num_milliseconds(),
            )
            .await?;
        let login = database.find_device_login(hash.as_bytes()).await?;
        let login = login
            .filter(|login| now < login.expires_at)
            .ok_or(DeviceLoginError::Expired)?;
        match (login.state.as_str(), login.did) {
            _ if !in_time => Err(DeviceLoginError::SlowDown),
            (PENDING, _) => Err(DeviceLoginError::Pending),
            (APPROVED, Some(did)) => {
                if !database.take_device_login(hash.as_bytes()).await? {
                    return Err(DeviceLoginError::Expired);
                }
                self.log_in(did, login.device).await
            }
            _ => {
                database.take_device_login(hash.as_bytes()).await?;
                Err(DeviceLoginError::Denied)
            }
        }
    }

    /// `viewer` decides on a request by loopback redirect. Returns where their browser goes.
    pub async fn answer_loopback(
        &self,
        viewer: &Did,
        request: &LoopbackRequest,
        decision: Decision,
    ) -> Result<Url, DeviceLoginError> {
        if decision == Decision::Deny {
            return Ok(request.answer("error", "access_denied"));
        }
        let code = random_characters(ALPHANUMERIC, CODE_CHARACTERS)?;
        let login = StoredLoopbackLogin {
            did: viewer.clone(),
            device: request.asking.device.clone(),
            redirect_uri: request.redirect_uri.to_string(),
            code_challenge: request.code_challenge.clone(),
            expires_at: (self.inner.clock.now() + LOOPBACK_CODE_LIFETIME).timestamp_millis(),
        };
        let database = &self.inner.database;
        database
            .insert_loopback_login(SecretHash::of(&code).as_bytes(), &login)
            .await?;
        tracing::info!(account.did = %viewer, "somebody approved a login by loopback redirect");
        Ok(request.answer("code", &code))
    }

    /// The program redeems the code that the browser brought. RFC 6749, section 4.1.3
    pub async fn redeem(
        &self,
        code: &SecretString,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<LoggedIn, DeviceLoginError> {
        let hash = SecretHash::of(code.expose_secret());
        // Taken before anything is compared: a code that somebody tried is burnt.
        let login = self
            .inner
            .database
            .take_loopback_login(hash.as_bytes())
            .await?;
        let now = self.inner.clock.now_millis();
        let login = login.filter(|login| {
            now < login.expires_at
                && login.redirect_uri == redirect_uri
                && loopback::proves(verifier.expose_secret(), &login.code_challenge)
        });
        let login = login.ok_or(DeviceLoginError::BadCode)?;
        self.log_in(login.did, login.device).await
    }

    /// Makes the device's token.
    async fn log_in(&self, did: Did, device: String) -> Result<LoggedIn, DeviceLoginError> {
        let new = NewAccessToken {
            kind: AccessTokenKind::Device,
            name: device,
            scopes: AccessScopes::of_device(&did),
            lifetime: DEVICE_LIFETIME,
        };
        let created = self.inner.access_tokens.create(&did, new).await?;
        Ok(LoggedIn {
            secret: created.secret,
            expires_at: created.token.expires_at,
            username: self.username(&did).await,
            did,
        })
    }

    async fn username(&self, did: &Did) -> String {
        let identifier = AtIdentifier::Did(did.clone());
        let identities = &self.inner.identities;
        let identity = identities
            .resolve(&identifier, Freshness::ForReading)
            .await
            .ok();
        let handle =
            identity.and_then(|identity| identity.handle.as_ref().map(ToString::to_string));
        handle.unwrap_or_else(|| did.to_oci_component().unwrap_or_else(|| did.to_string()))
    }

    /// Forgets logins that an account has approved, if no device has fetched its token yet.
    pub async fn forget_approved_by(&self, did: &Did) -> Result<(), DeviceLoginError> {
        Ok(self.inner.database.forget_device_logins_of(did).await?)
    }

    /// Forgets logins that nobody finished.
    pub async fn purge(&self) -> Result<u64, DeviceLoginError> {
        let now = self.inner.clock.now_millis();
        Ok(self.inner.database.purge_device_logins(now).await?)
    }
}

const PENDING: &str = "pending";
const APPROVED: &str = "approved";
const DENIED: &str = "denied";

//! The few requests to the registry: beginning, following and ending a login.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::Body;
use ureq::http::Response;

use crate::command_line::PROGRAM;
use crate::error::HelperError;
use crate::registry_address::RegistryAddress;

/// RFC 8628, section 3.4.
const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Longer answers are none of ours.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(30);
/// A logout is not held up for long by a registry that does not answer.
const REVOKE_TIMEOUT: Duration = Duration::from_secs(5);

/// Speaks to one registry.
pub struct RegistryClient<'a> {
    registry: &'a RegistryAddress,
    agent: Agent,
}

/// A login that waits for its person. RFC 8628, section 3.2
#[derive(Deserialize)]
pub struct DeviceAuthorization {
    /// With which this program asks how it goes.
    pub device_code: String,
    /// What the person types or compares.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// The same, with the code in it: nothing is approved by opening it.
    pub verification_uri_complete: Option<String>,
    /// Seconds until it is too late.
    pub expires_in: u64,
    /// Seconds between two questions.
    pub interval: Option<u64>,
}

/// A login that was approved.
#[derive(Deserialize)]
pub struct Approved {
    /// The access token.
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: Option<u64>,
    /// Whose it is: their handle, or their DID where they have none.
    pub username: String,
    /// Whose it is.
    pub did: String,
}

/// How a login goes.
pub enum Progress {
    /// It is approved.
    Approved(Approved),
    /// Nobody has decided yet.
    Pending,
    /// Nobody has decided yet, and the registry is asked too often.
    SlowDown,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

impl<'a> RegistryClient<'a> {
    /// For one registry. Redirects are not followed: codes and tokens go to the host that was named.
    pub fn new(registry: &'a RegistryAddress) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!(
                "docker-credential-longshore/",
                env!("CARGO_PKG_VERSION")
            ))
            .build();
        Self {
            registry,
            agent: config.into(),
        }
    }

    /// Begins a login by device code, from the computer called `device`.
    pub fn authorize_device(&self, device: &str) -> Result<DeviceAuthorization, HelperError> {
        let answer = self.post(
            "/auth/device",
            &[
                ("client_id", PROGRAM),
                ("client_version", env!("CARGO_PKG_VERSION")),
                ("device_name", device),
            ],
        )?;
        self.read(answer)?.map_err(|refusal| self.refused(refusal))
    }

    /// Asks how a login by device code goes.
    pub fn poll(&self, device_code: &str) -> Result<Progress, HelperError> {
        let answer = self.post(
            "/auth/device/token",
            &[
                ("grant_type", DEVICE_CODE_GRANT),
                ("client_id", PROGRAM),
                ("device_code", device_code),
            ],
        )?;
        match self.read(answer)? {
            Ok(approved) => Ok(Progress::Approved(approved)),
            Err(refusal) => match refusal.error.as_str() {
                "authorization_pending" => Ok(Progress::Pending),
                "slow_down" => Ok(Progress::SlowDown),
                "access_denied" => Err(HelperError::Denied),
                "expired_token" => Err(HelperError::TimedOut),
                _ => Err(self.refused(refusal)),
            },
        }
    }

    /// Redeems the code that the browser brought. RFC 7636, section 4.5
    pub fn redeem(
        &self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Approved, HelperError> {
        let answer = self.post(
            "/auth/device/token",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", PROGRAM),
                ("code", code),
                ("code_verifier", verifier),
                ("redirect_uri", redirect_uri),
            ],
        )?;
        self.read(answer)?.map_err(|refusal| self.refused(refusal))
    }

    /// Ends a token. RFC 7009
    pub fn revoke(&self, token: &str) -> Result<(), HelperError> {
        let sent = self
            .agent
            .post(self.registry.url("/auth/revoke"))
            .config()
            .timeout_global(Some(REVOKE_TIMEOUT))
            .build()
            .send_form([("token", token)]);
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(_) => Err(self.not_longshore()),
            Err(error) => Err(self.unreachable(error)),
        }
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Response<Body>, HelperError> {
        self.agent
            .post(self.registry.url(path))
            .send_form(form.iter().copied())
            .map_err(|error| self.unreachable(error))
    }

    /// The answer, or the registry's refusal in OAuth's form (RFC 6749, section 5.2).
    fn read<T: DeserializeOwned>(
        &self,
        mut answer: Response<Body>,
    ) -> Result<Result<T, Refusal>, HelperError> {
        let is_success = answer.status().is_success();
        let body = answer
            .body_mut()
            .with_config()
            .limit(MAX_ANSWER_BYTES)
            .read_to_vec()
            .map_err(|error| self.unreachable(error))?;
        let parsed = if is_success {
            serde_json::from_slice(&body).map(Ok)
        } else {
            serde_json::from_slice(&body).map(Err)
        };
        parsed.map_err(|_| self.not_longshore())
    }

    fn refused(&self, refusal: Refusal) -> HelperError {
        let reason = refusal.error_description.unwrap_or(refusal.error);
        HelperError::Refused {
            registry: self.registry.to_string(),
            // A registry that somebody was talked into must not write on the terminal as it likes.
            reason: reason
                .chars()
                .filter(|character| !character.is_control())
                .take(300)
                .collect(),
        }
    }

    fn unreachable(&self, source: ureq::Error) -> HelperError {
        HelperError::Unreachable {
            registry: self.registry.to_string(),
            source: Box::new(source),
        }
    }

    fn not_longshore(&self) -> HelperError {
        HelperError::NotLongshore {
            registry: self.registry.to_string(),
        }
    }
}

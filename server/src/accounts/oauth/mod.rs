//! Signing in through the browser at somebody's own server, and acting for them afterwards.
//! atproto.com/specs/oauth
//!
//! The messages are `atproto::oauth`; this module decides when to send them and what to believe. The one sentence
//! that matters: who is signed in is a DID that we resolved ourselves, whose PDS names the authorization server that
//! answered. Everything else is a hint.
//!
//! A public crate does part of this. It keeps one session per account and in memory what replicas have to share,
//! aborts on refusals, and compares neither the account with the one that was named nor the browser that comes back
//! with the one that began; what would be left of it is smaller than the wrapper.

mod client;
mod client_keys;
mod discovery;
mod error;
mod finish;
mod identifier;
mod permission;
mod refresh;
mod request_secrets;
mod return_to;
mod server_calls;
mod session;
mod start;

pub use client::{CALLBACK_PATH, CLIENT_METADATA_PATH, JWKS_PATH, OAuthClient};
pub use client_keys::{ClientKeys, ClientKeysError, Rotation, rotate};
pub use error::{DiscoveryError, FinishError, ServerError, StartError};
pub use finish::FinishedSignIn;
pub use permission::Permission;
pub use request_secrets::secret_hash;
pub use return_to::ReturnTo;
pub use session::OAuthAccess;
pub use start::{REQUEST_LIFETIME, SignInRequest, StartedSignIn};

use std::sync::Arc;
use std::time::Duration;

use atproto::oauth::{KEY_BYTES, OAuthKey};
use tokio::sync::Semaphore;

use crate::clients::dpop::DpopClient;
use crate::clients::outbound::OutboundClient;
use crate::clock::Clock;
use crate::db::Database;
use crate::identity::Identities;
use crate::keyed_lock::KeyedLock;
use crate::rate_limit::RateLimit;
use crate::secrets::{Key, Sealer, random_bytes};

use discovery::Discovery;

/// What the ids of OAuth sessions begin with, so that they are told from those of password sessions.
pub(super) const ID_PREFIX: &str = "oauth-";
/// Sign-ins that begin at the same time in this process.
const CONCURRENT_STARTS: usize = 64;
/// In which sign-ins at one host are counted.
const HOST_WINDOW: Duration = Duration::from_mins(10);

/// Opens, keeps and ends OAuth sessions. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct OAuthSessions {
    inner: Arc<Inner>,
}

/// What OAuth sessions are made of.
pub struct OAuthSetup {
    /// Who we are.
    pub client: OAuthClient,
    /// Keeps the sessions.
    pub database: Database,
    /// Says who is who.
    pub identities: Identities,
    /// Speaks to everybody else.
    pub outbound: OutboundClient,
    /// The time.
    pub clock: Clock,
    /// From which the key that seals tokens is derived.
    pub key: Key,
    /// How many sign-ins may begin at one host in ten minutes; 0 does not limit.
    pub sign_ins_per_host: u32,
}

struct Inner {
    client: OAuthClient,
    database: Database,
    identities: Identities,
    dpop: DpopClient,
    discovery: Discovery,
    clock: Clock,
    sealer: Sealer,
    /// Whether servers on this machine are accepted.
    development: bool,
    starts: Semaphore,
    /// Sign-ins begun at each host.
    hosts: RateLimit<String>,
    refreshes: KeyedLock<String>,
}

impl OAuthSessions {
    /// Puts the parts together.
    pub fn new(setup: OAuthSetup) -> Self {
        let inner = Inner {
            sealer: Sealer::new(&setup.key, "oauth sessions"),
            dpop: DpopClient::new(setup.outbound.clone(), setup.clock.clone()),
            development: setup.outbound.is_development(),
            discovery: Discovery::new(setup.outbound),
            client: setup.client,
            database: setup.database,
            identities: setup.identities,
            clock: setup.clock,
            starts: Semaphore::new(CONCURRENT_STARTS),
            hosts: RateLimit::new(setup.sign_ins_per_host, HOST_WINDOW),
            refreshes: KeyedLock::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Who we are to authorization servers.
    pub fn client(&self) -> &OAuthClient {
        &self.inner.client
    }
}

/// What the names of cookies of sign-ins in progress begin with.
pub const SIGN_IN_COOKIE_PREFIX: &str = "longshore-sign-in-";

/// The name of the cookie of one sign-in: of its own, so that sign-ins in two tabs do not disturb each other.
fn cookie_name(state: &str) -> String {
    let hash = secret_hash(state);
    format!("{SIGN_IN_COOKIE_PREFIX}{}", hex::encode(&hash[..6]))
}

fn new_dpop_key() -> OAuthKey {
    loop {
        // Once in 2^32 times random bytes are no key.
        if let Ok(key) = OAuthKey::from_bytes(&random_bytes::<KEY_BYTES>()) {
            return key;
        }
    }
}

//! The assembled parts that know people.

use super::{AssemblyError, KEY_BYTES, Parts};
use crate::accounts::access_tokens::AccessTokensSetup;
use crate::accounts::oauth::{ClientKeysError, OAuthClient, OAuthSessions, OAuthSetup};
use crate::accounts::{
    AccessTokens, ActiveAccounts, AllAccess, BrowserSessions, DeviceLogins, PdsSessions,
    PdsSessionsSetup, SailorProfiles,
};
use crate::clock::Clock;
use crate::config::Config;
use crate::secrets::load_or_create_key;

/// What knows people.
pub(super) struct Accounts {
    pub(super) oauth: OAuthSessions,
    pub(super) access_tokens: AccessTokens,
    pub(super) device_logins: DeviceLogins,
    pub(super) browsers: BrowserSessions,
    pub(super) sessions: PdsSessions,
    pub(super) profiles: SailorProfiles,
    pub(super) all_access: AllAccess,
    pub(super) active: ActiveAccounts,
}

/// Puts them together.
pub(super) fn accounts(config: &Config, parts: &Parts) -> Result<Accounts, AssemblyError> {
    let Parts {
        outbound,
        identities,
        pds,
        database,
        clock,
        ..
    } = parts;
    let session_key = load_or_create_key(&config.registry.session_key_path, KEY_BYTES)?;
    let oauth = OAuthSessions::new(OAuthSetup {
        client: oauth_client(config, clock)?,
        database: database.clone(),
        identities: identities.clone(),
        outbound: outbound.clone(),
        clock: clock.clone(),
        key: session_key.clone(),
        sign_ins_per_host: config.limits.sign_ins_per_host,
    });
    let access_tokens = AccessTokens::new(AccessTokensSetup {
        database: database.clone(),
        identities: identities.clone(),
        clock: clock.clone(),
        oauth: Some(oauth.clone()),
    });
    let device_logins = DeviceLogins::new(
        database.clone(),
        access_tokens.clone(),
        identities.clone(),
        clock.clone(),
    );
    let browsers =
        BrowserSessions::new(database.clone(), oauth.clone(), clock.clone(), &session_key);
    let sessions = PdsSessions::new(PdsSessionsSetup {
        oauth: Some(oauth.clone()),
        database: database.clone(),
        identities: identities.clone(),
        pds: pds.clone(),
        clock: clock.clone(),
        key: session_key,
        allow_account_passwords: config.registry.allow_account_passwords,
    });
    let profiles = SailorProfiles {
        identities: identities.clone(),
        pds: pds.clone(),
        sessions: sessions.clone(),
        clock: clock.clone(),
    };
    let all_access = AllAccess {
        browsers: browsers.clone(),
        oauth: oauth.clone(),
        access_tokens: access_tokens.clone(),
        device_logins: device_logins.clone(),
        pds_sessions: sessions.clone(),
    };
    Ok(Accounts {
        active: ActiveAccounts::new(
            identities.clone(),
            pds.clone(),
            all_access.clone(),
            clock.clone(),
        ),
        all_access,
        oauth,
        access_tokens,
        device_logins,
        browsers,
        sessions,
        profiles,
    })
}

fn oauth_client(config: &Config, clock: &Clock) -> Result<OAuthClient, ClientKeysError> {
    OAuthClient::new(
        config.http.public_url.url(),
        &config.oauth.client_name,
        &config.oauth.client_keys_path,
        clock.now_millis(),
    )
}

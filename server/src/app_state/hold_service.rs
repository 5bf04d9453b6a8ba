//! The hold of this process, from its settings, and what answers for it.

use std::sync::Arc;

use atproto::syntax::{AtIdentifier, Did};
use chrono::TimeDelta;

use super::{AssemblyError, Parts};
use crate::accounts::{ServiceTokens, ServiceTokensSetup};
use crate::blob_store::BlobStore;
use crate::clients::hold_admin::Configured;
use crate::clients::outbound::OutboundClient;
use crate::clients::plc_directory::PlcDirectory;
use crate::clients::relay::Relays;
use crate::config::{Config, DidMethod, HoldConfig};
use crate::handlers::xrpc::{XrpcParts, XrpcState};
use crate::hold::{
    CaptainSettings, HOLD_SERVICE, Hold, HoldSettings, HoldSetup, IdentitySource, SetUpError, Tier,
    Tiers, load_identity,
};
use crate::identity::{Freshness, Identities};

/// The hold in this process, and how the network meets it.
pub struct HoldService {
    /// The hold.
    pub hold: Hold,
    /// Its methods.
    pub xrpc: XrpcState,
    /// Who verifies those who call them.
    pub service_tokens: ServiceTokens,
    /// The relays that are to follow it.
    pub relays: Relays,
    /// Who owned it at the start.
    pub(super) captain: Did,
}

/// What a captain cannot change on pages, because the next start would change it back.
pub(super) fn configured(config: &HoldConfig) -> Configured {
    let settings = [
        ("HOLD_PUBLIC", config.public),
        ("HOLD_ALLOW_ALL_CREW", config.allow_all_crew),
        ("HOLD_BLUESKY_POSTS", config.bluesky_posts),
    ];
    Configured {
        settings: settings
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
    }
}

/// The hold, and what answers for it.
pub(super) async fn open_hold_service(
    config: &Config,
    hold_config: &HoldConfig,
    parts: &Parts,
    blob_store: Arc<dyn BlobStore>,
) -> Result<HoldService, AssemblyError> {
    let hold = open_hold(config, hold_config, parts, blob_store).await?;
    let captain = hold.captain().await.map_err(SetUpError::from)?.did;
    let service_tokens = ServiceTokens::new(ServiceTokensSetup {
        audience: hold.did().clone(),
        service: HOLD_SERVICE,
        identities: parts.identities.clone(),
        pds: parts.pds.clone(),
        database: parts.database.clone(),
        clock: parts.clock.clone(),
    });
    let xrpc = xrpc_state(
        hold_config,
        &hold,
        &service_tokens,
        parts,
        config.blob_store.kind(),
    );
    Ok(HoldService {
        hold,
        xrpc,
        service_tokens,
        relays: relays(hold_config, parts.outbound.clone()),
        captain,
    })
}

/// The hold, with its repo, captain and key, which the first start makes.
async fn open_hold(
    config: &Config,
    hold_config: &HoldConfig,
    parts: &Parts,
    blob_store: Arc<dyn BlobStore>,
) -> Result<Hold, AssemblyError> {
    let settings = hold_settings(config, hold_config);
    let plc_url = config.identity.plc_directory_url.url().clone();
    let plc = PlcDirectory::new(parts.outbound.clone(), plc_url);
    let loaded = load_identity(&identity_source(hold_config), &parts.database, &plc).await?;
    let hold = Hold::new(
        settings,
        loaded.identity,
        parts.database.clone(),
        blob_store,
        parts.clock.clone(),
    );
    hold.set_up(&hold_setup(hold_config, &parts.identities, loaded.changed).await)
        .await?;
    Ok(hold)
}

/// What the operator decided about the hold.
pub(crate) fn hold_settings(config: &Config, hold_config: &HoldConfig) -> HoldSettings {
    HoldSettings {
        max_blob_bytes: config.registry.max_blob_bytes,
        tiers: tiers(hold_config),
        by_operator: false,
    }
}

/// Where the hold's identity comes from.
pub(crate) fn identity_source(config: &HoldConfig) -> IdentitySource {
    IdentitySource {
        public_url: config.public_url.url().clone(),
        web_did: config.did.clone(),
        wants_plc: config.did_method == DidMethod::Plc,
        signing_key_path: config.signing_key_path.clone(),
        rotation_key_path: config.rotation_key_path.clone(),
    }
}

fn xrpc_state(
    config: &HoldConfig,
    hold: &Hold,
    tokens: &ServiceTokens,
    parts: &Parts,
    storage: &'static str,
) -> XrpcState {
    XrpcState::new(XrpcParts {
        hold: hold.clone(),
        tokens: tokens.clone(),
        trusted_appviews: config.trusted_appviews.clone(),
        gc_grace: gc_grace(config),
        relays: relays(config, parts.outbound.clone()),
        storage,
        clock: parts.clock.clone(),
    })
}

/// How long what nothing uses is kept.
pub(crate) fn gc_grace(config: &HoldConfig) -> TimeDelta {
    TimeDelta::from_std(config.gc_grace).unwrap_or(TimeDelta::MAX)
}

/// The relays of the settings.
pub(crate) fn relays(config: &HoldConfig, outbound: OutboundClient) -> Relays {
    let origins = config.relays.iter().map(|relay| relay.url().clone());
    let host = config.public_url.authority().to_owned();
    Relays::new(outbound, origins.collect(), host)
}

fn tiers(config: &HoldConfig) -> Tiers {
    let tiers = config.tiers.iter().map(|(name, bytes)| Tier {
        name: name.clone(),
        bytes: *bytes,
    });
    Tiers::new(tiers.collect(), config.default_tier.as_deref())
}

async fn hold_setup(
    config: &HoldConfig,
    identities: &Identities,
    identity_changed: bool,
) -> HoldSetup {
    HoldSetup {
        owner: owner(config, identities).await,
        given: CaptainSettings {
            public: config.public,
            allow_all_crew: config.allow_all_crew,
            enable_bluesky_posts: config.bluesky_posts,
        },
        name: config.name.clone(),
        identity_changed,
    }
}

/// A DID is taken as it is, so that a server starts while the network is down.
async fn owner(config: &HoldConfig, identities: &Identities) -> Option<Did> {
    if let AtIdentifier::Did(did) = &config.owner {
        return Some(did.clone());
    }
    match identities.resolve(&config.owner, Freshness::ForAuth).await {
        Ok(identity) => Some(identity.did.clone()),
        Err(error) => {
            tracing::warn!(
                owner = %config.owner,
                error = &error as &dyn std::error::Error,
                "HOLD_OWNER cannot be resolved"
            );
            None
        }
    }
}

//! `[hold]`: the hold that runs in this process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use atproto::syntax::{AtIdentifier, Did};

use super::settings::{
    HOLD_ALLOW_ALL_CREW, HOLD_BLUESKY_POSTS, HOLD_DATABASE_KEY_PATH, HOLD_DEFAULT_TIER,
    HOLD_DID_METHOD, HOLD_EVENT_RETENTION_HOURS, HOLD_GC_GRACE_MINUTES, HOLD_GC_INTERVAL_HOURS,
    HOLD_NAME, HOLD_OWNER, HOLD_PUBLIC, HOLD_PUBLIC_URL, HOLD_QUOTA_TIERS, HOLD_RELAYS,
    HOLD_ROTATION_KEY_PATH, HOLD_TRUSTED_APPVIEWS, Setting,
};
use super::source::Reader;
use super::value::{self, Origin};

/// The longest name of a hold: what a profile shows of a name, in characters.
const MAX_NAME_CHARACTERS: usize = 64;
/// The longest name of a tier in a crew record, in bytes.
const MAX_TIER_BYTES: usize = 32;

/// The hold that runs in this process.
#[derive(Debug, Clone)]
pub struct HoldConfig {
    /// The captain, as written; a handle is resolved at start.
    pub owner: AtIdentifier,
    /// What it is called.
    pub name: String,
    /// Whether everybody may read; `None` where nothing was said.
    pub public: Option<bool>,
    /// Whether everybody who signs in may join; `None` where nothing was said.
    pub allow_all_crew: Option<bool>,
    /// Whether pushes are announced; `None` where nothing was said.
    pub bluesky_posts: Option<bool>,
    /// The hold's origin.
    pub public_url: Origin,
    /// The did:web of the origin.
    pub did: Did,
    /// What kind of DID a new hold gets.
    pub did_method: DidMethod,
    /// File of the key that signs the hold's records, or its folder.
    pub signing_key_path: PathBuf,
    /// File of the key that changes a did:plc.
    pub rotation_key_path: PathBuf,
    /// How long events are kept.
    pub event_retention: Duration,
    /// What crew members may store, in bytes by the name of a tier.
    pub tiers: Vec<(String, u64)>,
    /// The tier of members whose record names none; `None` for the first.
    pub default_tier: Option<String>,
    /// How often garbage is collected; `None` for never.
    pub gc_interval: Option<Duration>,
    /// How long what nothing uses is kept.
    pub gc_grace: Duration,
    /// Registries that may set tiers.
    pub trusted_appviews: Vec<Did>,
    /// Relays to tell of the hold.
    pub relays: Vec<Origin>,
}

/// A kind of DID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DidMethod {
    /// A domain.
    Web,
    /// An entry of the PLC directory.
    Plc,
}

/// Reads the section. `None` without a problem where no hold runs here.
pub(super) fn read(
    reader: &mut Reader,
    has_hold: bool,
    development: bool,
    registry_url: Option<&Origin>,
    data_dir: Option<&Path>,
) -> Option<HoldConfig> {
    let public = read_flag(reader, &HOLD_PUBLIC);
    let allow_all_crew = read_flag(reader, &HOLD_ALLOW_ALL_CREW);
    let bluesky_posts = read_flag(reader, &HOLD_BLUESKY_POSTS);
    let signing_key_path = reader.optional(&HOLD_DATABASE_KEY_PATH, value::path);
    let rotation_key_path = reader.optional(&HOLD_ROTATION_KEY_PATH, value::path);
    let name = reader.optional(&HOLD_NAME, read_name);
    let did_method = reader.value(&HOLD_DID_METHOD, read_did_method);
    let event_retention = reader.value(&HOLD_EVENT_RETENTION_HOURS, value::hours(1..=8760));
    let relays = reader.optional(&HOLD_RELAYS, read_relays);
    let tiers = read_tiers(reader);
    let gc_interval = reader.value(&HOLD_GC_INTERVAL_HOURS, value::hours(0..=8760));
    // Whoever develops cannot wait for an hour, and has nothing to lose.
    let least_grace = if development { 0 } else { 60 };
    let gc_grace = reader.value(
        &HOLD_GC_GRACE_MINUTES,
        value::whole_number(least_grace..=525_600),
    );
    let trusted_appviews = reader.optional(&HOLD_TRUSTED_APPVIEWS, read_dids);
    let did = read_did(reader, registry_url);
    let owner = if has_hold || reader.is_given(&HOLD_OWNER) {
        reader.value(&HOLD_OWNER, |text| {
            text.trim_start_matches('@').parse::<AtIdentifier>().ok()
        })
    } else {
        reader.note_read(&HOLD_OWNER);
        None
    };
    if !has_hold {
        return None;
    }
    let (public_url, did) = did?;
    let (tiers, default_tier) = tiers?;
    let key_path = |given: Option<PathBuf>, file: &str| match given {
        Some(path) => Some(path),
        None => Some(data_dir?.join("keys").join(file)),
    };
    Some(HoldConfig {
        owner: owner?,
        name: name.unwrap_or_else(|| public_url.authority().to_owned()),
        public,
        allow_all_crew,
        bluesky_posts,
        public_url,
        did,
        did_method: did_method?,
        signing_key_path: key_path(signing_key_path, "hold-signing.key")?,
        rotation_key_path: key_path(rotation_key_path, "hold-rotation.key")?,
        event_retention: event_retention?,
        tiers,
        default_tier,
        gc_interval: gc_interval.map(|interval| (!interval.is_zero()).then_some(interval))?,
        gc_grace: Duration::from_secs(gc_grace? * 60),
        trusted_appviews: trusted_appviews.unwrap_or_default(),
        relays: relays.unwrap_or_default(),
    })
}

/// A flag that says something only when it is set. The default of the table is what a new hold begins with.
fn read_flag(reader: &mut Reader, setting: &Setting) -> Option<bool> {
    reader.optional(setting, value::flag)
}

fn read_name(text: &str) -> Option<String> {
    let fits = text.chars().count() <= MAX_NAME_CHARACTERS;
    (fits && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

fn read_did_method(text: &str) -> Option<DidMethod> {
    match text {
        "web" => Some(DidMethod::Web),
        "plc" => Some(DidMethod::Plc),
        _ => None,
    }
}

fn read_relays(text: &str) -> Option<Vec<Origin>> {
    text.split(',')
        .map(str::trim)
        .filter(|origin| !origin.is_empty())
        .map(value::public_origin)
        .collect()
}

type TierList = Vec<(String, u64)>;

/// The tiers and the default, which must be one of them.
fn read_tiers(reader: &mut Reader) -> Option<(TierList, Option<String>)> {
    let tiers = reader.value(&HOLD_QUOTA_TIERS, parse_tiers);
    let default = reader.optional(&HOLD_DEFAULT_TIER, |text| Some(text.to_owned()));
    let tiers = tiers?;
    if let Some(default) = &default
        && !tiers.iter().any(|(name, _)| name == default)
    {
        let expects = HOLD_DEFAULT_TIER.expects;
        let message = format!("found {default:?}; expected {expects}");
        reader.refuse(&HOLD_DEFAULT_TIER, message);
        return None;
    }
    Some((tiers, default))
}

fn parse_tiers(text: &str) -> Option<TierList> {
    if text.trim() == "none" {
        return Some(Vec::new());
    }
    let mut tiers = TierList::new();
    for entry in text.split(',') {
        let (name, size) = entry.split_once('=')?;
        let name = name.trim();
        let is_name = (1..=MAX_TIER_BYTES).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !is_name || tiers.iter().any(|(known, _)| known == name) {
            return None;
        }
        tiers.push((name.to_owned(), value::byte_size(size.trim())?));
    }
    Some(tiers)
}

fn read_dids(text: &str) -> Option<Vec<Did>> {
    text.split(',')
        .map(str::trim)
        .filter(|did| !did.is_empty())
        .map(|did| did.parse().ok())
        .collect()
}

/// The hold's origin and its did:web.
fn read_did(reader: &mut Reader, registry_url: Option<&Origin>) -> Option<(Origin, Did)> {
    let origin = if reader.is_given(&HOLD_PUBLIC_URL) {
        reader.optional(&HOLD_PUBLIC_URL, value::public_origin)?
    } else {
        reader.note_read(&HOLD_PUBLIC_URL);
        registry_url?.clone()
    };
    let did = origin.did_web().and_then(|did| did.parse::<Did>().ok());
    let Some(did) = did else {
        let message = format!(
            "{origin} has no did:web; expected {}",
            HOLD_PUBLIC_URL.expects
        );
        reader.refuse(&HOLD_PUBLIC_URL, message);
        return None;
    };
    Some((origin, did))
}

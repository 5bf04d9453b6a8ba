//! `[hold]`: the hold that runs in this process.

use std::path::{Path, PathBuf};

use atproto::syntax::{AtIdentifier, Did};

use super::settings::{
    HOLD_ALLOW_ALL_CREW, HOLD_DATABASE_KEY_PATH, HOLD_OWNER, HOLD_PUBLIC, HOLD_PUBLIC_URL,
};
use super::source::Reader;
use super::value::{self, Origin};

/// The hold that runs in this process.
#[derive(Debug, Clone)]
pub struct HoldConfig {
    /// The captain, as written; a handle is resolved at start.
    pub owner: AtIdentifier,
    /// Whether everybody may read.
    pub public: bool,
    /// The hold's origin.
    pub public_url: Origin,
    /// The did:web of the origin.
    pub did: Did,
    /// File of the key that signs the hold's records.
    pub signing_key_path: PathBuf,
}

/// Reads the section. `None` without a problem where no hold runs here.
pub(super) fn read(
    reader: &mut Reader,
    has_hold: bool,
    registry_url: Option<&Origin>,
    data_dir: Option<&Path>,
) -> Option<HoldConfig> {
    let public = reader.value(&HOLD_PUBLIC, value::flag);
    let key_path = reader.optional(&HOLD_DATABASE_KEY_PATH, value::path);
    refuse_open_crew(reader);
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
    Some(HoldConfig {
        owner: owner?,
        public: public?,
        public_url,
        did,
        signing_key_path: match key_path {
            Some(path) => path,
            None => data_dir?.join("keys/hold-signing.key"),
        },
    })
}

fn refuse_open_crew(reader: &mut Reader) {
    if reader.value(&HOLD_ALLOW_ALL_CREW, value::flag) == Some(true) {
        let message = "found \"true\"; crews come with a later release, until then only the owner stores in the \
                       hold; expected false";
        reader.refuse(&HOLD_ALLOW_ALL_CREW, message.to_owned());
    }
}

/// The hold's origin and its DID.
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

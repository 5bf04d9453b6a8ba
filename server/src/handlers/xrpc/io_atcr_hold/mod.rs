//! `io.atcr.hold.*`: what a hold does for registries and for the people who use it.

use oci::Digest;

use super::XrpcError;

pub(super) mod abort_upload;
pub(super) mod complete_upload;
pub(super) mod delete_user_data;
pub(super) mod export_user_data;
pub(super) mod get_part_upload_url;
pub(super) mod get_quota;
pub(super) mod initiate_upload;
pub(super) mod list_tiers;
pub(super) mod notify_manifest;
pub(super) mod request_crew;
pub(super) mod update_crew_tier;
pub(super) mod upload_part;

/// The longest digest of the published schemas, in bytes; a sha512 one of ours has a few more.
const MAX_DIGEST_BYTES: usize = 135;

fn digest(text: &str) -> Result<Digest, XrpcError> {
    if text.len() > MAX_DIGEST_BYTES {
        return Err(XrpcError::named("InvalidDigest", "the digest is too long"));
    }
    text.parse()
        .map_err(|error| XrpcError::named("InvalidDigest", format!("{text:?}: {error}")))
}

//! `com.atproto.sync.*`: the repo as a whole, its proofs and its events.

use atproto::syntax::Did;

use super::super::XrpcError;
use super::super::call::Call;

pub(in crate::handlers::xrpc) mod get_blob;
pub(in crate::handlers::xrpc) mod get_blocks;
pub(in crate::handlers::xrpc) mod get_host_status;
pub(in crate::handlers::xrpc) mod get_latest_commit;
pub(in crate::handlers::xrpc) mod get_record;
pub(in crate::handlers::xrpc) mod get_repo;
pub(in crate::handlers::xrpc) mod get_repo_status;
pub(in crate::handlers::xrpc) mod list_blobs;
pub(in crate::handlers::xrpc) mod list_repos;
pub(in crate::handlers::xrpc) mod subscribe_repos;

/// Checks that `did` is the hold's: here a repo is named by its DID and nothing else.
fn check_did(call: &Call) -> Result<(), XrpcError> {
    let did: Did = call.required("did")?;
    call.check_is_hold(&atproto::syntax::AtIdentifier::Did(did))
}

//! The port to the world's directory of handles and DIDs.

use atproto::identity::DidDocument;
use atproto::syntax::{Did, Handle};

use super::IdentityError;

/// Looks identities up at their sources, without any cache.
#[async_trait::async_trait]
pub trait Directory: Send + Sync {
    /// The DID document, whose `id` is `did`. `Ok(None)` when the DID does not exist (any more).
    async fn fetch_document(&self, did: &Did) -> Result<Option<DidDocument>, IdentityError>;

    /// The DID a handle points to by DNS TXT or well-known (TXT wins; several different TXT answers are an
    /// error), before it is verified against the DID's document. `Ok(None)` when it points nowhere.
    async fn resolve_handle(&self, handle: &Handle) -> Result<Option<Did>, IdentityError>;
}

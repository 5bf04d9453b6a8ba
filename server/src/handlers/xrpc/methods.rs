//! Every method, in one table.

use axum::response::Response;
use futures::future::BoxFuture;
use http::Method;

use super::call::Call;
use super::{XrpcError, app_bsky, com_atproto, dev_longshore_hold, io_atcr_hold};

/// How a method is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// A query: GET, and HEAD for its head.
    Get,
    /// A procedure.
    Post,
    /// Bytes that are put somewhere.
    Put,
}

impl Verb {
    pub(super) fn accepts(self, method: &Method) -> bool {
        match self {
            Self::Get => *method == Method::GET || *method == Method::HEAD,
            Self::Post => *method == Method::POST,
            Self::Put => *method == Method::PUT,
        }
    }

    pub(super) const fn allowed(self) -> &'static str {
        match self {
            Self::Get => "GET, HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// Who may call a method. What the method then lets them do is for the hold to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Anyone,
    /// Everybody where the hold is public; else its captain and crew with `blob:read`.
    Reader,
    /// Everybody who is vouched for, about themselves.
    Person,
    /// The captain, and crew with `blob:write`.
    Writer,
    /// The captain, and crew with `crew:admin`.
    Administrator,
    /// The captain.
    Captain,
    /// An `AppView` that the operator named.
    TrustedAppView,
    /// Everybody who is vouched for, about uploads of their own. Uploads of others do not exist for them.
    Uploader,
}

/// A method.
pub struct MethodEntry {
    /// Its name.
    pub nsid: &'static str,
    /// How it is called.
    pub verb: Verb,
    /// Who may call it.
    pub access: Access,
    pub(super) handler: fn(Call) -> BoxFuture<'static, Result<Response, XrpcError>>,
}

macro_rules! methods {
    ($($nsid:literal $verb:ident $access:ident $($path:ident)::+;)*) => {
        /// Every method that a hold serves.
        pub const METHODS: &[MethodEntry] = &[$(
            MethodEntry {
                nsid: $nsid,
                verb: Verb::$verb,
                access: Access::$access,
                handler: |call| Box::pin($($path)::+::call(call)),
            },
        )*];
    };
}

methods! {
    "app.bsky.actor.getProfile" Get Anyone app_bsky::get_profile;
    "app.bsky.actor.getProfiles" Get Anyone app_bsky::get_profiles;
    "com.atproto.identity.resolveHandle" Get Anyone com_atproto::identity::resolve_handle;
    "com.atproto.repo.createRecord" Post Administrator com_atproto::repo::create_record;
    "com.atproto.repo.deleteRecord" Post Administrator com_atproto::repo::delete_record;
    "com.atproto.repo.describeRepo" Get Anyone com_atproto::repo::describe_repo;
    "com.atproto.repo.getRecord" Get Anyone com_atproto::repo::get_record;
    "com.atproto.repo.listRecords" Get Anyone com_atproto::repo::list_records;
    "com.atproto.repo.putRecord" Post Administrator com_atproto::repo::put_record;
    "com.atproto.repo.uploadBlob" Post Administrator com_atproto::repo::upload_blob;
    "com.atproto.server.describeServer" Get Anyone com_atproto::server::describe_server;
    "com.atproto.sync.getBlob" Get Reader com_atproto::sync::get_blob;
    "com.atproto.sync.getBlocks" Get Anyone com_atproto::sync::get_blocks;
    "com.atproto.sync.getHostStatus" Get Anyone com_atproto::sync::get_host_status;
    "com.atproto.sync.getLatestCommit" Get Anyone com_atproto::sync::get_latest_commit;
    "com.atproto.sync.getRecord" Get Anyone com_atproto::sync::get_record;
    "com.atproto.sync.getRepo" Get Anyone com_atproto::sync::get_repo;
    "com.atproto.sync.getRepoStatus" Get Anyone com_atproto::sync::get_repo_status;
    "com.atproto.sync.listBlobs" Get Anyone com_atproto::sync::list_blobs;
    "com.atproto.sync.listRepos" Get Anyone com_atproto::sync::list_repos;
    "com.atproto.sync.subscribeRepos" Get Anyone com_atproto::sync::subscribe_repos;
    "dev.longshore.hold.acceptCaptaincy" Post Person dev_longshore_hold::accept_captaincy;
    "dev.longshore.hold.collectGarbage" Post Administrator dev_longshore_hold::collect_garbage;
    "dev.longshore.hold.estimateRemoval" Get Person dev_longshore_hold::estimate_removal;
    "dev.longshore.hold.getCaptaincyOffer" Get Person dev_longshore_hold::get_captaincy_offer;
    "dev.longshore.hold.getNetworkStatus" Get Administrator dev_longshore_hold::get_network_status;
    "dev.longshore.hold.getUsage" Get Administrator dev_longshore_hold::get_usage;
    "dev.longshore.hold.listActivity" Get Administrator dev_longshore_hold::list_activity;
    "dev.longshore.hold.listCollections" Get Administrator dev_longshore_hold::list_collections;
    "dev.longshore.hold.offerCaptaincy" Post Captain dev_longshore_hold::offer_captaincy;
    "dev.longshore.hold.requestCrawl" Post Administrator dev_longshore_hold::request_crawl;
    "dev.longshore.hold.startCollection" Post Administrator dev_longshore_hold::start_collection;
    "dev.longshore.hold.stopCollection" Post Administrator dev_longshore_hold::stop_collection;
    "io.atcr.hold.abortUpload" Post Uploader io_atcr_hold::abort_upload;
    "io.atcr.hold.completeUpload" Post Uploader io_atcr_hold::complete_upload;
    "io.atcr.hold.deleteUserData" Post Person io_atcr_hold::delete_user_data;
    "io.atcr.hold.exportUserData" Get Person io_atcr_hold::export_user_data;
    "io.atcr.hold.getPartUploadUrl" Post Writer io_atcr_hold::get_part_upload_url;
    "io.atcr.hold.getQuota" Get Anyone io_atcr_hold::get_quota;
    "io.atcr.hold.initiateUpload" Post Writer io_atcr_hold::initiate_upload;
    "io.atcr.hold.listTiers" Get Anyone io_atcr_hold::list_tiers;
    "io.atcr.hold.notifyManifest" Post Writer io_atcr_hold::notify_manifest;
    "io.atcr.hold.requestCrew" Post Person io_atcr_hold::request_crew;
    "io.atcr.hold.updateCrewTier" Post TrustedAppView io_atcr_hold::update_crew_tier;
    "io.atcr.hold.uploadPart" Put Uploader io_atcr_hold::upload_part;
}

pub(super) fn find(nsid: &str) -> Option<&'static MethodEntry> {
    METHODS.iter().find(|entry| entry.nsid == nsid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_stand_once_and_in_order() {
        assert!(METHODS.is_sorted_by(|one, next| one.nsid < next.nsid));
    }
}

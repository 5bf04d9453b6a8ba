//! The names of the lexicons, written once.

/// A manifest, in its owner's PDS.
pub const MANIFEST: &str = "io.atcr.manifest";
/// A tag, in its owner's PDS.
pub const TAG: &str = "io.atcr.tag";
/// A person's settings, in their PDS.
pub const SAILOR_PROFILE: &str = "io.atcr.sailor.profile";
/// A repository a person likes, in their PDS.
pub const SAILOR_STAR: &str = "io.atcr.sailor.star";
/// The description of a repository, in its owner's PDS.
pub const REPO_PAGE: &str = "io.atcr.repo.page";
/// What an owner decided about a repository, in their PDS.
pub const REPOSITORY_SETTINGS: &str = "dev.longshore.repository.settings";
/// Who owns a hold and what it allows, in the hold's own repository.
pub const HOLD_CAPTAIN: &str = "io.atcr.hold.captain";
/// A member of a hold, in the hold's own repository.
pub const HOLD_CREW: &str = "io.atcr.hold.crew";
/// A blob that a person has stored in a hold, in the hold's own repository.
pub const HOLD_LAYER: &str = "io.atcr.hold.layer";
/// How often an image repository was pulled and pushed, in the hold's own repository.
pub const HOLD_STATS: &str = "io.atcr.hold.stats";
/// How an account shows itself, in its own repository.
pub const ACTOR_PROFILE: &str = "app.bsky.actor.profile";
/// A short text for everybody, in its author's repository.
pub const FEED_POST: &str = "app.bsky.feed.post";

/// Every record schema of this crate.
pub const RECORDS: [&str; 12] = [
    MANIFEST,
    TAG,
    SAILOR_PROFILE,
    SAILOR_STAR,
    REPO_PAGE,
    REPOSITORY_SETTINGS,
    HOLD_CAPTAIN,
    HOLD_CREW,
    HOLD_LAYER,
    HOLD_STATS,
    ACTOR_PROFILE,
    FEED_POST,
];

macro_rules! methods {
    ($($(#[$documentation:meta])* $name:ident = $nsid:literal;)*) => {
        $($(#[$documentation])* pub const $name: &str = $nsid;)*

        /// Every method that a hold serves or calls, in the order of the alphabet.
        pub const METHODS: &[&str] = &[$($name),*];
    };
}

methods! {
    /// How an account shows itself.
    GET_PROFILE = "app.bsky.actor.getProfile";
    /// How accounts show themselves.
    GET_PROFILES = "app.bsky.actor.getProfiles";
    /// Whose handle it is.
    RESOLVE_HANDLE = "com.atproto.identity.resolveHandle";
    /// Writes a record.
    CREATE_RECORD = "com.atproto.repo.createRecord";
    /// Removes a record.
    DELETE_RECORD = "com.atproto.repo.deleteRecord";
    /// Whose repo it is and what it has.
    DESCRIBE_REPO = "com.atproto.repo.describeRepo";
    /// A record, as JSON.
    GET_RECORD = "com.atproto.repo.getRecord";
    /// The records of a collection.
    LIST_RECORDS = "com.atproto.repo.listRecords";
    /// Writes a record, whether or not it is there.
    PUT_RECORD = "com.atproto.repo.putRecord";
    /// Stores a blob for a record.
    UPLOAD_BLOB = "com.atproto.repo.uploadBlob";
    /// What kind of host it is.
    DESCRIBE_SERVER = "com.atproto.server.describeServer";
    /// The bytes of a blob.
    GET_BLOB = "com.atproto.sync.getBlob";
    /// Blocks of a repo.
    GET_BLOCKS = "com.atproto.sync.getBlocks";
    /// How far a relay has come with a host.
    GET_HOST_STATUS = "com.atproto.sync.getHostStatus";
    /// Where a repo stands.
    GET_LATEST_COMMIT = "com.atproto.sync.getLatestCommit";
    /// The proof of a record.
    SYNC_GET_RECORD = "com.atproto.sync.getRecord";
    /// A whole repo.
    GET_REPO = "com.atproto.sync.getRepo";
    /// Whether a repo is served.
    GET_REPO_STATUS = "com.atproto.sync.getRepoStatus";
    /// The blobs of a repo.
    LIST_BLOBS = "com.atproto.sync.listBlobs";
    /// The repos of a host.
    LIST_REPOS = "com.atproto.sync.listRepos";
    /// Asks a relay to follow a host.
    REQUEST_CRAWL = "com.atproto.sync.requestCrawl";
    /// The firehose.
    SUBSCRIBE_REPOS = "com.atproto.sync.subscribeRepos";
    /// Takes over a hold that was offered.
    ACCEPT_CAPTAINCY = "dev.longshore.hold.acceptCaptaincy";
    /// Frees what nothing in a hold uses, or tells what it would free.
    COLLECT_GARBAGE = "dev.longshore.hold.collectGarbage";
    /// Tells what removing manifests would free.
    ESTIMATE_REMOVAL = "dev.longshore.hold.estimateRemoval";
    /// Whom a hold is offered to.
    GET_CAPTAINCY_OFFER = "dev.longshore.hold.getCaptaincyOffer";
    /// How a hold stands on the network.
    GET_NETWORK_STATUS = "dev.longshore.hold.getNetworkStatus";
    /// What takes up a hold.
    GET_USAGE = "dev.longshore.hold.getUsage";
    /// Who did what in a hold.
    LIST_ACTIVITY = "dev.longshore.hold.listActivity";
    /// Collections of garbage, under way and before.
    LIST_COLLECTIONS = "dev.longshore.hold.listCollections";
    /// Offers a hold to a crew member.
    OFFER_CAPTAINCY = "dev.longshore.hold.offerCaptaincy";
    /// Has the relays asked to follow a hold.
    REQUEST_CRAWL_OF_HOLD = "dev.longshore.hold.requestCrawl";
    /// Starts a collection of garbage.
    START_COLLECTION = "dev.longshore.hold.startCollection";
    /// Ends a collection of garbage early.
    STOP_COLLECTION = "dev.longshore.hold.stopCollection";
    /// Ends an upload.
    ABORT_UPLOAD = "io.atcr.hold.abortUpload";
    /// Makes a blob of the parts.
    COMPLETE_UPLOAD = "io.atcr.hold.completeUpload";
    /// Removes what is known about whoever asks.
    DELETE_USER_DATA = "io.atcr.hold.deleteUserData";
    /// Gives what is known about whoever asks.
    EXPORT_USER_DATA = "io.atcr.hold.exportUserData";
    /// Where to put a part.
    GET_PART_UPLOAD_URL = "io.atcr.hold.getPartUploadUrl";
    /// What somebody uses and may use.
    GET_QUOTA = "io.atcr.hold.getQuota";
    /// Opens an upload.
    INITIATE_UPLOAD = "io.atcr.hold.initiateUpload";
    /// The quotas there are.
    LIST_TIERS = "io.atcr.hold.listTiers";
    /// A manifest was pushed, pulled or deleted.
    NOTIFY_MANIFEST = "io.atcr.hold.notifyManifest";
    /// Joins the crew.
    REQUEST_CREW = "io.atcr.hold.requestCrew";
    /// Gives a member another quota.
    UPDATE_CREW_TIER = "io.atcr.hold.updateCrewTier";
    /// The bytes of a part.
    UPLOAD_PART = "io.atcr.hold.uploadPart";
}

//! The schemas, as they lie in `lexicons/`.

macro_rules! documents {
    ($($path:literal;)*) => {
        /// Every schema: its path without `.json`, and its text. A test compares the list with the folder.
        pub const DOCUMENTS: &[(&str, &str)] = &[$(
            ($path, include_str!(concat!("../../../../lexicons/", $path, ".json"))),
        )*];
    };
}

documents! {
    "app/bsky/actor/defs";
    "app/bsky/actor/getProfile";
    "app/bsky/actor/getProfiles";
    "app/bsky/actor/profile";
    "app/bsky/feed/post";
    "app/bsky/richtext/facet";
    "com/atproto/identity/resolveHandle";
    "com/atproto/repo/createRecord";
    "com/atproto/repo/defs";
    "com/atproto/repo/deleteRecord";
    "com/atproto/repo/describeRepo";
    "com/atproto/repo/getRecord";
    "com/atproto/repo/listRecords";
    "com/atproto/repo/putRecord";
    "com/atproto/repo/strongRef";
    "com/atproto/repo/uploadBlob";
    "com/atproto/server/describeServer";
    "com/atproto/sync/defs";
    "com/atproto/sync/getBlob";
    "com/atproto/sync/getBlocks";
    "com/atproto/sync/getHostStatus";
    "com/atproto/sync/getLatestCommit";
    "com/atproto/sync/getRecord";
    "com/atproto/sync/getRepo";
    "com/atproto/sync/getRepoStatus";
    "com/atproto/sync/listBlobs";
    "com/atproto/sync/listRepos";
    "com/atproto/sync/requestCrawl";
    "com/atproto/sync/subscribeRepos";
    "dev/longshore/hold/acceptCaptaincy";
    "dev/longshore/hold/collectGarbage";
    "dev/longshore/hold/estimateRemoval";
    "dev/longshore/hold/getCaptaincyOffer";
    "dev/longshore/hold/getNetworkStatus";
    "dev/longshore/hold/getUsage";
    "dev/longshore/hold/listActivity";
    "dev/longshore/hold/listCollections";
    "dev/longshore/hold/offerCaptaincy";
    "dev/longshore/hold/requestCrawl";
    "dev/longshore/hold/startCollection";
    "dev/longshore/hold/stopCollection";
    "dev/longshore/repository/settings";
    "io/atcr/hold/abortUpload";
    "io/atcr/hold/captain";
    "io/atcr/hold/completeUpload";
    "io/atcr/hold/crew";
    "io/atcr/hold/deleteUserData";
    "io/atcr/hold/exportUserData";
    "io/atcr/hold/getPartUploadUrl";
    "io/atcr/hold/getQuota";
    "io/atcr/hold/initiateUpload";
    "io/atcr/hold/layer";
    "io/atcr/hold/listTiers";
    "io/atcr/hold/notifyManifest";
    "io/atcr/hold/requestCrew";
    "io/atcr/hold/stats";
    "io/atcr/hold/updateCrewTier";
    "io/atcr/hold/uploadPart";
    "io/atcr/manifest";
    "io/atcr/repo/page";
    "io/atcr/sailor/profile";
    "io/atcr/sailor/star";
    "io/atcr/tag";
}

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
pub const RECORDS: [&str; 11] = [
    MANIFEST,
    TAG,
    SAILOR_PROFILE,
    SAILOR_STAR,
    REPO_PAGE,
    HOLD_CAPTAIN,
    HOLD_CREW,
    HOLD_LAYER,
    HOLD_STATS,
    ACTOR_PROFILE,
    FEED_POST,
];

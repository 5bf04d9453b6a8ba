//! One record of each type with every field filled.

use std::collections::BTreeMap;

use atproto::data::{Cid, RecordBlob};
use atproto::syntax::{AtUri, Datetime, Did};
use lexicon::{
    ActorProfile, BlobReference, FeedPost, HoldCaptain, HoldCrew, HoldLayer, HoldStats,
    ManifestRecord, ManifestReference, Platform, RepoPage, RepositorySettings, RepositorySubject,
    Retention, RetentionRule, SailorProfile, SailorStar, TagRecord,
};

pub const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

pub fn did() -> Did {
    "did:plc:7iza6de2dwap2sbkpav7c6c6".parse().expect("a DID")
}

pub fn manifest_uri() -> AtUri {
    let digest_hex = &DIGEST["sha256:".len()..];
    format!("at://{}/io.atcr.manifest/{digest_hex}", did())
        .parse()
        .expect("an at:// URI")
}

pub fn moment() -> Datetime {
    Datetime::from_unix_micros(1_795_248_000_000_000)
}

fn annotations() -> BTreeMap<String, String> {
    BTreeMap::from([("key".to_owned(), "value".to_owned())])
}

fn blob(mime_type: &str) -> RecordBlob {
    RecordBlob {
        cid: Cid::raw_sha256(b"bytes"),
        mime_type: mime_type.to_owned(),
        size: 5,
    }
}

fn blob_reference() -> BlobReference {
    BlobReference {
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip".to_owned(),
        digest: DIGEST.to_owned(),
        size: 5,
        urls: Some(vec!["https://blobs.example.com/5".to_owned()]),
        annotations: Some(annotations()),
    }
}

pub fn actor_profile() -> ActorProfile {
    ActorProfile {
        display_name: Some("Harbour".to_owned()),
        description: Some("Storage for images.".to_owned()),
        avatar: Some(blob("image/png")),
        banner: Some(blob("image/jpeg")),
        created_at: Some(moment()),
    }
}

pub fn feed_post() -> FeedPost {
    let mut post = FeedPost {
        text: "@alice.example pushed app:latest".to_owned(),
        facets: Vec::new(),
        created_at: moment(),
    };
    post.mention(0, 14, &did());
    post
}

/// More than any one manifest has: an image's fields and an index's.
pub fn manifest() -> ManifestRecord {
    ManifestRecord {
        repository: "tools/app".to_owned(),
        digest: DIGEST.to_owned(),
        media_type: OCI_MANIFEST.to_owned(),
        schema_version: 2,
        created_at: moment(),
        hold_did: Some(did()),
        hold_endpoint: Some("https://hold.example.com".to_owned()),
        config: Some(blob_reference()),
        layers: Some(vec![blob_reference(), blob_reference()]),
        manifests: Some(vec![ManifestReference {
            media_type: OCI_MANIFEST.to_owned(),
            digest: DIGEST.to_owned(),
            size: 5,
            platform: Some(Platform {
                os: "windows".to_owned(),
                architecture: "arm64".to_owned(),
                variant: Some("v8".to_owned()),
                os_version: Some("10.0".to_owned()),
                os_features: Some(vec!["win32k".to_owned()]),
            }),
            annotations: Some(annotations()),
        }]),
        subject: Some(blob_reference()),
        annotations: Some(annotations()),
        manifest_blob: Some(blob(OCI_MANIFEST)),
    }
}

pub fn tag() -> TagRecord {
    TagRecord {
        repository: "tools/app".to_owned(),
        tag: "latest".to_owned(),
        manifest: Some(manifest_uri()),
        manifest_digest: Some(DIGEST.to_owned()),
        created_at: Some(moment()),
        updated_at: Some(moment()),
    }
}

pub fn sailor_profile() -> SailorProfile {
    SailorProfile {
        created_at: moment(),
        updated_at: Some(moment()),
        default_hold: Some(did()),
        auto_remove_untagged: Some(true),
    }
}

pub fn sailor_star() -> SailorStar {
    SailorStar {
        subject: RepositorySubject {
            did: did(),
            repository: "tools/app".to_owned(),
        },
        created_at: moment(),
    }
}

pub fn repo_page() -> RepoPage {
    RepoPage {
        repository: "tools/app".to_owned(),
        description: Some("# App".to_owned()),
        avatar: Some(blob("image/png")),
        created_at: moment(),
        updated_at: moment(),
    }
}

pub fn repository_settings() -> RepositorySettings {
    RepositorySettings {
        repository: "tools/app".to_owned(),
        immutable_tags: Some(vec!["v*".to_owned()]),
        retention: Some(Retention {
            enabled: true,
            rules: vec![RetentionRule {
                tags: "nightly-*".to_owned(),
                keep_newest: Some(7),
                older_than_days: Some(30),
            }],
            untagged_after_days: Some(14),
        }),
        created_at: moment(),
        updated_at: moment(),
    }
}

pub fn hold_captain() -> HoldCaptain {
    HoldCaptain {
        owner: did(),
        public: true,
        allow_all_crew: false,
        enable_bluesky_posts: false,
        deployed_at: moment(),
        region: Some("fsn1".to_owned()),
        provider: Some("hetzner".to_owned()),
    }
}

pub fn hold_crew() -> HoldCrew {
    HoldCrew {
        member: did(),
        role: "write".to_owned(),
        permissions: vec!["blob:read".to_owned(), "blob:write".to_owned()],
        tier: Some("bosun".to_owned()),
        added_at: moment(),
    }
}

pub fn hold_layer() -> HoldLayer {
    HoldLayer {
        digest: DIGEST.to_owned(),
        size: 5,
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip".to_owned(),
        manifest: Some(manifest_uri()),
        repository: Some("tools/app".to_owned()),
        user_did: did(),
        user_handle: Some("alice.example.com".parse().expect("a handle")),
        created_at: moment(),
    }
}

pub fn hold_stats() -> HoldStats {
    HoldStats {
        owner_did: did(),
        repository: "tools/app".to_owned(),
        pull_count: 7,
        push_count: 3,
        last_pull: Some(moment()),
        last_push: Some(moment()),
        updated_at: moment(),
    }
}

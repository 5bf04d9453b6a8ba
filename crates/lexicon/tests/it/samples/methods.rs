//! One call of each method.

use std::collections::BTreeMap;
use std::fmt::Debug;

use lexicon::nsid;
use lexicon::xrpc::{
    abort_upload, complete_upload, delete_user_data, export_user_data, get_part_upload_url,
    get_quota, initiate_upload, list_tiers, notify_manifest, request_crew, update_crew_tier,
    upload_part,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::records::{DIGEST, OCI_MANIFEST, did, manifest_uri, moment};

const CID: &str = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const RAW_CID: &str = "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity";
const TID: &str = "3kznmn7xqxl22";
const DID: &str = "did:plc:7iza6de2dwap2sbkpav7c6c6";
const RECORD: &str = "at://did:plc:7iza6de2dwap2sbkpav7c6c6/io.atcr.hold.layer/3kznmn7xqxl22";

/// What goes over the wire in a call.
pub struct Call {
    pub nsid: &'static str,
    pub parameters: Map<String, Value>,
    pub input: Option<Value>,
    pub output: Option<Value>,
}

impl Call {
    fn of(nsid: &'static str) -> Self {
        Self {
            nsid,
            parameters: Map::new(),
            input: None,
            output: None,
        }
    }

    fn with<T: Wire>(self, parameters: &T) -> Self {
        self.with_json(parameters.round_trip())
    }

    fn with_json(mut self, parameters: Value) -> Self {
        match parameters {
            Value::Object(parameters) => self.parameters = parameters,
            _ => panic!("parameters have names"),
        }
        self
    }

    fn takes<T: Wire>(self, input: &T) -> Self {
        self.takes_json(input.round_trip())
    }

    fn takes_json(mut self, input: Value) -> Self {
        self.input = Some(input);
        self
    }

    fn answers<T: Wire>(self, output: &T) -> Self {
        self.answers_json(output.round_trip())
    }

    fn answers_json(mut self, output: Value) -> Self {
        self.output = Some(output);
        self
    }
}

/// The JSON of a typed value, after it has been read back unchanged.
trait Wire {
    fn round_trip(&self) -> Value;
}

impl<T: Serialize + DeserializeOwned + PartialEq + Debug> Wire for T {
    fn round_trip(&self) -> Value {
        let json = serde_json::to_value(self).expect("JSON");
        assert_eq!(&T::deserialize(&json).expect("reads back"), self);
        json
    }
}

/// Every method with every field filled.
pub fn calls() -> Vec<Call> {
    [
        uploads(),
        crew(),
        personal_data(),
        captaincy(),
        upkeep(),
        repo(),
        sync(),
        app(),
    ]
    .into_iter()
    .flatten()
    .chain([notify_manifest_call()])
    .collect()
}

fn upload_id() -> String {
    "018f3c".to_owned()
}

fn digest() -> String {
    DIGEST.to_owned()
}

fn uploads() -> Vec<Call> {
    vec![
        Call::of(nsid::INITIATE_UPLOAD)
            .takes(&initiate_upload::Input {
                digest: digest(),
                size: Some(5),
                repository: Some("tools/app".to_owned()),
            })
            .answers(&initiate_upload::Output {
                upload_id: upload_id(),
            }),
        Call::of(nsid::GET_PART_UPLOAD_URL)
            .takes(&get_part_upload_url::Input {
                upload_id: upload_id(),
                part_number: 1,
            })
            .answers(&get_part_upload_url::Output {
                url: "https://hold.example.com/1".parse().expect("a URI"),
                method: "PUT".to_owned(),
                headers: Some(BTreeMap::from([("x-name".to_owned(), "value".to_owned())])),
            }),
        Call::of(nsid::UPLOAD_PART)
            .with(&upload_part::Parameters {
                upload_id: upload_id(),
                part_number: 1,
                uploader: Some(did()),
                expires: Some(1_795_248_000),
                ticket: Some("secret".to_owned()),
            })
            .answers(&upload_part::Output {
                etag: "abc".to_owned(),
                size: Some(5),
            }),
        Call::of(nsid::COMPLETE_UPLOAD)
            .takes(&complete_upload::Input {
                upload_id: upload_id(),
                digest: digest(),
                parts: vec![complete_upload::PartInfo {
                    part_number: 1,
                    etag: "\"abc\"".to_owned(),
                }],
            })
            .answers(&complete_upload::Output {
                status: complete_upload::Status::Completed,
                digest: digest(),
            }),
        Call::of(nsid::ABORT_UPLOAD)
            .takes(&abort_upload::Input {
                upload_id: upload_id(),
            })
            .answers(&abort_upload::Output::default()),
    ]
}

fn notify_manifest_call() -> Call {
    let blob = notify_manifest::BlobReference {
        media_type: Some("application/vnd.oci.image.layer.v1.tar+gzip".to_owned()),
        digest: digest(),
        size: 5,
    };
    Call::of(nsid::NOTIFY_MANIFEST)
        .takes(&notify_manifest::Input {
            repository: "tools/app".to_owned(),
            user_did: did(),
            manifest_digest: digest(),
            manifest: notify_manifest::ManifestInfo {
                media_type: Some(OCI_MANIFEST.to_owned()),
                config: Some(blob.clone()),
                layers: Some(vec![blob.clone(), blob.clone()]),
                manifests: Some(vec![notify_manifest::ManifestReference {
                    media_type: Some(OCI_MANIFEST.to_owned()),
                    digest: digest(),
                    size: 5,
                    platform: Some(notify_manifest::Platform {
                        os: Some("linux".to_owned()),
                        architecture: Some("arm64".to_owned()),
                        variant: Some("v8".to_owned()),
                    }),
                }]),
                subject: Some(blob),
                annotations: Some(BTreeMap::from([("key".to_owned(), "value".into())])),
            },
            tag: Some("latest".to_owned()),
            operation: Some(notify_manifest::PUSH.to_owned()),
        })
        .answers(&notify_manifest::Output {
            success: true,
            operation: notify_manifest::PUSH.to_owned(),
            stats_updated: true,
            layers_created: Some(3),
            post_created: Some(true),
            post_uri: Some(RECORD.parse().expect("an AT URI")),
        })
}

fn crew() -> Vec<Call> {
    vec![
        Call::of(nsid::REQUEST_CREW)
            .takes(&request_crew::Input::default())
            .answers(&request_crew::Output {
                status: request_crew::CREATED.to_owned(),
                uri: Some(RECORD.parse().expect("an AT URI")),
                cid: Some(CID.parse().expect("a CID")),
                message: Some("welcome".to_owned()),
            }),
        Call::of(nsid::GET_QUOTA)
            .with(&get_quota::Parameters { user_did: did() })
            .answers(&get_quota::Output {
                user_did: did(),
                unique_blobs: 2,
                total_size: 10,
                limit: Some(5_000_000_000),
                tier: Some("deckhand".to_owned()),
            }),
        Call::of(nsid::LIST_TIERS).answers(&list_tiers::Output {
            tiers: vec![list_tiers::TierInfo {
                name: "deckhand".to_owned(),
                quota_bytes: 5_000_000_000,
                quota_formatted: "5 GB".to_owned(),
                scan_on_push: Some(false),
            }],
        }),
        Call::of(nsid::UPDATE_CREW_TIER)
            .takes(&update_crew_tier::Input {
                user_did: did(),
                tier_rank: 1,
            })
            .answers(&update_crew_tier::Output {
                tier_name: "bosun".to_owned(),
            }),
    ]
}

fn personal_data() -> Vec<Call> {
    let export = export_user_data::Output {
        exported_at: moment(),
        hold_did: did(),
        user_did: did(),
        is_captain: false,
        crew_record: Some(export_user_data::CrewExport {
            uri: Some(manifest_uri()),
            role: "member".to_owned(),
            permissions: vec!["blob:read".to_owned()],
            tier: Some("bosun".to_owned()),
            added_at: moment(),
        }),
        layer_records: vec![export_user_data::LayerExport {
            uri: Some(manifest_uri()),
            digest: digest(),
            size: 5,
            media_type: OCI_MANIFEST.to_owned(),
            repository: Some("tools/app".to_owned()),
            manifest_digest: Some(digest()),
            created_at: moment(),
        }],
        stats_records: vec![export_user_data::StatsExport {
            uri: Some(manifest_uri()),
            repository: "tools/app".to_owned(),
            pull_count: 7,
            push_count: 3,
            last_pull: Some(moment()),
            last_push: Some(moment()),
            updated_at: Some(moment()),
        }],
        bluesky_posts: vec![export_user_data::PostExport {
            uri: manifest_uri(),
            text: "pushed".to_owned(),
            created_at: moment(),
        }],
    };
    vec![
        Call::of(nsid::EXPORT_USER_DATA).answers(&export),
        Call::of(nsid::DELETE_USER_DATA).answers(&delete_user_data::Output {
            crew_deleted: true,
            layers_deleted: 3,
            stats_deleted: 2,
            posts_deleted: 1,
        }),
    ]
}

fn captaincy() -> Vec<Call> {
    vec![
        Call::of(nsid::OFFER_CAPTAINCY)
            .takes_json(json!({ "member": DID }))
            .answers_json(json!({})),
        Call::of(nsid::GET_CAPTAINCY_OFFER).answers_json(json!({ "member": DID })),
        collect_garbage(),
        Call::of(nsid::ACCEPT_CAPTAINCY)
            .answers_json(json!({ "captain": DID, "commit": { "cid": CID, "rev": TID } })),
    ]
}

fn upkeep() -> Vec<Call> {
    let amount = json!({ "blobs": 3, "bytes": 3_000_000_000_u64 });
    let relay = json!({ "relay": "https://relay.example", "status": "active", "seq": 7, "problem": "none" });
    vec![
        Call::of(nsid::GET_USAGE).answers_json(json!({
            "stored": amount,
            "used": amount,
            "people": [{
                "did": DID, "bytes": 5, "exclusiveBytes": 4, "blobs": 3, "repositories": 2, "limit": 10,
            }],
            "repositories": [{
                "owner": DID, "repository": "app", "bytes": 5, "exclusiveBytes": 4, "blobs": 3, "manifests": 2,
            }],
            "samples": [{ "takenAt": 1, "storedBytes": 2, "usedBytes": 3 }],
        })),
        Call::of(nsid::ESTIMATE_REMOVAL)
            .with_json(json!({ "owner": DID, "repository": "app", "manifest": [DIGEST] }))
            .answers_json(json!({
                "manifests": 1, "quota": amount, "freed": amount, "stillUsed": amount,
            })),
        Call::of(nsid::LIST_ACTIVITY)
            .with_json(json!({
                "person": DID, "action": "crew", "from": 1, "until": 2, "limit": 50, "cursor": TID,
            }))
            .answers_json(json!({
                "entries": [{
                    "id": TID, "at": 1, "lastAt": 1, "times": 1, "actor": DID, "action": "crew.added",
                    "subject": DID, "details": { "role": "member" },
                }],
                "cursor": TID,
            })),
        Call::of(nsid::LIST_COLLECTIONS)
            .with_json(json!({ "limit": 20, "cursor": TID }))
            .answers_json(json!({
                "collections": [{
                    "id": TID, "startedBy": DID, "graceMinutes": 60, "startedAt": 1, "endedAt": 2, "state": "done",
                    "stoppedBy": DID, "failure": "none", "freedBytes": 9,
                    "progress": {
                        "phase": "over", "lookedAt": 5, "removed": amount, "orphans": amount,
                        "recordBlobs": amount, "quarantined": amount,
                    },
                }],
                "cursor": TID,
            })),
        Call::of(nsid::START_COLLECTION)
            .takes_json(json!({ "graceMinutes": 60 }))
            .answers_json(json!({ "id": TID })),
        Call::of(nsid::STOP_COLLECTION)
            .takes_json(json!({ "id": TID }))
            .answers_json(json!({ "stopped": true })),
        Call::of(nsid::GET_NETWORK_STATUS).answers_json(json!({
            "publicUrl": "https://hold.example", "handle": "hold.example", "didDocument": { "id": DID },
            "rev": TID, "commit": CID, "records": [{ "collection": "io.atcr.hold.layer", "count": 3 }],
            "blocks": 3, "blockBytes": 300, "subscribers": 1, "lastEvent": 9, "lastEventAt": 8, "oldestEvent": 1,
            "relays": [relay],
        })),
        Call::of(nsid::REQUEST_CRAWL_OF_HOLD)
            .takes_json(json!({}))
            .answers_json(json!({ "relays": [relay] })),
    ]
}

fn collect_garbage() -> Call {
    let amount = json!({ "blobs": 3, "bytes": 3_000_000_000_u64 });
    let mut output = json!({
        "dryRun": true,
        "graceMinutes": 60,
        "freedBytes": 9_000_000_000_u64,
        "keptFor": { "layerRecords": amount, "promises": amount, "grace": amount },
        "digests": [DIGEST],
        "items": [{ "digest": DIGEST, "size": 3, "fate": "later" }],
    });
    for name in [
        "removed",
        "recordBlobs",
        "orphans",
        "quarantined",
        "inQuarantine",
        "kept",
        "keptOrphans",
    ] {
        output[name] = amount.clone();
    }
    Call::of(nsid::COLLECT_GARBAGE)
        .takes_json(json!({ "dryRun": true, "graceMinutes": 0 }))
        .answers_json(output)
}

fn repo() -> Vec<Call> {
    let commit = json!({ "cid": CID, "rev": TID });
    let record = json!({ "uri": RECORD, "cid": CID, "value": {} });
    let key = json!({ "repo": DID, "collection": "io.atcr.tag", "rkey": TID });
    let write = |more: Value| {
        let mut input = key.clone();
        input
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        input
    };
    let written =
        json!({ "uri": RECORD, "cid": CID, "commit": commit, "validationStatus": "valid" });
    vec![
        Call::of(nsid::CREATE_RECORD)
            .takes_json(write(json!({ "validate": true, "record": {}, "swapCommit": CID })))
            .answers_json(written.clone()),
        Call::of(nsid::PUT_RECORD)
            .takes_json(write(json!({
                "validate": true, "record": {}, "swapRecord": CID, "swapCommit": CID,
            })))
            .answers_json(written),
        Call::of(nsid::DELETE_RECORD)
            .takes_json(write(json!({ "swapRecord": CID, "swapCommit": CID })))
            .answers_json(json!({ "commit": commit })),
        Call::of(nsid::UPLOAD_BLOB).answers_json(json!({ "blob": {
            "$type": "blob", "ref": { "$link": RAW_CID }, "mimeType": "image/png", "size": 5,
        } })),
        Call::of(nsid::DESCRIBE_REPO)
            .with_json(json!({ "repo": "hold.example.com" }))
            .answers_json(json!({
                "handle": "hold.example.com",
                "did": DID,
                "didDoc": {},
                "collections": ["io.atcr.hold.captain"],
                "handleIsCorrect": true,
            })),
        Call::of(nsid::GET_RECORD)
            .with_json(write(json!({ "cid": CID })))
            .answers_json(record.clone()),
        Call::of(nsid::LIST_RECORDS)
            .with_json(json!({
                "repo": DID, "collection": "io.atcr.tag", "limit": 100, "cursor": TID, "reverse": true,
            }))
            .answers_json(json!({ "cursor": TID, "records": [record] })),
        Call::of(nsid::RESOLVE_HANDLE)
            .with_json(json!({ "handle": "hold.example.com" }))
            .answers_json(json!({ "did": DID })),
        Call::of(nsid::DESCRIBE_SERVER).answers_json(json!({
            "did": DID,
            "availableUserDomains": [".example.com"],
            "inviteCodeRequired": true,
            "phoneVerificationRequired": false,
            "blobUploadLimit": 1_000_000,
            "links": {
                "privacyPolicy": "https://example.com/privacy",
                "termsOfService": "https://example.com/terms",
            },
            "contact": { "email": "captain@example.com" },
        })),
    ]
}

fn sync() -> Vec<Call> {
    let did = json!({ "did": DID });
    vec![
        Call::of(nsid::GET_BLOB).with_json(json!({ "did": DID, "cid": DIGEST })),
        Call::of(nsid::GET_BLOCKS).with_json(json!({ "did": DID, "cids": [CID, CID] })),
        Call::of(nsid::SYNC_GET_RECORD)
            .with_json(json!({ "did": DID, "collection": "io.atcr.tag", "rkey": TID })),
        Call::of(nsid::GET_REPO).with_json(json!({ "did": DID, "since": TID })),
        Call::of(nsid::SUBSCRIBE_REPOS).with_json(json!({ "cursor": 7 })),
        Call::of(nsid::GET_LATEST_COMMIT)
            .with_json(did.clone())
            .answers_json(json!({ "cid": CID, "rev": TID })),
        Call::of(nsid::GET_REPO_STATUS).with_json(did).answers_json(
            json!({ "did": DID, "active": false, "status": "deactivated", "rev": TID }),
        ),
        Call::of(nsid::GET_HOST_STATUS)
            .with_json(json!({ "hostname": "hold.example.com" }))
            .answers_json(json!({
                "hostname": "hold.example.com", "seq": 7, "accountCount": 1, "status": "active",
            })),
        Call::of(nsid::LIST_BLOBS)
            .with_json(json!({ "did": DID, "since": TID, "limit": 1000, "cursor": CID }))
            .answers_json(json!({ "cids": [CID], "cursor": CID })),
        Call::of(nsid::LIST_REPOS)
            .with_json(json!({ "limit": 1, "cursor": "next" }))
            .answers_json(json!({
                "cursor": "next",
                "repos": [{
                    "did": DID, "head": CID, "rev": TID, "active": false, "status": "deactivated",
                }],
            })),
        Call::of(nsid::REQUEST_CRAWL).takes_json(json!({ "hostname": "hold.example.com" })),
    ]
}

fn app() -> Vec<Call> {
    let profile = json!({
        "did": DID,
        "handle": "hold.example.com",
        "displayName": "Harbour",
        "description": "Storage for images.",
        "avatar": "https://hold.example.com/avatar",
        "banner": "https://hold.example.com/banner",
        "followersCount": 0,
        "followsCount": 0,
        "postsCount": 3,
        "createdAt": moment(),
        "labels": [{}],
    });
    vec![
        Call::of(nsid::GET_PROFILE)
            .with_json(json!({ "actor": DID }))
            .answers_json(profile.clone()),
        Call::of(nsid::GET_PROFILES)
            .with_json(json!({ "actors": [DID, "hold.example.com"] }))
            .answers_json(json!({ "profiles": [profile] })),
    ]
}

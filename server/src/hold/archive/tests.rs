//! Holds that move: with everything, by several attempts, and not when something is wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use atproto::repo::car::read_car;
use bytes::Bytes;
use lexicon::{ActorProfile, Record as _};
use oci::Digest;
use tempfile::TempDir;

use super::super::captain::self_key;
use super::super::crew::to_ipld;
use super::super::repo::put;
use super::super::testing::*;
use super::super::{CrewChange, HoldSettings, Quota, Tier, Tiers};
use super::*;
use crate::blob_store::FilesystemBlobStore;
use crate::clients::hold::{LayerUse, ManifestNotice, UploadOwner};
use crate::db::Database;
use crate::db::testing::{TestDatabase, test_on_databases};
use crate::hold::{Hold, IdentitySource};

const MEMBER: &str = "did:plc:member";

fn settings() -> HoldSettings {
    let tier = Tier {
        name: "small".to_owned(),
        bytes: 1000,
    };
    HoldSettings {
        max_blob_bytes: 8 << 20,
        tiers: Tiers::new(vec![tier], None),
        by_operator: false,
    }
}

/// A hold with images of its captain and a member, a promise, pulls, an offer, a picture and an upload in progress.
async fn settled(folder: &HoldFolder, database: &Database) -> (Hold, Vec<Digest>) {
    let hold = folder
        .start_with(database, |start| start.settings = settings())
        .await;
    let (captain, member) = (did(CAPTAIN), did(MEMBER));
    let joins = CrewChange::default();
    hold.set_crew_member(&captain, &member, joins)
        .await
        .unwrap();
    let mut blobs = Vec::new();
    for (person, contents) in [
        (CAPTAIN, [&b"the captain's"[..], b"shared"]),
        (MEMBER, [b"the member's", b"shared"]),
    ] {
        for content in contents {
            blobs.push(push_as(&hold, person, content).await);
        }
        let layers = contents.map(Digest::sha256_of);
        hold.notify_manifest(&notice(person, &layers))
            .await
            .unwrap();
    }
    blobs.push(push_as(&hold, MEMBER, b"promised, the manifest follows").await);
    let large: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    blobs.push(push_as(&hold, CAPTAIN, &large).await);
    let picture = Bytes::from_static(b"a picture");
    let avatar = hold.store_record_blob("image/png", picture).await.unwrap();
    let profile = ActorProfile {
        avatar: Some(avatar),
        ..ActorProfile::default()
    };
    let write = put(
        ActorProfile::collection(),
        self_key(),
        to_ipld(&profile).unwrap(),
    );
    hold.repo().write_now(&[write]).await.unwrap();
    hold.count_pulls(&captain, &"tools/app".parse().unwrap(), 1)
        .await
        .unwrap();
    hold.offer_captaincy(&captain, &member).await.unwrap();
    hold.start_upload(&owner()).await.unwrap();
    (hold, blobs)
}

async fn push_as(hold: &Hold, person: &str, content: &[u8]) -> Digest {
    let owner = UploadOwner {
        uploader: user(person),
        repository: "tools/app".parse().unwrap(),
    };
    let digest = Digest::sha256_of(content);
    let upload = hold.start_upload(&owner).await.unwrap();
    hold.complete_upload(&owner, &upload.id, &digest, None, body(content))
        .await
        .unwrap();
    digest
}

fn notice(person: &str, layers: &[Digest]) -> ManifestNotice {
    ManifestNotice {
        owner: did(person),
        repository: "tools/app".parse().unwrap(),
        manifest: Digest::sha256_of(person.as_bytes()),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        tag: None,
        layers: layers
            .iter()
            .map(|digest| LayerUse {
                digest: digest.clone(),
                size: 1,
                media_type: "application/octet-stream".to_owned(),
            })
            .collect(),
        children: Vec::new(),
    }
}

/// Where a hold is to go: a folder with its own files and keys.
struct Place {
    folder: HoldFolder,
    source: IdentitySource,
}

impl Place {
    fn new() -> Self {
        let folder = HoldFolder::new();
        let keys = folder.folder.path().to_owned();
        Self {
            folder,
            source: IdentitySource {
                public_url: "https://hold.example".parse().unwrap(),
                web_did: did("did:web:hold.example"),
                wants_plc: false,
                signing_key_path: keys.join("signing.key"),
                rotation_key_path: keys.join("rotation.key"),
            },
        }
    }

    async fn import(&self, database: &Database, from: &Path) -> Result<Imported, ArchiveError> {
        let blobs = FilesystemBlobStore::open(self.folder.folder.path())
            .await
            .unwrap();
        import_hold(
            settings(),
            &self.source,
            database,
            Arc::new(blobs),
            self.folder.clock.clone(),
            from,
            &|_| {},
        )
        .await
    }

    /// The hold as the server has it that starts here.
    async fn start(&self, database: &Database) -> Hold {
        self.folder
            .start_with(database, |start| start.settings = settings())
            .await
    }
}

async fn export(hold: &Hold, folder: &HoldFolder, to: &Path) -> Result<Archived, ArchiveError> {
    let keys = ArchivedKeys {
        signing_key: folder.folder.path().join("signing.key"),
        rotation_key: folder.folder.path().join("rotation.key"),
    };
    hold.export(to, Some(&keys), &|_| {}).await
}

async fn quotas(hold: &Hold) -> Vec<(Quota, u64)> {
    let mut quotas = Vec::new();
    for person in [CAPTAIN, MEMBER, STRANGER] {
        let person = did(person);
        let free = match hold.limit_of(&person).await.unwrap() {
            Some(limit) => hold.free_bytes(&limit, "").await.unwrap(),
            None => u64::MAX,
        };
        quotas.push((hold.quota_of(&person).await.unwrap(), free));
    }
    quotas
}

fn file(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).unwrap()
}

fn blob_path(folder: &Path, digest: &Digest) -> PathBuf {
    let parent = folder.join("blobs/sha256").join(&digest.hex()[..2]);
    parent.join(digest.hex())
}

fn flip_last_byte(path: &Path) {
    let mut content = fs::read(path).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs::write(path, content).unwrap();
}

test_on_databases! {
    async fn a_hold_moves_from_database_to_database_with_everything(test: &TestDatabase) {
        let (first, last) = (TestDatabase::on_sqlite().await, TestDatabase::on_sqlite().await);
        let folder = HoldFolder::new();
        let (hold, blobs) = settled(&folder, &first.database).await;
        let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let archived = export(&hold, &folder, one.path()).await.unwrap();
        // The shared blob is one, and the picture has its bytes too.
        assert_eq!((archived.blobs.blobs, archived.blobs.skipped_blobs, archived.missing_layers), (6, 0, 0));

        let middle = Place::new();
        let Imported::Now(imported) = middle.import(&test.database, one.path()).await.unwrap() else {
            panic!("it was not there before");
        };
        assert_eq!((imported.rev, imported.blobs), (archived.rev, archived.blobs));
        let moved = middle.start(&test.database).await;
        let (there, here) = (hold.repo().head().await.unwrap().unwrap(), moved.repo().head().await.unwrap().unwrap());
        assert_eq!((there.commit, there.rev), (here.commit, here.rev));
        assert_eq!(moved.repo().check_derived().await.unwrap(), Vec::<String>::new());
        assert_eq!(quotas(&moved).await, quotas(&hold).await);
        assert_eq!(moved.captaincy_offered_to().await.unwrap(), Some(did(MEMBER)));
        for digest in &blobs {
            assert_eq!(pull(&moved, digest).await, pull(&hold, digest).await);
        }
        // Whoever followed the firehose goes on where they were, and hears of the move.
        let seen = hold.repo().last_seq().await.unwrap();
        assert_eq!(moved.repo().last_seq().await.unwrap(), seen + 2);
        let mut firehose = moved.repo().subscribe(Some(seen)).await.unwrap();
        assert_eq!(firehose.next_page().await.unwrap().len(), 2);

        // And once more, from this engine: nothing was lost on the way.
        export(&moved, &middle.folder, two.path()).await.unwrap();
        assert_eq!(file(&one, "rows.jsonl"), file(&two, "rows.jsonl"));
        let (root, blocks) = read_car(&file(&one, "repo.car")).unwrap();
        let (root_again, blocks_again) = read_car(&file(&two, "repo.car")).unwrap();
        assert_eq!((root, blocks.len()), (root_again, blocks_again.len()));
        assert!(blocks.iter().all(|(cid, block)| blocks_again.get(cid) == Some(block)));
        let end = Place::new();
        end.import(&last.database, two.path()).await.unwrap();
        let moved = end.start(&last.database).await;
        moved.set_crew_member(&did(CAPTAIN), &did(STRANGER), CrewChange::default()).await.unwrap();
        assert!(moved.repo().head().await.unwrap().unwrap().rev > here.rev);
        assert_eq!(push_as(&moved, STRANGER, b"more").await, Digest::sha256_of(b"more"));
        for database in [first, last] {
            database.finish().await;
        }
    }

    async fn both_ways_go_on_where_they_were_cut_off(test: &TestDatabase) {
        let source = TestDatabase::on_sqlite().await;
        let folder = HoldFolder::new();
        let (hold, blobs) = settled(&folder, &source.database).await;
        let archive = TempDir::new().unwrap();
        let (lost, elsewhere) = (blob_path(folder.folder.path(), &blobs[5]), archive.path().join("lost"));
        fs::rename(&lost, &elsewhere).unwrap();
        let refused = export(&hold, &folder, archive.path()).await;
        assert!(matches!(refused, Err(ArchiveError::NotEmptyFolder { .. })), "{refused:?}");
        let elsewhere_still = folder.folder.path().join("lost");
        fs::rename(&elsewhere, &elsewhere_still).unwrap();
        let refused = export(&hold, &folder, archive.path()).await;
        assert!(matches!(refused, Err(ArchiveError::BlobGone { .. })), "{refused:?}");
        let place = Place::new();
        let refused = place.import(&test.database, archive.path()).await;
        assert!(matches!(refused, Err(ArchiveError::Unfinished { .. })), "{refused:?}");
        fs::rename(&elsewhere_still, &lost).unwrap();
        export(&hold, &folder, archive.path()).await.unwrap();

        // A blob that is damaged in the archive is noticed by the import, and healed by another export.
        let damaged = blob_path(archive.path(), &blobs[0]);
        flip_last_byte(&damaged);
        let refused = place.import(&test.database, archive.path()).await;
        assert!(matches!(refused, Err(ArchiveError::BlobUnreadable { .. })), "{refused:?}");
        assert!(test.database.find_repo_head().await.unwrap().is_none());
        let archived = export(&hold, &folder, archive.path()).await.unwrap();
        assert_eq!((archived.blobs.blobs, archived.blobs.skipped_blobs), (6, 5));
        let there = test.database.count_hold_blobs().await.unwrap();
        let Imported::Now(imported) = place.import(&test.database, archive.path()).await.unwrap() else {
            panic!("it was not there before");
        };
        assert_eq!((imported.blobs.done_blobs, imported.blobs.skipped_blobs), (6, there));
        let again = place.import(&test.database, archive.path()).await.unwrap();
        assert_eq!(again, Imported::Before);
        let moved = place.start(&test.database).await;
        assert_eq!(pull(&moved, &blobs[0]).await.unwrap(), b"the captain's");
        source.finish().await;
    }

    async fn what_does_not_fit_is_refused_and_changes_nothing(test: &TestDatabase) {
        let source = TestDatabase::on_sqlite().await;
        let folder = HoldFolder::new();
        let (hold, _) = settled(&folder, &source.database).await;
        let archive = TempDir::new().unwrap();
        export(&hold, &folder, archive.path()).await.unwrap();
        let refuse = async |place: &Place, expected: &str| {
            let refused = place.import(&test.database, archive.path()).await.unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
            assert!(test.database.find_repo_head().await.unwrap().is_none());
            assert_eq!(test.database.count_hold_blobs().await.unwrap(), 0);
        };
        let mut other = Place::new();
        other.source.web_did = did("did:web:other.example");
        refuse(&other, "set HOLD_PUBLIC_URL to its address").await;
        let other = Place::new();
        super::super::signing_key::load_or_create_signing_key(&other.source.signing_key_path).unwrap();
        refuse(&other, "has another key").await;

        let place = Place::new();
        let key = archive.path().join(SIGNING_KEY);
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        fs::rename(&key, archive.path().join("away")).unwrap();
        refuse(&place, "--with-key").await;
        fs::rename(archive.path().join("away"), &key).unwrap();
        for (name, expected) in [(ROWS, "rows.jsonl is damaged"), (REPO, "repo.car is damaged"), (MANIFEST, "manifest.json is damaged")] {
            let path = archive.path().join(name);
            let good = fs::read(&path).unwrap();
            for bad in [&good[..good.len() - 10], &[&good[..], b"x"].concat()] {
                fs::write(&path, bad).unwrap();
                refuse(&place, expected).await;
            }
            fs::write(&path, good).unwrap();
        }
        let manifest = String::from_utf8(file(&archive, MANIFEST)).unwrap();
        fs::write(archive.path().join(MANIFEST), manifest.replace("\"version\": 1", "\"version\": 2")).unwrap();
        refuse(&place, "another release (version 2").await;
        fs::write(archive.path().join(MANIFEST), manifest).unwrap();

        let taken = TestDatabase::on_sqlite().await;
        let other = Place::new();
        other.start(&taken.database).await;
        let refused = place.import(&taken.database, archive.path()).await;
        assert!(matches!(refused, Err(ArchiveError::NotEmpty { .. })), "{refused:?}");
        place.import(&test.database, archive.path()).await.unwrap();
        for database in [source, taken] {
            database.finish().await;
        }
    }
}

#[tokio::test]
async fn an_export_takes_the_keys_only_when_asked_and_no_folder_of_others() {
    let test = TestDatabase::on_sqlite().await;
    let folder = HoldFolder::new();
    let hold = folder.start(&test.database).await;
    let archive = TempDir::new().unwrap();
    hold.export(archive.path(), None, &|_| {}).await.unwrap();
    assert!(!archive.path().join("keys").exists());
    let (other_test, other_folder) = (TestDatabase::on_sqlite().await, HoldFolder::new());
    let other = other_folder
        .start_with(&other_test.database, |start| {
            start.did = did("did:web:other.example");
        })
        .await;
    let refused = other.export(archive.path(), None, &|_| {}).await;
    assert!(
        matches!(refused, Err(ArchiveError::OtherHold { .. })),
        "{refused:?}"
    );
    read_manifest_of(archive.path(), "did:web:hold.example");
    let place = Place::new();
    let nothing = TempDir::new().unwrap();
    let refused = place.import(&other_test.database, nothing.path()).await;
    assert!(
        matches!(refused, Err(ArchiveError::NoArchive { .. })),
        "{refused:?}"
    );
    test.finish().await;
    other_test.finish().await;
}

fn read_manifest_of(folder: &Path, did: &str) {
    let manifest = fs::read(folder.join(MANIFEST)).unwrap();
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest.label.did.as_str(), did);
}

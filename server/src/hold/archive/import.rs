//! A hold out of a folder, into a database and a store that have none. No server of the hold runs meanwhile.
//!
//! Blobs first, each durable with its row before the next; then, in one transaction, the repo with everything that is
//! derived from it and the other rows. So a hold is there wholly or not at all.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use atproto::crypto::SIGNING_KEY_BYTES;
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::json;

use super::super::activity::{ActivityAction, Actor, Entry};
use super::super::load_identity::IdentitySource;
use super::super::signing_key::key_file;
use super::super::{Hold, HoldIdentity, HoldSettings};
use super::blobs::{self, AT_ONCE, CopyProgress};
use super::check::{check_database, check_did, check_repo, find_key};
use super::files::{RowReader, read_checked};
use super::folder::read_manifest;
use super::rows::Row;
use super::{ArchiveError, Archived, Manifest, REPO, ROTATION_KEY, ROWS, SIGNING_KEY};
use crate::blob_store::{BlobStore, FilesystemBlobStore};
use crate::clock::Clock;
use crate::db::Database;
use crate::secrets::copy_key;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// The hold is here now.
    Now(Archived),
    /// The hold of this archive was here before.
    Before,
}

/// Reads the hold in `folder` into the database and the store. `progress` hears of every blob.
pub async fn import_hold(
    settings: HoldSettings,
    source: &IdentitySource,
    database: &Database,
    blobs: Arc<dyn BlobStore>,
    clock: Clock,
    folder: &Path,
    progress: &(dyn Fn(CopyProgress) + Sync),
) -> Result<Imported, ArchiveError> {
    let manifest = read_manifest(folder).await?;
    check_did(&manifest, source)?;
    let key = find_key(folder, &manifest, source)?;
    if !check_database(folder, &manifest, database).await? {
        return Ok(Imported::Before);
    }
    check_repo(folder, &manifest, &key.public_key()).await?;
    // The keys first: a hold that is there has its key.
    let signing_key = key_file(&source.signing_key_path);
    copy_key(&folder.join(SIGNING_KEY), &signing_key, SIGNING_KEY_BYTES)?;
    let rotation_key = folder.join(ROTATION_KEY);
    copy_key(&rotation_key, &source.rotation_key_path, SIGNING_KEY_BYTES)?;
    let did = manifest.label.did.clone();
    let identity = HoldIdentity::new(did.clone(), source.public_url.clone(), key);
    let hold = Hold::new(settings, identity, database.clone(), blobs, clock);
    let copied = hold.import_blobs(folder, &manifest, progress).await?;
    hold.import_repo(folder, &manifest).await?;
    // Whoever follows the hold hears that it may be elsewhere, and where its repo stands.
    hold.repo().announce_identity().await?;
    hold.repo().announce_state().await?;
    let imported = Entry::new(Actor::Operator, ActivityAction::HoldImported);
    let imported = imported.with(json!({
        "rev": manifest.rev.to_string(),
        "blobs": copied.blobs,
        "bytes": copied.bytes,
    }));
    hold.note_now(imported).await?;
    Ok(Imported::Now(Archived {
        did,
        rev: manifest.rev,
        blobs: copied,
        missing_layers: database.count_missing_layers().await?,
    }))
}

impl Hold {
    async fn import_blobs(
        &self,
        folder: &Path,
        manifest: &Manifest,
        progress: &(dyn Fn(CopyProgress) + Sync),
    ) -> Result<CopyProgress, ArchiveError> {
        let archive = FilesystemBlobStore::open(folder).await?;
        let far = Mutex::new(CopyProgress {
            blobs: manifest.blobs.count,
            bytes: manifest.blobs.bytes,
            ..CopyProgress::default()
        });
        let rows = RowReader::open(folder.join(ROWS)).await?.into_rows();
        let copying = rows.try_for_each_concurrent(AT_ONCE, |row| {
            let (archive, far) = (&archive, &far);
            async move {
                let Some((_, size)) = row.bytes() else {
                    return Ok(());
                };
                let was_copied = self.import_blob(archive, row).await?;
                let now = {
                    let mut far = far.lock().unwrap_or_else(PoisonError::into_inner);
                    far.add(size, was_copied);
                    *far
                };
                progress(now);
                Ok(())
            }
        });
        copying.await?;
        Ok(far.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Copies the bytes of a row and, for a blob of an image, writes the row: that says that they are here. `false`
    /// when they were.
    async fn import_blob(&self, archive: &dyn BlobStore, row: Row) -> Result<bool, ArchiveError> {
        let Some((digest, size)) = row.bytes() else {
            return Ok(false);
        };
        let is_blob = matches!(row, Row::Blob { .. });
        if is_blob
            && self.database().find_hold_blob_size(&digest).await? == Some(size)
            && self.blob_store().stat(&digest).await? == Some(size)
        {
            return Ok(false);
        }
        let _turn = self.inner.blob_turns.lock(digest.clone()).await;
        blobs::copy(archive, self.blob_store(), &digest, size).await?;
        if is_blob {
            let mut transaction = self.database().begin().await?;
            row.insert(&mut transaction).await?;
            transaction.commit().await?;
        }
        Ok(true)
    }

    async fn import_repo(&self, folder: &Path, manifest: &Manifest) -> Result<(), ArchiveError> {
        let mut transaction = self.database().begin().await?;
        let pieces = read_checked(folder, REPO, &manifest.repo).boxed();
        let imported = self
            .repo()
            .import(&mut transaction, pieces, manifest.rev, manifest.last_event)
            .await?;
        if imported.commit != manifest.commit {
            return Err(ArchiveError::Damaged {
                file: REPO.to_owned(),
                reason: format!("its last commit is {}", imported.commit),
            });
        }
        let mut rows = RowReader::open(folder.join(ROWS)).await?;
        while let Some(row) = rows.next().await? {
            row.insert(&mut transaction).await?;
        }
        if let Some(record) = transaction.find_record_without_blob().await? {
            return Err(ArchiveError::Damaged {
                file: ROWS.to_owned(),
                reason: format!("it does not have the blob of the record {record}"),
            });
        }
        transaction.commit().await?;
        Ok(())
    }
}

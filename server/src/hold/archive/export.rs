//! A hold into a folder. Works beside a running server: what is pushed meanwhile is in it or not, and an export that is
//! repeated after the server has stopped copies only what is new.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use atproto::crypto::SIGNING_KEY_BYTES;
use futures::TryStreamExt as _;
use serde_json::json;

use super::super::Hold;
use super::super::activity::{ActivityAction, Actor, Entry};
use super::super::signing_key::key_file;
use super::blobs::{self, AT_ONCE, CopyProgress};
use super::files::{FileWriter, RowReader};
use super::folder::WritableFolder;
use super::rows::Row;
use super::{
    ArchiveError, Archived, ArchivedBlobs, ArchivedFile, Label, Manifest, REPO, ROTATION_KEY, ROWS,
    SIGNING_KEY, VERSION,
};
use crate::blob_store::{BlobStore, FilesystemBlobStore};
use crate::secrets::copy_key;

/// Rows read at a time.
const PAGE: i64 = 500;

/// Keys that go into the archive, for whoever asks for that.
#[derive(Debug, Clone)]
pub struct ArchivedKeys {
    /// File or folder of the key that signs the repo.
    pub signing_key: PathBuf,
    /// File of the key that changes a did:plc; there need not be one.
    pub rotation_key: PathBuf,
}

impl Hold {
    /// Writes the hold into `folder`, or what an earlier export there left out. `progress` hears of every blob.
    pub async fn export(
        &self,
        folder: &Path,
        keys: Option<&ArchivedKeys>,
        progress: &(dyn Fn(CopyProgress) + Sync),
    ) -> Result<Archived, ArchiveError> {
        let folder = WritableFolder::begin(folder, self.did()).await?;
        // The repo before the rows: blobs that it names have theirs by then.
        let (head, repo) = self.export_repo(&folder.path.join(REPO)).await?;
        let (rows, total) = self.export_rows(&folder.path.join(ROWS)).await?;
        let copied = self.export_blobs(&folder.path, total, progress).await?;
        if let Some(keys) = keys {
            let signing_key = key_file(&keys.signing_key);
            copy_key(
                &signing_key,
                &folder.path.join(SIGNING_KEY),
                SIGNING_KEY_BYTES,
            )?;
            copy_key(
                &keys.rotation_key,
                &folder.path.join(ROTATION_KEY),
                SIGNING_KEY_BYTES,
            )?;
        }
        let signing_key = self.identity().signing_key().public_key().to_did_key();
        let manifest = Manifest {
            label: Label {
                version: VERSION,
                did: self.did().clone(),
            },
            signing_key,
            commit: head.commit,
            rev: head.rev,
            // Last, so that no number is given out twice.
            last_event: self.repo().last_seq().await?,
            exported_at: self.inner.clock.now().to_rfc3339(),
            repo,
            rows,
            blobs: total,
        };
        folder.finish(&manifest).await?;
        let exported = Entry::new(Actor::Operator, ActivityAction::HoldExported);
        let exported = exported.with(json!({
            "rev": head.rev.to_string(),
            "blobs": total.count,
            "bytes": total.bytes,
            "withKeys": keys.is_some(),
        }));
        self.note_now(exported).await?;
        Ok(Archived {
            did: head.did,
            rev: head.rev,
            blobs: copied,
            missing_layers: self.database().count_missing_layers().await?,
        })
    }

    async fn export_repo(
        &self,
        path: &Path,
    ) -> Result<(atproto::repo::Head, ArchivedFile), ArchiveError> {
        let mut file = FileWriter::create(path.to_owned()).await?;
        let (head, mut pieces) = self.repo().export(None).await?;
        while let Some(piece) = pieces.try_next().await? {
            file.write(&piece).await?;
        }
        Ok((head, file.finish().await?))
    }

    /// Writes what the database knows; returns also how many blobs belong to it.
    async fn export_rows(
        &self,
        path: &Path,
    ) -> Result<(ArchivedFile, ArchivedBlobs), ArchiveError> {
        let mut rows = RowWriter {
            file: FileWriter::create(path.to_owned()).await?,
            blobs: ArchivedBlobs::default(),
        };
        self.export_blob_rows(&mut rows).await?;
        self.export_record_blob_rows(&mut rows).await?;
        self.export_promises(&mut rows).await?;
        self.export_pulls(&mut rows).await?;
        if let Some(offer) = self.database().find_captaincy_offer().await? {
            rows.write(&Row::CaptaincyOffer {
                member: offer.member_did,
                offered_by: offer.offered_by,
                offered_at: offer.offered_at,
            })
            .await?;
        }
        Ok((rows.file.finish().await?, rows.blobs))
    }

    async fn export_blob_rows(&self, rows: &mut RowWriter) -> Result<(), ArchiveError> {
        let mut after = String::new();
        loop {
            let page = self.database().list_hold_blobs(&after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.digest);
            for row in page {
                rows.write(&Row::Blob {
                    digest: parse(&row.digest)?,
                    size: row.size,
                    stored_at: row.stored_at,
                    claimed_at: row.claimed_at,
                })
                .await?;
            }
        }
    }

    async fn export_record_blob_rows(&self, rows: &mut RowWriter) -> Result<(), ArchiveError> {
        let mut after = Vec::new();
        loop {
            let page = self.database().list_record_blobs(&after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.cid);
            for row in page {
                let cid = atproto::data::Cid::from_bytes(&row.cid);
                rows.write(&Row::RecordBlob {
                    cid: cid.map_err(|_| damaged_row("a blob of a record has no CID"))?,
                    media_type: row.media_type,
                    size: row.size,
                    uploaded_at: row.uploaded_at,
                })
                .await?;
            }
        }
    }

    async fn export_promises(&self, rows: &mut RowWriter) -> Result<(), ArchiveError> {
        let now = self.inner.clock.now_millis();
        let mut after = String::new();
        loop {
            let page = self.database().list_blob_reservations(now, &after, PAGE);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.id);
            for row in page {
                rows.write(&Row::Promise {
                    id: row.id,
                    user: row.user_did,
                    digest: parse(row.digest.as_deref().unwrap_or_default())?,
                    size: row.size,
                    expires_at: row.expires_at,
                })
                .await?;
            }
        }
    }

    async fn export_pulls(&self, rows: &mut RowWriter) -> Result<(), ArchiveError> {
        let (mut owner, mut repository) = (String::new(), String::new());
        loop {
            let page = self
                .database()
                .list_pending_pulls_after(&owner, &repository, PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            owner.clone_from(&last.owner_did);
            repository.clone_from(&last.repository);
            for row in page {
                rows.write(&Row::Pulls {
                    owner: row.owner_did,
                    repository: row.repository,
                    pulls: row.pulls,
                    last_pull: row.last_pull,
                })
                .await?;
            }
        }
    }

    /// Copies the bytes that rows name, except those that are there.
    async fn export_blobs(
        &self,
        folder: &Path,
        total: ArchivedBlobs,
        progress: &(dyn Fn(CopyProgress) + Sync),
    ) -> Result<CopyProgress, ArchiveError> {
        let archive = FilesystemBlobStore::open(folder).await?;
        // Nobody else writes here, so these are of an export that was cut off.
        archive
            .sweep_staging(Duration::ZERO, &HashSet::new())
            .await?;
        let far = Mutex::new(CopyProgress {
            blobs: total.count,
            bytes: total.bytes,
            ..CopyProgress::default()
        });
        let rows = RowReader::open(folder.join(ROWS)).await?.into_rows();
        let copying = rows.try_for_each_concurrent(AT_ONCE, |row| {
            let (archive, far) = (&archive, &far);
            async move {
                let Some((digest, size)) = row.bytes() else {
                    return Ok(());
                };
                let is_there = blobs::has_whole(archive, &digest, size).await?;
                if !is_there {
                    blobs::copy(self.blob_store(), archive, &digest, size).await?;
                }
                let now = {
                    let mut far = far.lock().unwrap_or_else(PoisonError::into_inner);
                    far.add(size, !is_there);
                    *far
                };
                progress(now);
                Ok(())
            }
        });
        copying.await?;
        Ok(far.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Rows on their way into the archive.
struct RowWriter {
    file: FileWriter,
    blobs: ArchivedBlobs,
}

impl RowWriter {
    async fn write(&mut self, row: &Row) -> Result<(), ArchiveError> {
        if let Some((_, size)) = row.bytes() {
            self.blobs.count += 1;
            self.blobs.bytes += size;
        }
        let mut line = serde_json::to_vec(row).expect("texts and numbers become JSON");
        line.push(b'\n');
        self.file.write(&line).await
    }
}

fn parse(digest: &str) -> Result<oci::Digest, ArchiveError> {
    digest
        .parse()
        .map_err(|_| damaged_row("a blob has no digest"))
}

fn damaged_row(what: &str) -> ArchiveError {
    ArchiveError::Repo(super::super::RepoError::Damaged(what.to_owned()))
}

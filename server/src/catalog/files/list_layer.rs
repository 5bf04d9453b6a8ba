//! Listing the files of one layer: from memory, from the database, or by reading it once.

use std::sync::Arc;

use moka::sync::Cache;
use oci::Digest;
use sha2::Digest as _;
use tokio::sync::Semaphore;

use super::layer_stream::{LayerStream, StopReason};
use super::listing::{FileEntry, FileKind, LayerListing, tidy_path};
use super::merged::MergedFiles;
use super::packages::{MAX_DATABASE_BYTES, PackageDatabase};
use super::tar::{TarEntry, TarReader};
use crate::catalog::{Catalog, CatalogError};
use crate::keyed_lock::KeyedLock;
use crate::registry::permissions::PullAccess;

/// Files of one layer that are listed.
const MAX_ENTRIES: usize = 200_000;
/// Layers read at the same time: each takes a core.
const CONCURRENT: usize = 2;
/// Files in listings that are kept in memory.
const KEPT_ENTRIES: u64 = 500_000;
/// The largest file that is shown, in bytes.
pub const MAX_SHOWN_BYTES: u64 = 256 * 1024;

/// Whose turn it is to read layers, and what was read.
pub struct ListingTurns {
    turns: Semaphore,
    locks: KeyedLock<Digest>,
    kept: Cache<Digest, Arc<LayerListing>>,
    pub(super) merged: Cache<Digest, Arc<MergedFiles>>,
}

impl Default for ListingTurns {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(CONCURRENT),
            locks: KeyedLock::default(),
            kept: Cache::builder()
                .max_capacity(KEPT_ENTRIES)
                .weigher(|_, listing: &Arc<LayerListing>| {
                    u32::try_from(listing.entries.len() + 16).unwrap_or(u32::MAX)
                })
                .build(),
            merged: Cache::builder()
                .max_capacity(KEPT_ENTRIES)
                .weigher(|_, merged: &Arc<MergedFiles>| {
                    u32::try_from(merged.files.len() * 2 + 16).unwrap_or(u32::MAX)
                })
                .build(),
        }
    }
}

impl Catalog {
    /// The files of a layer of the repository. A digest says all about its content, so what is known stays true.
    pub(in crate::catalog) async fn layer_listing(
        &self,
        access: &PullAccess,
        layer: &Digest,
    ) -> Result<Arc<LayerListing>, CatalogError> {
        let listings = &self.inner.listings;
        // Even what is known is for those alone who may read the layer here.
        self.inner.registry.stat_blob(access, layer).await?;
        if let Some(listing) = listings.kept.get(layer) {
            return Ok(listing);
        }
        let _turn_of_layer = listings.locks.lock(layer.clone()).await;
        if let Some(listing) = listings.kept.get(layer) {
            return Ok(listing);
        }
        if let Some(kept) = self.inner.database.find_layer_listing(layer).await?
            && let Some(listing) = LayerListing::decompress(&kept).await
        {
            let listing = Arc::new(listing);
            listings.kept.insert(layer.clone(), Arc::clone(&listing));
            return Ok(listing);
        }
        let _turn = listings.turns.acquire().await;
        let (_, bytes) = self.inner.registry.stream_blob(access, layer).await?;
        let listing = Arc::new(Box::pin(read_listing(bytes)).await);
        // What ran out of time may do better when the machine is less busy.
        if listing.stopped != Some(StopReason::Time) {
            self.keep_listing(layer, &listing).await?;
            listings.kept.insert(layer.clone(), Arc::clone(&listing));
        }
        Ok(listing)
    }

    async fn keep_listing(
        &self,
        layer: &Digest,
        listing: &LayerListing,
    ) -> Result<(), CatalogError> {
        let Ok(kept) = listing.compress().await else {
            // Then it is read again after the next start.
            return Ok(());
        };
        let unpacked = i64::try_from(listing.unpacked).unwrap_or(i64::MAX);
        let mut transaction = self.inner.database.begin().await?;
        transaction
            .upsert_layer_listing(layer, &kept, unpacked, self.now_millis())
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The content of a file of a layer, at most [`MAX_SHOWN_BYTES`]; `None` where it is not there or larger.
    pub(in crate::catalog) async fn layer_file(
        &self,
        access: &PullAccess,
        layer: &Digest,
        path: &str,
    ) -> Result<Option<Vec<u8>>, CatalogError> {
        let _turn = self.inner.listings.turns.acquire().await;
        let (_, bytes) = self.inner.registry.stream_blob(access, layer).await?;
        Ok(Box::pin(read_file(bytes, path)).await.ok().flatten())
    }
}

async fn read_listing(bytes: crate::blob_store::OutgoingBytes) -> LayerListing {
    let mut listing = LayerListing::default();
    listing.stopped = read_entries(bytes, &mut listing).await.err();
    listing
}

async fn read_entries(
    bytes: crate::blob_store::OutgoingBytes,
    listing: &mut LayerListing,
) -> Result<(), StopReason> {
    let mut reader = TarReader::new(LayerStream::open(bytes).await?);
    loop {
        let next = reader.next_entry().await;
        listing.unpacked = reader.bytes_read();
        let Some(entry) = next? else { return Ok(()) };
        if listing.entries.len() >= MAX_ENTRIES {
            return Err(StopReason::Entries);
        }
        let path = tidy_path(&entry.path);
        if path.is_empty() {
            continue;
        }
        let database = PackageDatabase::at(&path).filter(|_| entry.size <= MAX_DATABASE_BYTES);
        let mut content = database.map(|_| Vec::new());
        let fingerprint = fingerprint(&mut reader, &entry, content.as_mut()).await?;
        if let (Some(database), Some(content)) = (database, content) {
            database.read_into(&content, &mut listing.packages);
        }
        listing.entries.push(FileEntry {
            path,
            kind: entry.kind,
            size: entry.size,
            mode: entry.mode,
            link: entry.link,
            fingerprint,
        });
    }
}

/// Reads a file's content and tells it from others; keeps it in `content` where that is wanted.
async fn fingerprint(
    reader: &mut TarReader,
    entry: &TarEntry,
    mut content: Option<&mut Vec<u8>>,
) -> Result<u64, StopReason> {
    if entry.kind != FileKind::File {
        return Ok(0);
    }
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = reader.read_content(&mut buffer).await?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        if let Some(content) = &mut content {
            content.extend_from_slice(&buffer[..read]);
        }
    }
    let hash: [u8; 32] = hash.finalize().into();
    let (first, _) = hash
        .split_first_chunk()
        .expect("a hash has more than eight bytes");
    Ok(u64::from_be_bytes(*first))
}

async fn read_file(
    bytes: crate::blob_store::OutgoingBytes,
    path: &str,
) -> Result<Option<Vec<u8>>, StopReason> {
    let mut reader = TarReader::new(LayerStream::open(bytes).await?);
    let mut found = None;
    for _ in 0..MAX_ENTRIES {
        let Some(entry) = reader.next_entry().await? else {
            break;
        };
        if entry.kind != FileKind::File
            || entry.size > MAX_SHOWN_BYTES
            || tidy_path(&entry.path) != path
        {
            continue;
        }
        let mut content = Vec::new();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match reader.read_content(&mut buffer).await? {
                0 => break,
                read => content.extend_from_slice(&buffer[..read]),
            }
        }
        // Of the same path the last one counts, so the rest is looked at too.
        found = Some(content);
    }
    Ok(found)
}

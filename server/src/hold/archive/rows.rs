//! What the database knows of a hold and its repo does not say, row by row.

use atproto::data::Cid;
use oci::Digest;
use serde::{Deserialize, Serialize};

use super::super::record_blobs::digest_of;
use super::{ArchiveError, as_text};
use crate::db::{
    CaptaincyOfferRow, HoldBlobRow, PendingPullsRow, RecordBlobRow, ReservationRow, Transaction,
};

/// A row, as a line of JSON. Times are in unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Row {
    /// A blob exists.
    Blob {
        digest: Digest,
        size: u64,
        stored_at: i64,
        claimed_at: i64,
    },
    /// A blob was uploaded for a record of the hold's own.
    RecordBlob {
        #[serde(with = "as_text")]
        cid: Cid,
        media_type: String,
        size: u64,
        uploaded_at: i64,
    },
    /// A blob counts for somebody, though no record says so yet.
    Promise {
        id: String,
        user: String,
        digest: Digest,
        size: u64,
        expires_at: i64,
    },
    /// Pulls that no stats record has counted yet.
    Pulls {
        owner: String,
        repository: String,
        pulls: i64,
        last_pull: i64,
    },
    /// An offer that its receiver has not accepted yet.
    CaptaincyOffer {
        member: String,
        offered_by: String,
        offered_at: i64,
    },
}

impl Row {
    /// The bytes that belong to the row: their digest and how many.
    pub(super) fn bytes(&self) -> Option<(Digest, u64)> {
        match self {
            Self::Blob { digest, size, .. } => Some((digest.clone(), *size)),
            Self::RecordBlob { cid, size, .. } => Some((digest_of(cid), *size)),
            Self::Promise { .. } | Self::Pulls { .. } | Self::CaptaincyOffer { .. } => None,
        }
    }

    /// Writes the row into another database.
    pub(super) async fn insert(self, transaction: &mut Transaction) -> Result<(), ArchiveError> {
        match self {
            Self::Blob {
                digest,
                size,
                stored_at,
                claimed_at,
            } => {
                let row = HoldBlobRow {
                    digest: digest.to_string(),
                    size,
                    stored_at,
                    claimed_at,
                };
                transaction.upsert_moved_blob(&row).await?;
            }
            Self::RecordBlob {
                cid,
                media_type,
                size,
                uploaded_at,
            } => {
                let row = RecordBlobRow {
                    cid: cid.to_bytes().to_vec(),
                    digest: digest_of(&cid).to_string(),
                    media_type,
                    size,
                };
                transaction.upsert_record_blob(&row, uploaded_at).await?;
            }
            Self::Promise {
                id,
                user,
                digest,
                size,
                expires_at,
            } => {
                let row = ReservationRow {
                    id,
                    user_did: user,
                    digest: Some(digest.to_string()),
                    size,
                    expires_at,
                };
                transaction.upsert_reservation(&row).await?;
            }
            Self::Pulls {
                owner,
                repository,
                pulls,
                last_pull,
            } => {
                let row = PendingPullsRow {
                    owner_did: owner,
                    repository,
                    pulls,
                    last_pull,
                };
                transaction.insert_pending_pulls(&row).await?;
            }
            Self::CaptaincyOffer {
                member,
                offered_by,
                offered_at,
            } => {
                let row = CaptaincyOfferRow {
                    member_did: member,
                    offered_by,
                    offered_at,
                };
                transaction.upsert_captaincy_offer(&row).await?;
            }
        }
        Ok(())
    }
}

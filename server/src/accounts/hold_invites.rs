//! Links that let somebody into the crew of a hold, here or elsewhere.
//!
//! A link carries 256 random bits, of which only the hash is stored. Whoever opens it adds themselves in the name of
//! the person who made it: the hold decides at that moment whether that person still administers its crew, so an
//! invite ends with their right. It gives reading and writing, never administration.

use atproto::syntax::Did;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::access_tokens::SecretHash;
use super::oauth::{OAuthSessions, Permission};
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::hold_admin::{CrewChange, HoldAdminError, TierChange};
use crate::clients::holds::Holds;
use crate::clock::Clock;
use crate::db::{Database, DatabaseError, HoldInviteRow};

/// Random characters of a secret: 62^43 > 2^256.
const SECRET_CHARACTERS: usize = 43;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Invites of one hold that stand at a time.
const MAX_INVITES: i64 = 100;
/// People whom one invite lets in.
const MAX_USES: u16 = 100;
/// How long an invite stands at most.
const MAX_LIFETIME: TimeDelta = TimeDelta::days(30);
/// The longest note, in characters.
const MAX_NOTE: usize = 64;

/// Makes invites and lets people in. Cheap to clone.
#[derive(Clone)]
pub struct HoldInvites {
    /// Keeps them.
    pub database: Database,
    /// The holds.
    pub holds: Holds,
    /// The sessions in which people speak to holds elsewhere.
    pub oauth: OAuthSessions,
    /// The time.
    pub clock: Clock,
}

/// What an invite is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    /// What it is for, in words.
    pub note: String,
    /// The tier it gives; `None` for the default.
    pub tier: Option<String>,
    /// For how many people it is.
    pub uses: u16,
    /// How long it stands.
    pub lifetime: TimeDelta,
}

/// An invite that lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldInvite {
    /// Names it in lists and forms.
    pub id: String,
    /// Into whose crew.
    pub hold: Did,
    /// In whose name.
    pub created_by: Did,
    /// What it is for.
    pub note: String,
    /// The tier it gives.
    pub tier: Option<String>,
    /// How many people it still lets in.
    pub uses_left: u64,
    /// When it ends, in unix milliseconds.
    pub expires_at: i64,
}

/// Why an invite was not made, or let nobody in.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// It has ended, was used up or taken back, or never was one.
    #[error("this invite has ended")]
    Ended,
    /// It is for too many people or too long, or its note is too long.
    #[error(
        "an invite is for 100 people and 30 days at most, and its note has 64 characters at most"
    )]
    OutOfBounds,
    /// The hold has too many.
    #[error("this hold has 100 invites already; take one back first")]
    TooMany,
    /// There is no randomness to be had.
    #[error("there is no randomness to be had")]
    NoRandomness,
    /// The hold refused or failed.
    #[error(transparent)]
    Hold(#[from] HoldAdminError),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
}

impl From<HoldError> for InviteError {
    fn from(error: HoldError) -> Self {
        Self::Hold(error.into())
    }
}

impl HoldInvites {
    /// Makes an invite. The caller knows that `by` administers the crew of the hold. Returns its secret, this once.
    pub async fn create(
        &self,
        hold: &Did,
        by: &Did,
        new: NewInvite,
    ) -> Result<SecretString, InviteError> {
        let note = new.note.trim();
        if new.uses == 0
            || new.uses > MAX_USES
            || new.lifetime <= TimeDelta::zero()
            || new.lifetime > MAX_LIFETIME
            || note.chars().count() > MAX_NOTE
        {
            return Err(InviteError::OutOfBounds);
        }
        let secret = super::access_tokens::random_characters(ALPHABET, SECRET_CHARACTERS)
            .map_err(|_| InviteError::NoRandomness)?;
        let now = self.clock.now_millis();
        let row = HoldInviteRow {
            id: Uuid::now_v7().simple().to_string(),
            hold_did: hold.to_string(),
            created_by: by.to_string(),
            note: note.to_owned(),
            tier: new.tier,
            uses_left: new.uses.into(),
            created_at: now,
            expires_at: now + new.lifetime.num_milliseconds(),
        };
        let hash = SecretHash::of(&secret);
        let is_stored = self
            .database
            .insert_hold_invite(&row, hash.as_bytes(), MAX_INVITES)
            .await?;
        if !is_stored {
            return Err(InviteError::TooMany);
        }
        tracing::info!(hold.did = %hold, account.did = %by, invite.id = row.id, "an invite was made");
        Ok(secret.into())
    }

    /// The invites of a hold that still let somebody in, the newest first.
    pub async fn list(&self, hold: &Did) -> Result<Vec<HoldInvite>, InviteError> {
        let now = self.clock.now_millis();
        let rows = self.database.list_hold_invites(hold.as_str(), now).await?;
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Takes an invite of a hold back. The caller knows that whoever wants it administers the crew.
    pub async fn revoke(&self, hold: &Did, id: &str) -> Result<bool, InviteError> {
        Ok(self.database.delete_hold_invite(hold.as_str(), id).await?)
    }

    /// The invite to `hold` with this secret, while it lets somebody in.
    pub async fn find(
        &self,
        hold: &Did,
        secret: &SecretString,
    ) -> Result<Option<HoldInvite>, InviteError> {
        let hash = SecretHash::of(secret.expose_secret());
        let now = self.clock.now_millis();
        let row = self.database.find_hold_invite(hash.as_bytes(), now).await?;
        Ok(row.and_then(read).filter(|invite| invite.hold == *hold))
    }

    /// Lets `person` into the crew of `hold`. Whoever is in it already stays what they are, and uses nothing up.
    pub async fn accept(
        &self,
        hold: &Did,
        secret: &SecretString,
        person: &Did,
    ) -> Result<(), InviteError> {
        let invite = self.find(hold, secret).await?.ok_or(InviteError::Ended)?;
        let admin = self.holds.administer(hold).await?;
        if admin.find_crew_member(person).await?.is_some() {
            return Ok(());
        }
        let inviter = self.inviter(&invite).await?;
        let now = self.clock.now_millis();
        if !self.database.use_hold_invite(&invite.id, now).await? {
            return Err(InviteError::Ended);
        }
        let change = CrewChange {
            tier: invite.tier.map_or(TierChange::Keep, TierChange::Named),
            ..CrewChange::default()
        };
        let added = admin.set_crew_member(&inviter, person, change).await;
        if added.is_err() {
            self.database.return_hold_invite(&invite.id).await?;
        } else {
            tracing::info!(hold.did = %hold, invite.id = invite.id, "an invite let somebody in");
        }
        Ok(added?)
    }

    /// Forgets invites that let nobody in any more.
    pub async fn purge(&self) -> Result<u64, InviteError> {
        let now = self.clock.now_millis();
        Ok(self.database.purge_hold_invites(now).await?)
    }

    /// Whoever made an invite, with the session in which a hold elsewhere hears it from them.
    async fn inviter(&self, invite: &HoldInvite) -> Result<HoldUser, InviteError> {
        let session = self
            .oauth
            .find_session_for(&invite.created_by, Permission::Holds)
            .await?;
        Ok(HoldUser {
            did: invite.created_by.clone(),
            session,
        })
    }
}

fn read(row: HoldInviteRow) -> Option<HoldInvite> {
    Some(HoldInvite {
        hold: row.hold_did.parse().ok()?,
        created_by: row.created_by.parse().ok()?,
        id: row.id,
        note: row.note,
        tier: row.tier,
        uses_left: u64::try_from(row.uses_left).unwrap_or_default(),
        expires_at: row.expires_at,
    })
}

//! Who may do what in a hold. The only place that decides.
//!
//! | | captain | crew | anybody else |
//! |---|---|---|---|
//! | read | yes | with `blob:read`, or when the hold is public | when the hold is public |
//! | write | yes | with `blob:write` | no |
//! | administer the crew | yes | with `crew:admin` | no |
//! | what is the captain's own | yes | no | no |
//!
//! Decided from the captain and crew records, as they are now: what a record said is kept for two seconds at
//! most, and in the process that changed it not at all.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use atproto::syntax::Did;
use moka::future::Cache;

use super::{Hold, HoldError};
use crate::db::{CaptainRow, CrewRow, Database, Transaction};

/// How long what a record said is believed, where another process may have changed it.
const BELIEVED: Duration = Duration::from_secs(2);
/// People whose standing is remembered.
const PEOPLE: u64 = 10_000;

/// Proof that somebody may write to the hold, for functions that store bytes.
#[derive(Debug)]
pub(super) struct MayWrite(());

/// Proof that somebody may administer the crew.
#[derive(Debug, Clone)]
pub(super) struct MayAdminister {
    /// Who it is.
    pub by: Did,
    /// Whether they are the captain, who may do more.
    pub is_captain: bool,
}

/// Proof that somebody is the captain.
#[derive(Debug)]
pub(super) struct IsCaptain(());

/// What somebody is to a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Owns it.
    Captain,
    /// Is in the crew, with these permissions.
    Crew(CrewPermissions),
    /// Is signed in, and nothing to the hold.
    Stranger,
    /// Is not signed in.
    Nobody,
}

/// What a crew record permits. Words that are not known here permit nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CrewPermissions {
    /// `blob:read`.
    pub read: bool,
    /// `blob:write`.
    pub write: bool,
    /// `crew:admin`.
    pub admin: bool,
}

/// `blob:read`: reading blobs of a hold that is not public.
pub const BLOB_READ: &str = "blob:read";
/// `blob:write`: storing blobs.
pub const BLOB_WRITE: &str = "blob:write";
/// `crew:admin`: administering the crew.
pub const CREW_ADMIN: &str = "crew:admin";

impl CrewPermissions {
    /// Reads the words of a crew record.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut permissions = Self::default();
        for word in words {
            match word {
                BLOB_READ => permissions.read = true,
                BLOB_WRITE => permissions.write = true,
                CREW_ADMIN => permissions.admin = true,
                _ => {}
            }
        }
        permissions
    }

    fn of_row(row: &CrewRow) -> Self {
        let words: Vec<String> = serde_json::from_str(&row.permissions).unwrap_or_default();
        Self::of(words.iter().map(String::as_str))
    }
}

impl Standing {
    /// Whether blobs may be read.
    pub const fn may_read(self, is_public: bool) -> bool {
        match self {
            Self::Captain => true,
            Self::Crew(permissions) => permissions.read || is_public,
            Self::Stranger | Self::Nobody => is_public,
        }
    }

    /// Whether blobs may be stored.
    pub const fn may_write(self) -> bool {
        match self {
            Self::Captain => true,
            Self::Crew(permissions) => permissions.write,
            Self::Stranger | Self::Nobody => false,
        }
    }

    /// Whether the crew may be administered.
    pub const fn may_administer(self) -> bool {
        match self {
            Self::Captain => true,
            Self::Crew(permissions) => permissions.admin,
            Self::Stranger | Self::Nobody => false,
        }
    }
}

/// What is remembered of the captain and crew records.
pub(super) struct Remembered {
    captain: Cache<(), (i64, Arc<CaptainRow>)>,
    crew: Cache<String, (i64, Option<CrewPermissions>)>,
    last_captain: RwLock<Option<Arc<CaptainRow>>>,
}

impl Remembered {
    pub(super) fn new() -> Self {
        Self {
            captain: Cache::builder().time_to_live(BELIEVED).build(),
            crew: Cache::builder()
                .max_capacity(PEOPLE)
                .time_to_live(BELIEVED)
                .build(),
            last_captain: RwLock::new(None),
        }
    }

    /// What the captain record said when it was last read.
    pub(super) fn last_captain(&self) -> Option<Arc<CaptainRow>> {
        self.last_captain
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The captain record as it was after the event `seq`, or later.
    async fn captain(
        &self,
        seq: i64,
        database: &Database,
    ) -> Result<Option<Arc<CaptainRow>>, HoldError> {
        if let Some((then, captain)) = self.captain.get(&()).await
            && then == seq
        {
            return Ok(Some(captain));
        }
        let captain = database.find_captain().await?.map(Arc::new);
        if let Some(captain) = &captain {
            self.captain.insert((), (seq, Arc::clone(captain))).await;
            *self
                .last_captain
                .write()
                .unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(captain));
        }
        Ok(captain)
    }

    async fn crew(
        &self,
        seq: i64,
        member: &Did,
        database: &Database,
    ) -> Result<Option<CrewPermissions>, HoldError> {
        if let Some((then, permissions)) = self.crew.get(member.as_str()).await
            && then == seq
        {
            return Ok(permissions);
        }
        let row = database.find_crew(member.as_str()).await?;
        let permissions = row.as_ref().map(CrewPermissions::of_row);
        self.crew
            .insert(member.to_string(), (seq, permissions))
            .await;
        Ok(permissions)
    }
}

impl Hold {
    /// What the captain record says.
    pub(super) async fn captain_row(&self) -> Result<Arc<CaptainRow>, HoldError> {
        self.inner
            .remembered
            .captain(self.repo().last_known_seq(), self.database())
            .await?
            .ok_or(HoldError::NotSetUp)
    }

    /// What somebody (`None`: nobody in particular) is to the hold.
    pub async fn standing(&self, person: Option<&Did>) -> Result<Standing, HoldError> {
        let Some(person) = person else {
            return Ok(Standing::Nobody);
        };
        if self.captain_row().await?.owner_did == person.as_str() {
            return Ok(Standing::Captain);
        }
        let crew = self
            .inner
            .remembered
            .crew(self.repo().last_known_seq(), person, self.database())
            .await?;
        Ok(crew.map_or(Standing::Stranger, Standing::Crew))
    }

    /// Whether `reader` (`None`: nobody in particular) may read blobs.
    pub async fn may_read(&self, reader: Option<&Did>) -> Result<bool, HoldError> {
        if self.captain_row().await?.public.0 {
            return Ok(true);
        }
        Ok(self.standing(reader).await?.may_read(false))
    }

    /// Whether `writer` may store blobs. [`HoldError::Denied`] says why not.
    pub async fn check_write(&self, writer: &Did) -> Result<(), HoldError> {
        self.permit_write(writer).await.map(drop)
    }

    /// As [`Hold::check_write`], with the proof.
    pub(super) async fn permit_write(&self, writer: &Did) -> Result<MayWrite, HoldError> {
        let standing = self.standing(Some(writer)).await?;
        if standing.may_write() {
            return Ok(MayWrite(()));
        }
        Err(self.refusal(&*self.captain_row().await?, standing, BLOB_WRITE))
    }

    /// Who may change the crew. What is remembered is good enough to refuse somebody early; a change itself is
    /// permitted by [`Self::permit_administration_in`].
    pub(super) async fn permit_administration(
        &self,
        person: &Did,
    ) -> Result<MayAdminister, HoldError> {
        let standing = self.standing(Some(person)).await?;
        let captain = self.captain_row().await?;
        self.administrator(&captain, standing, person)
    }

    /// Who may change the crew, as a transaction sees it that holds the repo's head: nobody loses the right
    /// between this and what the transaction writes.
    pub(super) async fn permit_administration_in(
        &self,
        transaction: &mut Transaction,
        person: &Did,
    ) -> Result<MayAdminister, HoldError> {
        let (captain, standing) = standing_in(transaction, person).await?;
        self.administrator(&captain, standing, person)
    }

    /// Who may do what only the captain may, as a transaction sees it that holds the repo's head.
    pub(super) async fn permit_captain_in(
        &self,
        transaction: &mut Transaction,
        person: &Did,
    ) -> Result<IsCaptain, HoldError> {
        let (captain, standing) = standing_in(transaction, person).await?;
        if standing == Standing::Captain {
            return Ok(IsCaptain(()));
        }
        Err(HoldError::Denied {
            reason: format!(
                "Access denied: only the captain of {} may do this ({})",
                self.did(),
                captain.owner_did
            ),
        })
    }

    fn administrator(
        &self,
        captain: &CaptainRow,
        standing: Standing,
        person: &Did,
    ) -> Result<MayAdminister, HoldError> {
        if standing.may_administer() {
            return Ok(MayAdminister {
                by: person.clone(),
                is_captain: standing == Standing::Captain,
            });
        }
        Err(self.refusal(captain, standing, CREW_ADMIN))
    }

    /// Says what somebody lacks, and whom to ask.
    fn refusal(&self, captain: &CaptainRow, standing: Standing, permission: &str) -> HoldError {
        let hold = self.did();
        let owner = &captain.owner_did;
        let reason = match standing {
            Standing::Crew(_) => format!(
                "Access denied: your membership in the crew of {hold} does not include {permission}; ask its captain ({owner})"
            ),
            _ if captain.allow_all_crew.0 => format!(
                "Access denied: user is not a crew member of {hold}; join with io.atcr.hold.requestCrew"
            ),
            _ => format!(
                "Access denied: user is not a crew member of {hold}; ask its captain ({owner})"
            ),
        };
        HoldError::Denied { reason }
    }
}

/// The captain record, and what somebody is by the records that a transaction sees.
async fn standing_in(
    transaction: &mut Transaction,
    person: &Did,
) -> Result<(CaptainRow, Standing), HoldError> {
    let captain = transaction
        .find_captain()
        .await?
        .ok_or(HoldError::NotSetUp)?;
    if captain.owner_did == person.as_str() {
        return Ok((captain, Standing::Captain));
    }
    let crew = transaction.find_crew(person.as_str()).await?;
    let permissions = crew.as_ref().map(CrewPermissions::of_row);
    let standing = permissions.map_or(Standing::Stranger, Standing::Crew);
    Ok((captain, standing))
}

#[cfg(test)]
mod tests {
    use super::*;

    const READER: CrewPermissions = CrewPermissions {
        read: true,
        write: false,
        admin: false,
    };
    const WRITER: CrewPermissions = CrewPermissions {
        read: false,
        write: true,
        admin: false,
    };
    const ADMIN: CrewPermissions = CrewPermissions {
        read: false,
        write: false,
        admin: true,
    };

    #[test]
    fn the_whole_table() {
        // Standing; reading a private and a public hold; writing; administering.
        for (standing, private, public, write, admin) in [
            (Standing::Captain, true, true, true, true),
            (Standing::Crew(READER), true, true, false, false),
            (Standing::Crew(WRITER), false, true, true, false),
            (Standing::Crew(ADMIN), false, true, false, true),
            (
                Standing::Crew(CrewPermissions::default()),
                false,
                true,
                false,
                false,
            ),
            (Standing::Stranger, false, true, false, false),
            (Standing::Nobody, false, true, false, false),
        ] {
            assert_eq!(
                (
                    standing.may_read(false),
                    standing.may_read(true),
                    standing.may_write(),
                    standing.may_administer()
                ),
                (private, public, write, admin),
                "{standing:?}"
            );
        }
    }

    #[test]
    fn unknown_words_permit_nothing() {
        let words = ["blob:*", "BLOB:READ", "owner", "admin", "", "crew:admin "];
        assert_eq!(CrewPermissions::of(words), CrewPermissions::default());
    }
}

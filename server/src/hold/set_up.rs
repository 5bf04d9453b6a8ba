//! The first start of a hold, which makes its repo, and every later one, which applies what the operator changed.

use atproto::repo::Write;
use atproto::syntax::Did;
use lexicon::{ActorProfile, HoldCaptain, HoldCrew, Record as _};

use super::activity::{ActivityAction, Actor, Entry};
use super::captain::{CaptainSettings, self_key};
use super::crew::{crew_key, to_ipld};
use super::repo::{self, RepoError};
use super::{Hold, HoldError};

/// What the operator says about the hold.
#[derive(Debug, Clone)]
pub struct HoldSetup {
    /// Who owns it. `None` where the handle could not be looked up: then a hold that has a captain starts all the
    /// same.
    pub owner: Option<Did>,
    /// What was said about it, and only that.
    pub given: CaptainSettings,
    /// What it is called.
    pub name: String,
    /// Whether its DID document has just been changed.
    pub identity_changed: bool,
}

/// A hold that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The first start needs the captain's DID.
    #[error(
        "the hold's captain is not known; set HOLD_OWNER to a handle that resolves, or to a DID"
    )]
    NoOwner,
    /// The setting and the record differ.
    #[error(
        "HOLD_OWNER is {setting}, but the captain of this hold is {captain}; the captaincy is handed over, not set: set HOLD_OWNER to {captain}, or have {captain} offer it to {setting}"
    )]
    OtherCaptain {
        /// What the setting says.
        setting: Did,
        /// What the record says.
        captain: Did,
    },
    /// The repo is that of another DID.
    #[error(
        "the repo in this database belongs to {repo}, but by its settings this hold would be {settings}; a did:web cannot move, so set HOLD_PUBLIC_URL back, or start with an empty database"
    )]
    OtherDid {
        /// Whose repo it is.
        repo: Did,
        /// Who the hold would be.
        settings: Did,
    },
    /// The hold refused or failed.
    #[error("the hold cannot be set up")]
    Hold(#[from] HoldError),
}

impl From<RepoError> for SetUpError {
    fn from(error: RepoError) -> Self {
        Self::Hold(error.into())
    }
}

impl Hold {
    /// Makes the hold's first records, or brings them to what the operator says now. May be repeated, also by
    /// several processes at once.
    pub async fn set_up(&self, setup: &HoldSetup) -> Result<(), SetUpError> {
        if self.repo().head().await?.is_none() {
            self.begin(setup).await?;
        }
        let head = self.repo().head().await?.ok_or(RepoError::NoRepo)?;
        if head.did != *self.did() {
            return Err(SetUpError::OtherDid {
                repo: head.did,
                settings: self.did().clone(),
            });
        }
        self.check_captain(setup).await?;
        let signed_again = self.repo().sign_again().await?;
        if signed_again {
            tracing::warn!(
                "the hold's signing key is another one than before; signed the repo again"
            );
        }
        if signed_again || setup.identity_changed {
            self.repo().announce_identity().await?;
        }
        let recorded = self.record_old_layers().await?;
        if recorded > 0 {
            tracing::info!(
                layers = recorded,
                "wrote records for layers of an older release"
            );
        }
        Ok(())
    }

    /// The first commit. Somebody else's, made meanwhile, is as good.
    async fn begin(&self, setup: &HoldSetup) -> Result<(), SetUpError> {
        let owner = setup.owner.as_ref().ok_or(SetUpError::NoOwner)?;
        let captain = HoldCaptain {
            owner: owner.clone(),
            public: setup.given.public.unwrap_or(false),
            allow_all_crew: setup.given.allow_all_crew.unwrap_or(false),
            enable_bluesky_posts: setup.given.enable_bluesky_posts.unwrap_or(false),
            deployed_at: self.datetime(),
            region: None,
            provider: None,
        };
        let profile = ActorProfile {
            display_name: Some(setup.name.clone()),
            description: Some(format!(
                "Storage for container images, run by {owner} with Longshore."
            )),
            created_at: Some(self.datetime()),
            ..ActorProfile::default()
        };
        let writes = [
            repo::create(HoldCaptain::collection(), self_key(), to_ipld(&captain)?),
            repo::create(
                HoldCrew::collection(),
                crew_key(owner),
                to_ipld(&self.owner_crew(owner))?,
            ),
            repo::create(ActorProfile::collection(), self_key(), to_ipld(&profile)?),
        ];
        match self.write_first(owner, &writes).await {
            Ok(()) => {}
            Err(HoldError::Repo(RepoError::Conflict | RepoError::RecordExists(_))) => {
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        self.repo().announce_state().await?;
        tracing::info!(
            hold.did = %self.did(),
            hold.captain = %owner,
            hold.public = captain.public,
            hold.signing_key = %self.identity().signing_key().public_key().to_did_key(),
            "created the hold's repo with its captain, their crew record and a profile"
        );
        Ok(())
    }

    async fn write_first(&self, owner: &Did, writes: &[Write]) -> Result<(), HoldError> {
        let mut transaction = self.repo().begin().await?;
        let info = self.repo().write(&mut transaction, writes).await?;
        let created = Entry::new(Actor::Operator, ActivityAction::HoldCreated);
        self.note(&mut transaction, created.to(owner)).await?;
        transaction.commit().await?;
        self.repo().committed(&info);
        Ok(())
    }

    async fn check_captain(&self, setup: &HoldSetup) -> Result<(), SetUpError> {
        let captain = self.captain().await?;
        if let Some(setting) = setup.owner.as_ref().filter(|owner| **owner != captain.did) {
            return Err(SetUpError::OtherCaptain {
                setting: setting.clone(),
                captain: captain.did,
            });
        }
        let info = self.apply_settings(setup.given).await?;
        if info.changed {
            tracing::info!(commit.rev = %info.rev, "changed the captain record to what the settings say");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

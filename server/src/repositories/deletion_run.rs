//! Doing a deletion: step by step, each of which may be repeated.

use std::time::Duration;

use atproto::syntax::{Did, Nsid, RecordKey};
use oci::{Digest, RepositoryName, RepositoryPath, Tag};

use super::deletions::Cause;
use super::{OwnerError, Repositories};
use crate::clients::hold::HoldUser;
use crate::db::{DeletionRow, DeletionStepRow};
use crate::registry::RegistryError;
use crate::registry::permissions::DeleteAccess;

/// How long whoever confirmed waits for a short deletion to end.
const PATIENCE: Duration = Duration::from_secs(3);

impl Repositories {
    /// Runs a deletion as a task of its own, and waits a moment for it.
    pub(super) async fn run_in_background(&self, id: String) {
        let repositories = self.clone();
        let running = tokio::spawn(async move {
            if let Err(error) = Box::pin(repositories.run(&id)).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a deletion was interrupted and will be taken over"
                );
            }
        });
        // It goes on when nobody waits any more.
        drop(tokio::time::timeout(PATIENCE, running).await);
    }

    /// Does what is left of a deletion. A failure of one step leaves the others; one that all would share ends it.
    pub(super) async fn run(&self, id: &str) -> Result<(), OwnerError> {
        let database = &self.inner.database;
        let Some(row) = database.find_deletion(id).await? else {
            return Ok(());
        };
        let access = match self.access_of(&row).await {
            Ok(access) => access,
            Err(error) => return self.end(&row, Some(words(&error))).await,
        };
        let mut failed = 0_usize;
        for step in database.list_deletion_steps(id).await? {
            if step.state == "done" {
                continue;
            }
            let outcome = self.take_step(&access, &step).await;
            let (state, reason) = match &outcome {
                Ok(()) => ("done", None),
                Err(reason) => ("failed", Some(reason.words())),
            };
            let mut transaction = database.begin().await?;
            let now = self.now_millis();
            transaction
                .update_deletion_step(id, step.position, state, reason.as_deref(), now)
                .await?;
            transaction.commit().await?;
            match outcome {
                Ok(()) => {}
                Err(Failure::OfThis(_)) => failed += 1,
                Err(Failure::OfAll(problem)) => return self.end(&row, Some(problem)).await,
            }
        }
        if row.cause == Cause::Repository.as_str() && failed == 0 {
            self.inner.registry.forget_blobs(&access).await?;
            self.forget_records(&access).await?;
        }
        let problem = (failed > 0).then(|| "Not everything could be deleted.".to_owned());
        self.end(&row, problem).await
    }

    /// The rights of whoever confirmed, as they are now.
    async fn access_of(&self, row: &DeletionRow) -> Result<DeleteAccess, OwnerError> {
        let unknown = || OwnerError::RepositoryUnknown;
        let did: Did = row.owner_did.parse().map_err(|_| unknown())?;
        let path: RepositoryPath = row.repository.parse().map_err(|_| unknown())?;
        let component = did.to_oci_component().ok_or_else(unknown)?;
        let name = RepositoryName::new(&component, &path).map_err(|_| unknown())?;
        let user = HoldUser {
            did,
            session: Some(row.session_id.clone()),
        };
        Ok(self.open(&user, &name).await?.access)
    }

    async fn take_step(
        &self,
        access: &DeleteAccess,
        step: &DeletionStepRow,
    ) -> Result<(), Failure> {
        let registry = &self.inner.registry;
        let unreadable = || Failure::OfThis("It cannot be read any more.".to_owned());
        let deleted = match step.kind.as_str() {
            "tag" => {
                let tag: Tag = step.name.parse().map_err(|_| unreadable())?;
                let digest: Digest = step.digest.parse().map_err(|_| unreadable())?;
                match registry.delete_tag_at(access, &tag, &digest).await {
                    Ok(false) => {
                        let reason =
                            "It points to another manifest since you confirmed, so it stays.";
                        return Err(Failure::OfThis(reason.to_owned()));
                    }
                    outcome => outcome.map(|_| ()),
                }
            }
            "manifest" => {
                let digest: Digest = step.digest.parse().map_err(|_| unreadable())?;
                match Box::pin(registry.delete_untagged_manifest(access, &digest)).await {
                    Ok(false) => {
                        return Err(Failure::OfThis(
                            "A tag points to it, so it stays.".to_owned(),
                        ));
                    }
                    outcome => outcome.map(|_| ()),
                }
            }
            _ => {
                let (nsid, key) = step.name.split_once('/').ok_or_else(unreadable)?;
                let collection: Nsid = nsid.parse().map_err(|_| unreadable())?;
                let key: RecordKey = key.parse().map_err(|_| unreadable())?;
                registry.delete_record_of(access, &collection, &key).await
            }
        };
        match deleted {
            // It is gone already.
            Ok(()) | Err(RegistryError::ManifestUnknown { .. }) => Ok(()),
            Err(error @ RegistryError::ImmutableTag { .. }) => {
                Err(Failure::OfThis(error.to_string()))
            }
            Err(error) => Err(Failure::OfAll(words(&error.into()))),
        }
    }

    /// What pages knew of a repository that is gone.
    async fn forget_records(&self, access: &DeleteAccess) -> Result<(), OwnerError> {
        let (owner, path) = (&access.repository.owner, access.repository.path());
        let mut transaction = self.inner.database.begin().await?;
        transaction.delete_repository_records(owner, path).await?;
        Ok(transaction.commit().await?)
    }

    async fn end(&self, row: &DeletionRow, problem: Option<String>) -> Result<(), OwnerError> {
        let state = if problem.is_some() { "stopped" } else { "done" };
        let mut transaction = self.inner.database.begin().await?;
        let now = self.now_millis();
        transaction
            .end_deletion(&row.id, state, problem.as_deref(), now)
            .await?;
        Ok(transaction.commit().await?)
    }
}

/// Why a step was not taken.
enum Failure {
    /// Others may go well.
    OfThis(String),
    /// Others would fail alike.
    OfAll(String),
}

impl Failure {
    fn words(&self) -> String {
        let (Self::OfThis(words) | Self::OfAll(words)) = self;
        words.clone()
    }
}

fn words(error: &OwnerError) -> String {
    match error {
        OwnerError::SessionEnded => {
            "What you had allowed this registry at your server was lost or has ended. Allow it once more, and continue."
                .to_owned()
        }
        OwnerError::Pds(_) | OwnerError::Session(_) => {
            "Your server did not answer, or had enough for now. Continue in a while.".to_owned()
        }
        OwnerError::Registry(RegistryError::Hold(_)) => {
            "The hold of this repository did not answer. Continue in a while.".to_owned()
        }
        error => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a deletion stopped"
            );
            "Something failed on our side. Continue in a while.".to_owned()
        }
    }
}

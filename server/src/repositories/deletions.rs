//! Deleting several tags and manifests, or a whole repository: planned, confirmed, and then done step by step.
//!
//! The steps are rows, so a deletion survives a closed browser and a server that stops: whoever finds one that nobody
//! moves on goes on with it. Each step may be repeated.

use std::collections::BTreeSet;
use std::time::Duration;

use atproto::syntax::{Did, Nsid, RecordKey};
use lexicon::{ManifestRecord, Record as _};
use oci::{Digest, Manifest, RepositoryName, RepositoryPath, Tag};

use super::deletion_plan::{Contents, DeletionPlan, Freed, ManifestState, TagState};
use super::page::{COLLECTIONS, page_key};
use super::{OwnedRepository, OwnerError, Repositories};
use crate::clients::hold::HoldUser;
use crate::db::{DeletionRow, DeletionStepRow};
use crate::registry::RegistryError;
use crate::registry::permissions::DeleteAccess;

/// Tags looked at in one repository: as many as a whole listing of a PDS takes up.
const MAX_TAGS: i64 = 20_000;
/// Deletions shown of one repository.
const SHOWN: i64 = 10;
/// A deletion that nothing happened to for so long is taken over, in milliseconds.
const ABANDONED_MILLIS: i64 = 2 * 60 * 1000;
/// Deletions are remembered so long, in milliseconds.
const REMEMBERED_MILLIS: i64 = 90 * 24 * 60 * 60 * 1000;
/// Abandoned deletions taken over in one go.
const BATCH: i64 = 20;
/// How long whoever confirmed waits for a short deletion to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// These tags, with what nothing leads to then.
    Tags(BTreeSet<Tag>),
    /// Every tag with this in it, whatever the case.
    Matching(String),
    /// The whole repository.
    Everything,
    /// What the retention rules say now.
    Rules,
}

/// Why something was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its owner chose it.
    Tags,
    /// Its owner deleted the repository.
    Repository,
    /// A retention rule.
    Retention,
}

impl Cause {
    /// Its name in the database and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Repository => "repository",
            Self::Retention => "retention",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "repository" => Self::Repository,
            "retention" => Self::Retention,
            _ => Self::Tags,
        }
    }
}

/// How far a deletion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    Running,
    /// Everything was deleted.
    Done,
    /// It stopped, or some of it could not be deleted. It may be continued.
    Stopped,
}

/// A deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Names it in addresses.
    pub id: String,
    /// Why.
    pub cause: Cause,
    /// How far it is.
    pub progress: Progress,
    /// Why it stopped.
    pub problem: Option<String>,
    /// Bytes that the owner's quota gets back, where that is known.
    pub freed: Option<u64>,
    /// Unix milliseconds.
    pub started_at: i64,
    /// Unix milliseconds.
    pub ended_at: Option<i64>,
    /// Tags and manifests that are gone, and all of them.
    pub tags: (u64, u64),
    /// As `tags`.
    pub manifests: (u64, u64),
    /// Steps that are done, and all of them.
    pub steps: (u64, u64),
}

/// What a step deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A tag.
    Tag,
    /// A manifest.
    Manifest,
    /// Another record of the repository.
    Record,
}

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// It is gone.
    Done,
    /// It is still there.
    Failed {
        /// Why, for its owner.
        reason: String,
    },
}

/// One thing that is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionStep {
    /// What kind of thing.
    pub kind: StepKind,
    /// The tag, the digest, or the name of the record.
    pub name: String,
    /// How it went.
    pub state: StepState,
}

impl Repositories {
    /// What deleting `what` means, as everything is now.
    pub async fn plan_deletion(
        &self,
        owned: &OwnedRepository,
        what: &What,
    ) -> Result<DeletionPlan, OwnerError> {
        let contents = self.contents(owned).await?;
        let mut plan = match what {
            What::Tags(tags) => contents.plan(tags, &BTreeSet::new()),
            What::Matching(filter) => {
                let filter = filter.trim().to_lowercase();
                let matches = |tag: &&Tag| tag.as_str().to_lowercase().contains(&filter);
                let tags = contents.tags.keys().filter(matches).cloned().collect();
                contents.plan(&tags, &BTreeSet::new())
            }
            What::Everything => contents.plan_all(),
            What::Rules => {
                let known = self.known_settings(owned).await?;
                let retention = known.settings.and_then(|settings| settings.retention);
                let retention = retention.unwrap_or_default();
                let chosen = contents.chosen_by(&retention, self.now_millis());
                contents.plan(&chosen.tags, &chosen.manifests)
            }
        };
        plan.freed = self.reckon(owned, &contents, &plan.manifests).await;
        Ok(plan)
    }

    /// Begins to delete what `what` means, if that is still what was confirmed: the plan of this fingerprint. Waits
    /// a moment for its end, and returns its id.
    ///
    /// # Errors
    /// [`OwnerError::Changed`] when something else would be deleted by now.
    pub async fn delete(
        &self,
        owned: &OwnedRepository,
        what: &What,
        fingerprint: &str,
    ) -> Result<String, OwnerError> {
        let plan = self.plan_deletion(owned, what).await?;
        if plan.fingerprint() != fingerprint {
            return Err(OwnerError::Changed);
        }
        let cause = match what {
            What::Tags(_) | What::Matching(_) => Cause::Tags,
            What::Everything => Cause::Repository,
            What::Rules => Cause::Retention,
        };
        if cause == Cause::Repository && !plan.immutable.is_empty() {
            return Err(OwnerError::Invalid {
                reason: "Some tags of this repository are immutable. Take their patterns out of the settings first."
                    .to_owned(),
            });
        }
        let id = self.record_deletion(owned, cause, &plan).await?;
        self.run_in_background(id.clone()).await;
        Ok(id)
    }

    /// Goes on with a deletion that stopped, with the session of whoever asks.
    pub async fn continue_deletion(
        &self,
        owned: &OwnedRepository,
        id: &str,
    ) -> Result<(), OwnerError> {
        let row = self.deletion_row(owned, id).await?;
        let session = owned.access.session.as_deref();
        let session = session.ok_or(OwnerError::SessionEnded)?;
        if row.state == "stopped" && self.claim(&row, session).await? {
            self.run_in_background(id.to_owned()).await;
        }
        Ok(())
    }

    /// A deletion of a repository with its steps.
    pub async fn find_deletion(
        &self,
        owned: &OwnedRepository,
        id: &str,
    ) -> Result<(Deletion, Vec<DeletionStep>), OwnerError> {
        let row = self.deletion_row(owned, id).await?;
        let steps = self.inner.database.list_deletion_steps(id).await?;
        let deletion = self.describe(row).await?;
        Ok((deletion, steps.into_iter().map(step).collect()))
    }

    /// The last deletions of a repository.
    pub async fn list_deletions(
        &self,
        owned: &OwnedRepository,
    ) -> Result<Vec<Deletion>, OwnerError> {
        let (did, path) = (&owned.identity.did, owned.name().path());
        let rows = self.inner.database.list_deletions(did, path, SHOWN).await?;
        let mut deletions = Vec::with_capacity(rows.len());
        for row in rows {
            deletions.push(self.describe(row).await?);
        }
        Ok(deletions)
    }

    /// Goes on with deletions that nobody moves on, and forgets old ones.
    pub async fn resume_deletions(&self) -> Result<(), OwnerError> {
        let now = self.now_millis();
        let database = &self.inner.database;
        let mut transaction = database.begin().await?;
        transaction
            .delete_old_deletions(now - REMEMBERED_MILLIS)
            .await?;
        transaction.commit().await?;
        let abandoned = database.list_abandoned_deletions(now - ABANDONED_MILLIS, BATCH);
        for id in abandoned.await? {
            let Some(row) = database.find_deletion(&id).await? else {
                continue;
            };
            if self.claim(&row, &row.session_id).await? {
                self.run(&id).await?;
            }
        }
        Ok(())
    }

    /// Everything in the repository, as its owner's server has it.
    pub(super) async fn contents(&self, owned: &OwnedRepository) -> Result<Contents, OwnerError> {
        let repository = &owned.access.repository;
        let (did, path) = (&repository.owner, repository.path());
        let registry = &self.inner.registry;
        let database = &self.inner.database;
        registry.refresh_listing(did).await?;
        // What is not known could be an index that needs what is to go.
        registry.take_up_manifests(repository).await?;
        let mut contents = Contents {
            immutable: self.known_settings(owned).await?.immutable_tags(),
            ..Contents::default()
        };
        for row in database.list_tag_rows(did, path, MAX_TAGS).await? {
            let state = TagState {
                digest: row.digest,
                updated_at: row.updated_at,
            };
            contents.tags.insert(row.tag, state);
        }
        for row in database.list_repository_manifests(did, path).await? {
            let children = if is_index(&row.media_type) {
                let content = database.find_manifest_content(&row.digest).await?;
                content
                    .and_then(|content| Manifest::parse(&content, Some(&row.media_type)).ok())
                    .map(|manifest| {
                        let children = manifest.children().iter();
                        children.map(|child| child.digest.clone()).collect()
                    })
                    .unwrap_or_default()
            } else {
                Vec::new()
            };
            let state = ManifestState {
                children,
                subject: row.subject,
                hold_did: row.hold_did,
                created_at: row.created_at,
            };
            contents.manifests.insert(row.digest, state);
        }
        Ok(contents)
    }

    pub(super) async fn known_settings(
        &self,
        owned: &OwnedRepository,
    ) -> Result<crate::registry::KnownSettings, OwnerError> {
        let (did, path) = (&owned.identity.did, owned.name().path());
        Ok(self.inner.registry.repository_settings(did, path).await?)
    }

    /// What the holds get back; nothing where one of them does not tell.
    async fn reckon(
        &self,
        owned: &OwnedRepository,
        contents: &Contents,
        manifests: &[Digest],
    ) -> Option<Freed> {
        let repository = &owned.access.repository;
        let user = HoldUser {
            did: repository.owner.clone(),
            session: owned.access.session.clone(),
        };
        let holds: BTreeSet<&str> = manifests
            .iter()
            .filter_map(|digest| contents.manifests.get(digest)?.hold_did.as_deref())
            .collect();
        let mut sum = Freed::default();
        for hold in holds {
            let in_hold = manifests.iter().filter(|digest| {
                let state = contents.manifests.get(*digest);
                state.and_then(|state| state.hold_did.as_deref()) == Some(hold)
            });
            let in_hold: Vec<Digest> = in_hold.cloned().collect();
            let told = self
                .inner
                .registry
                .reckon_freed(hold, &user, repository.path(), &in_hold)
                .await;
            let (quota, space) = told.ok().flatten()?;
            sum.quota += quota;
            sum.space += space;
        }
        Some(sum)
    }

    pub(super) async fn record_deletion(
        &self,
        owned: &OwnedRepository,
        cause: Cause,
        plan: &DeletionPlan,
    ) -> Result<String, OwnerError> {
        let tags = plan
            .tags
            .iter()
            .map(|planned| ("tag", planned.tag.to_string(), planned.digest.to_string()));
        let manifests = plan
            .manifests
            .iter()
            .map(|digest| ("manifest", String::new(), digest.to_string()));
        let mut steps: Vec<(&str, String, String)> = tags.chain(manifests).collect();
        if cause == Cause::Repository {
            let repository = &owned.access.repository;
            let unusable = self.inner.registry.take_up_manifests(repository).await?;
            let records = unusable
                .iter()
                .map(|key| format!("{}/{key}", ManifestRecord::NSID));
            let key = page_key(owned)?;
            let about = COLLECTIONS.iter().map(|nsid| format!("{nsid}/{key}"));
            steps.extend(
                records
                    .chain(about)
                    .map(|name| ("record", name, String::new())),
            );
        }
        let steps: Vec<DeletionStepRow> = (0..)
            .zip(steps)
            .map(|(position, (kind, name, digest))| DeletionStepRow {
                position,
                kind: kind.to_owned(),
                name,
                digest,
                state: "waiting".to_owned(),
                reason: None,
            })
            .collect();
        let now = self.now_millis();
        let row = DeletionRow {
            id: uuid::Uuid::new_v4().simple().to_string(),
            owner_did: owned.identity.did.to_string(),
            repository: owned.name().path().to_string(),
            cause: cause.as_str().to_owned(),
            session_id: owned.access.session.clone().unwrap_or_default(),
            state: "running".to_owned(),
            problem: None,
            freed: plan.freed.and_then(|freed| freed.quota.try_into().ok()),
            started_at: now,
            updated_at: now,
            ended_at: None,
        };
        let mut transaction = self.inner.database.begin().await?;
        transaction.insert_deletion(&row, &steps).await?;
        transaction.commit().await?;
        Ok(row.id)
    }

    /// A deletion that could not even begin, for the history.
    pub(super) async fn record_failure(
        &self,
        owner: &Did,
        path: &RepositoryPath,
        problem: &str,
    ) -> Result<(), OwnerError> {
        let now = self.now_millis();
        let row = DeletionRow {
            id: uuid::Uuid::new_v4().simple().to_string(),
            owner_did: owner.to_string(),
            repository: path.to_string(),
            cause: Cause::Retention.as_str().to_owned(),
            session_id: String::new(),
            state: "stopped".to_owned(),
            problem: Some(problem.to_owned()),
            freed: None,
            started_at: now,
            updated_at: now,
            ended_at: Some(now),
        };
        let mut transaction = self.inner.database.begin().await?;
        transaction.insert_deletion(&row, &[]).await?;
        Ok(transaction.commit().await?)
    }

    async fn claim(&self, row: &DeletionRow, session: &str) -> Result<bool, OwnerError> {
        let mut transaction = self.inner.database.begin().await?;
        let now = self.now_millis();
        let is_ours = transaction.claim_deletion(row, session, now).await?;
        transaction.commit().await?;
        Ok(is_ours)
    }

    /// Runs a deletion as a task of its own, and waits a moment for it.
    async fn run_in_background(&self, id: String) {
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

    async fn deletion_row(
        &self,
        owned: &OwnedRepository,
        id: &str,
    ) -> Result<DeletionRow, OwnerError> {
        let row = self.inner.database.find_deletion(id).await?;
        row.filter(|row| {
            row.owner_did == owned.identity.did.as_str()
                && row.repository == owned.name().path().as_str()
        })
        .ok_or(OwnerError::DeletionUnknown)
    }

    async fn describe(&self, row: DeletionRow) -> Result<Deletion, OwnerError> {
        let counted = self.inner.database.count_deletion_steps(&row.id).await?;
        let count = |wanted: Option<&str>| {
            let (mut done, mut all) = (0, 0);
            for (kind, state, count) in &counted {
                if wanted.is_none_or(|wanted| kind == wanted) {
                    let count = u64::try_from(*count).unwrap_or(0);
                    all += count;
                    done += if state == "done" { count } else { 0 };
                }
            }
            (done, all)
        };
        Ok(Deletion {
            cause: Cause::parse(&row.cause),
            progress: match row.state.as_str() {
                "running" => Progress::Running,
                "done" => Progress::Done,
                _ => Progress::Stopped,
            },
            problem: row.problem,
            freed: row.freed.and_then(|freed| freed.try_into().ok()),
            started_at: row.started_at,
            ended_at: row.ended_at,
            tags: count(Some("tag")),
            manifests: count(Some("manifest")),
            steps: count(None),
            id: row.id,
        })
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
            "Your sign-in does not let this registry write to your repo any more. Sign in again and continue."
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

fn step(row: DeletionStepRow) -> DeletionStep {
    let kind = match row.kind.as_str() {
        "tag" => StepKind::Tag,
        "manifest" => StepKind::Manifest,
        _ => StepKind::Record,
    };
    DeletionStep {
        kind,
        name: if kind == StepKind::Manifest {
            row.digest
        } else {
            row.name
        },
        state: match row.state.as_str() {
            "done" => StepState::Done,
            "failed" => StepState::Failed {
                reason: row.reason.unwrap_or_default(),
            },
            _ => StepState::Waiting,
        },
    }
}

fn is_index(media_type: &str) -> bool {
    media_type.contains("index") || media_type.contains("manifest.list")
}

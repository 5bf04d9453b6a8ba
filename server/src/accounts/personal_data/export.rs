//! Making an archive, step by step, and reading it. Archives lie in the database, in parts, so that any replica serves
//! them; they go after a day.

use std::time::Duration;

use atproto::syntax::{AtIdentifier, Did};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::holds::HoldRefusal;
use super::zip::ZipWriter;
use super::{PersonalData, PersonalDataError, documents, readme};
use crate::db::{DataExportRow, Database};
use crate::identity::{Freshness, Identity};

/// How long an archive is kept, in milliseconds.
const KEPT: i64 = 24 * 60 * 60 * 1000;
/// Whole archives that somebody gets a day; those in which a hold is missing do not count.
const MAX_WHOLE: usize = 3;
/// Archives that somebody gets a day in any case.
const MAX_ALL: usize = 12;
/// Nothing was heard of an archive for this long: the process that made it is gone. In milliseconds; longer than any one
/// step may take.
const SILENCE: i64 = 5 * 60 * 1000;
/// Bytes of a part.
pub(super) const PART: usize = 1 << 20;
/// Everything in an archive lies below this folder.
pub(super) const FOLDER: &str = "longshore-export";
/// How long one hold may take altogether.
const PATIENCE: Duration = Duration::from_mins(3);

/// An archive of somebody's. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataExport {
    /// Names it in addresses.
    pub id: String,
    /// The name of the browser session that asked for it.
    pub browser_session: String,
    /// When it was asked for.
    pub requested_at: i64,
    /// When it goes.
    pub expires_at: i64,
    /// How far it is.
    pub state: ExportState,
}

/// How far an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportState {
    /// It is being made.
    Running {
        /// What is being done.
        step: String,
        /// How many steps are done…
        done: u32,
        /// …of how many.
        steps: u32,
    },
    /// It is there.
    Ready {
        /// Its size in bytes.
        size: u64,
        /// Hex of SHA-256 over it.
        digest: String,
        /// What should be in it and is not.
        missing: Vec<Missing>,
    },
    /// It was given up.
    Failed,
}

/// Something that should be in an archive and is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Who was asked: the DID of a hold, or words.
    pub place: String,
    /// Why there is nothing, and what to do.
    pub reason: String,
}

impl PersonalData {
    /// Begins an archive of everything about somebody, as the browser session of this name asks. It is made by a task of
    /// its own; [`Self::exports`] says how far it is.
    pub async fn begin_export(
        &self,
        did: &Did,
        browser_session: &str,
    ) -> Result<(), PersonalDataError> {
        let parts = self.parts();
        let now = parts.clock.now_millis();
        let id = Uuid::new_v4().simple().to_string();
        let mut transaction = parts.database.begin().await?;
        transaction
            .abandon_data_exports(did, now - SILENCE, now)
            .await?;
        let today: Vec<DataExport> = transaction
            .list_data_exports(did)
            .await?
            .into_iter()
            .filter(|row| now - row.requested_at < KEPT)
            .map(|row| describe(row, now))
            .collect();
        let whole = today.iter().filter(|export| export.is_whole()).count();
        if whole >= MAX_WHOLE || today.len() >= MAX_ALL {
            return Err(PersonalDataError::TooMany { limit: MAX_WHOLE });
        }
        if !transaction
            .insert_data_export(&id, did, browser_session, now)
            .await?
        {
            return Err(PersonalDataError::Busy);
        }
        transaction.commit().await?;
        let (personal_data, did) = (self.clone(), did.clone());
        tokio::spawn(async move { personal_data.run(&id, &did).await });
        Ok(())
    }

    /// Somebody's archives of the last day, the newest first.
    pub async fn exports(&self, did: &Did) -> Result<Vec<DataExport>, PersonalDataError> {
        let now = self.parts().clock.now_millis();
        let rows = self.parts().database.list_data_exports(did).await?;
        Ok(rows
            .into_iter()
            .filter(|row| now - row.requested_at < KEPT)
            .map(|row| describe(row, now))
            .collect())
    }

    /// Bytes of an archive from `start` on, at most one part; empty behind its end.
    pub async fn read_export(&self, id: &str, start: u64) -> Result<Vec<u8>, PersonalDataError> {
        let position = i64::try_from(start / PART as u64).unwrap_or(i64::MAX);
        let part = self
            .parts()
            .database
            .find_data_export_part(id, position)
            .await?;
        let mut part = part.unwrap_or_default();
        let skipped = usize::try_from(start % PART as u64).unwrap_or(usize::MAX);
        part.drain(..skipped.min(part.len()));
        Ok(part)
    }

    /// Removes archives whose day is over; returns how many.
    pub async fn purge_exports(&self) -> Result<u64, PersonalDataError> {
        let before = self.parts().clock.now_millis() - KEPT;
        Ok(self.parts().database.purge_data_exports(before).await?)
    }

    async fn run(&self, id: &str, did: &Did) {
        let parts = self.parts();
        let Ok(_turn) = self.inner.exports.acquire().await else {
            return;
        };
        let made = self.make(id, did).await;
        let (digest, missing) = match made {
            Ok((digest, missing)) => (Some(digest), missing),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an archive of somebody's data was not made"
                );
                (None, Vec::new())
            }
        };
        let missing = serde_json::to_string(&missing).unwrap_or_else(|_| "[]".to_owned());
        let now = parts.clock.now_millis();
        let ended = parts
            .database
            .finish_data_export(id, digest.as_deref(), &missing, now)
            .await;
        if let Err(error) = ended {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the end of an archive was not noted"
            );
        }
    }

    /// Makes the archive; returns its digest and what is missing in it.
    async fn make(&self, id: &str, did: &Did) -> Result<(String, Vec<Missing>), PersonalDataError> {
        let parts = self.parts();
        let holds = self.holds_of(did).await?;
        let account = AtIdentifier::Did(did.clone());
        let identity = parts.identities.resolve(&account, Freshness::ForReading);
        let identity = identity.await?;
        // Account, repositories, records, repo, every hold, the end.
        let mut work = Work {
            archive: Archive::new(self, id),
            steps: 5 + i64::try_from(holds.len()).unwrap_or(i64::MAX),
            done: 0,
            missing: Vec::new(),
        };
        work.step("Your account").await?;
        let document = documents::account(parts, &identity).await?;
        work.archive.add_json("account.json", &document).await?;
        work.step("Your repositories").await?;
        let document = documents::registry(parts, &identity).await?;
        work.archive.add_json("registry.json", &document).await?;
        self.add_records(&mut work, &identity).await?;
        let user = self.hold_user(did).await?;
        let mut sizes = documents::Sizes::default();
        for hold in &holds {
            work.step(&format!("The hold {}", hold.did)).await?;
            let asked = async {
                let client = parts.registry.holds().open(&hold.did).await?;
                client.export_user_data(&user).await
            };
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(document)) => {
                    sizes.learn(&document);
                    let name = format!("holds/{}.json", file_name(hold.did.as_str()));
                    work.archive.add_json(&name, &document).await?;
                }
                Ok(Err(error)) => {
                    let refusal = HoldRefusal::of(&error);
                    work.miss(hold.did.as_str(), refusal.sentence());
                }
                Err(_) => work.miss(hold.did.as_str(), "It did not answer in time."),
            }
        }
        work.step("The archive").await?;
        let blobs = documents::blobs(parts, &identity, &sizes).await?;
        work.archive.add_json("blobs.json", &blobs).await?;
        let text = readme::text(parts, &identity, &holds, &work.missing);
        work.archive.add("README.txt", text.as_bytes()).await?;
        let digest = work.archive.finish().await?;
        Ok((digest, work.missing))
    }

    /// The person's own records, as their server has them: as JSON, and as the signed archive of their repo.
    async fn add_records(
        &self,
        work: &mut Work<'_>,
        identity: &Identity,
    ) -> Result<(), PersonalDataError> {
        let parts = self.parts();
        let server = identity.pds.host_str().unwrap_or_default().to_owned();
        let say = |error: &PersonalDataError| {
            tracing::info!(
                error = error as &dyn std::error::Error,
                "records for an archive were not read"
            );
            "It did not give your records. Try again later; they are yours and stay there."
        };
        work.step(&format!("Your records at {server}")).await?;
        match documents::records(parts, identity).await {
            Ok(collections) => {
                for (collection, records) in collections {
                    let name = format!("records/{collection}.json");
                    work.archive.add_json(&name, &records).await?;
                }
            }
            Err(error) => work.miss(&server, say(&error)),
        }
        work.step(&format!("Your signed repo at {server}")).await?;
        match parts.pds.get_repo(&identity.pds, &identity.did).await {
            Ok(repo) => work.archive.add("repo.car", &repo).await?,
            Err(error) => work.miss(&server, say(&error.into())),
        }
        Ok(())
    }
}

impl DataExport {
    /// Whether it is there, with everything in it.
    fn is_whole(&self) -> bool {
        matches!(&self.state, ExportState::Ready { missing, .. } if missing.is_empty())
    }
}

fn describe(row: DataExportRow, now: i64) -> DataExport {
    let number = |count: i64| u32::try_from(count).unwrap_or_default();
    let state = match (row.finished_at, row.digest) {
        (Some(_), Some(digest)) => ExportState::Ready {
            size: row.size.try_into().unwrap_or_default(),
            digest,
            missing: serde_json::from_str(&row.failures).unwrap_or_default(),
        },
        (None, _) if now - row.active_at < SILENCE => ExportState::Running {
            step: row.step,
            done: number(row.steps_done),
            steps: number(row.steps),
        },
        _ => ExportState::Failed,
    };
    DataExport {
        id: row.id,
        browser_session: row.browser_session,
        requested_at: row.requested_at,
        expires_at: row.requested_at + KEPT,
        state,
    }
}

/// A DID as every file system takes it.
pub(super) fn file_name(did: &str) -> String {
    did.replace(
        |character: char| !character.is_ascii_alphanumeric() && !"-._".contains(character),
        "-",
    )
}

/// An archive in the making, and how far it is.
struct Work<'a> {
    archive: Archive<'a>,
    steps: i64,
    done: i64,
    missing: Vec<Missing>,
}

impl Work<'_> {
    async fn step(&mut self, what: &str) -> Result<(), PersonalDataError> {
        let Archive { database, id, .. } = &self.archive;
        let now = self.archive.clock.now_millis();
        database
            .advance_data_export(id, what, self.done, self.steps, now)
            .await?;
        self.done += 1;
        Ok(())
    }

    fn miss(&mut self, place: &str, reason: &str) {
        self.missing.push(Missing {
            place: place.to_owned(),
            reason: reason.to_owned(),
        });
    }
}

/// Writes the parts of an archive into the database as they become whole.
struct Archive<'a> {
    database: &'a Database,
    clock: &'a crate::clock::Clock,
    id: &'a str,
    zip: ZipWriter,
    position: i64,
    hash: Sha256,
}

impl<'a> Archive<'a> {
    fn new(personal_data: &'a PersonalData, id: &'a str) -> Self {
        let parts = personal_data.parts();
        Self {
            database: &parts.database,
            clock: &parts.clock,
            id,
            zip: ZipWriter::new(parts.clock.now()),
            position: 0,
            hash: Sha256::new(),
        }
    }

    async fn add_json(&mut self, name: &str, document: &Value) -> Result<(), PersonalDataError> {
        // Strings, numbers and maps with text keys.
        let text = serde_json::to_vec_pretty(document).expect("JSON values are written as JSON");
        self.add(name, &text).await
    }

    async fn add(&mut self, name: &str, content: &[u8]) -> Result<(), PersonalDataError> {
        self.zip.add(&format!("{FOLDER}/{name}"), content)?;
        while let Some(part) = self.zip.take(PART) {
            self.store(&part).await?;
        }
        Ok(())
    }

    async fn store(&mut self, part: &[u8]) -> Result<(), PersonalDataError> {
        self.hash.update(part);
        let now = self.clock.now_millis();
        self.database
            .insert_data_export_part(self.id, self.position, part, now)
            .await?;
        self.position += 1;
        Ok(())
    }

    async fn finish(&mut self) -> Result<String, PersonalDataError> {
        self.zip.finish()?;
        while let Some(part) = self.zip.take(PART) {
            self.store(&part).await?;
        }
        let rest = self.zip.rest();
        self.store(&rest).await?;
        Ok(hex::encode(self.hash.clone().finalize()))
    }
}

//! What the hold knows about one person: for them to take along, and to have removed.

mod document;

use atproto::repo::MAX_WRITES;
use atproto::syntax::{Datetime, Did, Nsid, RecordKey};
use lexicon::{FeedPost, HoldCrew, HoldStats, Record as _, nsid};
use serde_json::json;

use super::activity::{ActivityAction, Entry};
use super::crew::CrewMember;
use super::permissions::Standing;
use super::{Hold, HoldError, repo};
use crate::db::{LayerRow, StatsRow};

/// Layers read at a time.
const PAGE: i64 = 1000;

/// Everything about one person.
#[derive(Debug, Clone)]
pub struct PersonalData {
    /// Whose it is.
    pub did: Did,
    /// When it was put together.
    pub exported_at: Datetime,
    /// Whether the hold is theirs.
    pub is_captain: bool,
    /// Their membership.
    pub crew: Option<CrewMember>,
    /// What their manifests use.
    pub layers: Vec<LayerRow>,
    /// How often their repositories were pushed and pulled.
    pub stats: Vec<StatsRow>,
    /// Posts about their pushes.
    pub posts: Vec<(RecordKey, FeedPost)>,
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Whether their membership was.
    pub crew: bool,
    /// Layer records.
    pub layers: usize,
    /// Stats records.
    pub stats: usize,
    /// Posts.
    pub posts: usize,
}

impl Hold {
    /// Puts together what the hold knows about somebody, and nothing about anybody else.
    pub async fn export_user_data(&self, person: &Did) -> Result<PersonalData, HoldError> {
        let data = self.collect_user_data(person).await?;
        self.note_counted(Entry::new(self.actor(person), ActivityAction::DataExported).to(person))
            .await?;
        Ok(data)
    }

    async fn collect_user_data(&self, person: &Did) -> Result<PersonalData, HoldError> {
        let mut posts = Vec::new();
        for key in self.database().list_posts(person.as_str()).await? {
            let Ok(key) = key.parse::<RecordKey>() else {
                continue;
            };
            let stored = self
                .repo()
                .get_record(&FeedPost::collection(), &key)
                .await?;
            if let Some(post) =
                stored.and_then(|stored| FeedPost::from_value(&stored.value.to_json()).ok())
            {
                posts.push((key, post));
            }
        }
        Ok(PersonalData {
            did: person.clone(),
            exported_at: self.datetime(),
            is_captain: self.standing(Some(person)).await? == Standing::Captain,
            crew: self.find_crew_member(person).await?,
            layers: self.all_layers(person).await?,
            stats: self.database().list_stats(person.as_str()).await?,
            posts,
        })
    }

    /// Removes what [`Self::export_user_data`] lists, and what is in flight. Blobs that nobody else uses are garbage
    /// from then on. The captain stays the captain, and in the crew, until they hand the hold over. May be repeated:
    /// what an interruption left goes the next time.
    pub async fn delete_user_data(&self, person: &Did) -> Result<Deleted, HoldError> {
        let data = self.collect_user_data(person).await?;
        let crew = self.leave_crew(person).await?;
        let mut transaction = self.database().begin().await?;
        transaction.delete_pending_pulls(person.as_str()).await?;
        transaction.commit().await?;
        for layers in data.layers.chunks(MAX_WRITES) {
            let mut transaction = self.repo().begin().await?;
            let mut still_there = Vec::with_capacity(layers.len());
            for layer in layers {
                let key = layer.record_key.as_str();
                if transaction
                    .find_record(nsid::HOLD_LAYER, key)
                    .await?
                    .is_some()
                {
                    still_there.push(layer.clone());
                }
            }
            self.remove_layers(transaction, &still_there).await?;
        }
        let stats = data.stats.iter().map(|stats| stats.record_key.as_str());
        self.remove_records(&HoldStats::collection(), stats).await?;
        let posts = data.posts.iter().map(|(key, _)| key.as_str());
        self.remove_records(&FeedPost::collection(), posts).await?;
        self.end_uploads_of(person).await?;
        let mut transaction = self.database().begin().await?;
        transaction.delete_reservations_of(person.as_str()).await?;
        transaction.delete_quota_lock(person.as_str()).await?;
        let deleted = Deleted {
            crew,
            layers: data.layers.len(),
            stats: data.stats.len(),
            posts: data.posts.len(),
        };
        let noted = Entry::new(self.actor(person), ActivityAction::DataDeleted).to(person);
        let noted = noted.with(json!({
            "layers": deleted.layers,
            "stats": deleted.stats,
            "posts": deleted.posts,
        }));
        self.note(&mut transaction, noted).await?;
        transaction.commit().await?;
        Ok(deleted)
    }

    /// Ends somebody's membership, unless they are the captain. Returns whether there was one.
    async fn leave_crew(&self, person: &Did) -> Result<bool, HoldError> {
        let mut transaction = self.repo().begin().await?;
        let captain = transaction
            .find_captain()
            .await?
            .ok_or(HoldError::NotSetUp)?;
        let key = transaction
            .find_crew(person.as_str())
            .await?
            .and_then(|crew| crew.record_key.parse().ok());
        let Some(key) = key.filter(|_| captain.owner_did != person.as_str()) else {
            return Ok(false);
        };
        let write = repo::delete(HoldCrew::collection(), key);
        self.write_decision(&self.actor(person), transaction, &[write])
            .await?;
        Ok(true)
    }

    async fn remove_records(
        &self,
        collection: &Nsid,
        keys: impl Iterator<Item = &str> + Send,
    ) -> Result<(), HoldError> {
        let keys: Vec<RecordKey> = keys.filter_map(|key| key.parse().ok()).collect();
        for keys in keys.chunks(MAX_WRITES) {
            let mut transaction = self.repo().begin().await?;
            let mut writes = Vec::with_capacity(keys.len());
            for key in keys {
                let record = transaction.find_record(collection.as_str(), key.as_str());
                if record.await?.is_some() {
                    writes.push(repo::delete(collection.clone(), key.clone()));
                }
            }
            self.repo().write_last(transaction, &writes).await?;
        }
        Ok(())
    }

    async fn all_layers(&self, person: &Did) -> Result<Vec<LayerRow>, HoldError> {
        let mut layers: Vec<LayerRow> = Vec::new();
        loop {
            let after = layers.last().map_or("", |layer| layer.record_key.as_str());
            let page = self
                .database()
                .list_user_layers(person.as_str(), after, PAGE)
                .await?;
            let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            layers.extend(page);
            if is_last {
                return Ok(layers);
            }
        }
    }
}

#[cfg(test)]
mod tests;

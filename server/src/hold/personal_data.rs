//! What the hold knows about one person: for them to take along, and to have removed.

use atproto::syntax::{Datetime, Did, RecordKey};
use lexicon::{FeedPost, HoldCrew, HoldLayer, HoldStats, Record as _};

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

    /// Removes what [`Self::export_user_data`] lists. Blobs that nobody else uses are garbage from then on. The
    /// captain stays the captain until they hand the hold over. May be repeated.
    pub async fn delete_user_data(&self, person: &Did) -> Result<Deleted, HoldError> {
        let data = self.export_user_data(person).await?;
        let mut writes = Vec::new();
        let mut remove = |collection, key: &str| {
            if let Ok(key) = key.parse() {
                writes.push(repo::delete(collection, key));
            }
        };
        for layer in &data.layers {
            remove(HoldLayer::collection(), &layer.record_key);
        }
        for stats in &data.stats {
            remove(HoldStats::collection(), &stats.record_key);
        }
        for (key, _) in &data.posts {
            remove(FeedPost::collection(), key.as_str());
        }
        let crew = data.crew.as_ref().filter(|_| !data.is_captain);
        if let Some(crew) = crew {
            remove(HoldCrew::collection(), &crew.record_key);
        }
        let mut transaction = self.database().begin().await?;
        transaction.lock_repo_head().await?;
        let now = self.inner.clock.now_millis();
        for layer in &data.layers {
            transaction.claim_hold_blob(&layer.digest, now).await?;
        }
        transaction.delete_pending_pulls(person.as_str()).await?;
        transaction.delete_reservations_of(person.as_str()).await?;
        self.write_all(transaction, &writes).await?;
        self.end_uploads_of(person).await?;
        Ok(Deleted {
            crew: crew.is_some(),
            layers: data.layers.len(),
            stats: data.stats.len(),
            posts: data.posts.len(),
        })
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

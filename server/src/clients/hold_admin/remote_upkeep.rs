//! Looking after a hold elsewhere, by its methods, in the name of whoever asks.

use atproto::syntax::Did;
use lexicon::nsid;
use oci::{Digest, RepositoryPath};
use serde::Deserialize;
use serde_json::json;

use super::upkeep::{ActivityList, CollectionList, RelayList};
use super::{HoldAdminError, HoldUpkeep, RemoteAdmin};
use crate::clients::hold::HoldUser;
use crate::hold::{
    ActivityFilter, CollectionAnswer, CollectionRun, NetworkStatus, NotedActivity, RelayState,
    Removal, UsageReport,
};

#[derive(Deserialize)]
struct Started {
    id: String,
}

#[derive(Deserialize)]
struct Stopped {
    stopped: bool,
}

#[async_trait::async_trait]
impl HoldUpkeep for RemoteAdmin {
    async fn usage(&self, by: &HoldUser) -> Result<UsageReport, HoldAdminError> {
        self.query(Some(by), nsid::GET_USAGE, &[]).await
    }

    async fn removal(
        &self,
        by: &HoldUser,
        owner: &Did,
        repository: &RepositoryPath,
        manifests: &[Digest],
    ) -> Result<Removal, HoldAdminError> {
        let manifests: Vec<String> = manifests.iter().map(Digest::to_string).collect();
        let mut parameters = vec![
            ("owner", owner.as_str()),
            ("repository", repository.as_str()),
        ];
        parameters.extend(manifests.iter().map(|digest| ("manifest", digest.as_str())));
        self.query(Some(by), nsid::ESTIMATE_REMOVAL, &parameters)
            .await
    }

    async fn dry_run(&self, by: &HoldUser) -> Result<CollectionAnswer, HoldAdminError> {
        let input = json!({ "dryRun": true });
        self.procedure(by, nsid::COLLECT_GARBAGE, &input).await
    }

    async fn start_collection(&self, by: &HoldUser) -> Result<String, HoldAdminError> {
        let started: Started = self
            .procedure(by, nsid::START_COLLECTION, &json!({}))
            .await?;
        Ok(started.id)
    }

    async fn stop_collection(&self, by: &HoldUser, id: &str) -> Result<bool, HoldAdminError> {
        let input = json!({ "id": id });
        let stopped: Stopped = self.procedure(by, nsid::STOP_COLLECTION, &input).await?;
        Ok(stopped.stopped)
    }

    async fn collections(
        &self,
        by: &HoldUser,
        before: Option<&str>,
        limit: u16,
    ) -> Result<Vec<CollectionRun>, HoldAdminError> {
        let limit = limit.to_string();
        let mut parameters = vec![("limit", limit.as_str())];
        parameters.extend(before.map(|before| ("cursor", before)));
        let list: CollectionList = self
            .query(Some(by), nsid::LIST_COLLECTIONS, &parameters)
            .await?;
        Ok(list.collections)
    }

    async fn network(&self, by: &HoldUser) -> Result<NetworkStatus, HoldAdminError> {
        self.query(Some(by), nsid::GET_NETWORK_STATUS, &[]).await
    }

    async fn request_crawl(&self, by: &HoldUser) -> Result<Vec<RelayState>, HoldAdminError> {
        let list: RelayList = self
            .procedure(by, nsid::REQUEST_CRAWL_OF_HOLD, &json!({}))
            .await?;
        Ok(list.relays)
    }

    async fn activity(
        &self,
        by: &HoldUser,
        filter: &ActivityFilter,
        limit: u16,
    ) -> Result<Vec<NotedActivity>, HoldAdminError> {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let (from, until) = (number(filter.from), number(filter.until));
        let limit = limit.to_string();
        let parameters: Vec<(&str, &str)> = [
            ("person", filter.person.as_deref()),
            ("action", filter.action.as_deref()),
            ("from", from.as_deref()),
            ("until", until.as_deref()),
            ("cursor", filter.before.as_deref()),
            ("limit", Some(limit.as_str())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let list: ActivityList = self
            .query(Some(by), nsid::LIST_ACTIVITY, &parameters)
            .await?;
        Ok(list.entries)
    }
}

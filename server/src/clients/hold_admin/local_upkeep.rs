//! Looking after the hold of this process.

use atproto::syntax::Did;
use chrono::TimeDelta;
use oci::{Digest, RepositoryPath};

use super::{HoldAdminError, HoldUpkeep, LocalAdmin};
use crate::clients::hold::HoldUser;
use crate::clients::relay::{RelayAnswer, Relays};
use crate::hold::{
    ActivityFilter, Collection, CollectionAnswer, CollectionRun, NetworkStatus, NotedActivity,
    RelayState, Removal, UsageReport,
};

/// What the operator decided about the upkeep of the hold.
#[derive(Debug, Clone)]
pub struct Upkeep {
    /// How long what nothing uses is kept.
    pub grace: TimeDelta,
    /// The relays that are to follow it.
    pub relays: Relays,
}

/// What relays said, in the words of the hold.
pub fn relay_states(answers: Vec<RelayAnswer>) -> Vec<RelayState> {
    let state = |answer: RelayAnswer| RelayState {
        relay: answer.relay,
        status: answer.status,
        seq: answer.seq,
        problem: answer.problem,
    };
    answers.into_iter().map(state).collect()
}

#[async_trait::async_trait]
impl HoldUpkeep for LocalAdmin {
    async fn usage(&self, by: &HoldUser) -> Result<UsageReport, HoldAdminError> {
        Ok(self.hold.usage_report(&by.did).await?)
    }

    async fn removal(
        &self,
        by: &HoldUser,
        owner: &Did,
        repository: &RepositoryPath,
        manifests: &[Digest],
    ) -> Result<Removal, HoldAdminError> {
        let removal = self.hold.removal_of(&by.did, owner, repository, manifests);
        Ok(removal.await?)
    }

    async fn dry_run(&self, by: &HoldUser) -> Result<CollectionAnswer, HoldAdminError> {
        let (grace, collection) = (self.upkeep.grace, Collection::DryRun);
        let told = self.hold.collect_garbage_for(&by.did, grace, collection);
        Ok(CollectionAnswer::new(told.await?, collection, grace))
    }

    async fn start_collection(&self, by: &HoldUser) -> Result<String, HoldAdminError> {
        let started = self.hold.start_collection(&by.did, self.upkeep.grace);
        Ok(started.await?)
    }

    async fn stop_collection(&self, by: &HoldUser, id: &str) -> Result<bool, HoldAdminError> {
        Ok(self.hold.stop_collection(&by.did, id).await?)
    }

    async fn collections(
        &self,
        by: &HoldUser,
        before: Option<&str>,
        limit: u16,
    ) -> Result<Vec<CollectionRun>, HoldAdminError> {
        Ok(self.hold.list_collections(&by.did, before, limit).await?)
    }

    async fn network(&self, by: &HoldUser) -> Result<NetworkStatus, HoldAdminError> {
        let mut status = self.hold.network_status(&by.did).await?;
        status.relays = relay_states(self.upkeep.relays.states().await);
        Ok(status)
    }

    async fn request_crawl(&self, by: &HoldUser) -> Result<Vec<RelayState>, HoldAdminError> {
        self.hold.check_administration(&by.did).await?;
        let states = relay_states(self.upkeep.relays.ask_to_follow().await);
        self.hold.note_request_crawl(&by.did).await?;
        Ok(states)
    }

    async fn activity(
        &self,
        by: &HoldUser,
        filter: &ActivityFilter,
        limit: u16,
    ) -> Result<Vec<NotedActivity>, HoldAdminError> {
        Ok(self.hold.list_activity(&by.did, filter, limit).await?)
    }
}

//! Forgetting an owner: the catalogue's copies of what they published, and what waits to be done for them.

use atproto::syntax::Did;

use super::{Registry, RegistryError};
use crate::clients::holds::Holds;

impl Registry {
    /// Every hold there is.
    pub fn holds(&self) -> &Holds {
        &self.inner.holds
    }

    /// The hold that pushes go to whose owner chose none.
    pub fn default_hold(&self) -> &Did {
        &self.inner.default_hold
    }

    /// The hold that `owner` pushes to, as far as that can be found out.
    pub async fn chosen_hold(&self, owner: &Did) -> Option<Did> {
        let hold = self.push_hold(owner).await.ok()?;
        Some(hold.did().clone())
    }

    /// Up to `limit` holds that manifests known here lie in.
    pub async fn known_holds(&self, limit: i64) -> Result<Vec<Did>, RegistryError> {
        let named = self.inner.database.list_known_holds(limit).await?;
        Ok(named.iter().filter_map(|hold| hold.parse().ok()).collect())
    }

    /// Removes every copy of what `owner` published, and returns how many manifests that were. Their records are
    /// theirs: as long as those are there, whoever asks for an image of theirs brings the copies back.
    pub async fn forget_owner(&self, owner: &Did) -> Result<u64, RegistryError> {
        let mut transaction = self.inner.database.begin().await?;
        let manifests = transaction.delete_catalogue_of(owner).await?;
        transaction.commit().await?;
        self.inner.cache.forget_everything();
        self.forget_choice(owner).await;
        Ok(manifests)
    }
}

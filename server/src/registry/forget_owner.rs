//! Forgetting an owner: the catalogue's copies of what they published, and what waits to be done for them.

use atproto::syntax::Did;

use super::{Registry, RegistryError};
use crate::clients::holds::Holds;

impl Registry {
    /// Every hold there is.
    pub fn holds(&self) -> &Holds {
        &self.inner.holds
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

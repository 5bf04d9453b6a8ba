//! Where an invite leads.

use app::api::error::PageError;
use app::api::hold::join::{InviteState, JoinPage, JoinSource};

use super::HoldPages;
use crate::accounts::hold_invites::InviteError;
use crate::hold::Standing;

#[async_trait::async_trait]
impl JoinSource for HoldPages {
    async fn join(&self, did: &str, invite: &str) -> Result<JoinPage, PageError> {
        let opened = self.open(did).await?;
        let state = match opened.standing {
            Standing::Captain | Standing::Crew(_) => InviteState::Member,
            Standing::Stranger | Standing::Nobody => {
                let secret = invite.to_owned().into();
                let found = self.state.invites.find(opened.admin.did(), &secret).await;
                match found.map_err(|error| internal(&error))? {
                    Some(found) => InviteState::Good {
                        by: self.named(&found.created_by).await,
                        tier: found.tier,
                    },
                    None => InviteState::Ended,
                }
            }
        };
        Ok(JoinPage {
            head: opened.head,
            invite: invite.to_owned(),
            state,
        })
    }
}

fn internal(error: &InviteError) -> PageError {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "an invite could not be looked up"
    );
    PageError::Internal
}

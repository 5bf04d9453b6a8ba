//! Handing a hold over.

use app::api::error::PageError;
use app::api::hold::captaincy::{CaptaincyPage, CaptaincySource, CaptaincyStep};
use app::api::hold::{ForThose, Named, Whom};
use futures::StreamExt as _;

use super::{HoldPages, Opened, page_error, refused};
use crate::hold::Standing;

/// Members that the captaincy can be offered to from the page.
const MOST_CHOICES: usize = 200;
/// Members whose names are looked up at a time.
const AT_A_TIME: usize = 8;

#[async_trait::async_trait]
impl CaptaincySource for HoldPages {
    async fn captaincy(&self, did: &str) -> Result<ForThose<CaptaincyPage>, PageError> {
        let opened = self.open(did).await?;
        let step = match opened.standing {
            Standing::Captain => self.step_of_captain(&opened).await?,
            Standing::Crew(_) if self.is_offered(&opened).await => CaptaincyStep::Accept,
            _ => return Ok(refused(opened.head, Whom::Captain)),
        };
        Ok(ForThose::Allowed(CaptaincyPage {
            step,
            names_owner: opened.head.is_here,
            is_fresh: self.viewer.as_ref().is_some_and(|viewer| viewer.is_fresh),
            head: opened.head,
        }))
    }
}

impl HoldPages {
    async fn step_of_captain(&self, opened: &Opened) -> Result<CaptaincyStep, PageError> {
        let offered = match &opened.user {
            // A hold that cannot say offers nothing from here yet.
            Some(user) => opened.admin.captaincy_offered_to(user).await.ok().flatten(),
            None => None,
        };
        if let Some(to) = offered {
            return Ok(CaptaincyStep::Offered {
                to: self.named(&to).await,
            });
        }
        let crew = opened.admin.list_crew().await;
        let crew = crew.map_err(|error| page_error(&error))?;
        let others = crew
            .into_iter()
            .filter(|member| member.did != opened.about.captain)
            .take(MOST_CHOICES);
        let members: Vec<Named> = futures::stream::iter(others)
            .map(|member| async move { self.named(&member.did).await })
            .buffered(AT_A_TIME)
            .collect()
            .await;
        Ok(CaptaincyStep::Offer { members })
    }
}

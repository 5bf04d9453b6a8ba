//! The holds that somebody has to do with.

use app::api::hold::list::{HoldCard, HoldList, HoldListSource};
use app::api::settings::quota::{HoldQuota, QuotaPage, QuotaSource};
use app::t;
use atproto::syntax::Did;
use futures::StreamExt as _;

use super::{HoldPages, rows};
use crate::hold::Standing;

/// Holds looked at for one page.
const MOST_HOLDS: u16 = 30;
/// Holds asked at a time.
const AT_A_TIME: usize = 8;

#[async_trait::async_trait]
impl HoldListSource for HoldPages {
    async fn holds(&self) -> HoldList {
        let chosen = match &self.viewer {
            Some(viewer) => Some(self.state.registry.chosen_hold(&viewer.did).await),
            None => None,
        };
        let mut known = self
            .state
            .registry
            .known_holds(MOST_HOLDS)
            .await
            .unwrap_or_default();
        known.extend(chosen.clone().filter(|chosen| !known.contains(chosen)));
        known.truncate(usize::from(MOST_HOLDS));
        let looked_at: Vec<_> = futures::stream::iter(known)
            .map(|did| {
                let is_default = chosen.as_ref() == Some(&did);
                async move {
                    let card = self.card(&did, is_default).await;
                    (did, card)
                }
            })
            .buffered(AT_A_TIME)
            .collect()
            .await;
        let mut list = HoldList {
            is_signed_in: self.viewer.is_some(),
            ..HoldList::default()
        };
        for (did, card) in looked_at {
            match card {
                None => list.silent.push(did.to_string()),
                Some((Standing::Captain, card)) => list.own.push(card),
                Some((Standing::Crew(_), card)) => list.crew.push(card),
                Some((_, card)) if card.public || card.open_registration => list.open.push(card),
                Some(_) => {}
            }
        }
        list
    }
}

#[async_trait::async_trait]
impl QuotaSource for HoldPages {
    async fn quota_page(&self) -> QuotaPage {
        let list = self.holds().await;
        let is_known = |card: &HoldCard| HoldQuota {
            did: card.did.clone(),
            name: card.name.clone(),
            captain: Some(card.captain.clone()),
            is_default: card.is_default,
            usage: card
                .usage
                .clone()
                .ok_or_else(|| t!("holds-usage-unknown").to_owned()),
        };
        let silent = list.silent.iter().map(|did| HoldQuota {
            did: did.clone(),
            name: did.clone(),
            captain: None,
            is_default: false,
            usage: Err(t!("holds-usage-silent").to_owned()),
        });
        let own = list.own.iter().chain(&list.crew).map(is_known);
        // Pushes may go where somebody is not in the crew yet.
        let chosen = list
            .open
            .iter()
            .filter(|card| card.is_default)
            .map(is_known);
        let mut holds: Vec<HoldQuota> = own.chain(chosen).chain(silent).collect();
        holds.sort_by_key(|hold| !hold.is_default);
        QuotaPage { holds }
    }
}

impl HoldPages {
    async fn card(&self, did: &Did, is_default: bool) -> Option<(Standing, HoldCard)> {
        let opened = self.open(did.as_str()).await.ok()?;
        let usage = match (&opened.user, opened.standing) {
            (Some(user), Standing::Captain | Standing::Crew(_)) => {
                opened.admin.quota_of(&user.did).await.ok().map(rows::usage)
            }
            _ => None,
        };
        let is_offered = self.is_offered(&opened).await;
        let about = opened.about;
        let card = HoldCard {
            did: opened.head.did,
            name: opened.head.name,
            description: about.description,
            captain: opened.head.captain,
            public: about.public,
            open_registration: about.allow_all_crew,
            region: about.region,
            is_here: opened.head.is_here,
            is_default,
            is_offered,
            usage,
        };
        Some((opened.standing, card))
    }
}

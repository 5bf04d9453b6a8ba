//! What everybody sees of a hold, as a page and as JSON.

use std::sync::Arc;
use std::time::Duration;

use app::api::error::PageError;
use app::api::hold::public::{HoldSource, PublicHold};
use app::api::hold::{HoldViewer, TierView};
use atproto::syntax::Did;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use moka::future::Cache;

use super::{HoldPages, HoldState, Opened, Outcome, rows};
use crate::clients::hold_admin::HoldHealth;
use crate::handlers::web::{json, views};
use crate::hold::Standing;

/// How long a hold elsewhere is believed: everybody may look at its page, and nobody through it at the hold, again
/// and again.
const BELIEVED: Duration = Duration::from_secs(15);
/// Holds remembered.
const HOLDS: u64 = 1_000;

/// What is asked of a hold for its public page alone.
#[derive(Debug, Clone)]
struct Facts {
    health: Option<HoldHealth>,
    crew_size: Option<usize>,
    tiers: Vec<TierView>,
}

/// What was asked a short while ago. Cheap to clone.
#[derive(Clone)]
pub struct PublicFacts(Cache<Did, Arc<Facts>>);

impl Default for PublicFacts {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(HOLDS)
            .time_to_live(BELIEVED)
            .build();
        Self(cache)
    }
}

impl PublicFacts {
    async fn of(&self, opened: &Opened) -> Arc<Facts> {
        let ask = async {
            let (health, crew, tiers) = tokio::join!(
                opened.admin.health(),
                opened.admin.list_crew(),
                rows::tiers(opened.admin.as_ref())
            );
            Arc::new(Facts {
                health: health.ok(),
                crew_size: crew.ok().map(|crew| crew.len()),
                tiers,
            })
        };
        if opened.head.is_here {
            return ask.await;
        }
        self.0.get_with(opened.admin.did().clone(), ask).await
    }

    /// Asks again: something was changed from here.
    pub(super) async fn forget(&self, hold: &Did) {
        self.0.invalidate(hold).await;
    }
}

#[async_trait::async_trait]
impl HoldSource for HoldPages {
    async fn hold(&self, did: &str) -> Result<PublicHold, PageError> {
        let opened = self.open(did).await?;
        let facts = self.state.facts.of(&opened).await;
        let own_usage = match (&opened.user, opened.standing) {
            (Some(user), Standing::Captain | Standing::Crew(_)) => {
                opened.admin.quota_of(&user.did).await.ok().map(rows::usage)
            }
            _ => None,
        };
        let join_needs_permission = !opened.head.is_here
            && opened.head.viewer == HoldViewer::Stranger
            && self.lacks_permission(opened.user.as_ref()).await;
        let is_offered = self.is_offered(&opened).await;
        let about = opened.about;
        let now = self.state.clock.now_millis();
        let endpoint = opened.admin.endpoint().as_str().trim_end_matches('/');
        Ok(PublicHold {
            did: opened.head.did.clone(),
            name: opened.head.name.clone(),
            description: about.description,
            captain: opened.head.captain.clone(),
            public: about.public,
            open_registration: about.allow_all_crew,
            bluesky_posts: about.enable_bluesky_posts,
            region: about.region,
            provider: about.provider,
            since: views::moment(about.deployed_at.unix_micros() / 1000, now),
            endpoint: endpoint.to_owned(),
            crew_size: facts.crew_size,
            storage: facts
                .health
                .as_ref()
                .and_then(|health| health.storage.clone()),
            answers: facts.health.is_some(),
            version: facts
                .health
                .as_ref()
                .and_then(|health| health.version.clone()),
            tiers: facts.tiers.clone(),
            own_usage,
            is_offered,
            join_needs_permission,
            head: opened.head,
        })
    }
}

impl HoldPages {
    /// Whether the captaincy is offered to whoever looks. Only crew can be offered it.
    pub(super) async fn is_offered(&self, opened: &Opened) -> bool {
        let (Some(user), Standing::Crew(_)) = (&opened.user, opened.standing) else {
            return false;
        };
        let offered = opened.admin.captaincy_offered_to(user).await;
        offered.is_ok_and(|offered| offered.as_ref() == Some(&user.did))
    }
}

/// `/api/v1/hold/<did>`.
pub(in crate::handlers::web) fn routes(state: HoldState) -> Router {
    Router::new()
        .route("/api/v1/hold/{did}", get(answer))
        .with_state(state)
}

/// What nobody in particular sees: it is the same for all, so that pages of other origins may read it.
async fn answer(State(state): State<HoldState>, Path(did): Path<String>) -> Response {
    let pages = HoldPages {
        state,
        viewer: None,
        outcome: Outcome::default(),
        done: None,
    };
    let mut response = match pages.hold(&did).await {
        Ok(hold) => axum::Json(hold).into_response(),
        Err(error) => json::failure(&error),
    };
    let anybody = HeaderValue::from_static("*");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
    response
}

//! The home page: what it says comes from the configuration, and from the hold as it is now.

use std::sync::Arc;
use std::time::Duration;

use app::api::home::{
    FirstPush, FirstPushSource, HoldSummary, HomePage, HomePageSource, RecentSource,
};
use app::api::person::RepositoryCard;
use app::api::search::{SearchQuery, SearchSource as _};
use app::routes;
use atproto::syntax::{AtIdentifier, Did};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use leptos::prelude::provide_context;
use moka::future::Cache;
use serde_json::json;

use super::sources::CatalogPages;
use super::{WebSettings, views};
use crate::hold::Hold;

/// How long the list of what was pushed last is shown: the page is the one that everybody opens.
const RECENT: Duration = Duration::from_secs(10);
/// Repositories in that list.
const RECENT_ROWS: usize = 6;

/// The hold as the page shows it.
#[derive(Clone)]
pub struct ShownHold {
    /// What it is called.
    pub name: String,
    /// The captain as the operator wrote them…
    pub owner: AtIdentifier,
    /// …and as they were when the server started.
    pub captain: Did,
    /// The hold.
    pub hold: Hold,
}

impl ShownHold {
    fn summary(&self) -> Option<HoldSummary> {
        let captain = self.hold.last_known_captain()?;
        Some(HoldSummary {
            name: self.name.clone(),
            captain: if captain.did == self.captain {
                self.owner.to_string()
            } else {
                captain.did.to_string()
            },
            public: captain.public,
        })
    }
}

/// The facts of the home page, worked out once but for the hold's.
pub(super) struct ConfiguredHomePage {
    page: HomePage,
    hold: Option<ShownHold>,
}

impl ConfiguredHomePage {
    pub(super) fn new(settings: &WebSettings) -> Self {
        let page = HomePage {
            registry_host: settings.registry_host.clone(),
            public_url: settings
                .public_url
                .as_str()
                .trim_end_matches('/')
                .to_owned(),
            example_handle: settings.example_handle.clone(),
            plain_http: settings.public_url.scheme() == "http",
            hold: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Self {
            page,
            hold: settings.hold.clone(),
        }
    }
}

impl HomePageSource for ConfiguredHomePage {
    fn home_page(&self) -> HomePage {
        HomePage {
            hold: self.hold.as_ref().and_then(ShownHold::summary),
            ..self.page.clone()
        }
    }
}

/// What was pushed last, as everybody may see it.
#[derive(Clone)]
pub(super) struct Recent(Arc<RecentPushes>);

struct RecentPushes {
    pages: CatalogPages,
    kept: Cache<(), Vec<RepositoryCard>>,
}

impl Recent {
    /// `pages` must be as nobody in particular sees them.
    pub(super) fn new(pages: CatalogPages) -> Self {
        let kept = Cache::builder().time_to_live(RECENT).build();
        Self(Arc::new(RecentPushes { pages, kept }))
    }

    pub(super) fn provide(&self) {
        let source: Arc<dyn RecentSource> = self.0.clone();
        provide_context(source);
    }
}

#[async_trait::async_trait]
impl RecentSource for RecentPushes {
    async fn recently_pushed(&self) -> Vec<RepositoryCard> {
        let load = async {
            let found = self.pages.search(&SearchQuery::default()).await;
            // The page stands without the list, and asks again the next time.
            let mut repositories = found.map_err(drop)?.repositories;
            repositories.truncate(RECENT_ROWS);
            Ok::<_, ()>(repositories)
        };
        self.kept.try_get_with((), load).await.unwrap_or_default()
    }
}

#[async_trait::async_trait]
impl FirstPushSource for CatalogPages {
    async fn first_push(&self) -> Option<FirstPush> {
        let user = self.reader.user.as_ref()?;
        let newest = self.catalog.newest_push(&user.did).await.ok()?;
        let Some(push) = newest else {
            let state = json!({ "pushed": false, "isFinal": false }).to_string();
            return Some(FirstPush {
                state,
                ..FirstPush::default()
            });
        };
        let owner = self.catalog.owner_component(&user.did).await;
        let state = json!({ "pushed": true, "isFinal": true }).to_string();
        Some(FirstPush {
            pushed: Some((format!("{owner}/{}", push.repository), push.tag)),
            at: Some(views::moment(push.updated_at, self.catalog.now_millis())),
            state,
        })
    }
}

/// `/home/first-push`.
pub(super) fn routes(pages: CatalogPages) -> Router {
    Router::new()
        .route(routes::FIRST_PUSH, get(first_push))
        .with_state(pages)
}

async fn first_push(State(pages): State<CatalogPages>, request: Request) -> Response {
    let pages = pages.for_request(request.extensions());
    match pages.first_push().await {
        Some(found) => ([(header::CONTENT_TYPE, "application/json")], found.state).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

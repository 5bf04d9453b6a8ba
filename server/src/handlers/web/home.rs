//! The home page: what it says comes from the configuration, and from the hold as it is now.

use std::sync::Arc;
use std::time::Duration;

use app::api::error::PageError;
use app::api::home::{
    FirstPush, FirstPushSource, HoldSummary, HomePage, HomePageSource, NewestPush, RecentSource,
};
use app::api::person::RepositoryCard;
use app::api::search::{SearchQuery, SearchSource as _};
use app::{routes, t};
use atproto::syntax::{AtIdentifier, Did};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use leptos::prelude::provide_context;
use moka::future::Cache;
use serde_json::json;
use tokio::sync::RwLock;

use super::sources::CatalogPages;
use super::{WebSettings, json, views};
use crate::hold::Hold;

/// How long the list of what was pushed last is shown: the page is the one that everybody opens.
const RECENT: Duration = Duration::from_secs(10);
/// How long the page waits for that list where an older one is known, and where none is.
const PATIENCE: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(3)];
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
    /// As nobody in particular sees them.
    pages: CatalogPages,
    fresh: Cache<(), Vec<RepositoryCard>>,
    last_known: RwLock<Option<Vec<RepositoryCard>>>,
}

impl Recent {
    /// `pages` must be as nobody in particular sees them.
    pub(super) fn new(pages: CatalogPages) -> Self {
        Self(Arc::new(RecentPushes {
            pages,
            fresh: Cache::builder().time_to_live(RECENT).build(),
            last_known: RwLock::new(None),
        }))
    }

    pub(super) fn provide(&self) {
        let source: Arc<dyn RecentSource> = Arc::new(self.clone());
        provide_context(source);
    }
}

impl RecentPushes {
    /// Looks, once for all who ask at the same time.
    async fn look(self: Arc<Self>) -> Option<Vec<RepositoryCard>> {
        let look = async {
            let everything = SearchQuery::default();
            let mut found = self.pages.search(&everything).await.ok()?.repositories;
            found.truncate(RECENT_ROWS);
            *self.last_known.write().await = Some(found.clone());
            Some(found)
        };
        self.fresh.optionally_get_with((), look).await
    }
}

#[async_trait::async_trait]
impl RecentSource for Recent {
    async fn recently_pushed(&self) -> Option<Vec<RepositoryCard>> {
        // Owners and holds elsewhere may have to be asked. A task of its own ends also when nobody waits any more.
        let look = tokio::spawn(self.0.clone().look());
        let last_known = self.0.last_known.read().await.clone();
        let patience = PATIENCE[usize::from(last_known.is_none())];
        match tokio::time::timeout(patience, look).await {
            Ok(Ok(Some(found))) => Some(found),
            _ => last_known,
        }
    }
}

#[async_trait::async_trait]
impl FirstPushSource for CatalogPages {
    async fn first_push(&self) -> Option<FirstPush> {
        let user = self.reader.user.as_ref()?;
        let newest = self.catalog.newest_push(&user.did).await.ok()?;
        let newest = newest.map(|(owner, push)| NewestPush {
            name: format!("{}/{}", owner.component(), push.path),
            tag: push.tag,
            pushed_at: views::moment(push.at, self.catalog.now_millis()),
        });
        Some(FirstPush {
            is_final: newest.is_some(),
            newest,
        })
    }
}

/// What a page that waits for a first push asks.
pub(super) fn routes(pages: CatalogPages) -> Router {
    Router::new()
        .route(routes::FIRST_PUSH, get(first_push))
        .with_state(pages)
}

async fn first_push(State(pages): State<CatalogPages>, request: Request) -> Response {
    let pages = pages.for_request(request.extensions());
    if pages.reader.user.is_none() {
        let message = t!("error-json-signed-out");
        let body = json!({ "error": "AuthenticationRequired", "message": message });
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    match pages.first_push().await {
        Some(first) => Json(first).into_response(),
        None => json::failure(&PageError::Internal),
    }
}

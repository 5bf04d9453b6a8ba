//! What the pages of one request are drawn from, and what else is made of the same parts: forms, and what programs read.

use std::sync::Arc;

use app::api::PublicUrl;
use app::api::about::AboutSource;
use app::api::error::{Reference, ShownError};
use app::api::home::HomePageSource;
use axum::Router;
use leptos::prelude::provide_context;

use super::about::ServerFacts;
use super::home::{self, ConfiguredHomePage, Recent};
use super::render::RenderPage;
use super::repository::owner::{self, OwnerState};
use super::sources::CatalogPages;
use super::{
    HoldState, SettingsState, WebParts, WebSettings, about, avatars, device_approval, feeds, hold,
    json, pictures, settings, sign_in, viewer,
};
use crate::handlers::middleware::cookies::Cookies;
use crate::handlers::middleware::request_id::RequestId;

/// Where components find what they show.
#[derive(Clone)]
pub(super) struct PageSources {
    settings: WebSettings,
    home_page: Arc<dyn HomePageSource>,
    facts: Arc<ServerFacts>,
    recent: Option<Recent>,
    catalog_pages: Option<CatalogPages>,
    owners: Option<OwnerState>,
    holds: Option<HoldState>,
    account: SettingsState,
    cookies: Cookies,
}

impl PageSources {
    pub(super) fn new(parts: &WebParts) -> Self {
        let WebParts {
            settings,
            catalog,
            status,
            repositories,
            holds,
            account,
            cookies,
        } = parts.clone();
        let home_page: Arc<dyn HomePageSource> = Arc::new(ConfiguredHomePage::new(&settings));
        let owners = repositories.map(|repositories| OwnerState {
            repositories,
            oauth: account.oauth.clone(),
        });
        let catalog_pages = catalog
            .zip(owners.clone())
            .map(|(catalog, owners)| CatalogPages::new(catalog, owners, &settings));
        let facts = Arc::new(ServerFacts::new(
            settings.registry_host.clone(),
            settings.keeping.clone(),
            home_page.clone(),
            status,
        ));
        Self {
            settings,
            home_page,
            facts,
            recent: catalog_pages.clone().map(Recent::new),
            catalog_pages,
            owners,
            holds,
            account,
            cookies,
        }
    }

    /// Lets the components of the request under way find everything.
    pub(super) fn provide(&self) {
        let public_url = self.settings.public_url.as_str().trim_end_matches('/');
        provide_context(PublicUrl(public_url.to_owned()));
        provide_context(self.home_page.clone());
        provide_context::<Arc<dyn AboutSource>>(self.facts.clone());
        if let Some(recent) = &self.recent {
            recent.provide();
        }
        let Some((parts, viewer)) = viewer::of_request() else {
            return;
        };
        viewer::provide(&viewer);
        if let Some(id) = parts.extensions.get::<RequestId>() {
            provide_context(Reference(id.as_str().to_owned()));
        }
        if let Some(error) = parts.extensions.get::<ShownError>() {
            provide_context(error.clone());
        }
        if let Some(pages) = &self.catalog_pages {
            pages.for_request(&parts.extensions).provide();
        }
        provide_context(sign_in::page(&parts, self.cookies, &self.settings));
        if let Some(holds) = &self.holds {
            hold::provide(holds, &viewer, &parts);
        }
        if let Some(signed_in) = &viewer.0 {
            settings::provide(&self.account, signed_in, &parts);
            device_approval::provide(&self.account, signed_in, &parts);
            if let Some(owners) = &self.owners {
                owner::provide(owners, signed_in, &parts);
            }
        }
    }

    /// What the forms of pages are sent to.
    pub(super) fn forms(&self, render: &RenderPage) -> Router {
        let mut forms = settings::forms(self.account.clone(), render.clone())
            .merge(device_approval::forms(self.account.clone()));
        if let Some(owners) = &self.owners {
            forms = forms.merge(owner::routes(owners.clone(), render.clone()));
        }
        if let Some(holds) = &self.holds {
            forms = forms
                .merge(hold::forms(holds.clone(), render.clone()))
                .merge(hold::upkeep_forms(holds.clone(), render.clone()));
        }
        forms
    }

    /// What programs read: JSON, feeds and pictures.
    pub(super) fn for_programs(&self) -> Router {
        let mut router = about::routes(self.facts.clone());
        if let Some(pages) = &self.catalog_pages {
            router = router
                .merge(json::routes(pages.clone()))
                .merge(feeds::routes(pages.clone()))
                .merge(home::routes(pages.clone()))
                .merge(pictures::routes(pages.clone()))
                .merge(avatars::routes(pages.clone()));
        }
        if let Some(holds) = &self.holds {
            router = router.merge(hold::for_programs(holds.clone()));
        }
        router
    }
}

//! What pages about images ask: the catalogue, with the eyes of whoever makes the request.

use std::sync::Arc;

use app::api::home::FirstPushSource;
use app::api::person::PersonSource;
use app::api::repository::RepositorySource;
use app::api::search::SearchSource;
use axum::http::Extensions;
use leptos::prelude::provide_context;

use super::WebSettings;
use crate::catalog::{Catalog, Reader};
use crate::clients::hold::HoldUser;
use crate::handlers::middleware::browser_session::Viewer;

/// The catalogue as one request sees it.
#[derive(Clone)]
pub(super) struct CatalogPages {
    pub(super) catalog: Catalog,
    pub(super) reader: Reader,
    pub(super) registry: Arc<RegistryAddress>,
}

/// How clients reach the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RegistryAddress {
    /// Host and port as image names carry them.
    pub(super) host: String,
    /// Where browsers find this server, without a trailing slash.
    pub(super) public_url: String,
    /// The server speaks plain HTTP.
    pub(super) plain_http: bool,
}

impl CatalogPages {
    /// The catalogue as nobody in particular sees it.
    pub(super) fn new(catalog: Catalog, settings: &WebSettings) -> Self {
        let public_url = settings.public_url.as_str().trim_end_matches('/');
        Self {
            catalog,
            reader: Reader::default(),
            registry: Arc::new(RegistryAddress {
                host: settings.registry_host.clone(),
                public_url: public_url.to_owned(),
                plain_http: settings.public_url.scheme() == "http",
            }),
        }
    }

    /// The same with the eyes of whoever makes a request.
    pub(super) fn for_request(&self, extensions: &Extensions) -> Self {
        let signed_in = extensions
            .get::<Viewer>()
            .and_then(|viewer| viewer.0.as_ref());
        let user = signed_in.map(|signed_in| HoldUser {
            did: signed_in.did.clone(),
            session: Some(signed_in.browser_session.oauth_session_id.clone()),
        });
        Self {
            reader: Reader { user },
            ..self.clone()
        }
    }

    /// Lets the components of this request find it.
    pub(super) fn provide(self) {
        let pages = Arc::new(self);
        provide_context::<Arc<dyn PersonSource>>(pages.clone());
        provide_context::<Arc<dyn SearchSource>>(pages.clone());
        if pages.reader.user.is_some() {
            provide_context::<Arc<dyn FirstPushSource>>(pages.clone());
        }
        provide_context::<Arc<dyn RepositorySource>>(pages);
    }
}

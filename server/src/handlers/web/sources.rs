//! What pages about images ask: the catalogue, with the eyes of whoever makes the request.

use std::sync::Arc;

use app::api::person::PersonSource;
use app::api::repository::RepositorySource;
use app::api::search::SearchSource;
use axum::http::Extensions;
use leptos::prelude::provide_context;

use crate::catalog::{Catalog, Reader};

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
    /// The same with the eyes of whoever makes a request: a [`Reader`] among its extensions, else nobody.
    pub(super) fn for_request(&self, extensions: &Extensions) -> Self {
        Self {
            reader: extensions.get::<Reader>().cloned().unwrap_or_default(),
            ..self.clone()
        }
    }

    /// Lets the components of this request find it.
    pub(super) fn provide(self) {
        let pages = Arc::new(self);
        provide_context::<Arc<dyn PersonSource>>(pages.clone());
        provide_context::<Arc<dyn SearchSource>>(pages.clone());
        provide_context::<Arc<dyn RepositorySource>>(pages);
    }
}

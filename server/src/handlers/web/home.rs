//! The home page: everything it says comes from the configuration.

use app::api::home::{HomePage, HomePageSource};

use super::WebSettings;

/// The facts of the home page, worked out once.
pub(super) struct ConfiguredHomePage(HomePage);

impl ConfiguredHomePage {
    pub(super) fn new(settings: &WebSettings) -> Self {
        Self(HomePage {
            registry_host: settings.registry_host.clone(),
            public_url: settings
                .public_url
                .as_str()
                .trim_end_matches('/')
                .to_owned(),
            example_handle: settings.example_handle.clone(),
            plain_http: settings.public_url.scheme() == "http",
            hold: settings.hold.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}

impl HomePageSource for ConfiguredHomePage {
    fn home_page(&self) -> HomePage {
        self.0.clone()
    }
}

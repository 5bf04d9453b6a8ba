//! The home page: what it says comes from the configuration, and from the hold as it is now.

use app::api::home::{HoldSummary, HomePage, HomePageSource};
use atproto::syntax::{AtIdentifier, Did};

use super::WebSettings;
use crate::hold::Hold;

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

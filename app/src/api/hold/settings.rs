//! What the page with a hold's settings shows.

#[cfg(feature = "ssr")]
use super::ForThose;
use super::HoldHead;
#[cfg(feature = "ssr")]
use crate::api::error::PageError;

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldSettingsPage {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// What the form begins with.
    pub form: HoldSettingsForm,
    /// Settings of the configuration that the next start sets again, with their values.
    pub configured: Vec<(&'static str, bool)>,
}

/// The form, as the hold has it or as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldSettingsForm {
    /// Everybody may read.
    pub public: bool,
    /// Everybody who is signed in may join.
    pub open_registration: bool,
    /// Pushes are announced by posts.
    pub bluesky_posts: bool,
    /// What it calls itself.
    pub display_name: String,
    /// What it says of itself.
    pub description: String,
    /// Where the blobs are stored.
    pub region: String,
    /// Who stores them.
    pub provider: String,
}

/// Where the page gets the settings from. The server provides an `Arc<dyn HoldSettingsSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait HoldSettingsSource: Send + Sync {
    /// The settings of a hold.
    async fn settings(&self, did: &str) -> Result<ForThose<HoldSettingsPage>, PageError>;
}

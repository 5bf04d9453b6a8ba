//! What the list of holds shows.

use serde::Serialize;

use super::{Named, Usage};

/// The holds that whoever looks has to do with, and those that are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldList {
    /// Somebody is signed in.
    pub is_signed_in: bool,
    /// Those of whoever looks.
    pub own: Vec<HoldCard>,
    /// Those in whose crew they are.
    pub crew: Vec<HoldCard>,
    /// Others that everybody may join or read.
    pub open: Vec<HoldCard>,
    /// DIDs of holds that did not answer.
    pub silent: Vec<String>,
}

/// A hold in a list.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a hold says yes or no to each"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldCard {
    /// Its lasting name.
    pub did: String,
    /// What it calls itself.
    pub name: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// Who owns it.
    pub captain: Named,
    /// Everybody may read.
    pub public: bool,
    /// Everybody who is signed in may join.
    pub open_registration: bool,
    /// Where the blobs are stored, as it says.
    pub region: Option<String>,
    /// It runs in this server.
    #[serde(skip)]
    pub is_here: bool,
    /// Whoever looks pushes to it.
    #[serde(skip)]
    pub is_default: bool,
    /// The captaincy is offered to whoever looks.
    #[serde(skip)]
    pub is_offered: bool,
    /// What whoever looks uses of it.
    #[serde(skip)]
    pub usage: Option<Usage>,
}

/// Where the page gets the holds from. The server provides an `Arc<dyn HoldListSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait HoldListSource: Send + Sync {
    /// The holds that this registry knows of.
    async fn holds(&self) -> HoldList;
}

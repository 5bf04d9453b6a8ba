//! What the home page shows.

use serde::Serialize;

use super::moment::Moment;
#[cfg(feature = "ssr")]
use super::person::RepositoryCard;

/// The facts about this server that the home page fills into its text and commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomePage {
    /// Host and port as image names carry them, such as `localhost:5000` or `registry.example`.
    pub registry_host: String,
    /// Where browsers find this server, without a trailing slash.
    pub public_url: String,
    /// A handle to fill into the commands; without one they say `<your-handle>`.
    pub example_handle: Option<String>,
    /// The server speaks plain HTTP, so that most clients need to be told that this is all right.
    pub plain_http: bool,
    /// The hold that keeps the layers of images pushed here.
    pub hold: Option<HoldSummary>,
    /// Version of the running server.
    pub version: String,
}

/// A hold in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldSummary {
    /// What the hold is called: its host, or its DID.
    pub name: String,
    /// Handle or DID of the captain.
    pub captain: String,
    /// Anybody may pull from it without an account.
    pub public: bool,
}

/// Where the home page gets its facts from. The server provides an `Arc<dyn HomePageSource>` as
/// Leptos context.
#[cfg(feature = "ssr")]
pub trait HomePageSource: Send + Sync {
    /// The facts as they are now.
    fn home_page(&self) -> HomePage;
}

/// Whether somebody who is signed in has pushed, which their page waits for. Programs get it as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FirstPush {
    /// Nothing more is to be waited for: something was pushed.
    pub is_final: bool,
    /// What was pushed last.
    pub newest: Option<NewestPush>,
}

impl FirstPush {
    /// What [`crate::routes::FIRST_PUSH`] answers until then.
    pub const NOT_YET: &str = r#"{"isFinal":false,"newest":null}"#;
}

/// The tag of somebody's that moved last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewestPush {
    /// The repository: `<owner>/<path>`.
    pub name: String,
    /// The tag.
    pub tag: String,
    /// When it moved.
    pub pushed_at: Moment,
}

/// What everybody may see of what was pushed last. The server provides an `Arc<dyn RecentSource>`.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait RecentSource: Send + Sync {
    /// A few repositories, the one pushed to last first, as they were a few seconds ago. `None` where it cannot be found
    /// out in time.
    async fn recently_pushed(&self) -> Option<Vec<RepositoryCard>>;
}

/// What the viewer pushed. The server provides an `Arc<dyn FirstPushSource>` to those who are signed in.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait FirstPushSource: Send + Sync {
    /// As it is now; `None` when it cannot be found out.
    async fn first_push(&self) -> Option<FirstPush>;
}

//! What the home page shows.

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

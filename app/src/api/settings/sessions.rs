//! What the page with a person's sessions shows.

/// The browsers in which a person is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionsPage {
    /// The last used first. `None` when they could not be looked up.
    pub browsers: Option<Vec<SignedInBrowser>>,
    /// Everything but this browser has just been ended.
    pub has_ended_others: bool,
}

/// A browser in which somebody is signed in. Times are text, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInBrowser {
    /// By which a form names it.
    pub id: String,
    /// Which browser, such as "Firefox on Linux".
    pub browser: String,
    /// Roughly from where the person signed in, such as "203.0.113.0/24".
    pub network: Option<String>,
    /// It is the one that shows this page.
    pub is_this_one: bool,
    /// When the person signed in with it.
    pub signed_in: String,
    /// When it was last used.
    pub last_used: String,
}

/// Where the page gets its facts from. The server provides an `Arc<dyn SessionsSource>` of the person who looks.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait SessionsSource: Send + Sync {
    /// The sessions as they are now.
    async fn sessions_page(&self) -> SessionsPage;
}

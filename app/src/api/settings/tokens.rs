//! What the page with a person's access tokens shows.

/// The tokens of a person, and how making one went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokensPage {
    /// Host and port as image names carry them.
    pub registry_host: String,
    /// The name that goes before a token at `docker login`: the person's handle, or their DID.
    pub username: String,
    /// The newest first. `None` when they could not be looked up.
    pub tokens: Option<Vec<ListedToken>>,
    /// The person signed in a moment ago, as making a token asks for.
    pub may_create: bool,
    /// The person has allowed this registry to write what a push writes.
    pub may_push: bool,
    /// What is filled in.
    pub form: TokenForm,
    /// Why the last form made no token.
    pub problem: Option<String>,
    /// A token that was just made: shown this once.
    pub created: Option<CreatedToken>,
    /// A token was just revoked.
    pub is_revoked: bool,
}

/// A token in the list. Times are text, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedToken {
    /// By which a form names it.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// A device got it by logging in.
    pub is_device: bool,
    /// What it is good for, such as "pull, push: alice.example/app-*".
    pub scopes: Vec<String>,
    /// The day on which it was made.
    pub created: String,
    /// When it was last used.
    pub last_used: Option<String>,
    /// The day on which it expires.
    pub expires: String,
    /// That day has passed.
    pub is_expired: bool,
}

/// The form for a token, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenForm {
    /// What the person calls it.
    pub name: String,
    /// Patterns, one in a line.
    pub repositories: String,
    /// May fetch images.
    pub pull: bool,
    /// May upload images and move tags.
    pub push: bool,
    /// May delete images and tags.
    pub delete: bool,
    /// How long it lives.
    pub days: u16,
}

/// How long a token may live, in days.
pub const LIFETIMES: [u16; 4] = [30, 90, 180, 365];

impl Default for TokenForm {
    /// Pulling alone: whoever wants more says so.
    fn default() -> Self {
        Self {
            name: String::new(),
            repositories: String::new(),
            pull: true,
            push: false,
            delete: false,
            days: 90,
        }
    }
}

/// A token that was just made.
#[derive(Clone, PartialEq, Eq)]
pub struct CreatedToken {
    /// What its owner calls it.
    pub name: String,
    /// The token itself.
    pub secret: String,
}

impl std::fmt::Debug for CreatedToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "CreatedToken({})", self.name)
    }
}

/// Where the page gets its facts from. The server provides an `Arc<dyn TokensSource>` of the person who looks.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait TokensSource: Send + Sync {
    /// The tokens as they are now.
    async fn tokens_page(&self) -> TokensPage;
}

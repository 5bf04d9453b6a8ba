//! What the page with a person's own settings shows.

/// The settings, and how saving them went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfilePage {
    /// DID of the hold that images are pushed to; empty leaves the choice to the registry.
    pub default_hold: String,
    /// Delete a manifest when its last tag moves to another one.
    pub auto_remove_untagged: bool,
    /// The person has allowed this registry to write the settings.
    pub may_save: bool,
    /// The settings could not be read from the person's server.
    pub unreadable: bool,
    /// What just happened.
    pub outcome: Option<ProfileOutcome>,
}

/// How saving went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileOutcome {
    /// The settings are in the person's repo.
    Saved,
    /// What was given as the hold is none.
    NotAHold,
    /// The person's server did not take them.
    NotSaved,
    /// The person's server asks to wait.
    TooManyRequests,
    /// What the person had allowed has ended or was lost, so they are asked for it once more.
    NotAllowed,
    /// Somebody else changed them at the same moment.
    Changed,
}

impl ProfileOutcome {
    const ALL: [Self; 6] = [
        Self::Saved,
        Self::NotAHold,
        Self::NotSaved,
        Self::TooManyRequests,
        Self::NotAllowed,
        Self::Changed,
    ];

    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::NotAHold => "not-a-hold",
            Self::NotSaved => "not-saved",
            Self::TooManyRequests => "too-many-requests",
            Self::NotAllowed => "not-allowed",
            Self::Changed => "changed",
        }
    }

    /// The outcome of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// Where the page gets its facts from. The server provides an `Arc<dyn ProfileSource>` of the person who looks.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait ProfileSource: Send + Sync {
    /// The settings as they are now.
    async fn profile_page(&self) -> ProfilePage;
}

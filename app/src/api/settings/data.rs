//! What the page about a person's data shows: their archives, and what deleting would do.

/// The page as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataPage {
    /// Their handle, else their DID: what they type to confirm.
    pub name: String,
    /// Archives of the last day, the newest first. `None` when they could not be looked up.
    pub exports: Option<Vec<Export>>,
    /// What the page was rendered from; [`crate::routes::SETTINGS_DATA_PROGRESS`] says when it is another.
    pub progress: String,
    /// The holds that will be asked.
    pub holds: Vec<HoldInUse>,
    /// The hold of this server, where it is theirs: then they cannot go before they hand it over.
    pub captain_of: Option<String>,
    /// This server may ask holds elsewhere in their name.
    pub may_ask_holds: bool,
    /// They showed a short while ago that it is them.
    pub is_fresh: bool,
    /// What went wrong with the form that was sent.
    pub problem: Option<String>,
    /// What became of a deletion.
    pub deletion: Option<DeletionResult>,
}

/// A hold that keeps something about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldInUse {
    /// Its DID.
    pub did: String,
    /// It is part of this server.
    pub is_local: bool,
}

/// An archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// When it was asked for.
    pub requested: String,
    /// How far it is.
    pub state: ExportState,
}

/// How far an archive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportState {
    /// It is being made.
    Running {
        /// What is being done.
        step: String,
        /// How many steps are done…
        done: u32,
        /// …of how many.
        steps: u32,
    },
    /// It is there.
    Ready {
        /// Where to fetch it.
        href: String,
        /// Its size in bytes.
        size: u64,
        /// Hex of SHA-256 over it.
        digest: String,
        /// Until when it is kept.
        until: String,
        /// What should be in it and is not.
        missing: Vec<Outcome>,
    },
    /// It was given up.
    Failed,
}

/// What became of one place where data is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which place.
    pub place: String,
    /// It worked.
    pub is_done: bool,
    /// In words.
    pub words: String,
}

/// What became of a deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionResult {
    /// Nothing is left to be done.
    pub is_complete: bool,
    /// Each place.
    pub outcomes: Vec<Outcome>,
    /// The person wished their public records to go too.
    pub with_records: bool,
}

/// Where the page gets its facts from. The server provides an `Arc<dyn DataSource>` of the person who looks.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait DataSource: Send + Sync {
    /// The facts as they are now.
    async fn data_page(&self) -> DataPage;
}

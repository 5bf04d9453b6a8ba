//! What the guide shows with which somebody sets a hold up.

/// The form of the guide, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUpForm {
    /// Where the hold is to answer.
    pub url: String,
    /// Its captain.
    pub owner: String,
    /// `filesystem` or `s3`.
    pub storage: String,
    /// The bucket.
    pub bucket: String,
    /// Where the bucket is, unless it is at Amazon.
    pub endpoint: String,
    /// The region of the bucket.
    pub region: String,
    /// Whether everybody may read.
    pub public: bool,
    /// Whether everybody who is signed in may join.
    pub allow_all_crew: bool,
}

/// The guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUpPage {
    /// What is filled in.
    pub form: SetUpForm,
    /// What is wrong with it, where something is.
    pub problem: Option<&'static str>,
    /// The form was sent, and this is what comes of it.
    pub made: Option<SetUpFiles>,
}

/// What the guide makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetUpFiles {
    /// The file with the environment.
    pub environment: String,
    /// Ways to run it: what it is called, what to know, and the text.
    pub ways: Vec<WayToRun>,
    /// Where to look whether it came up.
    pub check: String,
}

/// One way to run a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayToRun {
    /// What it is called.
    pub name: &'static str,
    /// What to know.
    pub note: &'static str,
    /// The commands, or the file.
    pub text: String,
}

/// Whether a hold came up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckPage {
    /// What was typed.
    pub typed: String,
    /// What is wrong with that.
    pub problem: Option<String>,
    /// The steps, in their order.
    pub steps: Vec<CheckStep>,
    /// The DID of the hold, where it has one.
    pub did: Option<String>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckStep {
    /// What was looked at.
    pub what: &'static str,
    /// How it went.
    pub outcome: CheckOutcome,
    /// What was found, or what to do.
    pub words: String,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It works.
    Works,
    /// It does not.
    Fails,
    /// It was not looked at, as a step before it failed.
    Skipped,
}

/// Where the pages get it from. The server provides an `Arc<dyn SetUpSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait SetUpSource: Send + Sync {
    /// The guide, with what was typed, if anything was.
    async fn set_up(&self) -> SetUpPage;

    /// Whether a hold came up.
    async fn check(&self, hold: &str) -> CheckPage;
}

//! The words of the log.

use atproto::syntax::Did;
use serde::{Deserialize, Serialize};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Actor {
    /// Somebody with an account.
    Person(Did),
    /// Whoever has the machine: by the command line, or by the settings.
    Operator,
    /// The hold by itself, on its schedule.
    Hold,
}

impl Actor {
    const OPERATOR: &'static str = "operator";
    const HOLD: &'static str = "hold";

    /// As it is stored and sent: a DID, `operator` or `hold`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Person(did) => did.as_str(),
            Self::Operator => Self::OPERATOR,
            Self::Hold => Self::HOLD,
        }
    }

    /// Reads what [`Self::as_str`] says.
    pub fn read(text: &str) -> Self {
        match text.parse() {
            Ok(did) => Self::Person(did),
            Err(_) if text == Self::OPERATOR => Self::Operator,
            Err(_) => Self::Hold,
        }
    }
}

impl From<String> for Actor {
    fn from(text: String) -> Self {
        Self::read(&text)
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.as_str().to_owned()
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
        /// What was done. Its word is a group and what was done in it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ActivityAction {
            $($(#[$doc])* $name,)*
        }

        impl ActivityAction {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As it is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

actions! {
    /// Somebody was taken into the crew.
    CrewAdded "crew.added";
    /// Somebody joined by themselves.
    CrewJoined "crew.joined";
    /// A member's role or permissions were changed.
    CrewChanged "crew.changed";
    /// A member got another quota.
    CrewTierChanged "crew.tierChanged";
    /// A member was removed.
    CrewRemoved "crew.removed";
    /// A member left.
    CrewLeft "crew.left";
    /// The captain changed what they decide about the hold.
    SettingsChanged "settings.changed";
    /// The hold's profile was changed.
    ProfileChanged "settings.profileChanged";
    /// A post of the hold was written or removed by somebody.
    PostChanged "settings.postChanged";
    /// The captaincy was offered.
    CaptaincyOffered "captaincy.offered";
    /// The offer was taken back.
    CaptaincyWithdrawn "captaincy.withdrawn";
    /// The captaincy changed hands.
    CaptaincyAccepted "captaincy.accepted";
    /// A collection of garbage began.
    CollectionStarted "garbage.started";
    /// It ended.
    CollectionEnded "garbage.ended";
    /// Somebody stopped it.
    CollectionStopped "garbage.stopped";
    /// It failed.
    CollectionFailed "garbage.failed";
    /// The hold was made.
    HoldCreated "hold.created";
    /// The hold was written into a folder.
    HoldExported "hold.exported";
    /// The hold was read from a folder.
    HoldImported "hold.imported";
    /// Relays were asked to follow the hold.
    CrawlRequested "hold.crawlRequested";
    /// Somebody took a copy of what the hold knows about them.
    DataExported "data.exported";
    /// Somebody had removed what the hold knows about them.
    DataDeleted "data.deleted";
    /// Somebody had no room for what they pushed.
    QuotaRefused "quota.refused";
}

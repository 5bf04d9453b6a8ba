//! The string formats of atproto: identifiers, addresses, times.
//!
//! Each type holds text that has passed the grammar of <https://atproto.com/specs>. All of them
//! implement `FromStr`, `Display`, `Ord`, `Hash` and serde as a plain string.

mod at_identifier;
mod at_uri;
mod cid_text;
mod datetime;
mod did;
mod handle;
mod host;
mod language;
mod nsid;
mod record_key;
mod tid;
mod uri;

pub use at_identifier::AtIdentifier;
pub use at_uri::AtUri;
pub use cid_text::CidText;
pub use datetime::Datetime;
pub use did::Did;
pub use handle::Handle;
pub use language::Language;
pub use nsid::Nsid;
pub use record_key::RecordKey;
pub use tid::Tid;
pub use uri::Uri;

/// Why a text is not of the asked-for kind.
///
/// It never repeats the text: that came from a stranger and the message may reach a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {expected}: {reason}")]
pub struct SyntaxError {
    expected: &'static str,
    reason: &'static str,
}

impl SyntaxError {
    pub(crate) const fn new(expected: &'static str, reason: &'static str) -> Self {
        Self { expected, reason }
    }

    /// The kind of identifier that was expected, such as `"DID"`.
    pub const fn expected(&self) -> &'static str {
        self.expected
    }

    /// The rule that was broken.
    pub const fn reason(&self) -> &'static str {
        self.reason
    }
}

/// Reads and writes a type as a string, by its `FromStr` and `Display`.
macro_rules! serde_as_string {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text =
                    <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_string;

/// The methods and conversions shared by the types that are a checked `String` inside.
macro_rules! string_type {
    ($name:ident) => {
        impl $name {
            /// The text as it is written in records and addresses.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::syntax::SyntaxError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        $crate::syntax::serde_as_string!($name);
    };
}
pub(crate) use string_type;

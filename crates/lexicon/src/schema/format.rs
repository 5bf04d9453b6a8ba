//! The formats of strings. atproto.com/specs/lexicon#string-formats

use std::str::FromStr;

use atproto::syntax::{
    AtIdentifier, AtUri, CidText, Datetime, Did, Handle, Language, Nsid, RecordKey, SyntaxError,
    Tid, Uri,
};

/// What kind of string it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    AtIdentifier,
    AtUri,
    Cid,
    Datetime,
    Did,
    Handle,
    Language,
    Nsid,
    RecordKey,
    Tid,
    Uri,
}

impl Format {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "at-identifier" => Self::AtIdentifier,
            "at-uri" => Self::AtUri,
            "cid" => Self::Cid,
            "datetime" => Self::Datetime,
            "did" => Self::Did,
            "handle" => Self::Handle,
            "language" => Self::Language,
            "nsid" => Self::Nsid,
            "record-key" => Self::RecordKey,
            "tid" => Self::Tid,
            "uri" => Self::Uri,
            _ => return None,
        })
    }

    pub(super) fn check(self, text: &str) -> Result<(), SyntaxError> {
        fn is<T: FromStr<Err = SyntaxError>>(text: &str) -> Result<(), SyntaxError> {
            text.parse::<T>().map(drop)
        }
        match self {
            Self::AtIdentifier => is::<AtIdentifier>(text),
            Self::AtUri => is::<AtUri>(text),
            Self::Cid => is::<CidText>(text),
            Self::Datetime => is::<Datetime>(text),
            Self::Did => is::<Did>(text),
            Self::Handle => is::<Handle>(text),
            Self::Language => is::<Language>(text),
            Self::Nsid => is::<Nsid>(text),
            Self::RecordKey => is::<RecordKey>(text),
            Self::Tid => is::<Tid>(text),
            Self::Uri => is::<Uri>(text),
        }
    }
}

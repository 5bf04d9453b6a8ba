//! Query parameters of the distribution API.

use super::path::percent_decode;
use super::{MAX_PAGE_SIZE, MAX_TAGS_PER_PUT, Mount, Page, RouteError};
use crate::{Digest, Tag};

/// The longest `last`, in bytes: longer than any name or tag, and than any position this registry
/// hands out.
const MAX_LAST_BYTES: usize = 512;

/// The decoded parameters of a query, in order.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Never fails: a piece that does not decode is kept as it was written, and the grammar of its
    /// parameter refuses the `%` in it.
    ///
    /// A plus sign is itself, not a space as in HTML forms: clients send media types such as
    /// `application/spdx+json` without encoding them, and no parameter here can hold a space.
    pub(super) fn parse(query: &str) -> Self {
        let decode = |text: &str| percent_decode(text).unwrap_or_else(|| text.to_owned());
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            });
        Self(pairs.collect())
    }

    /// The first parameter of this name.
    fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn all<'q>(&'q self, name: &str) -> impl Iterator<Item = &'q str> {
        self.0
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn digest(&self) -> Result<Option<Digest>, RouteError> {
        self.first("digest").map(parse_digest).transpose()
    }

    pub(super) fn mount(&self) -> Result<Option<Mount>, RouteError> {
        let Some(digest) = self.first("mount") else {
            return Ok(None);
        };
        let from = self
            .first("from")
            .filter(|from| !from.is_empty())
            .map(str::to_owned);
        Ok(Some(Mount {
            digest: parse_digest(digest)?,
            from,
        }))
    }

    pub(super) fn tags(&self) -> Result<Vec<Tag>, RouteError> {
        let mut tags = Vec::new();
        for text in self.all("tag") {
            let tag: Tag = text.parse()?;
            if tags.contains(&tag) {
                continue;
            }
            if tags.len() == MAX_TAGS_PER_PUT {
                return Err(RouteError::TooManyTags);
            }
            tags.push(tag);
        }
        Ok(tags)
    }

    pub(super) fn page(&self) -> Result<Page, RouteError> {
        let n = self.first("n").map(parse_page_size).transpose()?;
        let last = self.first("last").filter(|last| !last.is_empty());
        // A database may refuse a text with NUL in it, and no entry of a list has control
        // characters.
        if last.is_some_and(|last| last.len() > MAX_LAST_BYTES || last.contains(char::is_control)) {
            return Err(RouteError::PageInvalid);
        }
        Ok(Page {
            n,
            last: last.map(str::to_owned),
        })
    }

    /// Not held to the grammar of media types, because manifests in the wild are not either.
    /// Control characters can match nothing: no manifest with them is accepted.
    pub(super) fn artifact_type(&self) -> Result<Option<String>, RouteError> {
        let artifact_type = self.first("artifactType").filter(|text| !text.is_empty());
        if artifact_type.is_some_and(|text| text.contains(char::is_control)) {
            return Err(RouteError::ArtifactTypeInvalid);
        }
        Ok(artifact_type.map(str::to_owned))
    }
}

pub(super) fn parse_digest(text: &str) -> Result<Digest, RouteError> {
    text.parse()
        .map_err(|error| RouteError::from_digest(error, text))
}

/// Digits only: `u64` would also read a leading plus sign.
fn parse_page_size(text: &str) -> Result<u64, RouteError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RouteError::PageInvalid);
    }
    text.parse::<u64>()
        .map(|n| n.min(MAX_PAGE_SIZE))
        .map_err(|_| RouteError::PageInvalid)
}

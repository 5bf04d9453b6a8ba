//! `app.bsky.feed.post`: a short text for everybody.

use atproto::syntax::{Datetime, Did};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_TEXT_BYTES: usize = 3000;
const MAX_TEXT_CHARACTERS: usize = 300;
const MENTION: &str = "app.bsky.richtext.facet#mention";

/// A post. Of what it may embed, only the text and its mentions are typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct FeedPost {
    /// At most 3000 bytes and 300 characters.
    pub text: String,
    /// Parts of the text that mean something: mentions and links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<Value>,
    /// When it was written.
    pub created_at: Datetime,
}

impl_record_serde!(FeedPost, nsid::FEED_POST);

impl Record for FeedPost {
    const NSID: &'static str = nsid::FEED_POST;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("text", &self.text, MAX_TEXT_BYTES)?;
        limits::max_graphemes("text", &self.text, MAX_TEXT_CHARACTERS)
    }
}

impl FeedPost {
    /// Marks the bytes `start..end` of the text as a mention of somebody.
    pub fn mention(&mut self, start: usize, end: usize, did: &Did) {
        self.facets.push(json!({
            "index": { "byteStart": start, "byteEnd": end },
            "features": [{ "$type": MENTION, "did": did }],
        }));
    }

    /// The accounts it mentions.
    pub fn mentions(&self) -> Vec<Did> {
        self.facets
            .iter()
            .filter_map(|facet| facet["features"].as_array())
            .flatten()
            .filter(|feature| feature["$type"] == MENTION)
            .filter_map(|feature| feature["did"].as_str()?.parse().ok())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_found_again() {
        let did: Did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz".parse().expect("a DID");
        let mut post = FeedPost {
            text: "@alice.example pushed".to_owned(),
            facets: Vec::new(),
            created_at: Datetime::from_unix_micros(0),
        };
        post.mention(0, 14, &did);
        let read = FeedPost::from_value(&post.to_value().expect("a record")).expect("a post");
        assert_eq!(read.mentions(), [did]);
    }
}

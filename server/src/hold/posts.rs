//! Posts that announce pushes, when the captain wants them.

use atproto::repo::Write;
use atproto::syntax::RecordKey;
use lexicon::{FeedPost, Record as _};

use super::crew::to_ipld;
use super::{Hold, HoldError, repo};
use crate::clients::hold::ManifestNotice;

/// A post has this many characters at most; counted as the stricter `char`s, which are never fewer.
const MAX_CHARACTERS: usize = 300;

impl Hold {
    /// The post about a push, with its key; nothing where the push has no tag.
    pub(super) fn announcement(
        &self,
        notice: &ManifestNotice,
        sizes: &[u64],
    ) -> Result<Option<(RecordKey, Write)>, HoldError> {
        let Some(tag) = &notice.tag else {
            return Ok(None);
        };
        let who = notice.owner.to_string();
        let layers = match sizes.len() {
            1 => "1 layer".to_owned(),
            more => format!("{more} layers"),
        };
        let rest: String = format!(
            " pushed {}:{tag} ({}, {layers})",
            notice.repository,
            super::human_bytes(sizes.iter().sum())
        )
        .chars()
        .take(MAX_CHARACTERS.saturating_sub(who.chars().count()))
        .collect();
        let mut post = FeedPost {
            text: format!("{who}{rest}"),
            facets: Vec::new(),
            created_at: self.datetime(),
        };
        post.mention(0, who.len(), &notice.owner);
        let key = self.next_key();
        let write = repo::create(FeedPost::collection(), key.clone(), to_ipld(&post)?);
        Ok(Some((key, write)))
    }
}

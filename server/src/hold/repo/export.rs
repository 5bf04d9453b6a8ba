//! The whole repo, or what is new in it, as a CAR that is read while commits go on.

use std::pin::Pin;

use atproto::data::Cid;
use atproto::repo::{Head, car};
use atproto::syntax::Tid;
use bytes::Bytes;
use futures::{Stream, StreamExt as _};

use super::{HoldRepo, RepoError};
use crate::db::BlockRange;

/// Blocks read from the database at a time.
const PAGE: i64 = 512;

/// A CAR in pieces. An error is its last item: such a CAR is not whole.
pub type RepoExport = Pin<Box<dyn Stream<Item = Result<Bytes, RepoError>> + Send>>;

/// Where an export stands.
struct Place {
    repo: HoldRepo,
    at: String,
    since: String,
    after_rev: String,
    after_cid: Vec<u8>,
}

impl HoldRepo {
    /// The repo as it is now, or the blocks of it that came after the revision `since`, as a CAR
    /// (com.atproto.sync.getRepo). It must be read within [`super::KEEP_DROPPED`].
    pub async fn export(&self, since: Option<Tid>) -> Result<(Head, RepoExport), RepoError> {
        let head = self.head().await?.ok_or(RepoError::NoRepo)?;
        let place = Place {
            repo: self.clone(),
            at: head.rev.to_string(),
            since: since.map_or_else(String::new, |since| since.to_string()),
            after_rev: String::new(),
            after_cid: Vec::new(),
        };
        let header = car::write_header(head.commit);
        let pages = futures::stream::try_unfold(Some(place), next_page);
        let export = futures::stream::once(async { Ok(header) }).chain(pages);
        Ok((head, export.boxed()))
    }
}

async fn next_page(place: Option<Place>) -> Result<Option<(Bytes, Option<Place>)>, RepoError> {
    let Some(mut place) = place else {
        return Ok(None);
    };
    let rows = place
        .repo
        .inner
        .database
        .list_repo_blocks(BlockRange {
            since: &place.since,
            at: &place.at,
            after_rev: &place.after_rev,
            after_cid: &place.after_cid,
            limit: PAGE,
        })
        .await?;
    let Some(last) = rows.last() else {
        return Ok(None);
    };
    place.after_rev.clone_from(&last.rev);
    place.after_cid.clone_from(&last.cid);
    let mut page = Vec::with_capacity(rows.iter().map(|row| row.content.len() + 48).sum());
    for row in &rows {
        let cid = Cid::from_bytes(&row.cid)
            .map_err(|_| RepoError::Damaged("a block has no CID".to_owned()))?;
        page.extend_from_slice(&car::write_block(cid, &row.content));
    }
    let is_last = rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
    Ok(Some((page.into(), (!is_last).then_some(place))))
}

//! What is measured on either side.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::Name;
use super::hold::Hold;
use super::pds::Pds;

/// One of the two.
pub enum Side {
    Hold(Hold),
    Pds(Pds),
}

impl Side {
    pub const fn name(&self) -> Name {
        match self {
            Self::Hold(_) => Name::Longshore,
            Self::Pds(_) => Name::ReferencePds,
        }
    }

    pub const fn address(&self) -> SocketAddr {
        match self {
            Self::Hold(hold) => hold.address,
            Self::Pds(pds) => pds.address,
        }
    }

    fn did(&self) -> &str {
        match self {
            Self::Hold(hold) => &hold.did,
            Self::Pds(pds) => &pds.did,
        }
    }

    /// Writes layer records, 200 in a commit. Returns the time that the calls took.
    pub async fn fill(&self, records: usize) -> Result<Duration> {
        match self {
            Self::Hold(hold) => hold.fill(records).await,
            Self::Pds(pds) => pds.fill(records).await,
        }
    }

    /// Requests that create a post each.
    pub async fn create_posts(&self, count: usize) -> Result<Vec<Vec<u8>>> {
        let input = json!({
            "repo": self.did(),
            "collection": "app.bsky.feed.post",
            "record": post(),
        });
        match self {
            Self::Hold(hold) => hold.create_records(&input, count).await,
            Self::Pds(pds) => Ok(vec![pds.create_record(&input); count]),
        }
    }

    /// The request for the whole repo.
    pub fn get_repo(&self) -> Vec<u8> {
        let did = self.did().replace('%', "%25");
        let path = format!("com.atproto.sync.getRepo?did={did}");
        super::xrpc::request(self.address(), "GET", &path, None, None)
    }
}

fn post() -> Value {
    json!({
        "$type": "app.bsky.feed.post",
        "text": "somebody pushed tools/app:v1 (27 MB, 5 layers)",
        "createdAt": "2026-01-01T00:00:00.000Z",
    })
}

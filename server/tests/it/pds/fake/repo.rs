//! What the fake PDS keeps: records, blobs, and the tokens it gave.

use std::collections::{BTreeMap, HashMap, HashSet};

use atproto::data::Cid;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// An access token lives two hours, as at the reference PDS; in seconds.
const ACCESS_LIFETIME: i64 = 2 * 60 * 60;

#[derive(Default)]
pub struct Repo {
    pub records: BTreeMap<(String, String), Value>,
    pub blobs: HashMap<String, Vec<u8>>,
    pub tokens: Tokens,
}

impl Repo {
    pub fn add_blob(&mut self, media_type: &str, content: &[u8]) -> Value {
        let cid = Cid::raw_sha256(content).to_string();
        self.blobs.insert(cid.clone(), content.to_vec());
        json!({ "$type": "blob", "ref": { "$link": cid }, "mimeType": media_type, "size": content.len() })
    }
}

/// Access tokens can be used until they expire, refresh tokens once.
#[derive(Default)]
pub struct Tokens {
    issued: u32,
    valid_access: HashSet<String>,
    expired_access: HashSet<String>,
    valid_refresh: HashSet<String>,
    revoked: bool,
}

/// What a presented token is worth.
pub enum Worth {
    Good,
    Expired,
    Nothing,
}

impl Tokens {
    /// A pair of tokens at `now`, in unix seconds.
    pub fn issue(&mut self, now: i64) -> (String, String) {
        self.issued += 1;
        let claims = json!({ "exp": now + ACCESS_LIFETIME, "jti": self.issued }).to_string();
        let access = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let refresh = format!("refresh-{}", self.issued);
        self.valid_access.insert(access.clone());
        self.valid_refresh.insert(refresh.clone());
        (access, refresh)
    }

    pub fn spend_refresh(&mut self, token: &str) -> bool {
        self.valid_refresh.remove(token)
    }

    pub fn worth(&self, access: &str) -> Worth {
        if self.valid_access.contains(access) {
            Worth::Good
        } else if self.expired_access.contains(access) {
            Worth::Expired
        } else {
            Worth::Nothing
        }
    }

    pub fn expire_access(&mut self) {
        self.expired_access.extend(self.valid_access.drain());
    }

    pub fn revoke(&mut self) {
        self.expire_access();
        self.valid_refresh.clear();
        self.revoked = true;
    }

    pub fn accepts_password(&self, password: &str) -> bool {
        !self.revoked && password == super::APP_PASSWORD
    }
}

//! `com.atproto.repo.*`: the hold's records.

use atproto::data::{Cid, Ipld};
use atproto::syntax::{AtIdentifier, Nsid, RecordKey};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::XrpcError;
use crate::hold::Hold;
use crate::hold::repo::{CommitInfo, StoredRecord};

pub(in crate::handlers::xrpc) mod create_record;
pub(in crate::handlers::xrpc) mod delete_record;
pub(in crate::handlers::xrpc) mod describe_repo;
pub(in crate::handlers::xrpc) mod get_record;
pub(in crate::handlers::xrpc) mod list_records;
pub(in crate::handlers::xrpc) mod put_record;
pub(in crate::handlers::xrpc) mod upload_blob;

/// What the three writing methods take.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WriteInput {
    repo: AtIdentifier,
    collection: Nsid,
    rkey: Option<RecordKey>,
    record: Option<Value>,
    /// Absent for no condition; `null` for a record that must not be there.
    #[expect(
        clippy::option_option,
        reason = "absent and null mean different things"
    )]
    #[serde(default, deserialize_with = "given")]
    swap_record: Option<Option<Cid>>,
    swap_commit: Option<Cid>,
}

/// Tells `null` from nothing.
#[expect(
    clippy::option_option,
    reason = "absent and null mean different things"
)]
fn given<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Cid>>, D::Error> {
    Option::<Cid>::deserialize(deserializer).map(Some)
}

impl WriteInput {
    fn record(&self) -> Result<Ipld, XrpcError> {
        let record = self
            .record
            .as_ref()
            .ok_or_else(|| XrpcError::invalid("`record` is missing"))?;
        Ipld::from_json(record)
            .map_err(|error| XrpcError::invalid(format!("`record` is not valid: {error}")))
    }

    fn rkey(&self) -> Result<RecordKey, XrpcError> {
        self.rkey
            .clone()
            .ok_or_else(|| XrpcError::invalid("`rkey` is missing"))
    }
}

fn uri(hold: &Hold, collection: &Nsid, rkey: &RecordKey) -> String {
    format!("at://{}/{collection}/{rkey}", hold.did())
}

fn record_json(hold: &Hold, collection: &Nsid, record: &StoredRecord) -> Value {
    json!({
        "uri": uri(hold, collection, &record.rkey),
        "cid": record.cid.to_string(),
        "value": record.value.to_json(),
    })
}

fn written(hold: &Hold, collection: &Nsid, rkey: &RecordKey, info: &CommitInfo) -> Value {
    let cid = info.written.first().copied().flatten();
    json!({
        "uri": uri(hold, collection, rkey),
        "cid": cid.map(|cid| cid.to_string()),
        "commit": commit_json(info),
        "validationStatus": "valid",
    })
}

fn commit_json(info: &CommitInfo) -> Value {
    json!({ "cid": info.cid.to_string(), "rev": info.rev.to_string() })
}

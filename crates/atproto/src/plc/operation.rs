//! Signed operations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use multibase::Base;
use serde::{Deserialize as _, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::PlcData;
use crate::crypto::{PublicKey, SigningKey};
use crate::data::{Cid, DataModelError, Ipld, dag_cbor};
use crate::syntax::Did;

const OPERATION_TYPE: &str = "plc_operation";
const TOMBSTONE_TYPE: &str = "plc_tombstone";
/// Characters of the hash that are the identifier.
const IDENTIFIER_LENGTH: usize = 24;
const MAX_ROTATION_KEYS: usize = 5;
const MAX_VERIFICATION_METHODS: usize = 10;

/// Why there is no such operation.
#[derive(Debug, thiserror::Error)]
pub enum PlcError {
    /// No, too many or repeated rotation keys, or one on neither curve.
    #[error(
        "a did:plc has one to {MAX_ROTATION_KEYS} different rotation keys on P-256 or secp256k1"
    )]
    RotationKeys,
    /// Too many keys for other purposes.
    #[error("a did:plc has at most {MAX_VERIFICATION_METHODS} verification methods")]
    VerificationMethods,
    /// The key that should sign is not among those that may.
    #[error("the key {0} is not a rotation key of this did:plc")]
    NotARotationKey(String),
    /// The identifier was given up.
    #[error("the did:plc has been deactivated by a tombstone")]
    Tombstone,
    /// An operation of another type; `create` was used before 2023.
    #[error("the last operation of the did:plc is not a {OPERATION_TYPE}")]
    UnknownType,
    /// Not an operation at all.
    #[error("the fields of the operation are not those of a {OPERATION_TYPE}")]
    Malformed(#[source] serde_json::Error),
    /// A field has no place in the data model.
    #[error("the operation has no encoding")]
    DataModel(#[from] DataModelError),
}

/// One signed entry of the log of a `did:plc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlcOperation {
    data: PlcData,
    json: Value,
    bytes: Vec<u8>,
}

/// An operation before it is signed.
#[derive(Serialize)]
struct Unsigned<'data> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    data: &'data PlcData,
    /// The CID of the operation before, as text and not as a link.
    prev: Option<Cid>,
}

impl PlcOperation {
    /// The first operation of a new identifier, signed with one of its rotation keys, and the identifier that
    /// follows from it.
    pub fn genesis(data: &PlcData, rotation_key: &SigningKey) -> Result<(Did, Self), PlcError> {
        let operation = Self::sign(data, data, None, rotation_key)?;
        let hash = Base::Base32Lower.encode(Sha256::digest(&operation.bytes));
        let did = format!("did:plc:{}", &hash[..IDENTIFIER_LENGTH])
            .parse()
            .expect("base32 is a legal identifier");
        Ok((did, operation))
    }

    /// Reads the last operation of a log, as the directory gives it at `/<did>/log/last`.
    ///
    /// Its signature is not checked. [`Self::followed_by`] names it by its hash, so an invented one only leads to a
    /// successor that nobody accepts.
    pub fn from_json(json: &Value) -> Result<Self, PlcError> {
        match json.get("type").and_then(Value::as_str) {
            Some(OPERATION_TYPE) => {}
            Some(TOMBSTONE_TYPE) => return Err(PlcError::Tombstone),
            _ => return Err(PlcError::UnknownType),
        }
        Ok(Self {
            data: PlcData::deserialize(json).map_err(PlcError::Malformed)?,
            bytes: encode(json)?,
            json: json.clone(),
        })
    }

    /// The operation after this one, signed with a rotation key that this one names.
    pub fn followed_by(&self, data: &PlcData, rotation_key: &SigningKey) -> Result<Self, PlcError> {
        Self::sign(&self.data, data, Some(self.cid()), rotation_key)
    }

    /// What is the case after this operation.
    pub const fn data(&self) -> &PlcData {
        &self.data
    }

    /// The name of this operation in the one that follows.
    pub fn cid(&self) -> Cid {
        Cid::dag_cbor_sha256(&self.bytes)
    }

    /// The operation as it is sent to the directory, by POST to `/<did>`.
    pub const fn to_json(&self) -> &Value {
        &self.json
    }

    /// `signers` says who may sign: the state before, which for the first operation is its own.
    fn sign(
        signers: &PlcData,
        data: &PlcData,
        prev: Option<Cid>,
        key: &SigningKey,
    ) -> Result<Self, PlcError> {
        check(data)?;
        let public_key = key.public_key();
        if !signers.may_be_changed_by(&public_key) {
            return Err(PlcError::NotARotationKey(public_key.to_did_key()));
        }
        let unsigned = Unsigned {
            kind: OPERATION_TYPE,
            data,
            prev,
        };
        let mut json = serde_json::to_value(unsigned).expect("maps with text as keys are JSON");
        let signature = key.sign(&encode(&json)?);
        json["sig"] = URL_SAFE_NO_PAD.encode(signature).into();
        Ok(Self {
            bytes: encode(&json)?,
            data: data.clone(),
            json,
        })
    }
}

/// What the directory would refuse, refused before.
fn check(data: &PlcData) -> Result<(), PlcError> {
    let keys = &data.rotation_keys;
    let is_repeated = |place: usize| keys[..place].contains(&keys[place]);
    if !(1..=MAX_ROTATION_KEYS).contains(&keys.len())
        || (0..keys.len()).any(is_repeated)
        || keys.iter().any(|key| PublicKey::from_did_key(key).is_err())
    {
        return Err(PlcError::RotationKeys);
    }
    if data.verification_methods.len() > MAX_VERIFICATION_METHODS {
        return Err(PlcError::VerificationMethods);
    }
    Ok(())
}

fn encode(json: &Value) -> Result<Vec<u8>, DataModelError> {
    Ok(dag_cbor::encode(&Ipld::from_json(json)?))
}

#[cfg(test)]
mod tests;

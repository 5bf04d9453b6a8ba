//! Operations against what the method's reference implementation makes of the same keys.

use serde_json::json;

use super::*;
use crate::crypto::Curve;
use crate::identity::{AccountDescription, ServiceDescription};

const DID: &str = "did:plc:fqp7t52deyzdhfi2qj2xeqpk";
const GENESIS_CID: &str = "bafyreibmd747oqzggizzkgucovzed2upa4mvwrcnwyzggq7nzzlpoft7zy";
const UPDATE_CID: &str = "bafyreigutlgrz6kxoe3sllk6dceewmbwukmu3w4bjayhlncjbrhjqronvq";
const UPDATE_SIGNATURE: &str =
    "qVEMrAz98XQeJVhKHZkYIs7vS58HSAcRSdqr4MicdLwqKQqRAGoFfMJWGsvh18EN_w0H_KVEpEVO_6Me--Jy2Q";

fn key(curve: Curve, byte: u8) -> SigningKey {
    SigningKey::from_bytes(curve, &[byte; 32]).expect("a key")
}

/// The key that comes with the server.
fn rotation_key() -> SigningKey {
    key(Curve::K256, 1)
}

/// The stronger key that the captain keeps at home.
fn captains_key() -> SigningKey {
    key(Curve::P256, 2)
}

fn account(signing_key: u8, host: &str) -> AccountDescription {
    let endpoint: url::Url = format!("https://{host}").parse().expect("a URL");
    AccountDescription {
        handle: Some(host.parse().expect("a handle")),
        signing_key: key(Curve::K256, signing_key).public_key(),
        services: vec![
            ServiceDescription::personal_data_server(endpoint.clone()),
            ServiceDescription {
                fragment: "atcr_hold",
                kind: "AtcrHoldService",
                endpoint,
            },
        ],
    }
}

fn data() -> PlcData {
    let keys = [captains_key().public_key(), rotation_key().public_key()];
    PlcData::new(&keys, &account(3, "hold.example.com"))
}

fn genesis() -> PlcOperation {
    let (did, operation) = PlcOperation::genesis(&data(), &rotation_key()).expect("an operation");
    assert_eq!(did.as_str(), DID);
    operation
}

/// What the reference implementation made.
fn genesis_json() -> Value {
    json!({
        "type": "plc_operation",
        "rotationKeys": [
            "did:key:zDnaeWA1DFehB4iXcQeiDJzcZK3x2cYW1DdJX97edtzfPCt75",
            "did:key:zQ3shgVXZLaMzm5S5x7XzGUG6YFHFLtoEMiv9ao2Bqa7hGyg2",
        ],
        "verificationMethods": {
            "atproto": "did:key:zQ3shT1GokQF68docxRmRpQTjnaB66odZYc2tfAv6YMNJqS7g",
        },
        "alsoKnownAs": ["at://hold.example.com"],
        "services": {
            "atproto_pds": {
                "type": "AtprotoPersonalDataServer",
                "endpoint": "https://hold.example.com",
            },
            "atcr_hold": { "type": "AtcrHoldService", "endpoint": "https://hold.example.com" },
        },
        "prev": null,
        "sig": "W9mAGNYECf10s7TiFW4tJa41B7Co-Z3werGZ5nELKw4ELYoNCmt8pQuGDTHczggO0rcNAiFOzsuZi1qsu28i_w",
    })
}

#[test]
fn a_genesis_operation_and_its_did_are_those_of_the_reference() {
    assert_eq!(genesis().to_json(), &genesis_json());
    assert_eq!(genesis().cid().to_string(), GENESIS_CID);
}

#[test]
fn an_update_is_that_of_the_reference_and_names_the_operation_before() {
    let update = genesis()
        .followed_by(
            &data().with(&account(4, "hold.example.com")),
            &captains_key(),
        )
        .expect("an operation");
    assert_eq!(update.to_json()["sig"], UPDATE_SIGNATURE);
    assert_eq!(update.to_json()["prev"], GENESIS_CID);
    assert_eq!(update.cid().to_string(), UPDATE_CID);
}

#[test]
fn an_operation_reads_back_with_its_data_and_name() {
    let read = PlcOperation::from_json(&genesis_json()).expect("an operation");
    assert_eq!(read, genesis());
    assert_eq!(read.data(), &data());
}

#[test]
fn fields_of_others_count_in_the_name_of_an_operation() {
    let mut json = genesis_json();
    json["note"] = json!("hello");
    let read = PlcOperation::from_json(&json).expect("an operation");
    assert_eq!(read.data(), &data());
    assert_ne!(read.cid(), genesis().cid());
}

#[test]
fn nothing_changes_when_everything_is_said_already() {
    let account = account(3, "hold.example.com");
    assert_eq!(data().with(&account), data());
}

#[test]
fn a_move_changes_what_is_ours_and_leaves_the_rest() {
    let mut before = data();
    before
        .also_known_as
        .insert(0, "https://example.com".to_owned());
    before
        .verification_methods
        .insert("other".to_owned(), "did:key:zOther".to_owned());
    before.services.insert(
        "other".to_owned(),
        super::super::PlcService {
            kind: "Other".to_owned(),
            endpoint: "https://other.example.com".to_owned(),
        },
    );
    let after = before.with(&account(4, "new.example.com"));
    assert_eq!(
        after.also_known_as,
        ["https://example.com", "at://new.example.com"]
    );
    assert_eq!(
        after.verification_methods["atproto"],
        key(Curve::K256, 4).public_key().to_did_key()
    );
    assert_eq!(
        after.services["atcr_hold"].endpoint,
        "https://new.example.com"
    );
    assert_eq!(after.services["other"], before.services["other"]);
    assert_eq!(after.verification_methods["other"], "did:key:zOther");
    assert_eq!(after.rotation_keys, before.rotation_keys);

    let mut nameless = account(3, "hold.example.com");
    nameless.handle = None;
    assert_eq!(before.with(&nameless), before);
}

#[test]
fn only_a_rotation_key_may_sign() {
    let stranger = key(Curve::K256, 9);
    for result in [
        PlcOperation::genesis(&data(), &stranger).map(|(_, operation)| operation),
        genesis().followed_by(&data(), &stranger),
    ] {
        assert!(matches!(result, Err(PlcError::NotARotationKey(_))));
    }
    // A key counts from the operation after the one that names it.
    let mut with_stranger = data();
    with_stranger.rotation_keys = vec![stranger.public_key().to_did_key()];
    assert!(genesis().followed_by(&with_stranger, &stranger).is_err());
    let handed_over = genesis()
        .followed_by(&with_stranger, &rotation_key())
        .expect("an operation");
    assert!(handed_over.followed_by(&data(), &stranger).is_ok());
    assert!(handed_over.followed_by(&data(), &rotation_key()).is_err());
}

#[test]
fn what_the_directory_would_refuse_is_not_signed() {
    let ours = rotation_key().public_key().to_did_key();
    let many: Vec<String> = (10..15)
        .map(|byte| key(Curve::K256, byte).public_key().to_did_key())
        .chain([ours.clone()])
        .collect();
    for keys in [
        vec![],
        vec![ours.clone(), ours.clone()],
        vec![ours.clone(), "did:key:z6Mk".to_owned()],
        many,
    ] {
        let mut data = data();
        data.rotation_keys = keys;
        assert!(matches!(
            PlcOperation::genesis(&data, &rotation_key()),
            Err(PlcError::RotationKeys)
        ));
    }
    let mut data = data();
    for number in 0..10 {
        data.verification_methods
            .insert(format!("key{number}"), ours.clone());
    }
    assert!(matches!(
        PlcOperation::genesis(&data, &rotation_key()),
        Err(PlcError::VerificationMethods)
    ));
}

#[test]
fn logs_that_end_otherwise_are_told_apart() {
    let read = |json: Value| PlcOperation::from_json(&json).expect_err("not an operation");
    assert!(matches!(
        read(json!({ "type": "plc_tombstone", "prev": GENESIS_CID, "sig": "" })),
        PlcError::Tombstone
    ));
    for other in [json!({ "type": "create" }), json!([]), json!(null)] {
        assert!(matches!(read(other), PlcError::UnknownType));
    }
    for field in [
        "rotationKeys",
        "verificationMethods",
        "alsoKnownAs",
        "services",
    ] {
        let mut json = genesis_json();
        json[field] = json!(7);
        assert!(matches!(read(json), PlcError::Malformed(_)), "{field}");
    }
    let mut json = genesis_json();
    json["note"] = json!(1.5);
    assert!(matches!(read(json), PlcError::DataModel(_)));
}

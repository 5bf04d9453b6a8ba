//! What is taken from a DID document, and what is not.

use serde_json::json;

use super::*;

const DID: &str = "did:plc:7iza6de2dwap2sbkpav7c6c6";
/// Two keys of the protocol's published examples.
const KEY: &str = "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";
const OTHER_KEY: &str = "zDnaeTiq1PdzvZXUaMdezchcMJQpBdH2VN4pgrrEhMCCbmwSb";

fn did() -> Did {
    DID.parse().expect("a DID")
}

fn parse(document: &Value) -> Result<DidDocument, DidDocumentError> {
    DidDocument::parse(document.to_string().as_bytes(), &did())
}

/// A document with these fields beside its `id`.
fn document(fields: Value) -> DidDocument {
    let mut document = fields;
    document["id"] = DID.into();
    parse(&document).expect("a document of the DID")
}

fn method(id: &str, controller: &str, multibase: &str) -> Value {
    json!({ "id": id, "type": "Multikey", "controller": controller, "publicKeyMultibase": multibase })
}

fn with_methods(methods: &[Value]) -> DidDocument {
    document(json!({ "verificationMethod": methods }))
}

fn with_service(id: &str, service_type: &str, endpoint: &str) -> DidDocument {
    document(json!({
        "service": [{ "id": id, "type": service_type, "serviceEndpoint": endpoint }]
    }))
}

fn pds_of(document: &DidDocument) -> Option<String> {
    let url = document.pds_endpoint(EndpointPolicy::default())?;
    Some(url.to_string())
}

fn key_of(document: &DidDocument) -> Option<String> {
    document.signing_key().map(|key| key.to_multikey())
}

#[test]
fn id_03_the_document_must_be_of_the_did_asked_for() {
    assert!(parse(&json!({ "id": DID })).is_ok());
    for other in [
        json!({ "id": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }),
        json!({ "id": DID.to_uppercase() }),
        json!({ "id": [DID] }),
        json!({}),
    ] {
        assert!(matches!(parse(&other), Err(DidDocumentError::WrongDid)));
    }
}

#[test]
fn what_is_not_a_json_object_is_malformed() {
    for bytes in [&b""[..], b"[]", b"null", b"{", b"\xff", b"\"did:plc:x\""] {
        assert!(matches!(
            DidDocument::parse(bytes, &did()),
            Err(DidDocumentError::Malformed(_))
        ));
    }
}

#[test]
fn entries_of_other_shapes_are_left_out() {
    let document = document(json!({
        "@context": 5,
        "alsoKnownAs": [7, null, "at://alice.example.com"],
        "verificationMethod": ["x", { "id": 1 }, method("#atproto", DID, KEY)],
        "service": { "id": "#atproto_pds" },
    }));
    assert!(document.handle().is_some());
    assert_eq!(key_of(&document).as_deref(), Some(KEY));
    assert_eq!(pds_of(&document), None);
}

#[test]
fn id_04_only_the_first_valid_handle_counts() {
    let handle = |aliases: Value| {
        document(json!({ "alsoKnownAs": aliases }))
            .handle()
            .map(|handle| handle.to_string())
    };
    assert_eq!(
        handle(json!(["at://First.example.com", "at://second.example.com"])).as_deref(),
        Some("first.example.com")
    );
    assert_eq!(
        handle(json!([
            "https://web.example.com",
            "at://not_a_handle",
            "at://alice.example.com/path",
            "at://alice.example.com",
        ]))
        .as_deref(),
        Some("alice.example.com")
    );
    assert_eq!(handle(json!([])), None);
    assert_eq!(
        handle(json!(["alice.example.com", "AT://alice.example.com"])),
        None
    );
}

#[test]
fn id_05_the_first_valid_key_counts() {
    let absolute = format!("{DID}#atproto");
    assert_eq!(
        key_of(&with_methods(&[
            method("#atproto_label", DID, OTHER_KEY),
            method("#atproto", DID, "zBroken"),
            method(&absolute, DID, KEY),
            method("#atproto", DID, OTHER_KEY),
        ]))
        .as_deref(),
        Some(KEY)
    );
}

#[test]
fn id_05_a_key_controlled_by_another_did_does_not_count() {
    let foreign = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(
        key_of(&with_methods(&[method("#atproto", foreign, KEY)])),
        None
    );
    assert_eq!(key_of(&with_methods(&[method("#atproto", "", KEY)])), None);
}

#[test]
fn id_05_keys_of_unknown_type_do_not_count() {
    let mut unknown = method("#atproto", DID, KEY);
    unknown["type"] = "Ed25519VerificationKey2020".into();
    assert_eq!(key_of(&with_methods(&[unknown])), None);
    let ed25519 = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    assert_eq!(
        key_of(&with_methods(&[method("#atproto", DID, ed25519)])),
        None
    );
}

#[test]
fn id_06_the_pds_needs_the_right_fragment_and_the_right_type() {
    let endpoint = "https://pds.example.com";
    assert_eq!(
        pds_of(&with_service(
            "#atproto_pds",
            "AtprotoPersonalDataServer",
            endpoint
        ))
        .as_deref(),
        Some("https://pds.example.com/")
    );
    for (id, service_type) in [
        ("#atproto_pds", "AtprotoLabeler"),
        ("#atproto_labeler", "AtprotoPersonalDataServer"),
        ("#atproto_pds2", "AtprotoPersonalDataServer"),
        ("atproto_pds", "AtprotoPersonalDataServer"),
    ] {
        assert_eq!(
            pds_of(&with_service(id, service_type, endpoint)),
            None,
            "{id}"
        );
    }
}

#[test]
fn id_06_the_pds_must_be_an_https_origin() {
    for endpoint in [
        "http://pds.example.com",
        "https://pds.example.com/path",
        "https://user@pds.example.com",
        "http://localhost:2583",
    ] {
        let document = with_service("#atproto_pds", "AtprotoPersonalDataServer", endpoint);
        assert_eq!(pds_of(&document), None, "{endpoint}");
    }
}

#[test]
fn id_06_other_services_are_checked_the_same_way() {
    let hold = with_service("#atcr_hold", "AtcrHoldService", "https://hold.example.com");
    let policy = EndpointPolicy::default();
    assert!(
        hold.service_endpoint("atcr_hold", "AtcrHoldService", policy)
            .is_some()
    );
    assert!(
        hold.service_endpoint("atcr_hold", "Other", policy)
            .is_none()
    );
    assert!(
        hold.service_endpoint("other", "AtcrHoldService", policy)
            .is_none()
    );
}

#[test]
fn id_07_fragments_may_be_absolute_or_relative() {
    let absolute = format!("{DID}#atproto");
    assert_eq!(
        key_of(&with_methods(&[method(&absolute, DID, KEY)])).as_deref(),
        Some(KEY)
    );
    let absolute = format!("{DID}#atproto_pds");
    let endpoint = "https://pds.example.com";
    assert!(
        pds_of(&with_service(
            &absolute,
            "AtprotoPersonalDataServer",
            endpoint
        ))
        .is_some()
    );
}

#[test]
fn id_07_fragments_of_other_dids_do_not_count() {
    for id in [
        "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa#atproto",
        "##atproto",
        "#atproto#atproto",
        "did:plc:7iza6de2dwap2sbkpav7c6c6atproto",
    ] {
        assert_eq!(key_of(&with_methods(&[method(id, DID, KEY)])), None, "{id}");
    }
}

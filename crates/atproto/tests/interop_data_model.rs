//! The protocol's own vectors of the data model.

mod vectors;

use atproto::data::{Cid, Ipld, dag_cbor};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let text = vectors::read(&format!("data-model/{file}")).unwrap_or_else(|| "[]".to_owned());
    serde_json::from_str(&text).expect("the vectors are JSON")
}

#[test]
fn fixtures_have_the_same_bytes_and_cid() {
    for case in cases("data-model-fixtures.json") {
        let value = Ipld::from_json(&case["json"]).expect("a value");
        let bytes = dag_cbor::encode(&value);
        let expected = case["cbor_base64"].as_str().expect("base64");
        assert_eq!(
            STANDARD_NO_PAD.encode(&bytes),
            expected.trim_end_matches('=')
        );
        assert_eq!(
            Cid::dag_cbor_sha256(&bytes).to_string(),
            case["cid"].as_str().expect("a CID")
        );
        assert_eq!(dag_cbor::decode(&bytes).as_ref(), Ok(&value));
        assert_eq!(value.to_json(), case["json"]);
    }
}

#[test]
fn valid_data_is_read() {
    for case in cases("data-model-valid.json") {
        let value = Ipld::from_json(&case["json"]);
        assert!(value.is_ok(), "{}: {value:?}", case["note"]);
    }
}

#[test]
fn invalid_data_is_refused() {
    for case in cases("data-model-invalid.json") {
        // That a record is an object is a matter of records.
        let refused = match Ipld::from_json(&case["json"]) {
            Ok(value) => atproto::data::record_limits::check(&value, 0).is_err(),
            Err(_) => true,
        };
        assert!(refused, "{}", case["note"]);
    }
}

//! Inputs, outputs and parameters of methods against their schemas.

use lexicon::schema::{self, SchemaError, Verb};
use lexicon::{nsid, xrpc};
use serde_json::{Value, json};

use crate::folder::lexicons;
use crate::mutations::mutations;
use crate::samples::methods::calls;

#[test]
fn every_sample_is_what_its_schema_asks_for() {
    for call in calls() {
        let id = call.nsid;
        let check = |body: &Option<Value>,
                     validate: fn(&str, &Value) -> Result<(), SchemaError>| {
            body.as_ref().map_or(Ok(()), |body| validate(id, body))
        };
        assert_eq!(check(&call.input, schema::validate_input), Ok(()), "{id}");
        assert_eq!(check(&call.output, schema::validate_output), Ok(()), "{id}");
    }
}

#[test]
fn every_sample_has_what_its_schema_describes() {
    let lexicons = lexicons();
    for call in calls() {
        let main = &lexicons[call.nsid]["defs"]["main"];
        let has_schema = |body: &str| main[body].get("schema").is_some();
        assert_eq!(call.input.is_some(), has_schema("input"), "{}", call.nsid);
        assert_eq!(call.output.is_some(), has_schema("output"), "{}", call.nsid);
    }
}

#[test]
fn anything_wrong_with_an_input_or_output_is_refused() {
    let lexicons = lexicons();
    let mut count = 0;
    for call in calls() {
        let id = call.nsid;
        let main = &lexicons[id]["defs"]["main"];
        for mutation in call
            .input
            .iter()
            .flat_map(|input| mutations(&lexicons, id, &main["input"]["schema"], input))
        {
            mutation.assert_refused(id, schema::validate_input(id, &mutation.value));
            count += 1;
        }
        for mutation in call
            .output
            .iter()
            .flat_map(|output| mutations(&lexicons, id, &main["output"]["schema"], output))
        {
            mutation.assert_refused(id, schema::validate_output(id, &mutation.value));
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn fields_of_later_versions_are_legal_everywhere() {
    fn add_fields(value: &mut Value) {
        match value {
            Value::Object(fields) if fields.get("$type").is_none_or(|name| name != "blob") => {
                fields.values_mut().for_each(add_fields);
                fields.insert("fieldOfALaterVersion".to_owned(), json!(["anything"]));
            }
            Value::Array(items) => items.iter_mut().for_each(add_fields),
            _ => {}
        }
    }
    for mut call in calls() {
        call.input.iter_mut().for_each(add_fields);
        call.output.iter_mut().for_each(add_fields);
        if let Some(input) = &call.input {
            assert_eq!(schema::validate_input(call.nsid, input), Ok(()));
        }
        if let Some(output) = &call.output {
            assert_eq!(schema::validate_output(call.nsid, output), Ok(()));
        }
    }
}

#[test]
fn what_foreign_registries_leave_out_of_a_notice_is_understood() {
    let notice = json!({
        "repository": "tools/app",
        "userDid": "did:plc:7iza6de2dwap2sbkpav7c6c6",
        "manifestDigest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "manifest": {
            "config": { "digest": "sha256:00", "size": 2 },
            "layers": null,
            "subject": null,
            "schemaVersion": 2,
        },
    });
    assert_eq!(
        schema::validate_input(nsid::NOTIFY_MANIFEST, &notice),
        Ok(())
    );
    let input: xrpc::notify_manifest::Input = serde_json::from_value(notice).expect("a notice");
    assert_eq!(input.operation, None);
    assert_eq!(input.manifest.layers, None);
    assert_eq!(input.manifest.config.map(|config| config.size), Some(2));

    let crew: xrpc::request_crew::Input = serde_json::from_value(json!({})).expect("an input");
    assert_eq!(crew, xrpc::request_crew::Input::default());
}

#[test]
fn an_error_says_where_and_what() {
    let input = json!({
        "repository": "app",
        "userDid": "did:plc:7iza6de2dwap2sbkpav7c6c6",
        "manifestDigest": "sha256:00",
        "manifest": { "layers": [{ "digest": "d", "size": 1 }, { "digest": "a".repeat(136), "size": 1 }] },
    });
    let error = schema::validate_input(nsid::NOTIFY_MANIFEST, &input).expect_err("too long");
    assert_eq!(
        error.to_string(),
        "`/manifest/layers/1/digest` of the input is longer than 135 bytes: it has 136"
    );
    let error = schema::validate_input(nsid::NOTIFY_MANIFEST, &json!(null)).expect_err("nothing");
    assert_eq!(error.to_string(), "the input is not an object");
    let error = schema::validate_input("io.atcr.hold.sink", &json!({})).expect_err("no method");
    assert_eq!(
        error.to_string(),
        "there is no schema of a method io.atcr.hold.sink here"
    );
    assert!(schema::validate_input(nsid::HOLD_CREW, &json!({})).is_err());
}

#[test]
fn a_method_without_json_takes_any() {
    for nsid in [nsid::UPLOAD_BLOB, nsid::DELETE_USER_DATA, nsid::GET_QUOTA] {
        assert_eq!(schema::validate_input(nsid, &json!([1])), Ok(()), "{nsid}");
    }
}

#[test]
fn a_schema_tells_how_its_method_is_called() {
    let find = |nsid| schema::find_method(nsid).expect("a method");
    let complete = find(nsid::COMPLETE_UPLOAD);
    assert_eq!(complete.verb(), Verb::Procedure);
    assert_eq!(complete.input_encoding(), Some("application/json"));
    assert!(complete.error_names().contains(&"MissingParts".to_owned()));
    assert_eq!(find(nsid::UPLOAD_PART).input_encoding(), Some("*/*"));
    assert_eq!(find(nsid::GET_REPO).verb(), Verb::Query);
    assert_eq!(
        find(nsid::GET_REPO).output_encoding(),
        Some("application/vnd.ipld.car")
    );
    assert_eq!(find(nsid::SUBSCRIBE_REPOS).verb(), Verb::Subscription);
    assert!(schema::find_method(nsid::HOLD_CREW).is_none());
}

//! Query parameters against their schemas.

use lexicon::nsid;
use lexicon::schema::{SchemaError, validate_params};
use serde_json::{Map, Value, json};

use crate::folder::lexicons;
use crate::samples::methods::calls;

/// As a query carries them: a list is a parameter that is there several times.
fn query(parameters: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    parameters
        .iter()
        .flat_map(|(name, value)| match value {
            Value::Array(items) => items
                .iter()
                .map(|item| (name.clone(), text(item)))
                .collect(),
            single => vec![(name.clone(), text(single))],
        })
        .collect()
}

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn read(nsid: &str, given: &[(&str, &str)]) -> Result<Value, String> {
    validate_params(nsid, &pairs(given))
        .map(Value::Object)
        .map_err(|error| error.to_string())
}

#[test]
fn parameters_become_values_of_their_types() {
    for call in calls() {
        let read = validate_params(call.nsid, &query(&call.parameters));
        assert_eq!(read.as_ref(), Ok(&call.parameters), "{}", call.nsid);
    }
}

#[test]
fn every_sample_has_every_parameter() {
    let lexicons = lexicons();
    for call in calls() {
        let named = &lexicons[call.nsid]["defs"]["main"]["parameters"]["properties"];
        let mut named: Vec<_> = named.as_object().into_iter().flat_map(Map::keys).collect();
        let mut given: Vec<_> = call.parameters.keys().collect();
        named.sort();
        given.sort();
        assert_eq!(given, named, "{}", call.nsid);
    }
}

#[test]
fn anything_wrong_with_a_parameter_is_refused() {
    let lexicons = lexicons();
    let mut count = 0;
    for call in calls() {
        let schema = &lexicons[call.nsid]["defs"]["main"]["parameters"];
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for name in call.parameters.keys() {
            let is_required = required.contains(&name.as_str().into());
            for wrong in wrong_values(&schema["properties"][name], is_required) {
                let mut given = query(&call.parameters);
                given.retain(|(given, _)| given != name);
                given.extend(wrong.iter().map(|text| (name.clone(), text.clone())));
                match validate_params(call.nsid, &given) {
                    Err(SchemaError::Violation { path, .. }) => {
                        assert!(path.starts_with(&format!("/{name}")), "{path}");
                    }
                    other => panic!("{} {name} {wrong:?}: {other:?}", call.nsid),
                }
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count}");
}

/// What a parameter may not be; several values are a parameter that is there so often.
fn wrong_values(schema: &Value, is_required: bool) -> Vec<Vec<String>> {
    let mut wrong = Vec::new();
    if is_required {
        wrong.push(vec![]);
    }
    let item = if schema["type"] == "array" {
        if let Some(maximum) = schema["maxLength"].as_u64() {
            wrong.push(
                (0..=maximum)
                    .map(|_| "hold.example.com".to_owned())
                    .collect(),
            );
        }
        &schema["items"]
    } else {
        wrong.push(vec!["1".to_owned(), "1".to_owned()]);
        schema
    };
    let mut single = |text: String| wrong.push(vec![text]);
    match item["type"].as_str() {
        Some("boolean") => single("yes".to_owned()),
        Some("integer") => {
            single(String::new());
            single("1.5".to_owned());
            single("9007199254740992".to_owned());
            for (limit, step) in [("minimum", -1), ("maximum", 1)] {
                if let Some(limit) = item[limit].as_i64() {
                    single((limit + step).to_string());
                }
            }
        }
        _ => {
            if item.get("format").is_some() {
                single("?".to_owned());
            }
            if let Some(maximum) = item["maxLength"].as_u64() {
                single("a".repeat(usize::try_from(maximum).expect("small") + 1));
            }
        }
    }
    wrong
}

#[test]
fn what_is_left_out_has_its_default() {
    let blobs = read(nsid::LIST_BLOBS, &[("did", "did:web:hold.example.com")]);
    assert_eq!(
        blobs,
        Ok(json!({ "did": "did:web:hold.example.com", "limit": 500 }))
    );
    assert_eq!(read(nsid::LIST_TIERS, &[("any", "thing")]), Ok(json!({})));
}

#[test]
fn a_list_may_be_spelled_with_brackets() {
    let actors = read(
        nsid::GET_PROFILES,
        &[("actors[]", "a.example.com"), ("actors", "b.example.com")],
    );
    assert_eq!(
        actors,
        Ok(json!({ "actors": ["a.example.com", "b.example.com"] }))
    );
}

#[test]
fn an_error_says_which_parameter() {
    let error = |given: &[(&str, &str)]| read(nsid::LIST_BLOBS, given).expect_err("wrong");
    let did = ("did", "did:web:hold.example.com");
    assert_eq!(error(&[]), "`/did` of the parameters is missing");
    assert_eq!(
        error(&[did, ("limit", "1001")]),
        "`/limit` of the parameters is more than 1000"
    );
    assert_eq!(
        error(&[did, did]),
        "`/did` of the parameters is there more than once"
    );
    assert!(read("io.atcr.hold.sink", &[]).is_err());
}

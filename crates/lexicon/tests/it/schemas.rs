//! The files, the list of them in the program, and the lists of names.

use std::collections::BTreeSet;

use lexicon::nsid;
use lexicon::schema::{self, Catalogue, DOCUMENTS};
use serde_json::{Value, json};

use crate::folder::{files, lexicons};
use crate::samples::methods::calls;

#[test]
fn the_program_has_every_file_as_it_is() {
    let embedded: Vec<_> = DOCUMENTS
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let in_folder: Vec<_> = files().into_iter().collect();
    assert_eq!(embedded, in_folder);
}

#[test]
fn the_id_of_a_schema_is_its_path() {
    for (id, lexicon) in lexicons() {
        assert_eq!(lexicon["id"], id.as_str());
    }
    let ids: Vec<_> = lexicons().into_keys().collect();
    assert!(schema::catalogue().nsids().eq(ids));
}

#[test]
fn schemas_refer_to_nothing_that_is_not_here() {
    assert_eq!(schema::catalogue().missing(), Vec::<String>::new());
}

#[test]
fn every_method_has_a_constant_and_a_sample() {
    let is_method = |lexicon: &Value| {
        let kind = &lexicon["defs"]["main"]["type"];
        ["query", "procedure", "subscription"].contains(&kind.as_str().unwrap_or_default())
    };
    let in_folder: BTreeSet<_> = lexicons()
        .into_iter()
        .filter_map(|(id, lexicon)| is_method(&lexicon).then_some(id))
        .collect();
    let with_constant: BTreeSet<_> = nsid::METHODS.iter().map(|id| (*id).to_owned()).collect();
    let with_sample: BTreeSet<_> = calls().iter().map(|call| call.nsid.to_owned()).collect();
    assert_eq!(in_folder, with_constant);
    assert_eq!(in_folder, with_sample);
    assert!(nsid::METHODS.is_sorted());
}

/// A schema whose one definition has these fields.
fn defining(definition: &Value) -> Value {
    json!({ "lexicon": 1, "id": "com.example.thing", "defs": { "main": definition } })
}

fn assert_refused(cases: &[(Value, &str)]) {
    for (document, reason) in cases {
        let error = Catalogue::default().add(document).expect_err(reason);
        assert!(error.to_string().contains(reason), "{error}; {reason}");
    }
}

#[test]
fn a_type_with_something_unknown_or_senseless_is_refused() {
    let cases = [
        (json!({ "type": "float" }), "the type `float`"),
        (
            json!({ "type": "string", "maxlength": 1 }),
            "the field `maxlength`",
        ),
        (
            json!({ "type": "string", "format": "email" }),
            "the format `email`",
        ),
        (
            json!({ "type": "string", "maxLength": -1 }),
            "not a whole number from 0",
        ),
        (
            json!({ "type": "string", "const": "a", "default": "a" }),
            "both",
        ),
        (
            json!({ "type": "string", "maxLength": 1, "default": "ab" }),
            "a default that",
        ),
        (
            json!({ "type": "integer", "minimum": 1, "default": 0 }),
            "a default that",
        ),
        (
            json!({ "type": "integer", "enum": [1, "2"] }),
            "a list of whole numbers",
        ),
        (json!({ "type": "array" }), "has no items"),
        (json!({ "type": "ref", "ref": "#" }), "not a definition"),
        (json!({ "type": "ref", "ref": "thing" }), "not a definition"),
        (
            json!({ "type": "union", "refs": [], "closed": true }),
            "nothing",
        ),
        (
            json!({ "type": "object", "required": ["other"] }),
            "`other`",
        ),
        (
            json!({ "type": "object", "nullable": ["other"] }),
            "`other`",
        ),
        (json!("string"), "not an object"),
    ];
    assert_refused(&cases.map(|(property, reason)| {
        let object = json!({ "type": "object", "properties": { "field": property } });
        (defining(&object), reason)
    }));
}

#[test]
fn a_method_or_record_with_something_unknown_or_senseless_is_refused() {
    let query = |name: &str, value: Value| json!({ "type": "query", name: value });
    let cases = [
        (
            query("input", json!({ "encoding": "*/*" })),
            "the field `input`",
        ),
        (query("output", json!({})), "no encoding"),
        (
            query(
                "output",
                json!({ "encoding": "*/*", "schema": { "type": "string" } }),
            ),
            "no object, ref or union",
        ),
        (
            query("errors", json!([{ "name": "Not Found" }])),
            "errors with names",
        ),
        (
            query("parameters", json!({ "type": "object" })),
            "not of type params",
        ),
        (
            query(
                "parameters",
                json!({ "type": "params", "properties": { "field": { "type": "object" } } }),
            ),
            "no query can carry",
        ),
        (json!({ "type": "record", "key": "any" }), "no record"),
        (
            json!({ "type": "record", "key": "some", "record": { "type": "object" } }),
            "unknown kind",
        ),
    ];
    assert_refused(&cases.map(|(definition, reason)| (defining(&definition), reason)));
}

#[test]
fn a_document_that_is_none_is_refused() {
    let id = "com.example.thing";
    assert_refused(&[
        (json!({ "lexicon": 2, "id": id, "defs": {} }), "version 1"),
        (
            json!({ "lexicon": 1, "id": id, "defs": {} }),
            "defines nothing",
        ),
        (
            json!({ "lexicon": 1, "id": id, "$type": "a.b.c", "defs": {} }),
            "`$type`",
        ),
        (json!([]), "not an object"),
    ]);
}

#[test]
fn a_schema_nested_without_end_is_refused() {
    let mut nested = json!({ "type": "integer" });
    for _ in 0..100 {
        nested = json!({ "type": "array", "items": nested });
    }
    let error = Catalogue::default()
        .add(&defining(&nested))
        .expect_err("too deep");
    assert!(error.to_string().ends_with("lies too deep"), "{error}");
}

//! What the schemas in the folder do not use, or use in one way only.

use lexicon::schema::Catalogue;
use serde_json::{Value, json};

/// Schemas of records whose one field has a type.
fn with_field(schema: &Value) -> Catalogue {
    let mut catalogue = Catalogue::default();
    catalogue
        .add(&json!({
            "lexicon": 1,
            "id": "com.example.thing",
            "defs": {
                "main": {
                    "type": "record",
                    "key": "any",
                    "record": { "type": "object", "properties": { "field": schema } },
                },
                "token": { "type": "token" },
                "node": {
                    "type": "object",
                    "properties": { "next": { "type": "ref", "ref": "#node" } },
                },
                "number": { "type": "integer" },
            },
        }))
        .expect("a schema");
    catalogue
}

/// The error about the field, without the place.
fn check(schema: &Value, value: &Value) -> Result<(), String> {
    let record = json!({ "$type": "com.example.thing", "field": value });
    with_field(schema)
        .validate_record("com.example.thing", &record)
        .map_err(|error| error.to_string().replace("`/field` of the record ", ""))
}

fn assert_cases(schema: &Value, cases: &[(Value, Result<(), &str>)]) {
    for (value, outcome) in cases {
        let outcome = outcome.map_err(str::to_owned);
        assert_eq!(check(schema, value), outcome, "{schema} {value}");
    }
}

#[test]
fn constants_and_lists_of_values_are_kept_to() {
    let only_true = json!({ "type": "boolean", "const": true });
    assert_cases(
        &only_true,
        &[(json!(true), Ok(())), (json!(false), Err("is not true"))],
    );
    let only_two = json!({ "type": "integer", "const": 2 });
    assert_cases(
        &only_two,
        &[(json!(2), Ok(())), (json!(3), Err("is not 2"))],
    );
    let some = json!({ "type": "string", "enum": ["a", "b"] });
    assert_cases(
        &some,
        &[(json!("b"), Ok(())), (json!("c"), Err("is none of a, b"))],
    );
    let usual = json!({ "type": "string", "knownValues": ["a"] });
    assert_cases(&usual, &[(json!("c"), Ok(()))]);
    assert_cases(
        &json!({ "type": "null" }),
        &[(json!(null), Ok(())), (json!(0), Err("is not null"))],
    );
}

#[test]
fn whole_numbers_are_whole_and_fit_into_53_bits() {
    let integer = json!({ "type": "integer" });
    let most = (1_i64 << 53) - 1;
    assert_cases(
        &integer,
        &[
            (json!(most), Ok(())),
            (json!(-most), Ok(())),
            (json!(most + 1), Err("does not fit into 53 bits")),
            (json!(i64::MIN), Err("does not fit into 53 bits")),
            (json!(u64::MAX), Err("is not a whole number")),
            (json!(1.0), Err("is not a whole number")),
        ],
    );
}

#[test]
fn lengths_are_of_bytes_and_of_characters_as_people_count() {
    let flag = "🏳️‍🌈";
    let bytes = json!({ "type": "string", "maxLength": 14, "minLength": 2 });
    assert_cases(
        &bytes,
        &[
            (json!(flag), Ok(())),
            (
                json!(format!("{flag}a")),
                Err("is longer than 14 bytes: it has 15"),
            ),
            (json!("a"), Err("is shorter than 2 bytes: it has 1")),
        ],
    );
    let characters = json!({ "type": "string", "maxGraphemes": 2, "minGraphemes": 2 });
    assert_cases(
        &characters,
        &[
            (json!(format!("{flag}e\u{301}")), Ok(())),
            (json!(flag), Err("is shorter than 2 characters: it has 1")),
            (
                json!(flag.repeat(3)),
                Err("is longer than 2 characters: it has 3"),
            ),
        ],
    );
}

#[test]
fn bytes_are_base64_of_the_right_length() {
    let schema = json!({ "type": "bytes", "maxLength": 4, "minLength": 1 });
    let bytes = |text: &str| json!({ "$bytes": text });
    let wrong = Err("is not bytes in base64 under `$bytes`");
    assert_cases(
        &schema,
        &[
            (bytes("AA"), Ok(())),
            (bytes("AA=="), Ok(())),
            (bytes("AAAAAA"), Ok(())),
            (bytes("AAAAAAA"), Err("is longer than 4 bytes: it has 5")),
            (bytes(""), Err("is shorter than 1 bytes: it has 0")),
            (bytes("A"), wrong),
            (bytes("AA="), wrong),
            (bytes("A-_A"), wrong),
            (bytes("=AAA"), wrong),
            (json!({ "$bytes": "AA", "other": 1 }), wrong),
        ],
    );
}

#[test]
fn media_types_of_blobs_may_stand_for_several() {
    let blob = |media_type: &str| {
        json!({
            "$type": "blob",
            "ref": { "$link": "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" },
            "mimeType": media_type,
            "size": 5,
        })
    };
    let accepting = |pattern: &str| json!({ "type": "blob", "accept": [pattern] });
    for pattern in ["*/*", "image/*", "image/png"] {
        assert_eq!(check(&accepting(pattern), &blob("image/png")), Ok(()));
    }
    for pattern in ["image/*", "image/png"] {
        let error = check(&accepting(pattern), &blob("text/html"));
        assert_eq!(error, Err(format!("is a blob and not of {pattern}")));
    }
    let mut more = blob("image/png");
    more["cid"] = "old".into();
    assert_cases(&json!({ "type": "blob" }), &[(more, Err("is not a blob"))]);
}

#[test]
fn a_token_stands_for_itself() {
    let token = json!({ "type": "ref", "ref": "#token" });
    assert_cases(
        &token,
        &[
            (json!("com.example.thing#token"), Ok(())),
            (json!("#token"), Err("is not `com.example.thing#token`")),
        ],
    );
}

#[test]
fn an_open_union_takes_what_it_does_not_know_and_a_closed_one_says_what_it_does() {
    let union =
        |is_closed: bool| json!({ "type": "union", "refs": ["#node"], "closed": is_closed });
    let node = json!({ "$type": "com.example.thing#node" });
    let other = json!({ "$type": "com.example.other" });
    assert_cases(
        &union(false),
        &[(node.clone(), Ok(())), (other.clone(), Ok(()))],
    );
    assert_cases(
        &union(true),
        &[
            (node, Ok(())),
            (
                other,
                Err("`/field/$type` of the record is none of com.example.thing#node"),
            ),
        ],
    );
    let wrong = json!({ "$type": "com.example.thing#node", "next": 1 });
    assert_cases(
        &union(false),
        &[(wrong, Err("`/field/next` of the record is not an object"))],
    );
    // A definition is not known by a longer spelling of its name.
    let main = json!({ "type": "union", "refs": ["com.example.thing"], "closed": true });
    assert_eq!(
        check(&main, &json!({ "$type": "com.example.thing" })),
        Ok(())
    );
    assert!(check(&main, &json!({ "$type": "com.example.thing#main" })).is_err());
}

#[test]
fn a_value_without_end_is_refused() {
    let list = json!({ "type": "ref", "ref": "#node" });
    let nested = |levels| (0..levels).fold(json!({}), |next, _| json!({ "next": next }));
    assert_eq!(check(&list, &nested(63)), Ok(()));
    let error = check(&list, &nested(64)).expect_err("too deep");
    assert!(error.ends_with("lies deeper than 64 levels"), "{error}");
}

#[test]
fn a_definition_that_is_not_here_is_nobodys_fault_but_refused() {
    let elsewhere = json!({ "type": "ref", "ref": "com.example.other#node" });
    let error = check(&elsewhere, &json!({})).expect_err("not here");
    assert_eq!(
        error,
        "is a com.example.other#node, which cannot be checked here"
    );
    assert_eq!(with_field(&elsewhere).missing(), ["com.example.other#node"]);
    assert_eq!(
        check(&json!({ "type": "ref", "ref": "#number" }), &json!(1)),
        Ok(())
    );
}

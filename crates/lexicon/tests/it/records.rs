//! Record types against their schemas.

use std::collections::{BTreeMap, BTreeSet};

use lexicon::schema;
use lexicon::{Record, nsid};
use serde_json::{Map, Value};

use crate::folder::lexicons;
use crate::mutations::mutations;
use crate::samples::records;

/// The JSON of a filled record, after it has been read back unchanged.
fn sample<R: Record + PartialEq + std::fmt::Debug>(record: &R) -> (&'static str, Value) {
    let json = record.to_value().expect("the sample is within limits");
    assert_eq!(&R::from_value(&json).expect("reads back"), record);
    (R::NSID, json)
}

fn samples() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        sample(&records::manifest()),
        sample(&records::tag()),
        sample(&records::sailor_profile()),
        sample(&records::sailor_star()),
        sample(&records::repo_page()),
        sample(&records::repository_settings()),
        sample(&records::hold_captain()),
        sample(&records::hold_crew()),
        sample(&records::hold_layer()),
        sample(&records::hold_stats()),
        sample(&records::actor_profile()),
        sample(&records::feed_post()),
    ])
}

fn is_record(lexicon: &Value) -> bool {
    lexicon["defs"]["main"]["type"] == "record"
}

#[test]
fn every_record_lexicon_has_a_type_and_every_type_a_lexicon() {
    let in_folder: BTreeSet<_> = lexicons()
        .into_iter()
        .filter_map(|(id, lexicon)| is_record(&lexicon).then_some(id))
        .collect();
    let with_constant: BTreeSet<_> = nsid::RECORDS.map(str::to_owned).into();
    let with_sample: BTreeSet<_> = samples().into_keys().map(str::to_owned).collect();
    assert_eq!(in_folder, with_constant);
    assert_eq!(in_folder, with_sample);
}

#[test]
fn every_type_writes_what_its_lexicon_allows() {
    for (id, record) in samples() {
        assert_eq!(schema::validate_record(id, &record), Ok(()), "{id}");
    }
}

#[test]
fn every_type_has_the_fields_of_its_lexicon_and_no_others() {
    let lexicons = lexicons();
    for (id, record) in samples() {
        let in_lexicon = properties(&lexicons[id]["defs"]["main"]["record"]).keys();
        let in_type = record.as_object().expect("an object").keys();
        assert_eq!(
            in_lexicon.collect::<BTreeSet<_>>(),
            in_type.filter(|field| *field != "$type").collect(),
            "{id}"
        );
    }
}

#[test]
fn every_type_requires_what_its_lexicon_requires() {
    let lexicons = lexicons();
    for (id, record) in samples() {
        let required = lexicons[id]["defs"]["main"]["record"]["required"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for field in record.as_object().expect("an object").keys() {
            let mut without = record.clone();
            without.as_object_mut().expect("an object").remove(field);
            let is_required = field == "$type" || required.contains(&field.as_str().into());
            assert_eq!(reads(id, &without), !is_required, "{id} {field}");
        }
    }
}

#[test]
fn every_type_keeps_the_string_limits_of_its_lexicon() {
    let lexicons = lexicons();
    for (id, record) in samples() {
        for (field, schema) in properties(&lexicons[id]["defs"]["main"]["record"]) {
            let is_text = schema["type"] == "string";
            let Some(max_length) = schema["maxLength"].as_u64().filter(|_| is_text) else {
                continue;
            };
            let max_length = usize::try_from(max_length).expect("a small number");
            let mut changed = record.clone();
            changed[field] = few_characters(max_length).into();
            assert!(reads(id, &changed), "{id} {field}");
            changed[field] = few_characters(max_length + 1).into();
            assert!(!reads(id, &changed), "{id} {field}");
        }
    }
}

#[test]
fn every_type_keeps_the_limits_of_characters_of_its_lexicon() {
    let lexicons = lexicons();
    let mut count = 0;
    for (id, record) in samples() {
        for (field, schema) in properties(&lexicons[id]["defs"]["main"]["record"]) {
            let Some(most) = schema["maxGraphemes"].as_u64() else {
                continue;
            };
            let most = usize::try_from(most).expect("a small number");
            let mut changed = record.clone();
            changed[field] = "e\u{301}".repeat(most).into();
            assert!(reads(id, &changed), "{id} {field}");
            changed[field] = "e\u{301}".repeat(most + 1).into();
            assert!(!reads(id, &changed), "{id} {field}");
            count += 1;
        }
    }
    assert_eq!(count, 3);
}

#[test]
fn fields_of_later_versions_are_ignored() {
    for (id, mut record) in samples() {
        record["fieldOfALaterVersion"] = Value::from(1);
        assert!(reads(id, &record), "{id}");
    }
}

#[test]
fn a_blob_beyond_the_limits_is_refused() {
    for (field, value) in [
        ("size", Value::from(3_000_001)),
        ("mimeType", "text/html".into()),
    ] {
        let (id, mut record) = sample(&records::repo_page());
        record["avatar"][field] = value;
        assert!(!reads(id, &record), "{field}");
        assert!(schema::validate_record(id, &record).is_err(), "{field}");
    }
}

/// Whether the type of `id` reads this JSON.
fn reads(id: &str, record: &Value) -> bool {
    fn reads_as<R: Record>(record: &Value) -> bool {
        R::from_value(record).is_ok()
    }
    match id {
        nsid::MANIFEST => reads_as::<lexicon::ManifestRecord>(record),
        nsid::TAG => reads_as::<lexicon::TagRecord>(record),
        nsid::SAILOR_PROFILE => reads_as::<lexicon::SailorProfile>(record),
        nsid::SAILOR_STAR => reads_as::<lexicon::SailorStar>(record),
        nsid::REPO_PAGE => reads_as::<lexicon::RepoPage>(record),
        nsid::REPOSITORY_SETTINGS => reads_as::<lexicon::RepositorySettings>(record),
        nsid::HOLD_CAPTAIN => reads_as::<lexicon::HoldCaptain>(record),
        nsid::HOLD_CREW => reads_as::<lexicon::HoldCrew>(record),
        nsid::HOLD_LAYER => reads_as::<lexicon::HoldLayer>(record),
        nsid::HOLD_STATS => reads_as::<lexicon::HoldStats>(record),
        nsid::ACTOR_PROFILE => reads_as::<lexicon::ActorProfile>(record),
        nsid::FEED_POST => reads_as::<lexicon::FeedPost>(record),
        other => panic!("{other} has no type"),
    }
}

/// A text of so many bytes and two characters at most: limits of characters lie below those of bytes.
fn few_characters(bytes: usize) -> String {
    let letters = 2 - bytes % 2;
    "a".repeat(letters) + &"\u{301}".repeat((bytes - letters) / 2)
}

fn properties(schema: &Value) -> &Map<String, Value> {
    schema["properties"]
        .as_object()
        .expect("an object schema has properties")
}

#[test]
fn the_schema_refuses_a_record_with_anything_wrong() {
    let lexicons = lexicons();
    let mut count = 0;
    for (id, record) in samples() {
        let schema = &lexicons[id]["defs"]["main"]["record"];
        for mutation in mutations(&lexicons, id, schema, &record) {
            mutation.assert_refused(id, schema::validate_record(id, &mutation.value));
            count += 1;
        }
    }
    assert!(count > 300, "{count}");
}

#[test]
fn a_record_carries_the_name_of_its_collection() {
    for (id, mut record) in samples() {
        record["$type"] = "io.atcr.other".into();
        let error = schema::validate_record(id, &record).expect_err("of another type");
        assert_eq!(
            error.to_string(),
            format!("`/$type` of the record is not `{id}`")
        );
        record.as_object_mut().expect("an object").remove("$type");
        assert!(schema::validate_record(id, &record).is_err(), "{id}");
    }
}

#[test]
fn records_of_one_kind_have_the_keys_of_their_schema() {
    let validate = schema::validate_record_key;
    assert_eq!(validate(nsid::HOLD_CAPTAIN, "self"), Ok(()));
    let error = validate(nsid::HOLD_CAPTAIN, "other").expect_err("a literal key");
    assert_eq!(error.to_string(), "the record key is not `self`");
    assert_eq!(validate(nsid::HOLD_LAYER, "3kznmn7xqxl22"), Ok(()));
    assert!(validate(nsid::HOLD_LAYER, "self").is_err());
    assert_eq!(validate(nsid::HOLD_CREW, "did:web:example.com"), Ok(()));
    assert!(validate(nsid::HOLD_CREW, "a/b").is_err());
    assert!(validate("io.atcr.other", "self").is_err());
}

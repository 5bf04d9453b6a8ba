//! Keeps the schemas in `lexicons/` and the types of this crate together.

mod samples;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lexicon::{Record, nsid};
use schema::{check_record, properties};
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../lexicons");

/// Every schema by its id.
fn lexicons() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::from(FOLDER)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let text = std::fs::read_to_string(&path).expect("the file can be read");
                let lexicon = serde_json::from_str(&text)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                found.insert(id_of_path(&path), lexicon);
            }
        }
    }
    found
}

/// `…/lexicons/io/atcr/tag.json` is the place of `io.atcr.tag`.
fn id_of_path(path: &Path) -> String {
    let relative = path.strip_prefix(FOLDER).expect("lies in the folder");
    let segments: Vec<_> = relative
        .with_extension("")
        .iter()
        .map(|segment| segment.to_string_lossy().into_owned())
        .collect();
    segments.join(".")
}

/// The JSON of a filled record, after it has been read back unchanged.
fn sample<R: Record + PartialEq + std::fmt::Debug>(record: &R) -> (&'static str, Value) {
    let json = record.to_value().expect("the sample is within limits");
    assert_eq!(&R::from_value(&json).expect("reads back"), record);
    (R::NSID, json)
}

fn samples() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        sample(&samples::manifest()),
        sample(&samples::tag()),
        sample(&samples::sailor_profile()),
        sample(&samples::sailor_star()),
        sample(&samples::repo_page()),
        sample(&samples::hold_captain()),
        sample(&samples::hold_crew()),
        sample(&samples::hold_layer()),
        sample(&samples::hold_stats()),
        sample(&samples::actor_profile()),
        sample(&samples::feed_post()),
    ])
}

fn is_record(lexicon: &Value) -> bool {
    lexicon["defs"]["main"]["type"] == "record"
}

#[test]
fn the_id_of_a_lexicon_is_its_path() {
    for (id, lexicon) in lexicons() {
        assert_eq!(lexicon["lexicon"], 1, "{id}");
        assert_eq!(lexicon["id"], id.as_str());
    }
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
    let lexicons = lexicons();
    for (id, record) in samples() {
        assert_eq!(check_record(&lexicons[id], &record), Ok(()), "{id}");
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
            let Some(max_length) = schema["maxLength"].as_u64() else {
                continue;
            };
            let max_length = usize::try_from(max_length).expect("a small number");
            let mut changed = record.clone();
            changed[field] = "a".repeat(max_length).into();
            assert!(reads(id, &changed), "{id} {field}");
            changed[field] = "a".repeat(max_length + 1).into();
            assert!(!reads(id, &changed), "{id} {field}");
        }
    }
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
        let (id, mut record) = sample(&samples::repo_page());
        record["avatar"][field] = value;
        assert!(!reads(id, &record), "{field}");
        assert!(check_record(&lexicons()[id], &record).is_err(), "{field}");
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
        nsid::HOLD_CAPTAIN => reads_as::<lexicon::HoldCaptain>(record),
        nsid::HOLD_CREW => reads_as::<lexicon::HoldCrew>(record),
        nsid::HOLD_LAYER => reads_as::<lexicon::HoldLayer>(record),
        nsid::HOLD_STATS => reads_as::<lexicon::HoldStats>(record),
        nsid::ACTOR_PROFILE => reads_as::<lexicon::ActorProfile>(record),
        nsid::FEED_POST => reads_as::<lexicon::FeedPost>(record),
        other => panic!("{other} has no type"),
    }
}

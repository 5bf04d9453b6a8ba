//! The manifests that clients push, and those they should not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Digest, media_types};

fn descriptor(media_type: &str, content: &str) -> Value {
    json!({
        "mediaType": media_type,
        "digest": Digest::sha256_of(content.as_bytes()).to_string(),
        "size": content.len(),
    })
}

fn image() -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": media_types::OCI_IMAGE_MANIFEST,
        "config": descriptor(media_types::OCI_IMAGE_CONFIG, "config"),
        "layers": [descriptor(media_types::OCI_LAYER_TAR_GZIP, "layer")],
    })
}

fn index() -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": media_types::OCI_IMAGE_INDEX,
        "manifests": [descriptor(media_types::OCI_IMAGE_MANIFEST, "child")],
    })
}

fn custom() -> Value {
    json!({ "mediaType": "application/vnd.example.thing+json", "anything": [1, {"x": null}] })
}

fn with(mut document: Value, field: &str, value: Value) -> Value {
    document[field] = value;
    document
}

fn without(mut document: Value, field: &str) -> Value {
    document.as_object_mut().expect("an object").remove(field);
    document
}

fn parse(document: &Value) -> Result<Manifest, ManifestError> {
    Manifest::parse(document.to_string().as_bytes(), None)
}

fn parse_as(document: &Value, content_type: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(document.to_string().as_bytes(), Some(content_type))
}

fn digests(blobs: &[&Descriptor]) -> Vec<Digest> {
    blobs.iter().map(|blob| blob.digest.clone()).collect()
}

fn sha256(contents: &[&str]) -> Vec<Digest> {
    contents
        .iter()
        .map(|content| Digest::sha256_of(content.as_bytes()))
        .collect()
}

#[test]
fn an_image_names_its_config_and_layers() {
    let document = image();
    let manifest = parse(&document).expect("an image");
    assert!(matches!(manifest.kind(), ManifestKind::Image(_)));
    assert_eq!(digests(&manifest.blobs()), sha256(&["config", "layer"]));
    assert!(manifest.children().is_empty());
    assert_eq!(
        manifest.artifact_type(),
        Some(media_types::OCI_IMAGE_CONFIG)
    );
    assert_eq!(manifest.size(), document.to_string().len() as u64);
    assert_eq!(manifest.subject(), None);
}

#[test]
fn docker_schema_2_is_an_image_and_keeps_its_media_type() {
    let manifest = parse(&with(
        image(),
        "mediaType",
        json!(media_types::DOCKER_MANIFEST),
    ))
    .expect("an image");
    assert!(matches!(manifest.kind(), ManifestKind::Image(_)));
    assert_eq!(manifest.media_type().as_str(), media_types::DOCKER_MANIFEST);
    let list = parse(&with(
        index(),
        "mediaType",
        json!(media_types::DOCKER_MANIFEST_LIST),
    ))
    .expect("a list");
    assert!(matches!(list.kind(), ManifestKind::Index(_)));
}

#[test]
fn layers_that_may_be_absent_are_not_required() {
    let layers = json!([
        descriptor(media_types::OCI_NON_DISTRIBUTABLE_LAYER_TAR_GZIP, "theirs"),
        descriptor(media_types::DOCKER_FOREIGN_LAYER_TAR_GZIP, "also theirs"),
        descriptor(media_types::OCI_LAYER_TAR, "ours"),
    ]);
    let manifest = parse(&with(image(), "layers", layers)).expect("an image");
    assert_eq!(digests(&manifest.blobs()), sha256(&["config", "ours"]));
    assert_eq!(
        digests(&manifest.all_blobs()),
        sha256(&["config", "theirs", "also theirs", "ours"])
    );
}

#[test]
fn an_artifact_may_have_no_layers() {
    let empty = descriptor(media_types::OCI_EMPTY, "{}");
    let artifact = with(
        with(image(), "config", empty),
        "artifactType",
        json!("application/vnd.example.sbom"),
    );
    for document in [
        with(artifact.clone(), "layers", json!([])),
        with(artifact.clone(), "layers", Value::Null),
        without(artifact, "layers"),
    ] {
        let manifest = parse(&document).expect("an artifact");
        assert_eq!(digests(&manifest.blobs()), sha256(&["{}"]));
        assert_eq!(
            manifest.artifact_type(),
            Some("application/vnd.example.sbom")
        );
    }
}

#[test]
fn an_empty_artifact_type_falls_back_to_the_config() {
    let manifest = parse(&with(image(), "artifactType", json!(""))).expect("an image");
    assert_eq!(
        manifest.artifact_type(),
        Some(media_types::OCI_IMAGE_CONFIG)
    );
    assert_eq!(parse(&index()).expect("an index").artifact_type(), None);
}

#[test]
fn an_index_lists_its_children_and_may_be_empty() {
    let manifest = parse(&index()).expect("an index");
    assert_eq!(manifest.children().len(), 1);
    assert!(manifest.all_blobs().is_empty());
    for nothing in [json!([]), Value::Null] {
        let manifest = parse(&with(index(), "manifests", nothing)).expect("an empty index");
        assert!(matches!(manifest.kind(), ManifestKind::Index(_)));
        assert!(manifest.children().is_empty());
    }
}

#[test]
fn an_index_can_have_a_subject_and_annotations() {
    let subject = descriptor(media_types::OCI_IMAGE_MANIFEST, "subject");
    let document = with(
        with(index(), "subject", subject),
        "artifactType",
        json!("application/vnd.example.set"),
    );
    let manifest = parse(&with(document, "annotations", json!({"a": "b"}))).expect("an index");
    let subject = manifest.subject().expect("a subject");
    assert_eq!(subject.digest, Digest::sha256_of(b"subject"));
    assert_eq!(
        manifest.artifact_type(),
        Some("application/vnd.example.set")
    );
    assert_eq!(
        manifest.annotations().get("a").map(String::as_str),
        Some("b")
    );
}

#[test]
fn custom_documents_are_accepted_with_whatever_they_name() {
    let document = with(
        custom(),
        "blobs",
        json!([descriptor("text/plain", "a file")]),
    );
    let document = with(document, "layers", json!("three"));
    let document = with(
        document,
        "subject",
        descriptor(media_types::OCI_IMAGE_MANIFEST, "subject"),
    );
    let manifest = parse(&document).expect("a custom document");
    assert!(matches!(manifest.kind(), ManifestKind::Other(_)));
    assert_eq!(digests(&manifest.blobs()), sha256(&["a file"]));
    assert!(manifest.subject().is_some());
    let manifest =
        parse_as(&json!({}), "application/vnd.example.nothing").expect("an empty document");
    assert_eq!(
        manifest.media_type().as_str(),
        "application/vnd.example.nothing"
    );
}

#[test]
fn the_older_artifact_manifest_names_its_blobs() {
    let document = json!({
        "mediaType": media_types::OCI_ARTIFACT_MANIFEST,
        "artifactType": "application/vnd.example.old",
        "blobs": [descriptor("text/plain", "a file")],
    });
    let manifest = parse(&document).expect("an artifact manifest");
    assert_eq!(digests(&manifest.blobs()), sha256(&["a file"]));
    assert_eq!(
        manifest.artifact_type(),
        Some("application/vnd.example.old")
    );
}

#[test]
fn a_subject_that_is_no_descriptor_is_refused_in_every_kind() {
    for document in [image(), index(), custom()] {
        for subject in [
            json!("sha256:00"),
            json!({}),
            json!([]),
            json!({"digest": "sha256:00"}),
        ] {
            let result = parse(&with(document.clone(), "subject", subject.clone()));
            assert!(
                matches!(
                    result,
                    Err(ManifestError::FieldInvalid {
                        field: "subject",
                        ..
                    })
                ),
                "{subject} in {document}"
            );
        }
    }
}

#[test]
fn the_content_type_stands_in_for_the_media_type() {
    let manifest =
        parse_as(&without(image(), "mediaType"), media_types::DOCKER_MANIFEST).expect("an image");
    assert_eq!(manifest.media_type().as_str(), media_types::DOCKER_MANIFEST);
    assert!(matches!(manifest.kind(), ManifestKind::Image(_)));
}

#[test]
fn content_type_and_media_type_are_compared_without_case_and_parameters() {
    let content_type = format!(
        "{}; charset=utf-8",
        media_types::OCI_IMAGE_MANIFEST.to_uppercase()
    );
    let manifest = parse_as(&image(), &content_type).expect("an image");
    assert_eq!(
        manifest.media_type().as_str(),
        media_types::OCI_IMAGE_MANIFEST
    );
}

#[test]
fn a_content_type_that_contradicts_the_document_is_refused() {
    for other in [
        media_types::OCI_IMAGE_INDEX,
        media_types::DOCKER_MANIFEST,
        "application/json",
    ] {
        assert!(
            matches!(
                parse_as(&image(), other),
                Err(ManifestError::MediaTypeMismatch { .. })
            ),
            "{other}"
        );
    }
    assert_eq!(
        parse_as(&image(), "image"),
        Err(ManifestError::MediaTypeInvalid("image".to_owned()))
    );
    let empty = with(image(), "mediaType", json!(""));
    assert_eq!(
        parse(&empty),
        Err(ManifestError::MediaTypeInvalid(String::new()))
    );
}

#[test]
fn the_shape_decides_where_nothing_else_does() {
    let manifest = parse(&without(image(), "mediaType")).expect("an image");
    assert_eq!(
        manifest.media_type().as_str(),
        media_types::OCI_IMAGE_MANIFEST
    );
    let manifest = parse(&without(index(), "mediaType")).expect("an index");
    assert_eq!(manifest.media_type().as_str(), media_types::OCI_IMAGE_INDEX);
    assert_eq!(parse(&json!({})), Err(ManifestError::MediaTypeMissing));
}

#[test]
fn a_document_that_is_image_and_index_at_once_is_refused() {
    let manifests = index()["manifests"].clone();
    assert_eq!(
        parse(&with(image(), "manifests", manifests.clone())),
        Err(ManifestError::Ambiguous)
    );
    assert_eq!(
        parse(&with(index(), "layers", json!([]))),
        Err(ManifestError::Ambiguous)
    );
    assert_eq!(
        parse(&with(index(), "config", json!({}))),
        Err(ManifestError::Ambiguous)
    );
    let both = with(with(custom(), "manifests", manifests), "layers", json!([]));
    assert_eq!(parse(&both), Err(ManifestError::Ambiguous));
}

#[test]
fn schema_1_and_unknown_schema_versions_are_refused() {
    let schema_1 = json!({ "schemaVersion": 1, "name": "a/b", "fsLayers": [], "signatures": [] });
    assert_eq!(parse(&schema_1), Err(ManifestError::DockerSchema1));
    assert_eq!(
        parse_as(&schema_1, media_types::DOCKER_SCHEMA_1_SIGNED),
        Err(ManifestError::DockerSchema1)
    );
    let unnumbered = without(schema_1, "schemaVersion");
    assert_eq!(
        parse_as(&unnumbered, media_types::DOCKER_SCHEMA_1),
        Err(ManifestError::DockerSchema1)
    );
    for version in [json!(3), json!("2"), json!(2.5), json!(0), json!({})] {
        assert_eq!(
            parse(&with(image(), "schemaVersion", version.clone())),
            Err(ManifestError::SchemaVersion),
            "{version}"
        );
    }
    assert!(parse(&without(image(), "schemaVersion")).is_ok());
}

#[test]
fn images_and_indexes_need_their_parts() {
    assert_eq!(
        parse(&without(image(), "config")),
        Err(ManifestError::FieldMissing("config"))
    );
    assert_eq!(
        parse(&without(index(), "manifests")),
        Err(ManifestError::FieldMissing("manifests"))
    );
    let invalid = |document, field, value| {
        parse(&with(document, field, value))
            .expect_err("not valid")
            .to_string()
    };
    assert!(invalid(image(), "config", json!({})).contains("mediaType"));
    assert!(invalid(image(), "layers", json!({})).contains("layers"));
    assert!(invalid(index(), "manifests", json!([{"mediaType": "a/b"}])).contains("digest"));
    let md5 = json!({ "mediaType": "a/b", "digest": "md5:00", "size": 1 });
    assert!(invalid(image(), "layers", json!([md5])).contains("md5"));
    let negative = with(descriptor("a/b", "x"), "size", json!(-1));
    assert!(invalid(image(), "layers", json!([negative])).contains("layers"));
}

#[test]
fn annotations_and_artifact_types_must_be_text() {
    for annotations in [
        json!({"a": 1}),
        json!({"a": null}),
        json!({"a": {}}),
        json!(["a"]),
        json!("a"),
    ] {
        for document in [image(), index(), custom()] {
            let result = parse(&with(document, "annotations", annotations.clone()));
            assert!(
                matches!(
                    result,
                    Err(ManifestError::FieldInvalid {
                        field: "annotations",
                        ..
                    })
                ),
                "{annotations}"
            );
        }
    }
    assert!(parse(&with(image(), "annotations", Value::Null)).is_ok());
    for artifact_type in [json!(1), json!("a\u{0}b")] {
        let result = parse(&with(image(), "artifactType", artifact_type));
        assert!(matches!(
            result,
            Err(ManifestError::FieldInvalid {
                field: "artifactType",
                ..
            })
        ));
    }
}

#[test]
fn text_that_is_no_json_object_is_refused() {
    let parse = |text: &[u8]| Manifest::parse(text, Some(media_types::OCI_IMAGE_INDEX));
    for text in [
        "",
        "{",
        "{}{}",
        "{} x",
        "[",
        "{\"a\":}",
        "{'a':1}",
        "\u{feff}{}",
        "nul",
    ] {
        assert!(
            matches!(parse(text.as_bytes()), Err(ManifestError::NotJson(_))),
            "{text:?}"
        );
    }
    for text in ["[]", "1", "null", "\"{}\"", " true "] {
        assert_eq!(
            parse(text.as_bytes()),
            Err(ManifestError::NotAnObject),
            "{text:?}"
        );
    }
    assert_eq!(parse(b"{\"a\":\"\xff\"}"), Err(ManifestError::NotUtf8));
    assert!(parse(b" \n{\"manifests\":[]}\n").is_ok());
}

#[test]
fn doubled_fields_are_refused_however_they_are_written() {
    let parse = |text: &str| Manifest::parse(text.as_bytes(), Some("application/vnd.example"));
    assert_eq!(
        parse(r#"{"a":1,"b":2,"a":1}"#),
        Err(ManifestError::DuplicateField("a".to_owned()))
    );
    assert_eq!(
        parse(r#"{"layers":1,"\u006cayers":2}"#),
        Err(ManifestError::DuplicateField("layers".to_owned()))
    );
    let size = r#"{"mediaType":"a/b","digest":"sha256:DIGEST","size":1,"size":2}"#;
    let size = size.replace("DIGEST", Digest::sha256_of(b"").hex());
    let doubled = format!(r#"{{"config":{size},"layers":[]}}"#);
    let result = Manifest::parse(doubled.as_bytes(), Some(media_types::OCI_IMAGE_MANIFEST));
    assert!(matches!(
        result,
        Err(ManifestError::FieldInvalid {
            field: "config",
            ..
        })
    ));
}

#[test]
fn the_largest_manifest_fits_and_one_byte_more_does_not() {
    let empty = index().to_string();
    let padded = |size: usize| format!("{empty}{}", " ".repeat(size - empty.len()));
    assert!(Manifest::parse(padded(MAX_MANIFEST_BYTES).as_bytes(), None).is_ok());
    let size = MAX_MANIFEST_BYTES + 1;
    assert_eq!(
        Manifest::parse(padded(size).as_bytes(), None),
        Err(ManifestError::TooLarge { size })
    );
}

#[test]
fn nesting_is_limited_wherever_it_is() {
    let nested = |depth: usize| {
        format!(
            r#"{{"x":{}{}}}"#,
            "[".repeat(depth - 1),
            "]".repeat(depth - 1)
        )
    };
    let parse = |text: &str| Manifest::parse(text.as_bytes(), Some("application/vnd.example"));
    assert!(parse(&nested(MAX_MANIFEST_DEPTH)).is_ok());
    assert_eq!(
        parse(&nested(MAX_MANIFEST_DEPTH + 1)),
        Err(ManifestError::TooDeep)
    );
    assert_eq!(
        parse(&"[".repeat(MAX_MANIFEST_BYTES)),
        Err(ManifestError::TooDeep)
    );
    assert!(parse(&json!({ "x": "[\\\"{".repeat(1000) }).to_string()).is_ok());
}

#[test]
fn errors_repeat_little_of_a_long_document() {
    let long = "é".repeat(1_000_000);
    let doubled = format!(r#"{{"{long}":1,"{long}":2}}"#);
    for result in [
        Manifest::parse(doubled.as_bytes(), None),
        parse(&json!({ "mediaType": long })),
        parse(&with(image(), "layers", json!(long))),
        parse(&with(
            image(),
            "config",
            json!({ "mediaType": "a/b", "digest": format!("{}:0", "a".repeat(1_000_000)) }),
        )),
    ] {
        assert!(result.expect_err("not valid").to_string().len() < 1000);
    }
}

/// Documents of the right words in the wrong places.
fn any_document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        Just(json!(2)),
        Just(json!(media_types::OCI_IMAGE_INDEX)),
        Just(json!(media_types::OCI_IMAGE_MANIFEST)),
        Just(descriptor("text/plain", "x")),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(Value::from)
    });
    let names = [
        "schemaVersion",
        "mediaType",
        "config",
        "layers",
        "manifests",
        "subject",
        "annotations",
        "blobs",
    ];
    prop::collection::hash_map(prop::sample::select(names.to_vec()), value, 0..6).prop_map(
        |fields| {
            fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        },
    )
}

proptest! {
    #[test]
    fn reading_bytes_never_panics(bytes: Vec<u8>, content_type in prop::option::of("\\PC*")) {
        let _ = Manifest::parse(&bytes, content_type.as_deref());
    }

    #[test]
    fn reading_documents_never_panics(document in any_document()) {
        if let Ok(manifest) = parse_as(&without(document.clone(), "mediaType"), media_types::OCI_IMAGE_MANIFEST) {
            prop_assert!(matches!(manifest.kind(), ManifestKind::Image(_)));
        }
        if let Ok(manifest) = parse(&document) {
            prop_assert!(manifest.blobs().len() <= manifest.all_blobs().len());
        }
    }
}

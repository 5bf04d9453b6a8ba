//! The routes of the distribution API, right and wrong.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn digest() -> Digest {
    Digest::sha256_of(b"")
}

fn name(text: &str) -> RepositoryName {
    text.parse().expect("a name")
}

fn upload_id() -> UploadId {
    "0190-f3_Z".parse().expect("an id")
}

/// Reads `GET /v2/…?query` with `DIGEST` replaced.
fn parse(request: &str) -> Result<Operation, RouteError> {
    let request = request.replace("DIGEST", &format!("sha256:{HEX}"));
    let (method, target) = request.split_once(' ').expect("a method and a target");
    match target.split_once('?') {
        Some((path, query)) => Operation::parse(method, path, Some(query)),
        None => Operation::parse(method, target, None),
    }
}

/// One request for each kind of operation.
const REQUESTS: [(&str, OperationKind); 16] = [
    ("GET /v2/", OperationKind::CheckVersion),
    ("GET /v2/_catalog", OperationKind::ListCatalog),
    ("GET /v2/a/b/blobs/DIGEST", OperationKind::ReadBlob),
    ("HEAD /v2/a/b/blobs/DIGEST", OperationKind::StatBlob),
    ("DELETE /v2/a/b/blobs/DIGEST", OperationKind::DeleteBlob),
    ("POST /v2/a/b/blobs/uploads/", OperationKind::StartUpload),
    (
        "GET /v2/a/b/blobs/uploads/0190-f3_Z",
        OperationKind::UploadStatus,
    ),
    (
        "PATCH /v2/a/b/blobs/uploads/0190-f3_Z",
        OperationKind::AppendUpload,
    ),
    (
        "PUT /v2/a/b/blobs/uploads/0190-f3_Z?digest=DIGEST",
        OperationKind::CompleteUpload,
    ),
    (
        "DELETE /v2/a/b/blobs/uploads/0190-f3_Z",
        OperationKind::CancelUpload,
    ),
    ("GET /v2/a/b/manifests/v1", OperationKind::ReadManifest),
    ("HEAD /v2/a/b/manifests/DIGEST", OperationKind::StatManifest),
    ("PUT /v2/a/b/manifests/v1", OperationKind::PutManifest),
    ("DELETE /v2/a/b/manifests/v1", OperationKind::DeleteManifest),
    ("GET /v2/a/b/tags/list", OperationKind::ListTags),
    ("GET /v2/a/b/referrers/DIGEST", OperationKind::ListReferrers),
];

#[test]
fn every_kind_of_operation_has_a_route() {
    let mut seen = BTreeSet::new();
    for (request, kind) in REQUESTS {
        let operation = parse(request).expect(request);
        assert_eq!(operation.kind(), kind, "{request}");
        let about_a_repository = !matches!(
            kind,
            OperationKind::CheckVersion | OperationKind::ListCatalog
        );
        assert_eq!(operation.name().is_some(), about_a_repository, "{request}");
        assert_eq!(
            operation.action().is_some(),
            about_a_repository,
            "{request}"
        );
        seen.insert(kind);
    }
    assert_eq!(seen, BTreeSet::from(OperationKind::ALL));
    let labels: BTreeSet<_> = OperationKind::ALL.iter().map(|kind| kind.label()).collect();
    assert_eq!(labels.len(), OperationKind::ALL.len());
}

#[test]
fn the_right_follows_from_the_method() {
    for (request, kind) in REQUESTS {
        let (method, path) = request.split_once(' ').expect("a method");
        let expected = match method {
            _ if !path.contains("/a/b/") => None,
            // The client of an upload is pushing, whatever it does with it.
            _ if path.contains("/uploads/") => Some(Action::Push),
            "GET" | "HEAD" => Some(Action::Pull),
            "DELETE" => Some(Action::Delete),
            _ => Some(Action::Push),
        };
        assert_eq!(kind.action(), expected, "{request}");
    }
}

#[test]
fn the_version_check_has_two_paths() {
    assert_eq!(parse("GET /v2"), Ok(Operation::CheckVersion));
    assert_eq!(parse("HEAD /v2/"), Ok(Operation::CheckVersion));
}

#[test]
fn uploads_start_with_and_without_the_slash() {
    let expected = Operation::StartUpload {
        name: name("a/b"),
        digest: None,
        mount: None,
    };
    assert_eq!(parse("POST /v2/a/b/blobs/uploads/"), Ok(expected.clone()));
    assert_eq!(parse("POST /v2/a/b/blobs/uploads"), Ok(expected));
}

#[test]
fn an_upload_can_carry_a_digest_or_a_mount() {
    let started = |request| match parse(request).expect(request) {
        Operation::StartUpload { digest, mount, .. } => (digest, mount),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        started("POST /v2/a/b/blobs/uploads/?digest=DIGEST"),
        (Some(digest()), None)
    );
    let mount = |from: Option<&str>| {
        Some(Mount {
            digest: digest(),
            from: from.map(str::to_owned),
        })
    };
    assert_eq!(
        started("POST /v2/a/b/blobs/uploads/?mount=DIGEST&from=c%2Fd"),
        (None, mount(Some("c/d")))
    );
    assert_eq!(
        started("POST /v2/a/b/blobs/uploads/?from=c/d&mount=DIGEST"),
        (None, mount(Some("c/d")))
    );
    assert_eq!(
        started("POST /v2/a/b/blobs/uploads/?mount=DIGEST"),
        (None, mount(None))
    );
    assert_eq!(
        started("POST /v2/a/b/blobs/uploads/?from=c/d"),
        (None, None)
    );
    assert_eq!(
        parse("POST /v2/a/b/blobs/uploads/?mount=sha256:00&from=c/d"),
        Err(RouteError::DigestInvalid("sha256:00".to_owned()))
    );
    assert_eq!(
        parse("POST /v2/a/b/blobs/uploads/?digest=md5:00"),
        Err(RouteError::UnsupportedDigest("md5".to_owned()))
    );
}

#[test]
fn finishing_an_upload_needs_a_digest() {
    let expected = Operation::CompleteUpload {
        name: name("a/b"),
        id: upload_id(),
        digest: digest(),
    };
    assert_eq!(
        parse(&format!(
            "PUT /v2/a/b/blobs/uploads/0190-f3_Z?digest=sha256%3a{HEX}&x"
        )),
        Ok(expected)
    );
    assert_eq!(
        parse("PUT /v2/a/b/blobs/uploads/x"),
        Err(RouteError::DigestMissing)
    );
    assert_eq!(
        parse("PUT /v2/a/b/blobs/uploads/x?digest="),
        Err(RouteError::DigestInvalid(String::new()))
    );
    assert_eq!(
        parse("PUT /v2/a/b/blobs/uploads/x?digest=%zz"),
        Err(RouteError::DigestInvalid("%zz".to_owned()))
    );
    assert_eq!(
        parse("PUT /v2/a/b/blobs/uploads/a.b?digest=DIGEST"),
        Err(RouteError::UploadIdInvalid)
    );
}

#[test]
fn names_may_contain_the_words_of_the_routes() {
    for (request, expected) in [
        ("GET /v2/blobs/manifests/manifests/blobs", "blobs/manifests"),
        ("GET /v2/a/blobs/uploads/manifests/v1", "a/blobs/uploads"),
        ("GET /v2/a/blobs/blobs/DIGEST", "a/blobs"),
        ("POST /v2/blobs/uploads/blobs/uploads/", "blobs/uploads"),
        (
            "PATCH /v2/a/b/blobs/uploads/blobs/uploads/manifests",
            "a/b/blobs/uploads",
        ),
        ("GET /v2/a/tags/list/tags/list", "a/tags/list"),
        ("GET /v2/a/manifests/tags/list", "a/manifests"),
        ("GET /v2/a/referrers/referrers/DIGEST", "a/referrers"),
        ("GET /v2/v2/v2/tags/list", "v2/v2"),
        ("GET /v2/a/b/c/d/e/f/tags/list", "a/b/c/d/e/f"),
    ] {
        assert_eq!(
            parse(request).expect(request).name(),
            Some(&name(expected)),
            "{request}"
        );
    }
}

#[test]
fn paths_that_are_no_route_are_not_found() {
    for request in [
        "GET /",
        "GET /v1/",
        "GET /v3/a/b/tags/list",
        "GET v2/",
        "GET /v2x/",
        "GET /v2/a",
        "GET /v2/a/b",
        "GET /v2//",
        "GET /v2/_catalog/",
        "GET /v2/a/b/tags",
        "GET /v2/a/b/tags/",
        "GET /v2/a/b/tags/list/",
        "GET /v2/a/b/tags/x",
        "GET /v2/a/b/uploads/x",
        "GET /v2/a/b/blobs/uploads/x/y",
        "GET /V2/",
    ] {
        assert_eq!(parse(request), Err(RouteError::NotFound), "{request}");
    }
}

#[test]
fn other_methods_are_told_which_ones_there_are() {
    for (path, allow) in [
        ("/v2/", "GET, HEAD"),
        ("/v2/_catalog", "GET, HEAD"),
        ("/v2/a/b/tags/list", "GET, HEAD"),
        ("/v2/a/b/referrers/DIGEST", "GET, HEAD"),
        ("/v2/a/b/blobs/DIGEST", "GET, HEAD, DELETE"),
        ("/v2/a/b/blobs/uploads/", "POST"),
        ("/v2/a/b/blobs/uploads/x", "GET, HEAD, PATCH, PUT, DELETE"),
        ("/v2/a/b/manifests/v1", "GET, HEAD, PUT, DELETE"),
    ] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "",
        ] {
            let result = parse(&format!("{method} {path}?digest=DIGEST"));
            let allowed = allow.split(", ").any(|name| name == method);
            let refused = result == Err(RouteError::MethodNotAllowed { allow });
            assert_eq!(allowed, !refused, "{method} {path}");
            assert_eq!(allowed, result.is_ok(), "{method} {path}");
        }
    }
}

#[test]
fn bad_names_are_told_from_names_without_an_owner() {
    for request in [
        "GET /v2/A/b/tags/list",
        "GET /v2/a//tags/list",
        "GET /v2//a/b/tags/list",
        "GET /v2/tags/list",
        "GET /v2/manifests/v1",
        "GET /v2/a/b__/manifests/v1",
        "GET /v2/a/b:c/manifests/v1",
    ] {
        assert_eq!(parse(request), Err(RouteError::NameInvalid), "{request}");
    }
    let long = format!("GET /v2/a/{}/tags/list", "b".repeat(254));
    assert_eq!(parse(&long), Err(RouteError::NameInvalid));
    for request in [
        "GET /v2/alice/tags/list",
        "POST /v2/alice/blobs/uploads/",
        "GET /v2/alice/manifests/v1",
    ] {
        assert_eq!(parse(request), Err(RouteError::NoRepository), "{request}");
    }
}

#[test]
fn references_are_tags_or_digests() {
    let expected = Operation::ReadManifest {
        name: name("a/b"),
        reference: Reference::Digest(digest()),
    };
    assert_eq!(parse("GET /v2/a/b/manifests/DIGEST"), Ok(expected.clone()));
    assert_eq!(
        parse(&format!("GET /v2/a/b/manifests/sha256%3A{HEX}")),
        Ok(expected)
    );
    for tag in ["", ".v1", "-v1", "v 1", "v+1", &"t".repeat(129)] {
        assert_eq!(
            parse(&format!(
                "GET /v2/a/b/manifests/{}",
                tag.replace(' ', "%20")
            )),
            Err(RouteError::TagInvalid)
        );
    }
    assert_eq!(
        parse("GET /v2/a/b/manifests/a:b"),
        Err(RouteError::UnsupportedDigest("a".to_owned()))
    );
    assert_eq!(
        parse("GET /v2/a/b/blobs/latest"),
        Err(RouteError::DigestInvalid("latest".to_owned()))
    );
    assert_eq!(
        parse("GET /v2/a/b/referrers/"),
        Err(RouteError::DigestInvalid(String::new()))
    );
}

#[test]
fn one_push_can_set_several_tags() {
    let tags = |request| match parse(request) {
        Ok(Operation::PutManifest { tags, .. }) => {
            Ok(tags.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    };
    assert_eq!(
        tags("PUT /v2/a/b/manifests/DIGEST?tag=v1&tag=v1.2&tag=v1"),
        Ok(vec!["v1".into(), "v1.2".into()])
    );
    assert_eq!(tags("PUT /v2/a/b/manifests/DIGEST"), Ok(vec![]));
    assert_eq!(
        tags("PUT /v2/a/b/manifests/DIGEST?tag=v1&tag=.v2"),
        Err(RouteError::TagInvalid)
    );
}

#[test]
fn the_number_of_tags_in_a_push_is_limited() {
    let with_tags = |count: usize| {
        let tags: Vec<_> = (0..count).map(|number| format!("tag=t{number}")).collect();
        parse(&format!("PUT /v2/a/b/manifests/DIGEST?{}", tags.join("&")))
    };
    assert!(with_tags(MAX_TAGS_PER_PUT).is_ok());
    assert_eq!(
        with_tags(MAX_TAGS_PER_PUT + 1),
        Err(RouteError::TooManyTags)
    );
}

#[test]
fn paths_that_could_mean_another_path_are_refused_first() {
    for path in [
        "/v2/a%2Fb/tags/list",
        "/v2/a%2fb/tags/list",
        "/v2/a/b/manifests/x%00",
        "/v2/a/../b/tags/list",
        "/v2/..",
        "/v2/%2e%2e/b/tags/list",
        "/v2/./a/b/tags/list",
        "/v2/a\\b/tags/list",
        "/v2/a%5Cb/tags/list",
        "/v2/%ff",
        "/v2/%c0%ae%c0%ae/b/tags/list",
        "/v2/%",
        "/v2/%4",
        "/v2/%zz",
        "/v2/a/b/manifests/x%0a",
        "/v2/%+1",
        "/elsewhere/%2e%2e",
    ] {
        assert_eq!(
            Operation::parse("GET", path, None),
            Err(RouteError::NameInvalid),
            "{path}"
        );
    }
    // Decoded once only: what is left is no part of a name.
    assert_eq!(
        parse("GET /v2/a/%252e%252e/tags/list"),
        Err(RouteError::NameInvalid)
    );
    assert_eq!(
        parse("GET /v2/%61/b/tags/list"),
        parse("GET /v2/a/b/tags/list")
    );
}

#[test]
fn pages_are_numbers_within_reason() {
    let page = |query: &str| match parse(&format!("GET /v2/a/b/tags/list?{query}")) {
        Ok(Operation::ListTags { page, .. }) => Ok(page),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    };
    let n = |n| {
        Ok(Page {
            n: Some(n),
            last: None,
        })
    };
    assert_eq!(page(""), Ok(Page::default()));
    assert_eq!(page("n=0"), n(0));
    assert_eq!(page("n=10000"), n(10_000));
    assert_eq!(page("n=18446744073709551615"), n(MAX_PAGE_SIZE));
    for query in [
        "n=-1",
        "n=",
        "n",
        "n=x",
        "n=1.5",
        "n=+1",
        "n=1e3",
        "n=18446744073709551616",
        "n=%20",
        "n=٣",
    ] {
        assert_eq!(page(query), Err(RouteError::PageInvalid), "{query}");
    }
    assert_eq!(
        page("n=1&last=v1.0"),
        Ok(Page {
            n: Some(1),
            last: Some("v1.0".to_owned())
        })
    );
    assert_eq!(page("last="), Ok(Page::default()));
    let long = format!("last={}", "x".repeat(513));
    for query in ["last=%00", "last=a%0ab", &long] {
        assert_eq!(page(query), Err(RouteError::PageInvalid), "{query}");
    }
    assert_eq!(parse("GET /v2/_catalog?n=-1"), Err(RouteError::PageInvalid));
    assert_eq!(
        parse("GET /v2/a/b/referrers/DIGEST?n=-1"),
        Err(RouteError::PageInvalid)
    );
}

#[test]
fn referrers_are_filtered_by_artifact_type() {
    for query in [
        "artifactType=application/vnd.x%2Bjson",
        "artifactType=application%2Fvnd.x+json&n=5",
    ] {
        match parse(&format!("GET /v2/a/b/referrers/DIGEST?{query}")) {
            Ok(Operation::ListReferrers { artifact_type, .. }) => {
                assert_eq!(
                    artifact_type.as_deref(),
                    Some("application/vnd.x+json"),
                    "{query}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        parse("GET /v2/a/b/referrers/DIGEST?artifactType=a%00b"),
        Err(RouteError::ArtifactTypeInvalid)
    );
}

#[test]
fn challenges_ask_for_what_the_request_needs_and_pushers_may_look_first() {
    let scopes = |request: &str| -> Vec<String> {
        parse(request)
            .expect(request)
            .scopes()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert!(scopes("GET /v2/").is_empty());
    assert_eq!(scopes("GET /v2/_catalog"), ["registry:catalog:*"]);
    assert_eq!(scopes("GET /v2/a/b/tags/list"), ["repository:a/b:pull"]);
    assert_eq!(
        scopes("PUT /v2/a/b/manifests/v1"),
        ["repository:a/b:pull,push"]
    );
    assert_eq!(
        scopes("DELETE /v2/a/b/manifests/v1"),
        ["repository:a/b:delete"]
    );
    let mount = "POST /v2/a/b/blobs/uploads/?mount=DIGEST&from=";
    assert_eq!(
        scopes(&format!("{mount}c/d")),
        ["repository:a/b:pull,push", "repository:c/d:pull"]
    );
    assert_eq!(
        scopes(&format!("{mount}NOT A NAME")),
        ["repository:a/b:pull,push"]
    );
}

proptest! {
    #[test]
    fn reading_a_request_never_panics(method in "\\PC*", path in "\\PC*", query in prop::option::of("\\PC*")) {
        let _ = Operation::parse(&method, &path, query.as_deref());
    }

    #[test]
    fn reading_an_almost_right_request_never_panics(
        method in prop::sample::select(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].as_slice()),
        segments in prop::collection::vec(
            prop_oneof![
                prop::sample::select(["", "a", "blobs", "uploads", "manifests", "tags", "list", "referrers"].as_slice())
                    .prop_map(str::to_owned),
                Just(format!("sha256:{HEX}")),
                "[a-z%0-9A-F._-]{0,6}",
            ],
            0..8,
        ),
        query in "((n|last|digest|mount|from|tag|artifactType)=[a-z%0-9:/+]{0,6}&?){0,3}",
    ) {
        let path = format!("/v2/{}", segments.join("/"));
        if let Ok(operation) = Operation::parse(method, &path, Some(&query)) {
            prop_assert_eq!(operation.action().is_some(), operation.name().is_some());
        }
    }

    #[test]
    fn every_name_finds_its_route(name in "[a-z]{1,9}(/(blobs|uploads|manifests|tags|list|referrers|[a-z]{1,9})){1,4}") {
        for (request, kind) in REQUESTS.into_iter().filter(|(request, _)| request.contains("a/b")) {
            let operation = parse(&request.replace("a/b", &name)).expect("the grammar made it");
            prop_assert_eq!(operation.kind(), kind);
            prop_assert_eq!(operation.name().map(RepositoryName::as_str), Some(name.as_str()));
        }
    }
}

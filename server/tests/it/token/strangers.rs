//! What people see who have no business there, and what they cannot tell apart.

use http::header::{HeaderMap, HeaderName};
use http::{Method, StatusCode};

use crate::harness::{Answer, Client, Engine, Image, Options, TestServer, blob, image, network};

/// A repository that is there, in a hold that only its captain reads, and a name that is not.
struct PrivateHold {
    server: TestServer,
    existing: String,
    missing: String,
    image: Image,
}

async fn private_hold() -> PrivateHold {
    let mut options = Options::new(Engine::Sqlite);
    options.hold_public = false;
    let server = TestServer::start_with(options).await;
    let (existing, missing) = (server.repository(), server.repository());
    let image = image(1);
    server
        .owner_of(&existing)
        .await
        .push_image(&existing, "v1", &image)
        .await;
    PrivateHold {
        server,
        existing,
        missing,
        image,
    }
}

/// What an answer says, without what differs between any two requests.
fn shape(answer: &Answer, name: &str) -> (StatusCode, String, Vec<(HeaderName, String)>) {
    let ignored = ["date", "x-request-id"];
    let headers: &HeaderMap = &answer.headers;
    let without_name = |text: &str| text.replace(name, "<name>");
    let headers = headers
        .iter()
        .filter(|(header, _)| !ignored.contains(&header.as_str()))
        .map(|(header, value)| (header.clone(), without_name(value.to_str().unwrap())))
        .collect();
    (answer.status, without_name(&answer.text()), headers)
}

fn requests(hold: &PrivateHold) -> Vec<(Method, String)> {
    let (manifest, layer) = (
        hold.image.digest(),
        oci::Digest::sha256_of(&hold.image.layers[0]),
    );
    let upload = "0190b2c0-0000-7000-8000-000000000000";
    [
        (Method::GET, "tags/list".to_owned()),
        (Method::GET, "manifests/v1".to_owned()),
        (Method::HEAD, "manifests/v1".to_owned()),
        (Method::GET, format!("manifests/{manifest}")),
        (Method::GET, format!("blobs/{layer}")),
        (Method::HEAD, format!("blobs/{layer}")),
        (Method::GET, format!("referrers/{manifest}")),
        (Method::POST, "blobs/uploads/".to_owned()),
        (Method::POST, format!("blobs/uploads/?mount={layer}")),
        (Method::GET, format!("blobs/uploads/{upload}")),
        (Method::PATCH, format!("blobs/uploads/{upload}")),
        (
            Method::PUT,
            format!("blobs/uploads/{upload}?digest={layer}"),
        ),
        (Method::DELETE, format!("blobs/uploads/{upload}")),
        (Method::PUT, "manifests/v1".to_owned()),
        (Method::DELETE, "manifests/v1".to_owned()),
        (Method::DELETE, format!("manifests/{manifest}")),
        (Method::DELETE, format!("blobs/{layer}")),
    ]
    .into()
}

async fn cannot_tell_apart(hold: &PrivateHold, existing: &Client, missing: &Client) {
    for (method, path) in requests(hold) {
        let ask = async |client: &Client, name: &str| {
            let answer = client
                .send(method.clone(), &format!("/v2/{name}/{path}"), &[], "")
                .await;
            assert!(
                answer.status.is_client_error(),
                "{method} {path}: {}",
                answer.status
            );
            shape(&answer, name)
        };
        let there = ask(existing, &hold.existing).await;
        let not_there = ask(missing, &hold.missing).await;
        assert_eq!(there, not_there, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_09_a_stranger_cannot_tell_an_existing_repository_of_a_private_hold_from_a_missing_one()
{
    let hold = private_hold().await;
    let bob = &network().bob;
    let existing = hold
        .server
        .signed_in(bob, &hold.existing, "pull,push,delete")
        .await;
    let missing = hold
        .server
        .signed_in(bob, &hold.missing, "pull,push,delete")
        .await;
    cannot_tell_apart(&hold, &existing, &missing).await;
    hold.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_09_nor_can_somebody_without_a_login() {
    let hold = private_hold().await;
    let nobody = hold.server.nobody();
    cannot_tell_apart(&hold, &nobody, &nobody).await;
    let scope = |name: &str| format!("repository:{name}:pull,push,delete");
    let existing = nobody.signed_in(None, &[&scope(&hold.existing)]).await;
    let missing = nobody.signed_in(None, &[&scope(&hold.missing)]).await;
    cannot_tell_apart(&hold, &existing, &missing).await;
    hold.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_05_tokens_and_lists_say_nothing_of_a_private_hold() {
    let hold = private_hold().await;
    let nobody = hold.server.nobody();
    for account in [None, Some(&network().bob)] {
        let scope = format!("repository:{}:pull", hold.existing);
        let answer = nobody
            .ask_token(account, &[&scope, "registry:catalog:*"])
            .await;
        answer.expect(StatusCode::OK);
        let client = nobody.with_token(answer.json()["token"].as_str().unwrap());
        let catalog = client.get("/v2/_catalog").await;
        assert_eq!(
            catalog.expect(StatusCode::OK).json()["repositories"],
            serde_json::json!([])
        );
        assert!(
            !answer.json()["scope"]
                .as_str()
                .unwrap()
                .contains("repository:"),
            "{}",
            answer.text()
        );
    }
    let alice = nobody
        .signed_in(Some(&network().alice), &["registry:catalog:*"])
        .await;
    assert!(
        alice
            .get("/v2/_catalog")
            .await
            .text()
            .contains(&hold.existing)
    );
    hold.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_is_not_in_the_crew_learns_whom_to_ask() {
    for hold_public in [true, false] {
        let mut options = Options::new(Engine::Sqlite);
        options.hold_public = hold_public;
        let server = TestServer::start_with(options).await;
        let bob = &network().bob;
        let name = TestServer::repository_of(bob);
        let client = server.signed_in(bob, &name, "pull,push").await;
        let answer = client
            .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
            .await;
        answer.expect_error(StatusCode::FORBIDDEN, "DENIED");
        let alice = &network().alice.did;
        assert!(
            answer.text().contains("captain") && answer.text().contains(alice),
            "{}",
            answer.text()
        );
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_to_somebody_else_s_name_is_denied_and_says_whose_it_is() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let bob = &network().bob;
    let client = server.signed_in(bob, &name, "pull,push").await;
    let image = image(0);
    for answer in [
        client
            .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
            .await,
        client
            .put_manifest(&name, "v1", image.media_type, &image.manifest)
            .await,
    ] {
        answer.expect_error(StatusCode::FORBIDDEN, "DENIED");
        let message = answer.text();
        assert!(
            message.contains(&network().alice.handle) && message.contains(&bob.did),
            "{message}"
        );
    }
    // The captain is no exception: a hold is not a namespace.
    let name = TestServer::repository_of(bob);
    let alice = server.signed_in(&network().alice, &name, "pull,push").await;
    let answer = alice
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    answer.expect_error(StatusCode::FORBIDDEN, "DENIED");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_04_a_mount_needs_the_right_to_pull_in_the_presented_token() {
    let server = TestServer::start(Engine::Sqlite).await;
    let (source, target) = (server.repository(), server.repository());
    let digest = server
        .owner_of(&source)
        .await
        .push_blob(&source, &blob(30))
        .await;
    let missing = oci::Digest::sha256_of(&blob(30));
    let mount =
        |digest: &oci::Digest| format!("/v2/{target}/blobs/uploads/?mount={digest}&from={source}");

    let only_target = server.owner_of(&target).await;
    let refused = only_target
        .send(Method::POST, &mount(&digest), &[], "")
        .await;
    let absent = only_target
        .send(Method::POST, &mount(&missing), &[], "")
        .await;
    assert_eq!(
        (refused.status, absent.status),
        (StatusCode::ACCEPTED, StatusCode::ACCEPTED)
    );
    let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&refused),
        names(&absent),
        "no hint that the blob exists"
    );
    only_target
        .get(&format!("/v2/{target}/blobs/{digest}"))
        .await
        .expect(StatusCode::NOT_FOUND);

    let scopes = [
        format!("repository:{source}:pull"),
        format!("repository:{target}:pull,push"),
    ];
    let both = server
        .nobody()
        .signed_in(Some(&network().alice), &[&scopes[0], &scopes[1]])
        .await;
    both.send(Method::POST, &mount(&digest), &[], "")
        .await
        .expect(StatusCode::CREATED);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_one_repository_opens_no_other() {
    let server = TestServer::start(Engine::Sqlite).await;
    let (mine, other) = (server.repository(), server.repository());
    let client = server.owner_of(&mine).await;
    for (method, path) in [
        (Method::POST, format!("/v2/{other}/blobs/uploads/")),
        (Method::GET, format!("/v2/{other}/tags/list")),
        (Method::DELETE, format!("/v2/{other}/manifests/v1")),
        (Method::POST, format!("/v2/{mine}/more/blobs/uploads/")),
    ] {
        let answer = client.send(method.clone(), &path, &[], "").await;
        answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        assert!(
            answer
                .header("www-authenticate")
                .contains("insufficient_scope"),
            "{method} {path}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_10_page_sizes_and_places_are_checked_and_capped() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    server
        .owner_of(&name)
        .await
        .push_image(&name, "v1", &image(0))
        .await;
    let scope = format!("repository:{name}:pull");
    let client = server
        .nobody()
        .signed_in(None, &[&scope, "registry:catalog:*"])
        .await;
    for list in ["/v2/_catalog".to_owned(), format!("/v2/{name}/tags/list")] {
        for n in ["2147483648", "1000000000", "18446744073709551615", "0"] {
            client
                .get(&format!("{list}?n={n}"))
                .await
                .expect(StatusCode::OK);
        }
        for n in ["-1", "x", "1e9", "", "18446744073709551616", "%00"] {
            let answer = client.get(&format!("{list}?n={n}")).await;
            answer.expect_error(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID");
        }
        for last in ["%00", "%FF%FE", "..%2f", "%27%3B--", &"x".repeat(10_000)] {
            let answer = client.get(&format!("{list}?n=5&last={last}")).await;
            assert!(
                !answer.status.is_server_error(),
                "{last:.20}: {}",
                answer.text()
            );
        }
    }
    server.stop().await;
}

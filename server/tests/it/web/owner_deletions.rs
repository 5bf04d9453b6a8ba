//! Deleting tags and repositories on pages: the effect is stated, and then it is that.

use http::StatusCode;
use serde_json::json;
use server::clients::hold::HoldUser;
use server::clock::Clock;
use server::repositories::{Progress, StepState, What};

use super::owner::{alices_browser, filled, hidden, record};
use super::samples::{config, gzip, push, tar};
use crate::harness::{TestServer, blob, network};
use crate::oauth::{Browser, Shown};
use crate::on_both_databases;
use crate::pds::{FakeNetwork, Fault};

/// The exact bytes that a page states, in their order.
fn stated_bytes(page: &Shown) -> Vec<u64> {
    page.text
        .split("title=\"")
        .filter_map(|rest| rest.split('"').next()?.strip_suffix(" bytes"))
        .map(|stated| {
            let digits: String = stated.chars().filter(char::is_ascii_digit).collect();
            digits.parse().unwrap()
        })
        .collect()
}

async fn usage(server: &TestServer) -> u64 {
    let did = network().alice.did.parse().unwrap();
    server.hold().load_usage(&did).await.unwrap().bytes
}

/// Confirms what a page shows, and opens the page of the deletion.
async fn confirm(browser: &Browser, name: &str, page: &Shown, fields: &[(&str, &str)]) -> Shown {
    let fingerprint = hidden(page, "fingerprint");
    let mut fields = fields.to_vec();
    fields.push(("fingerprint", &fingerprint));
    let begun = browser
        .post_signed_in(&format!("/r/{name}/-/delete"), &fields)
        .await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let address = begun.location();
    let patience = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let progress = browser.get(&format!("/api/v1{address}")).await;
        assert_eq!(progress.status, StatusCode::OK, "{}", progress.text);
        let page = browser.get(&address).await;
        assert!(!page.text.contains("http-equiv"), "no page reloads itself");
        if progress.text.contains("\"isFinal\":true") {
            return page;
        }
        assert!(tokio::time::Instant::now() < patience, "{}", page.text);
    }
}

on_both_databases! {
    async fn tags_are_deleted_with_exactly_the_effect_that_was_stated(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let (shared, own) = (gzip(&tar(&[("s", &blob(3000))])).await, gzip(&tar(&[("o", &blob(5000))])).await);
        let amd64 = config("amd64", json!({}), json!([]));
        push(&owner, &name, Some("v1"), &amd64, std::slice::from_ref(&shared)).await;
        push(&owner, &name, Some("v1-copy"), &amd64, std::slice::from_ref(&shared)).await;
        let document = config("arm64", json!({}), json!([]));
        let digest = push(&owner, &name, Some("v2"), &document, &[shared, own.clone()]).await;
        let signature = format!("sha256-{}.sig", digest.hex());
        let signature_config = config("amd64", json!({ "Labels": { "a": "signature" } }), json!([]));
        let statement = gzip(&tar(&[("sig", b"signed")])).await;
        push(&owner, &name, Some(&signature), &signature_config, std::slice::from_ref(&statement)).await;

        let browser = alices_browser(server).await;
        let list = browser.get(&format!("/r/{name}/-/tags")).await;
        assert!(list.text.contains("name=\"tag\" value=\"v2\""), "{}", list.text);
        let page = browser.get(&format!("/r/{name}/-/delete?tag=v1&tag=v2")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for words in ["is also tagged v1-copy", "3 tags go", "2 manifests go", &signature] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let expected = [own, statement, document.to_string().into_bytes(), signature_config.to_string().into_bytes()];
        let expected: u64 = expected.iter().map(|bytes| bytes.len() as u64).sum();
        assert_eq!(stated_bytes(&page), [expected, expected]);

        let before = usage(server).await;
        let done = confirm(&browser, &name, &page, &[("tag", "v1"), ("tag", "v2")]).await;
        assert!(done.text.contains(">Deleted<") && done.text.contains("3 tags and 2 manifests deleted"), "{}", done.text);
        assert_eq!(before - usage(server).await, expected, "the bytes that were stated");
        let left = server.nobody().get(&format!("/v2/{name}/tags/list")).await.json();
        assert_eq!(left["tags"], json!(["v1-copy"]));
        let (_, path) = name.split_once('/').unwrap();
        assert_eq!(network().record(&network().alice, "io.atcr.tag", &format!("{path}_v2")).await, None);
        let settings = browser.get(&format!("/r/{name}/-/settings")).await;
        assert!(settings.text.contains("Tags you chose") && settings.text.contains("3 tags and 2 manifests"), "{}", settings.text);
    }

    async fn what_changed_since_it_was_shown_is_not_deleted(server) {
        let name = filled(server, "v1").await;
        let browser = alices_browser(server).await;
        let page = browser.get(&format!("/r/{name}/-/delete?tag=v1")).await;
        let owner = server.owner_of(&name).await;
        let layer = gzip(&tar(&[("b", &blob(200))])).await;
        push(&owner, &name, Some("v1"), &config("arm64", json!({}), json!([])), &[layer]).await;
        let fields = [("tag", "v1"), ("fingerprint", &hidden(&page, "fingerprint"))];
        let refused = browser.post_signed_in(&format!("/r/{name}/-/delete"), &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        assert_ne!(hidden(&refused, "fingerprint"), fields[1].1, "it is shown anew");
        server.nobody().get(&format!("/r/{name}:v1")).await.expect(StatusCode::OK);
    }

    async fn all_that_match_a_filter_are_deleted_at_once(server) {
        let name = filled(server, "keep").await;
        let owner = server.owner_of(&name).await;
        for number in 0..12 {
            let layer = gzip(&tar(&[("n", &blob(100 + number))])).await;
            push(&owner, &name, Some(&format!("nightly-{number}")), &config("amd64", json!({}), json!([])), &[layer]).await;
        }
        let browser = alices_browser(server).await;
        let page = browser.get(&format!("/r/{name}/-/delete?matching=NIGHTLY")).await;
        assert!(page.text.contains("12 tags go") && page.text.contains("12 manifests go"), "{}", page.text);
        confirm(&browser, &name, &page, &[("matching", "NIGHTLY")]).await;
        let left = server.nobody().get(&format!("/v2/{name}/tags/list")).await.json();
        assert_eq!(left["tags"], json!(["keep"]));
    }

    async fn a_repository_is_deleted_when_its_name_is_typed(server) {
        let name = filled(server, "v1").await;
        let (_, path) = name.split_once('/').unwrap();
        let browser = alices_browser(server).await;
        browser.post_signed_in(&format!("/r/{name}/-/edit"), &[("version", ""), ("description", "Soon gone")]).await;
        let before = usage(server).await;
        let page = browser.get(&format!("/r/{name}/-/delete?everything=yes")).await;
        let quota = stated_bytes(&page)[0];
        let fingerprint = hidden(&page, "fingerprint");
        let fields = [("everything", "yes"), ("typed", "something else"), ("fingerprint", &fingerprint)];
        let refused = browser.post_signed_in(&format!("/r/{name}/-/delete"), &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Nothing was deleted"), "{}", refused.text);
        let done = confirm(&browser, &name, &page, &[("everything", "yes"), ("typed", path)]).await;
        assert!(done.text.contains(">Deleted<"), "{}", done.text);
        assert_eq!(before - usage(server).await, quota);
        assert_eq!(record(&name, "io.atcr.repo.page").await, None);
        server.nobody().get(&format!("/r/{name}")).await.expect(StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&format!("/r/{name}/-/settings")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_the_owners_server_interrupts_says_what_is_left_and_goes_on() {
    let fake = FakeNetwork::start(&Clock::System).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let pusher = fake.owner_of(&server, &name).await;
    for tag in ["a", "b", "c"] {
        let layer = gzip(&tar(&[("n", tag.as_bytes())])).await;
        push(
            &pusher,
            &name,
            Some(tag),
            &config("amd64", json!({}), json!([])),
            &[layer],
        )
        .await;
    }
    let password = fake.account.app_password.clone().into();
    let sessions = &server.state.sessions;
    let session = sessions
        .sign_in(&fake.account.handle, &password)
        .await
        .unwrap();
    let user = HoldUser {
        did: session.did,
        session: Some(session.session_id),
    };
    let repositories = &server.state.repositories;
    let owned = repositories
        .open_filled(&user, &name.parse().unwrap())
        .await
        .unwrap();
    let what = What::Tags(["a", "b"].map(|tag| tag.parse().unwrap()).into());
    let plan = repositories.plan_deletion(&owned, &what).await.unwrap();
    assert_eq!((plan.tags.len(), plan.manifests.len()), (2, 2));

    fake.break_method("deleteRecord", Fault::Status(503));
    let id = repositories
        .delete(&owned, &what, &plan.fingerprint())
        .await
        .unwrap();
    let (deletion, steps) = repositories.find_deletion(&owned, &id).await.unwrap();
    assert_eq!(
        (deletion.progress, deletion.steps),
        (Progress::Stopped, (0, 4))
    );
    assert!(deletion.problem.unwrap().contains("Continue in a while"));
    assert!(matches!(steps[0].state, StepState::Failed { .. }));
    assert_eq!(
        steps[1].state,
        StepState::Waiting,
        "others would have failed alike"
    );

    fake.repair();
    repositories.continue_deletion(&owned, &id).await.unwrap();
    repositories.continue_deletion(&owned, &id).await.unwrap();
    let (deletion, _) = repositories.find_deletion(&owned, &id).await.unwrap();
    assert_eq!(
        (deletion.progress, deletion.steps),
        (Progress::Done, (4, 4))
    );
    let left = server
        .nobody()
        .get(&format!("/v2/{name}/tags/list"))
        .await
        .json();
    assert_eq!(left["tags"], json!(["c"]));
    server.stop().await;
}

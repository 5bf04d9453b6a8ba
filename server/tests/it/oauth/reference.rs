//! Against the reference PDS and its own pages.

use http::{Method, StatusCode};

use super::browser::Browser;
use super::reference_pages::{Answer, visit};
use super::sign_in;
use crate::harness::network;
use crate::on_both_databases;

on_both_databases! {
    async fn a_handle_a_did_and_a_server_lead_to_the_same_account(server) {
        let alice = &network().alice;
        let with_at = format!("@{}", alice.handle);
        for typed in [alice.handle.as_str(), with_at.as_str(), alice.did.as_str(), alice.pds.as_str()] {
            let browser = Browser::new(server);
            assert_eq!(browser.signed_in_as().await, None);
            let page = browser.begin(typed, &[("return_to", "/settings/sessions")]).await;
            assert_eq!(page.origin().ascii_serialization(), alice.pds, "{typed}");
            let names: Vec<_> = page.query_pairs().map(|(name, _)| name.into_owned()).collect();
            assert_eq!(names, ["client_id", "request_uri"], "oa_14");
            let address = visit(&page, alice, Answer::Agree).await;
            let back = browser.come_back(&address).await;
            assert_eq!(back.leads_to(), "/settings/sessions");
            assert_eq!(back.headers["referrer-policy"], "no-referrer", "oa_42");
            assert_eq!(back.headers["cache-control"], "no-store", "oa_42");
            assert_eq!(browser.signed_in_as().await.as_deref(), Some(alice.handle.as_str()));
            assert_eq!(browser.cookie("longshore-accounts").as_deref(), Some(alice.handle.as_str()));
            assert_eq!(browser.cookie("longshore-sign-in-"), None);
        }
    }

    async fn bf_11_signing_out_ends_the_session_here_and_at_the_server(server) {
        let account = network().new_account().await;
        let browser = Browser::new(server);
        sign_in(&browser, &account, &[]).await;
        let cookie = browser.cookie("longshore-session").unwrap();
        for (method, path) in [(Method::GET, "/sign-out"), (Method::HEAD, "/sign-out")] {
            browser.send(method, path, &[("sec-fetch-site", "cross-site")], String::new()).await;
            assert!(browser.signed_in_as().await.is_some(), "an image does not sign out");
        }
        let page = browser.get("/settings").await;
        assert_eq!(page.headers["cache-control"], "private, no-store", "bf_12");
        let out = browser.post_signed_in("/sign-out", &[]).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.signed_in_as().await, None);
        assert_eq!(browser.cookie("longshore-session"), None);
        browser.set_cookie("longshore-session", &cookie);
        assert_eq!(browser.signed_in_as().await, None, "the old cookie opens nothing");
        let page = browser.get("/sign-in").await;
        assert!(page.text.contains(&account.handle), "the account is one press away");
    }

    async fn oa_32_somebody_who_refuses_is_told_so_and_stays_signed_out(server) {
        let alice = &network().alice;
        let browser = Browser::new(server);
        let page = browser.begin(&alice.handle, &[]).await;
        let address = visit(&page, alice, Answer::Refuse).await;
        let back = browser.come_back(&address).await;
        assert_eq!(back.status, StatusCode::BAD_REQUEST);
        assert_eq!(back.problem(), "You did not allow Longshore to sign you in");
        assert_eq!(browser.signed_in_as().await, None);
    }

    async fn bf_08_a_session_is_ended_from_another_browser_at_once(server) {
        let account = network().new_account().await;
        let (one, two) = (Browser::new(server), Browser::new(server));
        sign_in(&one, &account, &[]).await;
        sign_in(&two, &account, &[]).await;
        let page = two.get("/settings/sessions").await;
        assert_eq!(page.text.matches("class=\"row\"").count(), 2);
        assert_eq!(page.text.matches("This browser").count(), 1);
        let others: Vec<_> = page
            .text
            .split("class=\"row\"")
            .skip(1)
            .filter(|row| !row.contains("This browser"))
            .collect();
        let (_, rest) = others[0].split_once("name=\"end\" value=\"").unwrap();
        let id = rest.split('"').next().unwrap();
        let ended = two.post_signed_in("/settings/sessions", &[("end", id)]).await;
        assert_eq!(ended.location(), "/settings/sessions");
        assert_eq!(one.signed_in_as().await, None);
        assert!(two.signed_in_as().await.is_some());
        two.post_signed_in("/settings/sessions", &[("end_all", "1")]).await;
        assert_eq!(two.signed_in_as().await, None);
    }

    async fn settings_are_saved_in_the_persons_repo_once_that_is_allowed(server) {
        let account = network().new_account().await;
        let browser = Browser::new(server);
        sign_in(&browser, &account, &[]).await;
        let page = browser.get("/settings").await;
        assert!(page.text.contains("name=\"allow\" value=\"settings\""), "{}", page.text);
        assert!(!page.text.contains("name=\"default_hold\""));
        // The same form asks for more, with the account named by its DID.
        let page = browser.begin(&account.did, &[("allow", "settings"), ("return_to", "/settings")]).await;
        let address = visit(&page, &account, Answer::Agree).await;
        browser.come_back(&address).await;
        let fields = [("default_hold", "did:web:hold.example.com"), ("auto_remove_untagged", "true")];
        let saved = browser.post_signed_in("/settings", &fields).await;
        assert_eq!(saved.location(), "/settings?outcome=saved");
        let record = network().record(&account, "io.atcr.sailor.profile", "self").await.unwrap();
        assert_eq!(record["defaultHold"], "did:web:hold.example.com");
        assert_eq!(record["autoRemoveUntagged"], true);
        let page = browser.get("/settings?outcome=saved").await;
        assert!(page.text.contains("value=\"did:web:hold.example.com\""), "{}", page.text);
        assert!(page.text.contains("Saved in your repo."));
        let refused = browser.post_signed_in("/settings", &[("default_hold", "nowhere")]).await;
        assert_eq!(refused.location(), "/settings?outcome=not-a-hold");
    }

    async fn bf_16_a_form_of_another_account_changes_nothing(server) {
        let (alice, other) = (&network().alice, network().new_account().await);
        let browser = Browser::new(server);
        sign_in(&browser, alice, &[]).await;
        let first = browser.cookie("longshore-session");
        let token = browser.get("/settings").await.form_token();
        sign_in(&browser, &other, &[]).await;
        assert_ne!(browser.cookie("longshore-session"), first, "oa_40");
        let answer = browser.post("/settings", &[("form_token", &token)]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text.contains("reload the page"), "{}", answer.text);
        browser.set_cookie("longshore-session", &first.unwrap());
        assert_eq!(browser.signed_in_as().await, None, "oa_40: the old session is gone");
    }
}

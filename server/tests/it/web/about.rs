//! The pages about this server, and people's faces.

use http::StatusCode;

use crate::harness::{Engine, Options, TestServer, network};
use crate::on_both_databases;

on_both_databases! {
    async fn pages_about_the_server_say_its_own_facts(server) {
        let footer = server.nobody().get("/").await.expect(StatusCode::OK).text();
        for (path, words) in [
            ("/about", "By keyboard"), ("/privacy", "12 hours without use"), ("/terms", "free software"), ("/status", "Everything works"),
        ] {
            assert!(footer.contains(&format!("href=\"{path}\"")), "{path} is in the footer");
            let page = server.nobody().get(path).await;
            assert!(page.expect(StatusCode::OK).text().contains(words), "{path}: {}", page.text());
        }
        let status = server.nobody().get("/api/v1/status").await;
        assert_eq!(status.expect(StatusCode::OK).header("access-control-allow-origin"), "*");
        let status = status.json();
        let kinds: Vec<_> = status["parts"].as_array().unwrap().iter().map(|part| part["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["database", "blobStore", "hold"], "{status}");
        assert!(status["isReady"].as_bool().unwrap() && status["parts"].as_array().unwrap().iter().all(|part| part["works"] == true));
    }

    async fn bf_14_the_privacy_page_says_what_goes_through_here_and_what_is_kept(server) {
        let page = server.nobody().get("/privacy").await.expect(StatusCode::OK).text();
        for words in [
            "goes through this server", "its operator could do the same", "The tokens of your server, encrypted",
            "one cookie, of which we keep a hash", "Logs have no addresses and no tokens", "its public DID is in them",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }

    async fn somebody_has_a_face_and_a_handle_that_is_verified(server) {
        let account = network().new_account().await;
        let access = network().pds_token(&account).await;
        let png = b"\x89PNG\r\n\x1a\n and so on".to_vec();
        let uploaded = crate::harness::http()
            .post(format!("{}/xrpc/com.atproto.repo.uploadBlob", account.pds))
            .bearer_auth(&access).header("content-type", "image/png").body(png.clone())
            .send().await.unwrap().json::<serde_json::Value>().await.unwrap();
        let record = serde_json::json!({
            "$type": "app.bsky.actor.profile", "displayName": "<b>Anne</b> \u{202e}Bonny", "avatar": uploaded["blob"],
        });
        let input = serde_json::json!({ "repo": account.did, "collection": "app.bsky.actor.profile", "rkey": "self", "record": record });
        network().xrpc(&account.pds, "com.atproto.repo.putRecord", Some(&access), &input).await;

        let page = server.nobody().get(&format!("/u/{}", account.handle)).await.expect(StatusCode::OK).text();
        assert!(page.contains("&lt;b>Anne") || page.contains("&lt;b&gt;Anne"), "{page}");
        assert!(page.contains("⟨U+202E⟩") && page.contains("Verified handle"), "{page}");
        assert!(page.contains(&format!("href=\"/u/{}\"", account.did)), "permalink");
        let address = format!("/avatars/{}", account.did);
        assert!(page.contains(&format!("src=\"{address}\"")), "{page}");
        let avatar = server.nobody().get(&address).await;
        assert_eq!(avatar.expect(StatusCode::OK).body, png);
        assert_eq!(avatar.header("content-type"), "image/png");
        assert_eq!(avatar.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(avatar.header("x-content-type-options"), "nosniff");
        server.nobody().get(&format!("/avatars/{}", network().bob.did)).await.expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_runs_the_server_can_be_reached_where_they_say_so() {
    for (contact, href) in [
        ("crew@harbour.example", "mailto:crew@harbour.example"),
        ("https://harbour.example/us", "https://harbour.example/us"),
    ] {
        let mut options = Options::new(Engine::Sqlite);
        options.settings = vec![("WEB_OPERATOR_CONTACT", contact.to_owned())];
        let server = TestServer::start_with(options).await;
        for path in ["/privacy", "/terms", "/about"] {
            let page = server
                .nobody()
                .get(path)
                .await
                .expect(StatusCode::OK)
                .text();
            assert!(page.contains(&format!("href=\"{href}\"")), "{path}");
        }
        server.stop().await;
    }
}

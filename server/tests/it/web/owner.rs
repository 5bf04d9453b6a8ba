//! Owners describe their repositories, and people star them: records in their own repos, against the reference PDS.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::samples::{config, gzip, push, tar};
use crate::harness::{TestServer, blob, network};
use crate::oauth::{Browser, Shown, sign_in};
use crate::on_both_databases;

/// What owners ask for at their own server.
const ALLOWED: [(&str, &str); 2] = [("allow", "repositories"), ("allow", "star")];

/// A repository of alice's with one image under this tag.
pub async fn filled(server: &TestServer, tag: &str) -> String {
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    let layer = gzip(&tar(&[("a", &blob(100))])).await;
    push(
        &owner,
        &name,
        Some(tag),
        &config("amd64", json!({}), json!([])),
        &[layer],
    )
    .await;
    name
}

/// A browser in which alice may do everything with her repositories.
pub async fn alices_browser(server: &TestServer) -> Browser {
    let browser = Browser::new(server);
    sign_in(&browser, &network().alice, &ALLOWED).await;
    browser
}

/// The value of a hidden field of a page.
pub fn hidden(page: &Shown, name: &str) -> String {
    let (_, rest) = page
        .text
        .split_once(&format!("<input type=\"hidden\" name=\"{name}\""))
        .unwrap_or_else(|| panic!("no field {name}: {}", page.text));
    let field = rest.split('>').next().unwrap();
    let value = field.split_once("value=\"").map_or("", |(_, value)| value);
    value.split('"').next().unwrap().to_owned()
}

/// The record of a repository in a collection that has one for each.
pub async fn record(name: &str, collection: &str) -> Option<Value> {
    let (_, path) = name.split_once('/').unwrap();
    network().record(&network().alice, collection, path).await
}

on_both_databases! {
    async fn an_owner_describes_a_repository_in_their_own_repo(server) {
        let name = filled(server, "v1").await;
        let edit = format!("/r/{name}/-/edit");
        let browser = Browser::new(server);
        sign_in(&browser, &network().alice, &[]).await;
        let page = browser.get(&format!("/r/{name}")).await;
        assert!(page.text.contains(&edit), "{}", page.text);
        let page = browser.get(&edit).await;
        assert!(page.text.contains("name=\"allow\" value=\"repositories\""), "{}", page.text);
        assert!(!page.text.contains("name=\"description\" rows"), "not before it is allowed");

        let browser = alices_browser(server).await;
        let written = "# Harbour\r\n\r\nWhat <script>alert(1)</script> it *is*.";
        let typed = [("version", ""), ("description", written)];
        let preview = browser.post_signed_in(&edit, &[typed[0], typed[1], ("preview", "1")]).await;
        assert_eq!(preview.status, StatusCode::OK);
        assert!(preview.text.contains("Preview") && preview.text.contains("<em>is</em>"), "{}", preview.text);
        assert!(!preview.text.contains("<script>alert(1)"));
        assert_eq!(record(&name, "io.atcr.repo.page").await, None, "a preview saves nothing");

        let saved = browser.post_signed_in(&edit, &typed).await;
        assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, format!("/r/{name}")), "{}", saved.text);
        let kept = record(&name, "io.atcr.repo.page").await.unwrap();
        assert_eq!(kept["description"], written.replace("\r\n", "\n"));
        let page = server.nobody().get(&format!("/r/{name}")).await.text();
        assert!(page.contains("<em>is</em>") && page.contains("io.atcr.repo.page/"), "{page}");
        assert!(page.contains("com.atproto.repo.getRecord?repo="), "the record can be viewed");

        // Somebody who edits what is another version by now sees both, and loses neither.
        let late = [("version", ""), ("description", "Mine")];
        let refused = browser.post_signed_in(&edit, &late).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("Mine") && refused.text.contains("# Harbour"), "{}", refused.text);
        let version = hidden(&refused, "version");
        let saved = browser.post_signed_in(&edit, &[("version", &version), ("description", "Mine")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let again = record(&name, "io.atcr.repo.page").await.unwrap();
        assert_eq!((&again["description"], &again["createdAt"]), (&json!("Mine"), &kept["createdAt"]));

        let long = "a".repeat(100_001);
        let version = hidden(&browser.get(&edit).await, "version");
        let refused = browser.post_signed_in(&edit, &[("version", &version), ("description", &long)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("100001 bytes"), "what was typed is still there");
    }

    async fn a_picture_is_stored_at_the_owners_server_and_shown_through_ours(server) {
        let name = filled(server, "v1").await;
        let edit = format!("/r/{name}/-/edit");
        let browser = alices_browser(server).await;
        // Of this server alone: the account is shared, and a picture that another one removes goes for both.
        let picture = format!("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 of {name}");
        for (content, status) in [("<svg onload='alert(1)'>", StatusCode::UNPROCESSABLE_ENTITY), (&picture, StatusCode::SEE_OTHER)] {
            let page = browser.get(&edit).await;
            let fields = [("form_token", page.form_token()), ("version", hidden(&page, "version")), ("description", "With a picture".to_owned())];
            let saved = upload(&browser, server, &edit, &fields, content).await;
            assert_eq!(saved.status, status, "{}", saved.text);
        }
        let kept = record(&name, "io.atcr.repo.page").await.unwrap();
        assert_eq!((&kept["avatar"]["mimeType"], &kept["description"]), (&json!("image/webp"), &json!("With a picture")));
        let json = server.nobody().get(&format!("/api/v1/r/{name}")).await.json();
        let shown = server.nobody().get(json["avatar"].as_str().unwrap()).await;
        shown.expect(StatusCode::OK);
        assert_eq!(shown.body, picture.as_bytes());
        for (header, value) in [
            ("content-type", "image/webp"), ("content-security-policy", "default-src 'none'; sandbox"),
            ("x-content-type-options", "nosniff"), ("content-disposition", "attachment"),
        ] {
            assert_eq!(shown.header(header), value);
        }
        let version = hidden(&browser.get(&edit).await, "version");
        let fields = [("version", version.as_str()), ("description", "Without"), ("remove_avatar", "true")];
        browser.post_signed_in(&edit, &fields).await;
        assert_eq!(record(&name, "io.atcr.repo.page").await.unwrap().get("avatar"), None);
        server.nobody().get(&format!("/avatars/r/{name}")).await.expect(StatusCode::NOT_FOUND);
    }

    async fn strangers_get_no_controls_and_their_forms_are_refused(server) {
        let name = filled(server, "v1").await;
        let bob = Browser::new(server);
        sign_in(&bob, &network().bob, &ALLOWED).await;
        for page in [format!("/r/{name}"), format!("/r/{name}/-/tags")] {
            let page = bob.get(&page).await;
            assert_eq!(page.status, StatusCode::OK);
            for control in ["/-/edit", "/-/settings", "/-/delete", "type=\"checkbox\""] {
                assert!(!page.text.contains(control), "{control}: {}", page.text);
            }
        }
        for page in ["edit", "settings", "delete?tag=v1", "delete?everything=yes", "deletions/none"] {
            let address = format!("/r/{name}/-/{page}");
            assert_eq!(bob.get(&address).await.status, StatusCode::FORBIDDEN, "{page}");
            let (path, _) = address.split_once('?').unwrap_or((&address, ""));
            let fields = [("tag", "v1"), ("everything", "yes"), ("typed", "app"), ("description", "Bob was here"), ("version", "")];
            assert_eq!(bob.post_signed_in(path, &fields).await.status, StatusCode::FORBIDDEN, "{page}");
            let nobody = Browser::new(server).get(&address).await;
            assert!(nobody.location().starts_with("/sign-in?return_to="), "{page}");
            let json = server.nobody().get(&format!("/api/v1{address}")).await;
            json.expect(StatusCode::NOT_FOUND);
        }
        assert_eq!(record(&name, "io.atcr.repo.page").await, None);
        server.nobody().get(&format!("/r/{name}:v1")).await.expect(StatusCode::OK);
        let token = bob.get("/settings/sessions").await.form_token();
        let elsewhere = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
        let body = format!("form_token={token}&starred=yes");
        let forged = bob.send(Method::POST, &format!("/r/{name}/-/star"), &elsewhere, body).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
    }

    async fn a_star_is_a_record_of_whoever_gives_it_and_counts_once(server) {
        let name = filled(server, "v1").await;
        let address = format!("/r/{name}");
        let (alice, bob) = (alices_browser(server).await, Browser::new(server));
        sign_in(&bob, &network().bob, &ALLOWED).await;
        let star = format!("{address}/-/star");
        let count = async || server.nobody().get(&format!("/api/v1{address}")).await.json()["stars"].clone();
        for browser in [&alice, &bob, &bob] {
            let given = browser.post_signed_in(&star, &[("starred", "yes")]).await;
            assert_eq!((given.status, given.location()), (StatusCode::SEE_OTHER, address.clone()));
        }
        assert_eq!(count().await, 2);
        let (_, path) = name.split_once('/').unwrap();
        let key = format!("{}_{path}", network().alice.did);
        let given = network().record(&network().bob, "io.atcr.sailor.star", &key).await.unwrap();
        assert_eq!(given["subject"], json!({ "did": network().alice.did, "repository": path }));
        assert!(bob.get(&address).await.text.contains("aria-pressed=\"true\""));
        bob.post_signed_in(&star, &[("starred", "no")]).await;
        assert_eq!(count().await, 1);
        assert_eq!(network().record(&network().bob, "io.atcr.sailor.star", &key).await, None);
        alice.post_signed_in(&star, &[("starred", "no")]).await;
    }

    async fn pages_of_people_show_stars_signatures_and_what_they_like(server) {
        let (liked, signed) = (filled(server, "v1").await, filled(server, "v1").await);
        let owner = server.owner_of(&signed).await;
        let layer = gzip(&tar(&[("s", b"a signature")])).await;
        let tag = format!("sha256-{}.sig", "0".repeat(64));
        push(&owner, &signed, Some(&tag), &config("", json!({}), json!([])), &[layer]).await;
        while server.state.catalog.index_repositories().await.unwrap() > 0 {}
        let bob = Browser::new(server);
        sign_in(&bob, &network().bob, &ALLOWED).await;
        bob.post_signed_in(&format!("/r/{liked}/-/star"), &[("starred", "yes")]).await;

        let (alices, bobs) = (format!("/u/{}", network().alice.did), format!("/u/{}", network().bob.did));
        let json = server.nobody().get(&format!("/api/v1{alices}")).await.json();
        let card = |name: &str| json["repositories"].as_array().unwrap().iter().find(|card| card["name"] == name).unwrap();
        assert_eq!((&card(&liked)["stars"], &card(&liked)["isSigned"]), (&json!(1), &json!(false)));
        assert_eq!((&card(&signed)["stars"], &card(&signed)["isSigned"]), (&json!(0), &json!(true)));
        assert!(server.nobody().get(&alices).await.text().contains("1 star<"));

        let starred = async || server.nobody().get(&format!("/api/v1{bobs}")).await.json()["starred"].clone();
        let shown = starred().await;
        assert_eq!((shown.as_array().unwrap().len(), &shown[0]["name"]), (1, &json!(liked)), "{shown}");
        assert!(server.nobody().get(&bobs).await.text().contains(&format!("href=\"/r/{liked}\"")));
        bob.post_signed_in(&format!("/r/{liked}/-/star"), &[("starred", "no")]).await;
        assert_eq!(starred().await, json!([]));
    }
}

/// Sends the edit form as browsers do, with a file.
async fn upload(
    browser: &Browser,
    server: &TestServer,
    path: &str,
    fields: &[(&str, String)],
    file: &str,
) -> Shown {
    let texts = fields.iter().map(|(name, value)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let file = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.webp\"\r\n\
         Content-Type: image/webp\r\n\r\n{file}\r\n--edge--\r\n"
    );
    let body: String = texts.chain([file]).collect();
    let headers = [
        ("content-type", "multipart/form-data; boundary=edge"),
        ("sec-fetch-site", "same-origin"),
        ("origin", server.base.as_str()),
    ];
    browser.send(Method::POST, path, &headers, body).await
}

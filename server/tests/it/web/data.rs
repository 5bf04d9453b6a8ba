//! Taking one's data along, and having it removed: here, in the hold of this server, and in one elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use server::hold::CrewChange;

use crate::harness::{Account, Answer, Engine, Image, TestServer, image, network};
use crate::on_every_topology;
use crate::token::browser::Browser;

const PAGE: &str = "/settings/data";

/// Somebody new, in the crew of the server's hold, with an image of theirs and an access token.
struct Sailor {
    account: Account,
    image: Image,
    name: String,
    secret: String,
}

impl Sailor {
    async fn new(server: &TestServer) -> Self {
        let account = network().new_account().await;
        let captain = server.hold().captain().await.unwrap().did;
        let did = account.did.parse().unwrap();
        let change = CrewChange::default();
        let hold = server.hold();
        hold.set_crew_member(&captain, &did, change).await.unwrap();
        let name = TestServer::repository_of(&account);
        let client = server.signed_in(&account, &name, "pull,push,delete").await;
        let image = image(2);
        client.push_image(&name, "v1", &image).await;
        let fields = [
            ("create", "1"),
            ("name", "My CI"),
            ("repositories", "*/*"),
            ("pull", "true"),
            ("days", "30"),
        ];
        let browser = Browser::of(server, &account).await;
        let made = browser.submit("/settings/tokens", &fields).await.text();
        let start = made.find("longshore_").unwrap();
        Self {
            secret: made[start..start + "longshore_".len() + 49].to_owned(),
            account,
            image,
            name,
        }
    }

    async fn records(&self, collection: &str) -> usize {
        let url = format!("{}/xrpc/com.atproto.repo.listRecords", self.account.pds);
        let query = [
            ("repo", self.account.did.as_str()),
            ("collection", collection),
        ];
        let answer = crate::harness::http().get(url).query(&query).send().await;
        let answer: Value = answer.unwrap().json().await.unwrap();
        answer["records"].as_array().unwrap().len()
    }
}

/// Asks how far the archive is, until it is made.
async fn finished(browser: &Browser<'_>) -> Value {
    let until_final = async {
        loop {
            let progress = browser.open("/settings/data/progress").await;
            let progress = progress.expect(StatusCode::OK).json();
            if progress["isFinal"] == true {
                return progress;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(2), until_final);
    waited.await.expect("an archive is made")
}

async fn export(browser: &Browser<'_>) -> Value {
    let asked = browser.submit(PAGE, &[("export", "1")]).await;
    asked.expect(StatusCode::SEE_OTHER);
    finished(browser).await
}

/// Where the newest archive is fetched.
async fn archive_address(browser: &Browser<'_>) -> String {
    let page = browser.open(PAGE).await.expect(StatusCode::OK).text();
    let (_, rest) = page.split_once("href=\"/settings/data/archives/").unwrap();
    format!(
        "/settings/data/archives/{}",
        rest.split('"').next().unwrap()
    )
}

/// The files of an archive, by their names below its folder.
fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, length: usize| {
        let bytes = archive[at..at + length].iter().rev();
        bytes.fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let mut files = BTreeMap::new();
    let mut at = 0;
    // Local file headers, one after the other.
    while archive[at..].starts_with(b"PK\x03\x04") {
        let (size, name, extra) = (number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
        let begin = at + 30 + name + extra;
        let name = String::from_utf8(archive[at + 30..at + 30 + name].to_vec()).unwrap();
        let name = name.strip_prefix("longshore-export/").unwrap().to_owned();
        files.insert(name, archive[begin..begin + size].to_vec());
        at = begin + size;
    }
    assert!(
        archive[at..].starts_with(b"PK\x01\x02"),
        "the directory follows"
    );
    files
}

fn json(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    let file = files
        .get(name)
        .unwrap_or_else(|| panic!("{name} in {:?}", files.keys()));
    serde_json::from_slice(file).unwrap()
}

async fn delete(browser: &Browser<'_>, handle: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("delete", "1"), ("confirm", handle)];
    fields.extend(more);
    browser.submit(PAGE, &fields).await
}

on_every_topology! {
    async fn gd_01_everything_about_somebody_is_in_one_archive(server) {
        let sailor = Sailor::new(server).await;
        let did = sailor.account.did.as_str();
        let browser = Browser::of(server, &sailor.account).await;
        let page = browser.open(PAGE).await.expect(StatusCode::OK).text();
        assert!(page.contains("Make an archive") && page.contains(server.hold().did().as_str()), "{page}");
        let made = export(&browser).await;
        assert_eq!((made["state"].as_str(), made["missing"].as_u64()), (Some("ready"), Some(0)), "{made}");

        let address = archive_address(&browser).await;
        let answer = browser.open(&address).await;
        let archive = answer.expect(StatusCode::OK).body.clone();
        assert_eq!(answer.header("content-type"), "application/zip");
        assert_eq!(answer.header("content-length"), archive.len().to_string());
        assert!(answer.header("content-disposition").contains(&sailor.account.handle));
        assert!(answer.header("cache-control").contains("no-store"));

        let files = files(&archive);
        let account = json(&files, "account.json");
        assert_eq!((account["did"].as_str(), account["handle"].as_str()), (Some(did), Some(sailor.account.handle.as_str())));
        assert_eq!(account["accessTokens"][0]["name"], "My CI");
        assert!(account["browserSessions"].as_array().unwrap().len() >= 2, "{account}");
        assert_eq!(account["appPasswordSessions"][0]["personalDataServer"].as_str().unwrap().trim_end_matches('/'), sailor.account.pds);
        let registry = json(&files, "registry.json");
        let repository = &registry["repositories"][0];
        assert_eq!(repository["name"], sailor.name.as_str());
        assert_eq!(repository["manifests"][0]["digest"], sailor.image.digest().to_string());
        assert_eq!(repository["tags"][0]["tag"], "v1");
        assert!(repository["tags"][0]["record"].as_str().unwrap().starts_with(&format!("at://{did}/io.atcr.tag/")));
        let blobs = json(&files, "blobs.json");
        assert_eq!(blobs["blobs"].as_array().unwrap().len(), 3);
        for blob in blobs["blobs"].as_array().unwrap() {
            let fetched = server.nobody().get(blob["url"].as_str().unwrap()).await;
            assert_eq!(fetched.expect(StatusCode::OK).body.len() as u64, blob["size"].as_u64().unwrap());
        }
        let hold = server.hold().did().as_str();
        let of_hold = json(&files, &format!("holds/{}.json", hold.replace([':', '%'], "-")));
        assert_eq!((of_hold["holdDid"].as_str(), of_hold["userDid"].as_str()), (Some(hold), Some(did)));
        assert_eq!(of_hold["layerRecords"].as_array().unwrap().len(), 3);
        assert!(of_hold["crewRecord"]["uri"].is_string(), "{of_hold}");
        let manifests = json(&files, "records/io.atcr.manifest.json");
        assert_eq!(manifests[0]["value"]["digest"], sailor.image.digest().to_string());
        // A CAR begins with the length and the map of its header.
        assert_eq!(&files["repo.car"][1..3], &[0xa2, 0x65]);
        let readme = String::from_utf8(files["README.txt"].clone()).unwrap();
        assert!(readme.contains(&sailor.account.handle) && readme.contains(hold) && !readme.contains("MISSING"), "{readme}");

        // Nothing that opens anything, and nobody else.
        let text = String::from_utf8_lossy(&archive).into_owned();
        for secret in [&sailor.secret, &sailor.account.app_password, &sailor.account.password, &network().bob.did] {
            assert!(!text.contains(secret.as_str()), "{secret}");
        }

        // A download that broke off goes on.
        let etag = answer.header("etag");
        let rest = [("range", "bytes=1000-"), ("if-range", etag.as_str())];
        let rest = browser.open_with(&address, &rest).await;
        assert_eq!(rest.expect(StatusCode::PARTIAL_CONTENT).body, archive[1000..]);
        assert_eq!(rest.header("content-range"), format!("bytes 1000-{}/{}", archive.len() - 1, archive.len()));
        let beyond = [("range", "bytes=99999999-")];
        browser.open_with(&address, &beyond).await.expect(StatusCode::RANGE_NOT_SATISFIABLE);

        // For its owner alone.
        let bob = Browser::of(server, &network().bob).await;
        bob.open(&address).await.expect(StatusCode::GONE);
        Browser::of_nobody(server).open(&address).await.expect(StatusCode::SEE_OTHER);
        server.nobody().get(&address).await.expect(StatusCode::SEE_OTHER);
    }

    async fn gd_03_nobody_gets_more_than_three_archives_a_day(server) {
        let account = network().new_account().await;
        let browser = Browser::of(server, &account).await;
        // Without an app password or permission no hold elsewhere can be asked, and such an archive does not count.
        drop(server.signed_in(&account, &TestServer::repository_of(&account), "pull").await);
        for _ in 0..3 {
            let made = export(&browser).await;
            assert_eq!(made["missing"], 0, "{made}");
        }
        let refused = browser.submit(PAGE, &[("export", "1")]).await;
        assert!(refused.expect(StatusCode::TOO_MANY_REQUESTS).text().contains("3 archives"));
    }

    async fn gd_04_everything_about_somebody_is_removed(server) {
        let sailor = Sailor::new(server).await;
        let did = sailor.account.did.parse().unwrap();
        let (browser, other) = (Browser::of(server, &sailor.account).await, Browser::of(server, &sailor.account).await);
        export(&browser).await;
        let wrong = delete(&browser, "alice.test", &[]).await;
        assert!(wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).text().contains("Nothing was removed"));
        assert_eq!(server.hold().export_user_data(&did).await.unwrap().layers.len(), 3);

        let typed = format!("@{}", sailor.account.handle.to_uppercase());
        let removed = delete(&browser, &typed, &[("records", "1")]).await;
        let text = removed.expect(StatusCode::OK).text();
        assert!(text.contains("Everything about you is removed") && text.contains(server.hold().did().as_str()), "{text}");
        assert!(removed.header("set-cookie").contains("Max-Age=0"));

        let left = server.hold().export_user_data(&did).await.unwrap();
        assert!(left.crew.is_none() && left.layers.is_empty() && left.stats.is_empty() && left.posts.is_empty());
        for collection in ["io.atcr.manifest", "io.atcr.tag", "io.atcr.sailor.profile"] {
            assert_eq!(sailor.records(collection).await, 0, "{collection}");
        }
        for browser in [&browser, &other] {
            browser.open(PAGE).await.expect(StatusCode::SEE_OTHER);
        }
        let pulled = server.nobody().get(&format!("/v2/{}/manifests/v1", sailor.name)).await;
        assert_ne!(pulled.status, StatusCode::OK);

        // What is left of their DID anywhere: the public events and blocks of the hold's repo until they are purged,
        // tokens that were used until they expire, and who they are, which is public and looked up again when asked for.
        let passing = ["hold_events", "hold_repo_blocks", "identities", "service_token_ids", "hold_activity"];
        for server in [server, server.hold_server()] {
            let mut tables = server.tables_with(&sailor.account.did).await;
            tables.retain(|table| !passing.contains(&table.as_str()));
            assert_eq!(tables, Vec::<String>::new());
        }
    }

    async fn without_the_wish_records_in_the_persons_own_repo_stay(server) {
        let sailor = Sailor::new(server).await;
        let browser = Browser::of(server, &sailor.account).await;
        delete(&browser, &sailor.account.handle, &[]).await.expect(StatusCode::OK);
        assert_eq!(sailor.records("io.atcr.manifest").await, 1);
        assert_eq!(server.tables_with(&sailor.secret).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_captain_hands_the_hold_over_first() {
    let server = TestServer::start(Engine::Sqlite).await;
    let alice = &network().alice;
    let browser = Browser::of(&server, alice).await;
    let page = browser.open(PAGE).await.expect(StatusCode::OK).text();
    assert!(page.contains("Hand over the hold") && !page.contains("name=\"delete\""));
    let refused = delete(&browser, &alice.handle, &[]).await;
    assert!(
        refused
            .expect(StatusCode::CONFLICT)
            .text()
            .contains("hand it over")
    );
    browser.open(PAGE).await.expect(StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_does_not_answer_is_named_and_asked_again() {
    let mut server = TestServer::start(Engine::Apart).await;
    let sailor = Sailor::new(&server).await;
    let hold = server.take_hold_server();
    let browser = Browser::of(&server, &sailor.account).await;
    let did = hold.hold().did().clone();
    let person = sailor.account.did.parse().unwrap();
    let hold = hold.pause().await;

    let made = export(&browser).await;
    assert_eq!(
        (made["state"].as_str(), made["missing"].as_u64()),
        (Some("ready"), Some(1)),
        "{made}"
    );
    let page = browser.open(PAGE).await.expect(StatusCode::OK).text();
    assert!(
        page.contains("this is missing in the archive") && page.contains("It did not answer"),
        "{page}"
    );
    let archive = browser.open(&archive_address(&browser).await).await;
    let readme =
        String::from_utf8(files(&archive.expect(StatusCode::OK).body)["README.txt"].clone())
            .unwrap();
    assert!(readme.contains(&format!("{did}: MISSING")), "{readme}");

    let kept = delete(&browser, &sailor.account.handle, &[]).await;
    let text = kept.expect(StatusCode::OK).text();
    assert!(
        text.contains("Not everything is gone yet") && text.contains(did.as_str()),
        "{text}"
    );
    assert_eq!(kept.find_header("set-cookie"), None);

    let hold = hold.resume().await;
    assert_eq!(
        hold.hold()
            .export_user_data(&person)
            .await
            .unwrap()
            .layers
            .len(),
        3
    );
    let removed = delete(&browser, &sailor.account.handle, &[]).await;
    assert!(
        removed
            .expect(StatusCode::OK)
            .text()
            .contains("Everything about you is removed"),
        "{}",
        removed.text()
    );
    assert!(
        hold.hold()
            .export_user_data(&person)
            .await
            .unwrap()
            .layers
            .is_empty()
    );
    hold.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signed_in_long_ago_shows_again_who_they_are() {
    let clock = server::clock::Clock::fixed(server::clock::Clock::System.now());
    let mut options = crate::harness::Options::new(Engine::Sqlite);
    options.clock = clock.clone();
    let server = TestServer::start_with(options).await;
    let bob = &network().bob;
    let browser = Browser::of(&server, bob).await;
    export(&browser).await;
    let address = archive_address(&browser).await;
    clock.advance(chrono::TimeDelta::minutes(20));
    let page = browser.open(PAGE).await.expect(StatusCode::OK).text();
    assert!(
        page.contains("name=\"fresh\" value=\"1\"")
            && !page.contains("name=\"delete\"")
            && !page.contains("name=\"export\"")
    );
    for field in ["export", "delete"] {
        let sent = browser
            .submit(PAGE, &[(field, "1"), ("confirm", &bob.handle)])
            .await;
        let again = sent.expect(StatusCode::SEE_OTHER).header("location");
        assert!(again.starts_with("/sign-in?fresh=1"), "{again}");
    }
    // The browser that asked may fetch what it asked for; another one has to be fresh.
    browser.open(&address).await.expect(StatusCode::OK);
    let other = server
        .state
        .browsers
        .sign_in(&bob.did.parse().unwrap(), "none", "Other", None)
        .await
        .unwrap();
    clock.advance(chrono::TimeDelta::minutes(20));
    let cookie = format!("longshore-session={}", other.expose_secret());
    let headers = [("sec-fetch-site", "none"), ("cookie", cookie.as_str())];
    let fetched = server
        .nobody()
        .send(http::Method::GET, &address, &headers, "")
        .await;
    assert!(
        fetched
            .expect(StatusCode::SEE_OTHER)
            .header("location")
            .starts_with("/sign-in?fresh=1")
    );
    clock.advance(chrono::TimeDelta::hours(24));
    assert_eq!(server.state.personal_data.purge_exports().await.unwrap(), 1);
    server.stop().await;
}

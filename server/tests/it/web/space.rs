//! The pages with which captains look after a hold: usage, space, network, activity, the guide, and people's quotas.

use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::clock::Clock;

use super::holds::{add, did, page};
use super::holds_elsewhere::vouched_for;
use super::samples::{config, push};
use crate::harness::{Engine, Options, TestServer, blob, network};
use crate::token::browser::{Browser, unescape};
use crate::{on_both_databases, on_both_engines};

/// The pages for those who run a hold.
const PAGES: [&str; 4] = ["usage", "space", "network", "activity"];

/// A number of bytes as a page has it for whoever looks twice.
fn exact(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    format!("title=\"{text} bytes\"")
}

/// Starts a collection on the page, and waits until the page's own progress says that it is over.
async fn collect(browser: &Browser<'_>, space: &str) -> Value {
    let started = browser.submit(space, &[("action", "start")]).await;
    assert_eq!(
        started.expect(StatusCode::SEE_OTHER).header("location"),
        space
    );
    let looking = async {
        loop {
            let answer = browser.open(&format!("{space}/progress")).await;
            let progress = answer.expect(StatusCode::OK).json();
            if progress["isOver"] == true {
                return progress["collection"].clone();
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), looking)
        .await
        .expect("it comes to its end")
}

on_both_engines! {
    async fn a_captain_sees_what_tags_take_up_and_frees_exactly_that(engine) {
        let clock = Clock::fixed(Clock::System.now());
        let server = TestServer::start_with(Options { clock: clock.clone(), ..Options::new(engine) }).await;
        let (hold, name) = (server.hold(), server.repository());
        let path = name.split_once('/').unwrap().1;
        let owner = server.owner_of(&name).await;
        let (base, one, two) = (blob(5000), blob(300), blob(70));
        let config = |tag: &str| config("amd64", json!({ "Env": [tag] }), json!([]));
        let gone = push(&owner, &name, Some("v1"), &config("v1"), &[base.clone(), one]).await;
        push(&owner, &name, Some("v2"), &config("v2"), &[base, two]).await;
        let freed = 300 + config("v1").to_string().len() as u64;
        let stored = server.stored("blobs").1;

        let captain = Browser::of(&server, &network().alice).await;
        let usage = page(hold.did(), "usage");
        let shown = captain.open(&usage).await.expect(StatusCode::OK).text();
        for part in [&exact(stored), path, "class=\"treemap\"", "Weigh tags", "@alice.test"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let weigh = format!("{usage}?repository={}/{path}&tag=v1", network().alice.did);
        let shown = captain.open(&weigh).await.expect(StatusCode::OK).text();
        assert!(shown.contains("Deleting this tag frees ") && shown.contains(&exact(freed)), "{shown}");
        let all = captain.open(&format!("{weigh}&tag=v2")).await.expect(StatusCode::OK).text();
        assert!(all.contains("Deleting these tags frees ") && all.contains(&exact(stored)), "{all}");

        let manifest = format!("/v2/{name}/manifests/{gone}");
        owner.send(Method::DELETE, &manifest, &[], "").await.expect(StatusCode::ACCEPTED);
        clock.advance(TimeDelta::hours(2));
        let space = page(hold.did(), "space");
        let plan = captain.open(&format!("{space}?plan=1")).await.expect(StatusCode::OK).text();
        for part in ["Collecting now frees", "into quarantine", &exact(freed), "Images use them"] {
            assert!(plan.contains(part), "{part}: {plan}");
        }
        let first = collect(&captain, &space).await;
        assert_eq!((&first["freed"], &first["quarantined"]), (&json!(0), &json!(freed)));
        clock.advance(TimeDelta::hours(2));
        let second = collect(&captain, &space).await;
        assert_eq!((&second["freed"], &second["state"]), (&json!(freed), &json!("done")));
        let history = captain.open(&space).await.expect(StatusCode::OK).text();
        assert!(history.contains(&exact(freed)) && history.contains("alice.test"), "{history}");
        assert_eq!(server.stored("blobs").1, stored - freed);
        let log = captain.open(&page(hold.did(), "activity?action=garbage")).await.expect(StatusCode::OK).text();
        assert!(log.contains("finished a collection of garbage") && log.contains(&format!("freed: {freed} B")), "{log}");
        server.stop().await;
    }
}

on_both_databases! {
    async fn only_those_who_run_a_hold_see_how_it_is_run(server) {
        let (hold, bob) = (server.hold(), &network().bob);
        let nobody = Browser::of_nobody(server);
        for name in PAGES {
            let answer = nobody.open(&page(hold.did(), name)).await;
            assert!(answer.expect(StatusCode::SEE_OTHER).header("location").starts_with("/sign-in?"), "{name}");
        }
        let member = Browser::of(server, bob).await;
        for is_member in [false, true] {
            if is_member {
                add(hold, &did(bob), &["blob:read", "blob:write"]).await;
            }
            for name in PAGES {
                let refused = member.open(&page(hold.did(), name)).await.expect(StatusCode::FORBIDDEN).text();
                assert!(refused.contains("the captain and administrators of the crew"), "{refused}");
            }
            for file in ["activity/export.jsonl", "activity/export.csv"] {
                member.open(&page(hold.did(), file)).await.expect(StatusCode::FORBIDDEN);
            }
            member.open(&page(hold.did(), "space/progress")).await.expect(StatusCode::NOT_FOUND);
        }
        let own = member.open(&page(hold.did(), "")).await.expect(StatusCode::OK).text();
        let token = own.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let form = |action: &str| vec![
            ("form_token".to_owned(), unescape(token)), ("action".to_owned(), action.to_owned()),
        ];
        for (name, action) in [("space", "start"), ("space", "stop"), ("network", "request-crawl")] {
            member.post(&page(hold.did(), name), &form(action)).await.expect(StatusCode::FORBIDDEN);
        }
        add(hold, &did(bob), &["crew:admin"]).await;
        for name in PAGES {
            member.open(&page(hold.did(), name)).await.expect(StatusCode::OK);
        }
    }

    async fn the_log_is_filtered_and_taken_along(server) {
        let (hold, bob) = (server.hold(), &network().bob);
        add(hold, &did(bob), &["blob:read"]).await;
        hold.remove_crew_member(&did(&network().alice), &did(bob)).await.unwrap();
        let captain = Browser::of(server, &network().alice).await;
        let log = page(hold.did(), "activity");
        let all = captain.open(&log).await.expect(StatusCode::OK).text();
        for part in [" took ", " into the crew", " removed ", " from the crew", "@bob.test", "The operator", "set up the hold for"] {
            assert!(all.contains(part), "{part}: {all}");
        }
        let of_bob = captain.open(&format!("{log}?person=bob.test&days=1")).await.expect(StatusCode::OK).text();
        assert!(of_bob.contains(" took ") && of_bob.contains(" into the crew") && !of_bob.contains("set up the hold"), "{of_bob}");
        let nothing = captain.open(&format!("{log}?action=captaincy")).await.expect(StatusCode::OK).text();
        assert!(nothing.contains("Nothing like that happened"), "{nothing}");
        let unknown = captain.open(&format!("{log}?person=%3Cscript%3E")).await.expect(StatusCode::OK).text();
        assert!(unknown.contains("Nobody is found by the name &lt;script&gt;"), "{unknown}");

        let lines = captain.open(&format!("{log}/export.jsonl?person=bob.test")).await;
        assert!(lines.expect(StatusCode::OK).header("content-disposition").contains("activity.jsonl"));
        let entries: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["crew.removed", "crew.added"]);
        let table = captain.open(&format!("{log}/export.csv")).await.expect(StatusCode::OK).text();
        assert!(table.starts_with("id,at,") && table.contains("\"crew.added\""), "{table}");
    }

    async fn the_network_page_has_the_document_the_head_and_the_export(server) {
        let hold = server.hold();
        let captain = Browser::of(server, &network().alice).await;
        let shown = captain.open(&page(hold.did(), "network")).await.expect(StatusCode::OK).text();
        let head = hold.repo().head().await.unwrap().unwrap();
        for part in [
            &head.rev.to_string(), &head.commit.to_string(), "#atcr_hold", "io.atcr.hold.crew", "No relay is named",
            "com.atproto.sync.getRepo?did=", "programs follow",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    async fn somebody_sees_their_quota_and_a_push_that_does_not_fit_names_that_page(server) {
        let (hold, bob) = (server.hold(), &network().bob);
        add(hold, &did(bob), &["blob:read", "blob:write"]).await;
        let browser = Browser::of(server, bob).await;
        let shown = browser.open("/settings/quota").await.expect(StatusCode::OK).text();
        for part in ["0 B of 5 GB", "Your pushes go here", "deckhand"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_that_does_not_fit_names_the_page_with_the_sums() {
    let mut options = Options::new(Engine::Sqlite);
    options.settings = vec![("HOLD_QUOTA_TIERS", "cabin=1kB".to_owned())];
    let server = TestServer::start_with(options).await;
    let bob = &network().bob;
    add(server.hold(), &did(bob), &["blob:read", "blob:write"]).await;
    let name = TestServer::repository_of(bob);
    let client = server.signed_in(bob, &name, "pull,push").await;
    let content = blob(2000);
    let digest = oci::Digest::sha256_of(&content);
    let upload = client
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    let location = upload.expect(StatusCode::ACCEPTED).header("location");
    let path = location
        .strip_prefix(&server.base)
        .unwrap_or(&location)
        .to_owned();
    let separator = if path.contains('?') { '&' } else { '?' };
    let put = format!("{path}{separator}digest={digest}");
    let refused = client.send(Method::PUT, &put, &[], content).await;
    let message = refused.expect(StatusCode::FORBIDDEN).text();
    assert!(
        message.contains("of 1 kB") && message.contains("/settings/quota)"),
        "{message}"
    );
    let captain = Browser::of(&server, &network().alice).await;
    let log = page(server.hold().did(), "activity?action=quota");
    let log = captain.open(&log).await.expect(StatusCode::OK).text();
    assert!(
        log.contains("had no room for a push") && log.contains("@bob.test"),
        "{log}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_captain_looks_after_a_hold_elsewhere_from_here() {
    let server = TestServer::start(Engine::Apart).await;
    let hold = server.hold();
    let captain = vouched_for(&server, &network().alice).await;
    add(hold, &did(&network().bob), &["blob:read"]).await;
    let usage = captain.open(&page(hold.did(), "usage")).await;
    usage.expect(StatusCode::OK);
    assert!(
        !usage.text().contains("class=\"problem\""),
        "{}",
        usage.text()
    );
    let network = captain.open(&page(hold.did(), "network")).await;
    assert!(network.expect(StatusCode::OK).text().contains("#atcr_hold"));
    let log = captain.open(&page(hold.did(), "activity")).await;
    assert!(log.expect(StatusCode::OK).text().contains(" into the crew"));
    let space = page(hold.did(), "space");
    let plan = captain.open(&format!("{space}?plan=1")).await;
    assert!(
        plan.expect(StatusCode::OK)
            .text()
            .contains("What a collection would do now")
    );
    assert_eq!(collect(&captain, &space).await["state"], "done");
    let lines = captain
        .open(&page(hold.did(), "activity/export.jsonl"))
        .await;
    assert!(
        lines
            .expect(StatusCode::OK)
            .text()
            .contains("garbage.ended")
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guide_writes_the_settings_and_looks_whether_a_hold_came_up() {
    let server = TestServer::start(Engine::Sqlite).await;
    let nobody = Browser::of_nobody(&server);
    let guide = nobody
        .open("/holds/set-up")
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(
        guide.contains("name=\"url\"") && !guide.contains("HOLD_OWNER="),
        "{guide}"
    );
    let captain = Browser::of(&server, &network().alice).await;
    let own = captain
        .open("/holds/set-up")
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(
        own.contains(&format!("value=\"{}\"", network().alice.did)),
        "{own}"
    );
    let made = "/holds/set-up?url=hold.example.com&owner=alice.test&storage=s3&bucket=images";
    let made = nobody.open(made).await.expect(StatusCode::OK).text();
    for part in [
        "LONGSHORE_ROLES=hold",
        "HOLD_PUBLIC_URL=https://hold.example.com",
        "S3_BUCKET=images",
        "podman run",
    ] {
        assert!(made.contains(part), "{part}: {made}");
    }
    let wrong = nobody
        .open("/holds/set-up?url=http://hold.example.com&owner=x")
        .await
        .text();
    assert!(
        wrong.contains("class=\"problem\"") && !wrong.contains("HOLD_OWNER="),
        "{wrong}"
    );

    for hold in [
        server.base.clone(),
        server.hold().did().to_string().replace('%', "%25"),
    ] {
        let checked = nobody
            .open(&format!("/holds/set-up/check?hold={hold}"))
            .await;
        let checked = checked.expect(StatusCode::OK).text();
        assert!(
            checked.contains("It came up.") && checked.contains(&network().alice.did),
            "{checked}"
        );
        assert!(!checked.contains("check-fails"), "{checked}");
    }
    let absent = nobody
        .open("/holds/set-up/check?hold=nothing.invalid")
        .await;
    let absent = absent.expect(StatusCode::OK).text();
    assert!(
        absent.contains("check-fails") && absent.contains("check-skipped"),
        "{absent}"
    );
    for hostile in [
        "10.0.0.1",
        "https://169.254.169.254/",
        "javascript:alert(1)",
        "did:web:",
    ] {
        let refused = nobody
            .open(&format!("/holds/set-up/check?hold={hostile}"))
            .await;
        assert!(
            refused
                .expect(StatusCode::OK)
                .text()
                .contains("check-fails"),
            "{hostile}"
        );
    }
    server.stop().await;
}

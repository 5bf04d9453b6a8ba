//! Every form there is, filled in as no page of ours does it: from other sites, with too much, with nonsense, and with
//! fields that are nobody's to set.

use http::StatusCode;
use server::accounts::access_tokens::AccessTokenKind;

use crate::harness::{Engine, TestServer, network};
use crate::token::browser::{Browser, hidden_fields};

/// The addresses that take a form, for a repository and a hold of alice's. `wb_06_no_form_is_missing_here` counts them.
fn forms(server: &TestServer, name: &str) -> Vec<String> {
    let hold = server.hold().did();
    let bob = &network().bob.did;
    let fixed = [
        "/sign-in",
        "/sign-in/forget",
        "/sign-out",
        "/device",
        "/device/authorize",
        "/settings",
        "/settings/sessions",
        "/settings/tokens",
        "/settings/data",
    ];
    let of_repository =
        ["edit", "settings", "delete", "star"].map(|form| format!("/r/{name}/-/{form}"));
    let of_hold = [
        "",
        "/crew",
        "/crew/add",
        &format!("/crew/{bob}"),
        &format!("/crew/{bob}/remove"),
        "/settings",
        "/captaincy",
        "/join",
        "/space",
        "/network",
    ]
    .map(|form| format!("/hold/{hold}{form}"));
    fixed
        .map(str::to_owned)
        .into_iter()
        .chain(of_repository)
        .chain(of_hold)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_05_and_wb_06_every_form_is_refused_that_another_site_sends() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    server.owner_of(&name).await;
    let browser = Browser::of(&server, &network().alice).await;
    let page = browser.open("/settings/sessions").await.text();
    // With the token of a page of hers, which a stranger does not have: that is not what protects here.
    let form = hidden_fields(&page);
    let mut paths = forms(&server, &name);
    // Where the functions of other servers of this kind are.
    paths.extend(["/api/save".to_owned(), "/api/v1/search".to_owned()]);
    for path in paths {
        for site in ["cross-site", "same-site", "none"] {
            let answer = browser.post_from(site, &path, &form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{site}: {path}");
        }
        for headers in [
            vec![],
            vec![("origin", "null")],
            vec![("origin", "http://sub.localhost")],
        ] {
            let answer = browser.post_with(&headers, &path, &form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}: {path}");
        }
    }
    let page = browser.open("/settings/sessions").await;
    page.expect(StatusCode::OK);
    server.stop().await;
}

/// No function of the server can be called but by these forms: a server function of Leptos would take a form from any
/// site, and has no list of its own here.
#[test]
fn wb_06_no_form_is_missing_here() {
    let handlers = crate::harness::workspace().join("server/src/handlers");
    let mut count = 0;
    let mut folders = vec![handlers.join("web"), handlers.join("oauth")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            count += source
                .split(".route(")
                .skip(1)
                .filter(|route| {
                    let end = route
                        .find("\n        .")
                        .or(route.find(";\n"))
                        .unwrap_or(route.len());
                    route[..end].contains("post(")
                })
                .count();
        }
    }
    // Those of a repository are one route.
    assert_eq!(
        count,
        9 + 1 + 10,
        "a form is missing in forms(), or was taken away"
    );
}

/// Fields that decide about somebody, wherever they might be taken for granted.
fn fields_of_nobodys_business() -> Vec<(&'static str, &'static str)> {
    let bob = network().bob.did.as_str();
    vec![
        ("did", bob),
        ("account", bob),
        ("owner", bob),
        ("role", "captain"),
        ("captain", bob),
        ("kind", "device"),
        ("id", "1"),
        ("expires_at", "9999999999999"),
        ("quota", "-1"),
        ("is_fresh", "true"),
        ("kept_for_tokens", "1"),
        ("scopes", "*"),
        ("oauth_session_id", "x"),
    ]
}

/// Forms that mean nothing anywhere: empty, long, deep, many, out of range, twice.
fn nonsense() -> Vec<Vec<(String, String)>> {
    let long = "x".repeat(60_000);
    let nested = format!("a{}", "[b]".repeat(10_000));
    let forms: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        fields_of_nobodys_business(),
        vec![("name", &long), ("member", &long), ("description", &long)],
        vec![(&nested, "1")],
        vec![("name", "\u{0}\u{1}\u{202e}\u{ffff}"), ("member", "\u{0}")],
        vec![("days", "1e99"), ("version", "\u{0}"), ("days", "NaN")],
        vec![("days", "-1"), ("minutes", "99999999999999999999")],
        [("a", "b")].repeat(5_000),
        vec![("form_token", "another"), ("member", "a"), ("member", "b")],
    ];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    forms
        .into_iter()
        .map(|form| form.into_iter().map(owned).collect())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_07_forms_full_of_nonsense_break_nothing_and_set_nothing() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    server.owner_of(&name).await;
    for path in forms(&server, &name) {
        // Each form in a browser of its own: one of them signs out.
        let browser = Browser::of(&server, &network().alice).await;
        let token = hidden_fields(&browser.open("/settings/sessions").await.text());
        for fields in nonsense() {
            let form = [token.clone(), fields].concat();
            let answer = browser.post(&path, &form).await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
        }
        for body in ["%", "%zz=%ff&=&&&==", "\u{ff}=\u{0}", "{\"a\":[[[[]]]]}"] {
            let answer = browser.post_raw(&path, body.to_owned()).await;
            assert!(answer.status.as_u16() < 500, "{path}: {body:?}");
        }
        let huge = format!("form_token=x&a={}", "x".repeat(2 << 20));
        let answer = browser.post_raw(&path, huge).await;
        // What forgets accounts asks for nothing, and who is signed out already is not asked either.
        let is_read = !["/sign-in/forget", "/sign-out"].contains(&path.as_str());
        let is_refused = answer.status.is_client_error();
        assert!(!is_read || is_refused, "{path}: {}", answer.status);
    }
    let hold = server.hold();
    let alice = network().alice.did.parse().unwrap();
    assert_eq!(hold.captain().await.unwrap().did, alice);
    let path = format!(
        "/xrpc/com.atproto.repo.listRecords?repo={}&collection=io.atcr.hold.crew",
        hold.did().as_str().replace('%', "%25")
    );
    let crew = server
        .nobody()
        .get(&path)
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(
        crew["records"].as_array().unwrap().len(),
        1,
        "the captain: {crew}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_07_a_form_decides_about_its_own_fields_and_its_own_person_alone() {
    let server = TestServer::start(Engine::Sqlite).await;
    let browser = Browser::of(&server, &network().alice).await;
    let mut fields = vec![
        ("create", "1"),
        ("name", "ci"),
        ("repositories", "*/*"),
        ("pull", "true"),
        ("days", "30"),
    ];
    fields.extend(fields_of_nobodys_business());
    let made = browser.submit("/settings/tokens", &fields).await;
    made.expect(StatusCode::CREATED);
    let (alice, bob) = (&network().alice.did, &network().bob.did);
    let tokens = &server.state.access_tokens;
    assert!(tokens.list(&bob.parse().unwrap()).await.unwrap().is_empty());
    let made = tokens.list(&alice.parse().unwrap()).await.unwrap();
    assert_eq!(made.len(), 1);
    let life = made[0].expires_at - made[0].created_at;
    assert_eq!(
        (life.num_days(), made[0].kind),
        (30, AccessTokenKind::Personal)
    );
    server.stop().await;
}

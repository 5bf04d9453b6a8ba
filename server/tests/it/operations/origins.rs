//! What pages of other origins may read here.

use http::Method;

use crate::harness::{Engine, TestServer, image, network};
use crate::token::browser::Browser;

const EVIL: (&str, &str) = ("origin", "https://evil.example");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_13_other_origins_read_what_is_public_without_credentials_and_nothing_else() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    owner.push_image(&name, "v1", &image(1)).await;
    let browser = Browser::of(&server, &network().alice).await;
    let closed = [
        "/".to_owned(),
        format!("/r/{name}"),
        "/settings".to_owned(),
        "/sign-in".to_owned(),
        "/v2/".to_owned(),
        "/auth/token".to_owned(),
        format!("/v2/{name}/manifests/v1"),
        "/metrics".to_owned(),
        "/no/such/page".to_owned(),
    ];
    let open = [
        format!("/api/v1/r/{name}"),
        "/api/v1/search".to_owned(),
        "/xrpc/com.atproto.sync.listRepos".to_owned(),
        "/.well-known/did.json".to_owned(),
    ];
    for path in closed.iter().chain(&open) {
        let public = server.nobody().send(Method::GET, path, &[EVIL], "").await;
        let signed_in = browser.open_with(path, &[EVIL]).await;
        let preflight = [EVIL, ("access-control-request-method", "DELETE")];
        let preflight = server
            .nobody()
            .send(Method::OPTIONS, path, &preflight, "")
            .await;
        for answer in [&public, &signed_in, &preflight] {
            let allowed = answer.find_header("access-control-allow-origin");
            assert!(
                allowed.is_none() || allowed.as_deref() == Some("*"),
                "{path}: {allowed:?} repeats the origin"
            );
            let with_credentials = answer.find_header("access-control-allow-credentials");
            assert_eq!(with_credentials, None, "{path}");
        }
        let allowed = public.find_header("access-control-allow-origin");
        assert_eq!(allowed.is_some(), open.contains(path), "{path}");
        if path.starts_with("/api/") {
            let allowed = signed_in.find_header("access-control-allow-origin");
            assert!(
                allowed.is_none() || path.ends_with("/status"),
                "{path}: seen by somebody"
            );
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_02_pages_run_our_scripts_alone_and_are_framed_by_nobody() {
    let server = TestServer::start(Engine::Sqlite).await;
    let mut seen = Vec::new();
    for path in ["/", "/", "/sign-in", "/no/such/page", "/privacy"] {
        let page = server.nobody().get(path).await;
        let policy = page.header("content-security-policy");
        let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
        for directive in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "connect-src 'self'",
        ] {
            assert!(
                directives.contains(&directive),
                "{path}: {directive}: {policy}"
            );
        }
        let find = |name: &str| {
            let found = directives.iter().find(|text| text.starts_with(name));
            (*found.unwrap_or_else(|| panic!("{path}: no {name}: {policy}"))).to_owned()
        };
        let script = find("script-src ");
        assert!(
            script.contains("'nonce-") && script.contains("'strict-dynamic'"),
            "{path}: {script}"
        );
        assert!(
            !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        assert!(
            !policy.contains("http:") && !policy.contains("https:") && !policy.contains(" *"),
            "{policy}"
        );
        assert!(
            find("form-action ").starts_with("form-action 'self'"),
            "{policy}"
        );
        find("img-src ");
        find("style-src ");
        assert!(
            !seen.contains(&script),
            "{path}: the nonce is another one each time"
        );
        seen.push(script);
    }
    server.stop().await;
}

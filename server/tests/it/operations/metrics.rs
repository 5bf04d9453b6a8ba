//! Who may read `/metrics`.

use http::{Method, StatusCode};

use crate::harness::{Answer, Engine, Options, TestServer};

const TOKEN: &str = "0123456789abcdef0123";

async fn server(settings: &[(&'static str, &str)]) -> TestServer {
    let mut options = Options::new(Engine::Sqlite);
    options.settings = settings
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    TestServer::start_with(options).await
}

async fn metrics(server: &TestServer, headers: &[(&str, &str)]) -> Answer {
    server
        .nobody()
        .send(Method::GET, "/metrics", headers, "")
        .await
}

fn refused(answer: &Answer) {
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert!(
        !answer.text().contains("longshore_http"),
        "{}",
        answer.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_token_this_machine_reads_metrics_and_nobody_through_a_proxy() {
    let server = server(&[]).await;
    server.nobody().get("/v2/").await;
    let answer = metrics(&server, &[]).await;
    assert!(
        answer
            .expect(StatusCode::OK)
            .text()
            .contains("longshore_http_requests_total")
    );
    for header in ["x-forwarded-for", "x-real-ip", "forwarded", "via"] {
        refused(&metrics(&server, &[(header, "203.0.113.9")]).await);
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
    ] {
        refused(&metrics(&server, &[("host", host)]).await);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_token_only_the_token_reads_metrics() {
    let server = server(&[("METRICS_TOKEN", TOKEN)]).await;
    for value in [
        None,
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer 0123456789abcdef0124"),
        Some("Basic eDp5"),
    ] {
        let headers: Vec<(&str, &str)> = value
            .map(|value| ("authorization", value))
            .into_iter()
            .collect();
        refused(&metrics(&server, &headers).await);
    }
    let header = format!("Bearer {TOKEN}");
    metrics(&server, &[("authorization", &header)])
        .await
        .expect(StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn public_metrics_are_for_everybody() {
    let server = server(&[("METRICS_PUBLIC", "true")]).await;
    metrics(&server, &[("x-forwarded-for", "203.0.113.9")])
        .await
        .expect(StatusCode::OK);
    server.stop().await;
}

/// Labels come from a fixed set: a stranger cannot make numbers by asking for paths.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_do_not_become_labels() {
    let server = server(&[]).await;
    for number in 0..20 {
        server
            .nobody()
            .get(&format!("/v2/alice.test/canary-{number}/tags/list"))
            .await;
        server.nobody().get(&format!("/canary-{number}")).await;
        server
            .nobody()
            .send(
                Method::from_bytes(format!("CANARY{number}").as_bytes()).unwrap(),
                "/",
                &[],
                "",
            )
            .await;
    }
    let text = metrics(&server, &[]).await.expect(StatusCode::OK).text();
    assert!(!text.to_lowercase().contains("canary"), "{text}");
    server.stop().await;
}

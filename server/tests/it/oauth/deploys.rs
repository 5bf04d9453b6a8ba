//! What authorization servers fetch from us stays up while one server takes the place of another.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use server::clock::Clock;
use server::config::{Config, Environment, Origin};
use server::handlers::metrics::Metrics;
use server::{app_state::AppState, router, serve, start};
use tokio::net::TcpListener;
use tokio::sync::{RwLock, oneshot};
use tokio::task::JoinHandle;

use crate::harness::{http, new_postgresql_database, rounds};

/// One of the servers that follow each other.
struct Serving {
    base: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Serving {
    /// A registry without a hold, over a database and a folder of keys that others use too.
    async fn start(database_url: &str, folder: &std::path::Path) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let settings = [
            ("LONGSHORE_LISTEN", "127.0.0.1:0"),
            ("LONGSHORE_PUBLIC_URL", base.as_str()),
            ("LONGSHORE_DATA_DIR", folder.to_str().unwrap()),
            ("LONGSHORE_DEVELOPMENT", "true"),
            ("LONGSHORE_ROLES", "appview"),
            ("DEFAULT_HOLD_DID", "did:web:hold.example.com"),
            ("DATABASE_URL", database_url),
        ];
        let settings = settings
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec();
        let mut config = Config::from_environment(&Environment::from_pairs(settings)).unwrap();
        // With a name on the open network, it has keys.
        config.http.public_url = Origin::parse("https://registry.example.com").unwrap();
        let database = start::open_database(&config).await.unwrap();
        let metrics = Metrics::install().unwrap();
        let state = AppState::assemble(&config, database.clone(), metrics, Clock::System)
            .await
            .unwrap();
        let routes = router::router(&state);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            serve::serve(routes, listener, stopped, Duration::from_secs(5)).await;
            database.close().await;
        });
        Self { base, stop, task }
    }

    async fn stop(self) {
        drop(self.stop);
        self.task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_04_metadata_and_keys_are_there_while_servers_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let database_url = new_postgresql_database().await;
    let enough = usize::try_from(rounds(500, 10_000)).unwrap();
    let first = Serving::start(&database_url, folder.path()).await;
    // As a proxy does it: a request goes to whoever serves, and a server is taken away between requests.
    let current = Arc::new(RwLock::new(first.base.clone()));
    let done = Arc::new(AtomicUsize::new(0));
    let fetchers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(fetch_again_and_again(current.clone(), done.clone(), enough)))
        .collect();
    let mut serving = first;
    let mut deploys = 0;
    while done.load(Ordering::SeqCst) < enough {
        let next = Serving::start(&database_url, folder.path()).await;
        current.write().await.clone_from(&next.base);
        std::mem::replace(&mut serving, next).stop().await;
        deploys += 1;
    }
    let mut answers = Vec::new();
    for fetcher in fetchers {
        answers.extend(fetcher.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the same all the time: {answers:?}");
    assert!(answers[0].1.contains("\"kid\""), "{answers:?}");
    println!(
        "{} fetches during {deploys} deploys",
        done.load(Ordering::SeqCst)
    );
    serving.stop().await;
}

/// Fetches both documents until enough have been. Returns what came, as often as it changed.
async fn fetch_again_and_again(
    current: Arc<RwLock<String>>,
    done: Arc<AtomicUsize>,
    enough: usize,
) -> Vec<(String, String)> {
    let (client, mut answers) = (http(), Vec::new());
    while done.fetch_add(1, Ordering::SeqCst) < enough {
        let base = current.read().await;
        let fetch = async |path: &str| {
            let response = client.get(format!("{base}{path}")).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()["content-type"], "application/json");
            response.text().await.unwrap()
        };
        answers.push((
            fetch("/client-metadata.json").await,
            fetch("/oauth/jwks.json").await,
        ));
        answers.dedup();
    }
    answers
}

//! The pages about this server: what it is and keeps, and whether it works, also as JSON.

use std::sync::Arc;
use std::time::Duration;

use app::api::about::{AboutSource, Facts, Part, Status};
use app::api::home::HomePageSource;
use app::{routes, t};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clients::relay::Relays;
use crate::config::{BlobStoreConfig, Config, DatabaseConfig};
use crate::handlers::health::Readiness;
use crate::registry::Registry;

/// How long a look at everything is good for: the page is public, and asks others.
const FRESH: Duration = Duration::from_secs(30);
/// Who does not answer in this time does not work.
const PATIENCE: Duration = Duration::from_secs(4);
/// Holds elsewhere that are looked at.
const MAX_HOLDS: u16 = 30;

/// What this server keeps, and for how long, as its settings say.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// A mail address or web address of whoever runs it.
    pub operator_contact: Option<String>,
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    /// `folder` or `bucket`; `None` without a hold.
    pub blob_store: Option<&'static str>,
    /// How long an unused login with an app password is kept.
    pub password_session: Duration,
    /// How long an unfinished upload is kept.
    pub upload: Duration,
    /// How long a hold keeps bytes that nothing needs.
    pub grace: Option<Duration>,
    /// How long a hold keeps its events.
    pub events: Option<Duration>,
}

impl Keeping {
    /// What the settings say.
    pub fn of(config: &Config) -> Self {
        let hold = config.hold.as_ref();
        let blob_store = match config.blob_store {
            BlobStoreConfig::Filesystem { .. } => "folder",
            BlobStoreConfig::S3(_) => "bucket",
        };
        Self {
            operator_contact: config.web.operator_contact.clone(),
            database: match config.database {
                DatabaseConfig::Sqlite(_) => "SQLite",
                DatabaseConfig::Postgres(_) => "PostgreSQL",
            },
            blob_store: hold.map(|_| blob_store),
            password_session: config.registry.session_idle,
            upload: config.registry.upload_expiry,
            grace: hold.map(|hold| hold.gc_grace),
            events: hold.map(|hold| hold.event_retention),
        }
    }
}

/// What is looked at.
#[derive(Clone)]
pub struct StatusParts {
    /// Database and blob store.
    pub readiness: Readiness,
    /// The way to every hold.
    pub registry: Registry,
    /// Who follows the hold here.
    pub relays: Option<Relays>,
}

/// The facts about this server.
pub(super) struct ServerFacts {
    host: String,
    keeping: Keeping,
    home: Arc<dyn HomePageSource>,
    status: Option<StatusParts>,
    last: Mutex<Option<(Instant, Status)>>,
}

impl ServerFacts {
    pub(super) fn new(
        host: String,
        keeping: Keeping,
        home: Arc<dyn HomePageSource>,
        status: Option<StatusParts>,
    ) -> Self {
        Self {
            host,
            keeping,
            home,
            status,
            last: Mutex::new(None),
        }
    }

    async fn look(&self) -> Status {
        let mut status = Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            is_ready: true,
            parts: Vec::new(),
        };
        let Some(parts) = &self.status else {
            return status;
        };
        let report = parts.readiness.report().await;
        status.is_ready = report.ready;
        let own = [
            ("database", "database", Some(self.keeping.database)),
            ("blobStore", "blob_store", self.keeping.blob_store),
        ];
        for (kind, probe, name) in own {
            let Some(name) = name else { continue };
            let works = !report.failing.contains(&probe);
            let said = if works {
                t!("status-answers")
            } else {
                t!("status-silent")
            };
            status.parts.push(part(kind, name, works, said));
        }
        let (holds, relays) = tokio::join!(look_at_holds(&parts.registry), async {
            match &parts.relays {
                Some(relays) => look_at_relays(relays).await,
                None => Vec::new(),
            }
        });
        status.parts.extend(holds);
        status.parts.extend(relays);
        status
    }
}

async fn look_at_holds(registry: &Registry) -> Vec<Part> {
    let local = registry.holds().local().map(|hold| hold.did().clone());
    let known = registry.known_holds(MAX_HOLDS).await.unwrap_or_default();
    let elsewhere = known
        .into_iter()
        .filter(|hold| Some(hold) != local.as_ref());
    let dids: Vec<_> = local.iter().cloned().chain(elsewhere).collect();
    let looks = dids.into_iter().map(|did| {
        let is_local = Some(&did) == local.as_ref();
        async move {
            let asked = async { registry.holds().open(&did).await?.describe().await };
            let kind = if is_local { "hold" } else { "remoteHold" };
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(hold)) => {
                    let words = if hold.public {
                        t!("status-hold-public")
                    } else {
                        t!("status-hold-private")
                    };
                    part(kind, did.as_str(), true, words)
                }
                Ok(Err(_)) | Err(_) => part(kind, did.as_str(), false, t!("status-silent")),
            }
        }
    });
    futures::future::join_all(looks).await
}

async fn look_at_relays(relays: &Relays) -> Vec<Part> {
    let known = tokio::time::timeout(PATIENCE, relays.states()).await;
    let known = known.unwrap_or_default();
    known
        .into_iter()
        .map(|state| {
            let (works, said) = match (state.status, state.problem) {
                (Some(status), _) => (true, t!("status-relay-follows-as", status = status)),
                (None, Some(problem)) => (false, problem),
                (None, None) => (true, t!("status-relay-follows").to_owned()),
            };
            part("relay", &state.relay, works, &said)
        })
        .collect()
}

fn part(kind: &'static str, name: &str, works: bool, said: &str) -> Part {
    Part {
        kind,
        name: name.to_owned(),
        works,
        words: said.to_owned(),
    }
}

#[async_trait::async_trait]
impl AboutSource for ServerFacts {
    fn facts(&self) -> Facts {
        let hours = |duration: Duration| duration.as_secs() / 3600;
        Facts {
            host: self.host.clone(),
            operator_contact: self.keeping.operator_contact.clone(),
            hold: self.home.home_page().hold,
            database: self.keeping.database,
            password_session_hours: hours(self.keeping.password_session),
            upload_hours: hours(self.keeping.upload),
            grace_minutes: self.keeping.grace.map(|grace| grace.as_secs() / 60),
            event_hours: self.keeping.events.map(hours),
        }
    }

    async fn status(&self) -> Status {
        let mut last = self.last.lock().await;
        if let Some((at, status)) = last.as_ref()
            && at.elapsed() < FRESH
        {
            return status.clone();
        }
        let status = self.look().await;
        *last = Some((Instant::now(), status.clone()));
        status
    }
}

/// `/api/v1/status`.
pub(super) fn routes(facts: Arc<ServerFacts>) -> Router {
    Router::new()
        .route(&routes::json(routes::STATUS), get(status))
        .with_state(facts)
}

/// 503 when something here does not work, for programs that look at nothing else.
async fn status(State(facts): State<Arc<ServerFacts>>) -> Response {
    let status = facts.status().await;
    let code = if status.is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let everybody = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (code, everybody, Json(status)).into_response()
}

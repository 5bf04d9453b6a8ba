//! A server of ours in this process: its own port, folder and database.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use server::app_state::AppState;
use server::clock::Clock;
use server::config::{Config, Environment};
use server::handlers::metrics::Metrics;
use server::{router, serve, start};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Account, Client, network};

/// Which database a server keeps its data in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgresql,
}

/// How a server differs from the usual one.
#[derive(Debug, Clone)]
pub struct Options {
    pub engine: Engine,
    pub hold_public: bool,
    /// More settings, by environment name; they win.
    pub settings: Vec<(&'static str, String)>,
    pub clock: Clock,
}

impl Options {
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            hold_public: true,
            settings: Vec::new(),
            clock: Clock::System,
        }
    }
}

pub struct TestServer {
    pub base: String,
    pub host: String,
    pub state: AppState,
    pub folder: PathBuf,
    database_url: String,
    port: u16,
    options: Options,
    keeps_folder: std::sync::Arc<tempfile::TempDir>,
    shutdown: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

static DATABASES: AtomicU32 = AtomicU32::new(0);
static REPOSITORIES: AtomicU32 = AtomicU32::new(0);

impl TestServer {
    /// A server with a public hold of alice's.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(Options::new(engine)).await
    }

    pub async fn start_with(options: Options) -> Self {
        let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
        let database_url = match options.engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("longshore.db").display()),
            Engine::Postgresql => new_postgresql_database().await,
        };
        Self::run(options, folder, database_url, 0).await
    }

    /// Stops this server and starts another over the same folder, database and port.
    pub async fn restart(self) -> Self {
        let (options, folder) = (self.options.clone(), self.keeps_folder.clone());
        let (database_url, port) = (self.database_url.clone(), self.port);
        self.stop().await;
        Self::run(options, folder, database_url, port).await
    }

    /// As [`TestServer::restart`], with other settings.
    pub async fn restart_with(mut self, settings: Vec<(&'static str, String)>) -> Self {
        self.options.settings = settings;
        self.restart().await
    }

    /// As [`TestServer::restart`], on another port: the server has moved.
    pub async fn restart_elsewhere(mut self) -> Self {
        self.port = 0;
        self.restart().await
    }

    async fn run(
        options: Options,
        folder: std::sync::Arc<tempfile::TempDir>,
        database_url: String,
        port: u16,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let base = format!("http://localhost:{port}");
        let path = folder.path().to_owned();
        let network = tokio::task::spawn_blocking(network).await.unwrap();
        let mut settings = vec![
            ("LONGSHORE_LISTEN", format!("127.0.0.1:{port}")),
            ("LONGSHORE_PUBLIC_URL", base.clone()),
            ("LONGSHORE_DATA_DIR", path.display().to_string()),
            ("LONGSHORE_DEVELOPMENT", "true".to_owned()),
            ("DATABASE_URL", database_url.clone()),
            ("PLC_DIRECTORY_URL", network.plc.clone()),
            ("HANDLE_RESOLVER_URL", network.resolver.clone()),
            ("HOLD_OWNER", network.alice.did.clone()),
            ("HOLD_PUBLIC", options.hold_public.to_string()),
        ];
        for (name, value) in &options.settings {
            settings.retain(|(known, _)| known != name);
            settings.push((name, value.clone()));
        }
        let config = Config::from_environment(&Environment::from_pairs(settings)).unwrap();
        let database = start::open_database(&config).await.unwrap();
        let metrics = Metrics::install().unwrap();
        let state = AppState::assemble(&config, database.clone(), metrics, options.clock.clone())
            .await
            .unwrap();
        let router = router::router(&state);
        let (shutdown, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            serve::serve(router, listener, stopped, Duration::from_secs(5)).await;
            database.close().await;
        });
        Self {
            host: format!("localhost:{port}"),
            base,
            state,
            folder: path,
            database_url,
            port,
            options,
            keeps_folder: folder,
            shutdown,
            serving,
        }
    }

    /// How this server differs from the usual one.
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Stops in good order and waits for it.
    pub async fn stop(self) {
        drop(self.shutdown);
        self.serving.await.unwrap();
    }

    /// Takes the database away from a running server.
    pub async fn drop_postgresql_database(&self) {
        use sqlx::Connection as _;
        let name = url::Url::parse(&self.database_url)
            .unwrap()
            .path()
            .trim_start_matches('/')
            .to_owned();
        let mut connection = sqlx::PgConnection::connect(&postgresql_cluster())
            .await
            .unwrap();
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        sqlx::query(sqlx::AssertSqlSafe(drop))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Client {
        Client::new(&self.base, &self.host)
    }

    /// A repository of alice's that no other test uses.
    #[expect(
        clippy::unused_self,
        reason = "reads as what it is: a repository on this server"
    )]
    pub fn repository(&self) -> String {
        Self::repository_of(&network().alice)
    }

    pub fn repository_of(account: &Account) -> String {
        let number = REPOSITORIES.fetch_add(1, Ordering::Relaxed);
        format!("{}/test-{}-{number}", account.handle, std::process::id())
    }

    /// Alice, with every right on one of her repositories.
    pub async fn owner_of(&self, name: &str) -> Client {
        self.signed_in(&network().alice, name, "pull,push,delete")
            .await
    }

    /// Somebody with a token for one repository.
    pub async fn signed_in(&self, account: &Account, name: &str, actions: &str) -> Client {
        self.nobody()
            .signed_in(Some(account), &[&format!("repository:{name}:{actions}")])
            .await
    }
}

/// How often to do something: `usual`, or `long` where the long tests are asked for (`make soak`).
#[expect(
    clippy::disallowed_methods,
    reason = "the test run is set up by its environment"
)]
pub fn rounds(usual: u64, long: u64) -> u64 {
    let is_soak = std::env::var("LONGSHORE_SOAK").is_ok_and(|value| value == "1");
    if is_soak { long } else { usual }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test run is set up by its environment"
)]
fn postgresql_cluster() -> String {
    std::env::var("LONGSHORE_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("LONGSHORE_TEST_POSTGRES is not set; `make test` starts a PostgreSQL cluster and sets it")
    })
}

/// A database of its own in the cluster that `LONGSHORE_TEST_POSTGRES` names.
async fn new_postgresql_database() -> String {
    use sqlx::Connection as _;
    let cluster = postgresql_cluster();
    let name = format!(
        "it_{}_{}",
        std::process::id(),
        DATABASES.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = sqlx::PgConnection::connect(&cluster).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let mut url = url::Url::parse(&cluster).unwrap();
    url.set_path(&name);
    url.to_string()
}

//! A server of ours in this process: its own port, folder and database.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use server::app_state::AppState;
use server::clock::Clock;
use server::config::{Config, Environment};
use server::handlers::metrics::Metrics;
use server::hold::Hold;
use server::{router, serve, start};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::postgresql::{new_postgresql_database, postgresql_cluster};
use super::s3_server::{self, S3Server};
use super::{Account, Client, network};

/// What a server stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, and blobs in a folder.
    Sqlite,
    /// PostgreSQL, and blobs in a bucket.
    Postgresql,
    /// A registry on SQLite, whose hold is another server, on PostgreSQL.
    Apart,
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
    /// The server of the hold, where it is another one.
    apart: Option<Box<TestServer>>,
    shutdown: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

/// A server that was stopped.
pub struct Paused {
    options: Options,
    folder: std::sync::Arc<tempfile::TempDir>,
    database_url: String,
    port: u16,
    apart: Option<Box<TestServer>>,
}

impl Paused {
    /// Starts it again.
    pub async fn resume(self) -> TestServer {
        let running = TestServer::run(self.options, self.folder, self.database_url, self.port);
        let mut server = Box::pin(running).await;
        server.apart = self.apart;
        server
    }
}

static REPOSITORIES: AtomicU32 = AtomicU32::new(0);

impl TestServer {
    /// A server with a public hold of alice's.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(Options::new(engine)).await
    }

    pub async fn start_with(options: Options) -> Self {
        if options.engine == Engine::Apart {
            return Box::pin(Self::start_apart(options)).await;
        }
        Box::pin(Self::start_whole(options)).await
    }

    /// A hold alone, and a registry that has no other.
    async fn start_apart(options: Options) -> Self {
        let mut hold_options = options.clone();
        hold_options.engine = Engine::Postgresql;
        hold_options
            .settings
            .push(("LONGSHORE_ROLES", "hold".to_owned()));
        let hold = Self::start_whole(hold_options).await;
        let mut registry_options = options;
        registry_options.engine = Engine::Sqlite;
        registry_options.settings.extend([
            ("LONGSHORE_ROLES", "appview".to_owned()),
            ("DEFAULT_HOLD_DID", hold.hold().did().to_string()),
        ]);
        let mut registry = Self::start_whole(registry_options).await;
        registry.apart = Some(Box::new(hold));
        registry
    }

    async fn start_whole(options: Options) -> Self {
        let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
        let database_url = match options.engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("longshore.db").display()),
            Engine::Postgresql | Engine::Apart => new_postgresql_database().await,
        };
        Self::run(options, folder, database_url, 0).await
    }

    /// Another server beside this one, for the same address, database and blobs.
    pub async fn start_replica(&self) -> Self {
        let mut options = self.options.clone();
        options.settings.extend([
            ("LONGSHORE_PUBLIC_URL", self.base.clone()),
            ("HOLD_PUBLIC_URL", self.base.clone()),
        ]);
        let folder = self.keeps_folder.clone();
        let mut replica = Self::run(options, folder, self.database_url.clone(), 0).await;
        replica.host.clone_from(&self.host);
        replica
    }

    /// Stops this server and starts another over the same folder, database and port.
    pub async fn restart(self) -> Self {
        Box::pin(self.pause().await.resume()).await
    }

    /// Stops this server, to be started again.
    pub async fn pause(self) -> Paused {
        Paused {
            options: self.options.clone(),
            folder: self.keeps_folder.clone(),
            database_url: self.database_url.clone(),
            port: self.port,
            apart: self.stop_alone().await,
        }
    }

    /// The server of the hold, on its own.
    pub fn take_hold_server(&mut self) -> Self {
        *self.apart.take().expect("the hold is another server")
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
        if options.engine == Engine::Postgresql {
            // What replicas use: every test of PostgreSQL is one of S3 too.
            settings.extend(bucket_settings(&path).await);
        }
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
            apart: None,
            shutdown,
            serving,
        }
    }

    /// The hold in this server.
    pub fn hold(&self) -> &Hold {
        let service = self.hold_server().state.hold.as_ref();
        &service.expect("it has one").hold
    }

    /// How this server differs from the usual one.
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Stops in good order and waits for it.
    pub async fn stop(self) {
        if let Some(hold) = self.stop_alone().await {
            hold.stop_alone().await;
        }
    }

    /// Stops this server, and not that of the hold, where it is another one.
    pub async fn stop_alone(self) -> Option<Box<Self>> {
        drop(self.shutdown);
        self.serving.await.unwrap();
        self.apart
    }

    /// The server of the hold, where it is another one.
    pub fn hold_server(&self) -> &Self {
        self.apart.as_deref().unwrap_or(self)
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

    /// The tables of this server's database in which some row has `text` in some column.
    pub async fn tables_with(&self, text: &str) -> Vec<String> {
        super::tables::tables_with(&self.database_url, text).await
    }

    /// How many files are staged.
    pub fn count_staged(&self) -> usize {
        self.stored("staging").0
    }

    /// How many files lie below `place` in the folder of blobs or in the bucket, and their bytes.
    pub fn stored(&self, place: &str) -> (usize, u64) {
        let server = self.hold_server();
        let root = match server.options.engine {
            Engine::Sqlite | Engine::Apart => server.folder.join("blobs"),
            Engine::Postgresql => s3_server().create_bucket(&bucket_name(&server.folder)),
        };
        let mut folders = vec![root.join(place)];
        let mut found = (0, 0);
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else {
                continue;
            };
            for entry in entries {
                // It may be removed while we look.
                let entry = entry.unwrap();
                match entry.metadata() {
                    Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                    Ok(metadata) => found = (found.0 + 1, found.1 + metadata.len()),
                    Err(_) => {}
                }
            }
        }
        found
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

/// Which bucket the server with this folder keeps its blobs in. Its clients get them from the server.
async fn bucket_settings(folder: &Path) -> Vec<(&'static str, String)> {
    let server = tokio::task::spawn_blocking(s3_server).await.unwrap();
    let bucket = bucket_name(folder);
    server.create_bucket(&bucket);
    vec![
        ("STORAGE_DRIVER", "s3".to_owned()),
        ("S3_ENDPOINT", server.endpoint()),
        ("S3_BUCKET", bucket),
        ("S3_REDIRECT", "false".to_owned()),
        ("AWS_ACCESS_KEY_ID", s3_server::ACCESS_KEY_ID.to_owned()),
        (
            "AWS_SECRET_ACCESS_KEY",
            s3_server::SECRET_ACCESS_KEY.to_owned(),
        ),
    ]
}

fn bucket_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap().to_str().unwrap();
    name.trim_start_matches('.').to_lowercase()
}

/// One for all tests of this process, which outlives the runtime of each.
fn s3_server() -> &'static S3Server {
    static SERVER: OnceLock<S3Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let server = runtime.block_on(S3Server::start());
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        server
    })
}

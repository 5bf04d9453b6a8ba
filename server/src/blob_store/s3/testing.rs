//! An S3 server in the test process.

use std::net::SocketAddr;
use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use secrecy::SecretString;
use tokio::net::TcpListener;

use super::S3Settings;

const ACCESS_KEY_ID: &str = "longshore";
const SECRET_ACCESS_KEY: &str = "a secret for tests";

/// How to reach a bucket of the server below.
pub(crate) fn settings_for(endpoint: &str, bucket: &str) -> S3Settings {
    S3Settings {
        bucket: bucket.to_owned(),
        endpoint: Some(endpoint.parse().expect("a URL")),
        region: "us-east-1".to_owned(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: SecretString::from(SECRET_ACCESS_KEY),
        path_style: true,
        redirect: true,
        max_blob_bytes: 1 << 40 >> 4,
    }
}

/// A server whose buckets are folders. It ends with the runtime of the test.
pub(crate) struct S3Server {
    folder: tempfile::TempDir,
    address: SocketAddr,
}

impl S3Server {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = FileSystem::new(folder.path()).unwrap();
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    // A connection that breaks off is the client's to report.
                    let _ = server.serve_connection(TokioIo::new(connection), service).await;
                });
            }
        });
        Self { folder, address }
    }

    /// A new bucket on it.
    pub(crate) fn bucket(&self, name: &str) -> S3Settings {
        std::fs::create_dir(self.folder.path().join(name)).unwrap();
        settings_for(&format!("http://{}", self.address), name)
    }

    /// Where its buckets lie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}


//! A bucket in the test process.

use secrecy::SecretString;

use super::S3Settings;

#[path = "../../../tests/it/harness/s3_server.rs"]
mod server;

pub(crate) use server::S3Server;

/// How to reach a bucket of such a server.
pub(crate) fn settings_for(endpoint: &str, bucket: &str) -> S3Settings {
    S3Settings {
        bucket: bucket.to_owned(),
        endpoint: Some(endpoint.parse().expect("a URL")),
        region: "us-east-1".to_owned(),
        access_key_id: server::ACCESS_KEY_ID.to_owned(),
        secret_access_key: SecretString::from(server::SECRET_ACCESS_KEY),
        path_style: true,
        redirect: true,
    }
}
